"""Work that must happen at a time: rows with `due_at`, woken by the sweeper."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.db import TenantRow, tenant_args, tenant_of
from kernel.ids import new_id

MAX_ATTEMPTS = 8


class JobState(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Job(TenantRow):
    """One thing to do, once, not before `due_at`; `key` makes a second request change nothing."""

    __tablename__ = "job"
    __table_args__ = tenant_args(
        Index("uq_job_key", "tenant_id", "kind", "key", unique=True),
        Index("ix_job_due", "due_at", postgresql_where=text("state = 'pending'")),
    )

    kind: Mapped[str]
    key: Mapped[str]
    body: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(default=JobState.PENDING)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


def request(session: Session, kind: str, *, key: str, due_at: datetime, body: dict[str, Any] | None = None) -> None:
    """Ask for a job; the same key again changes nothing."""
    session.execute(
        insert(Job)
        .values(id=new_id(), tenant_id=tenant_of(session), kind=kind, key=key, due_at=due_at, body=body or {})
        .on_conflict_do_nothing()
    )


def due(session: Session, *, at: datetime, limit: int = 100) -> list[tuple[UUID, UUID]]:
    """Lease due jobs for a minute: (tenant id, job id), for any tenant that the login sees."""
    jobs = session.scalars(
        select(Job)
        .where(Job.state == JobState.PENDING, Job.due_at <= at)
        .order_by(Job.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for job in jobs:
        job.due_at = at + timedelta(seconds=60)
    return [(job.tenant_id, job.id) for job in jobs]
