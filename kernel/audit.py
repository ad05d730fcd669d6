"""Audit rows: who did what to what, written in the business transaction, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from kernel import clock
from kernel.db import TenantRow, tenant_args


class AuditEntry(TenantRow):
    """One act of a person or program."""

    __tablename__ = "audit_entry"
    __table_args__ = tenant_args(
        Index("ix_audit_entry_subject", "tenant_id", "subject_id", "id"), info={"append_only": True}
    )

    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]


def record(
    session: Session,
    *,
    action: str,
    subject: str,
    subject_id: UUID | None,
    actor_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one audit row with the change that it tells of."""
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            detail=detail or {},
        )
    )
