"""Queries of surveys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.surveys.models import Survey
from kernel.auth import hash_secret
from kernel.db import Login, tenant_of, transaction
from kernel.ids import new_id


def tenant_of_token(token: str) -> UUID | None:
    """Return whose survey a token opens: the one look-up that no tenant can be named for."""
    with transaction(Login.SYSTEM) as session:
        return session.scalar(select(Survey.tenant_id).where(Survey.token_hash == hash_secret(token)))


def of_token(session: Session, token: str, *, lock: bool = False) -> Survey | None:
    """Return the survey that a token opens."""
    query = select(Survey).where(Survey.token_hash == hash_secret(token))
    return session.scalar(query.with_for_update() if lock else query)


def add(session: Session, row: dict[str, Any]) -> UUID | None:
    """Write a survey; return its id, or None if the ticket has one."""
    return session.scalar(
        insert(Survey)
        .values(id=new_id(), tenant_id=tenant_of(session), **row)
        .on_conflict_do_nothing(index_elements=["tenant_id", "ticket_id"])
        .returning(Survey.id)
    )


def unanswered(session: Session, *, invited_before: datetime, at: datetime, limit: int) -> Sequence[Survey]:
    """Return surveys that nobody was reminded of yet."""
    return session.scalars(
        select(Survey)
        .where(
            Survey.answered_at.is_(None),
            Survey.reminded_at.is_(None),
            Survey.invited_at <= invited_before,
            Survey.expires_at > at,
        )
        .order_by(Survey.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def answer_once(session: Session, survey_id: UUID, values: dict[str, Any]) -> bool:
    """Write the answer unless there is one; tell whether it was written."""
    written = session.scalar(
        update(Survey).where(Survey.id == survey_id, Survey.answered_at.is_(None)).values(values).returning(Survey.id)
    )
    return written is not None


def listed(session: Session, *, after: UUID | None, limit: int) -> Sequence[Survey]:
    """Return surveys, the latest first, behind one."""
    query = select(Survey).order_by(Survey.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Survey.id < after)
    return session.scalars(query).all()
