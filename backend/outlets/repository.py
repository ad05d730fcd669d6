"""Queries of outlets."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.outlets.models import Outlet


def outlet(session: Session, outlet_id: UUID, *, lock: bool = False) -> Outlet | None:
    """Return an outlet."""
    query = select(Outlet).where(Outlet.id == outlet_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def by_code(session: Session, code: str) -> Outlet | None:
    """Return the outlet with a code."""
    return session.scalar(select(Outlet).where(Outlet.code == code))


def by_id(session: Session, ids: Collection[UUID]) -> Sequence[Outlet]:
    """Return outlets by id; unknown ids are missing."""
    return session.scalars(select(Outlet).where(Outlet.id.in_(ids))).all()


def listed(
    session: Session, *, text: str | None, active: bool | None, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Outlet]:
    """Return outlets by name, behind a key."""
    query = select(Outlet).order_by(Outlet.name, Outlet.id).limit(limit)
    if text:
        columns = (Outlet.code, Outlet.name, Outlet.region)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if active is not None:
        query = query.where(Outlet.active == active)
    if after is not None:
        query = query.where(or_(Outlet.name > after[0], (Outlet.name == after[0]) & (Outlet.id > after[1])))
    return session.scalars(query).all()
