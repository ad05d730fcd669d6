"""The table of service reports."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from kernel.db import TenantRow, refers, tenant_args


class Cause(StrEnum):
    """Why a version was made."""

    COMPLETED = "completed"
    LATE = "late"
    ASKED = "asked"


class ServiceReport(TenantRow):
    """One version of the report of a visit, never changed; a later one takes its place."""

    __tablename__ = "service_report"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        refers("work_order_id", "work_order"),
        refers("zh_file_id", "stored_file"),
        refers("en_file_id", "stored_file"),
        UniqueConstraint("tenant_id", "visit_id", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        CheckConstraint("(signature IS NULL) = (signed_by IS NULL)", name="signature_has_a_signer"),
        Index("ix_service_report_order", "tenant_id", "work_order_id", "id"),
        info={"append_only": True},
    )

    visit_id: Mapped[UUID]
    work_order_id: Mapped[UUID]
    version: Mapped[int]
    cause: Mapped[Cause]
    made_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    """All that is printed, in no language; see `content.gather`."""
    digest: Mapped[str]
    """SHA-256 of the content as canonical JSON."""
    signature: Mapped[str | None]
    """ECDSA over the digest, base64; None: this installation has no certificate authority."""
    signed_by: Mapped[str | None]
    """SHA-256 fingerprint of the authority's certificate."""
    zh_file_id: Mapped[UUID]
    en_file_id: Mapped[UUID]
