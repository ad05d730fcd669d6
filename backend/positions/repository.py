"""Queries over positions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.positions.models import PositionFix, TechnicianPosition
from kernel.ids import new_id


def add_fixes(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Add readings; those that are known already change nothing. Return how many were new."""
    added = session.scalars(
        insert(PositionFix)
        .values([{"id": new_id(), **row} for row in rows])
        .on_conflict_do_nothing(index_elements=["tenant_id", "technician_id", "at"])
        .returning(PositionFix.id)
    )
    return len(added.all())


def move(session: Session, row: dict[str, Any]) -> bool:
    """Make this the last position of its technician, unless a later one is known; tell whether it is."""
    statement = insert(TechnicianPosition).values({"id": new_id(), **row})
    new = statement.excluded
    moved = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "technician_id"],
            set_={"at": new.at, "position": new.position, "accuracy_m": new.accuracy_m},
            where=TechnicianPosition.at < new.at,
        ).returning(TechnicianPosition.id)
    )
    return moved is not None


def latest(session: Session, *, ids: Collection[UUID] | None, limit: int) -> Sequence[TechnicianPosition]:
    """Return the last positions, of some technicians or of all."""
    query = select(TechnicianPosition).order_by(TechnicianPosition.technician_id).limit(limit)
    if ids is not None:
        query = query.where(TechnicianPosition.technician_id.in_(ids))
    return session.scalars(query.execution_options(populate_existing=True)).all()


def track(
    session: Session, technician_id: UUID, *, start: datetime, end: datetime, limit: int
) -> Sequence[PositionFix]:
    """Return the readings of a technician in an interval, in order."""
    return session.scalars(
        select(PositionFix)
        .where(PositionFix.technician_id == technician_id, PositionFix.at >= start, PositionFix.at < end)
        .order_by(PositionFix.at)
        .limit(limit)
    ).all()


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest readings from before an instant; return how many."""
    old = select(PositionFix.id).where(PositionFix.at < before).order_by(PositionFix.at).limit(limit)
    gone = session.scalars(delete(PositionFix).where(PositionFix.id.in_(old)).returning(PositionFix.id))
    return len(gone.all())


def forget_last(session: Session, *, before: datetime) -> None:
    """Delete last positions from before an instant."""
    session.execute(delete(TechnicianPosition).where(TechnicianPosition.at < before))
