"""Table of checklist templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.checklists.answers import SignaturePolicy
from kernel.db import TenantRow, tenant_args


class ChecklistTemplate(TenantRow):
    """One version of a checklist; a published version does not change any more."""

    __tablename__ = "checklist_template"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "code", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark_per_cent"),
        CheckConstraint("retired_at IS NULL OR published_at IS NOT NULL", name="retired_was_published"),
        Index(
            "uq_checklist_template_current",
            "tenant_id",
            "code",
            unique=True,
            postgresql_where=text("published_at IS NOT NULL AND retired_at IS NULL"),
        ),
    )

    code: Mapped[str]
    version: Mapped[int]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    asset_class: Mapped[str | None]
    """Code of the asset class it is for; None: any."""
    work_type: Mapped[str | None]
    """Kind of work it is for; None: any."""
    items: Mapped[list[Any]] = mapped_column(JSONB)
    """In order; see `answers.Item` for the members."""
    pass_mark: Mapped[int | None]
    """Per cent of the weights; None: nothing is passed or failed as a whole."""
    signature: Mapped[SignaturePolicy] = mapped_column(default=SignaturePolicy.NONE, server_default="none")
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]
