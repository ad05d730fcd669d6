"""Audit rows: who did what to what, written in the business transaction, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, select
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


def of_subject(session: Session, subject_id: UUID, *, limit: int) -> Sequence[AuditEntry]:
    """Return what was done to a subject, the newest first."""
    query = select(AuditEntry).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.id.desc()).limit(limit)
    return session.scalars(query).all()


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
