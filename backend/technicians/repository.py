"""Queries over technicians, skills, shifts and absences."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from backend.technicians.models import Absence, Shift, ShiftPattern, Technician, TechnicianSkill


def technician(session: Session, technician_id: UUID) -> Technician | None:
    """Return a technician."""
    return session.get(Technician, technician_id)


def technicians(
    session: Session, *, active: bool | None, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Technician]:
    """Return technicians by name, behind a key."""
    query = select(Technician).order_by(Technician.name, Technician.id).limit(limit)
    if active is not None:
        query = query.where(Technician.active == active)
    if after:
        query = query.where(or_(Technician.name > after[0], (Technician.name == after[0]) & (Technician.id > after[1])))
    return session.scalars(query).all()


def technicians_by_id(session: Session, ids: Collection[UUID]) -> Sequence[Technician]:
    """Return the technicians with these ids."""
    return session.scalars(select(Technician).where(Technician.id.in_(ids))).all()


def technicians_of_outlet(session: Session, outlet_id: UUID) -> Sequence[Technician]:
    """Return the people of a partner by name."""
    query = select(Technician).where(Technician.outlet_id == outlet_id).order_by(Technician.name, Technician.id)
    return session.scalars(query.limit(500)).all()


def active_technicians(session: Session) -> Sequence[Technician]:
    """Return everybody who works here, in the order of their ids."""
    return session.scalars(select(Technician).where(Technician.active).order_by(Technician.id)).all()


def skills(session: Session, ids: Collection[UUID], *, on: date | None = None) -> Sequence[TechnicianSkill]:
    """Return the skills of technicians, or those that hold on a day."""
    query = select(TechnicianSkill).where(TechnicianSkill.technician_id.in_(ids)).order_by(TechnicianSkill.skill)
    if on is not None:
        query = query.where(or_(TechnicianSkill.expires_on.is_(None), TechnicianSkill.expires_on >= on))
    return session.scalars(query).all()


def skill(session: Session, technician_id: UUID, code: str) -> TechnicianSkill | None:
    """Return one skill of a technician."""
    return session.scalar(
        select(TechnicianSkill).where(TechnicianSkill.technician_id == technician_id, TechnicianSkill.skill == code)
    )


def patterns(session: Session, ids: Collection[UUID], *, weekday: int | None = None) -> Sequence[ShiftPattern]:
    """Return the weekly patterns of technicians, of all days or one."""
    query = select(ShiftPattern).where(ShiftPattern.technician_id.in_(ids))
    if weekday is not None:
        query = query.where(ShiftPattern.weekday == weekday)
    return session.scalars(query.order_by(ShiftPattern.weekday, ShiftPattern.starts)).all()


def shifts(session: Session, ids: Collection[UUID], *, day: date) -> Sequence[Shift]:
    """Return the shifts of one day that stand in place of the patterns."""
    return session.scalars(
        select(Shift).where(Shift.technician_id.in_(ids), Shift.day == day).order_by(Shift.starts_at)
    ).all()


def shifts_between(session: Session, ids: Collection[UUID], *, first: date, last: date) -> Sequence[Shift]:
    """Return the shifts of several days that stand in place of the patterns."""
    return session.scalars(
        select(Shift).where(Shift.technician_id.in_(ids), Shift.day.between(first, last)).order_by(Shift.starts_at)
    ).all()


def overlapping_shift(session: Session, technician_id: UUID, *, start: datetime, end: datetime) -> Shift | None:
    """Return a shift of the technician that shares time with the interval."""
    return session.scalar(
        select(Shift).where(Shift.technician_id == technician_id, Shift.starts_at < end, Shift.ends_at > start).limit(1)
    )


def absences(session: Session, ids: Collection[UUID], *, start: datetime, end: datetime) -> Sequence[Absence]:
    """Return absences that share time with the interval."""
    return session.scalars(
        select(Absence)
        .where(Absence.technician_id.in_(ids), Absence.starts_at < end, Absence.ends_at > start)
        .order_by(Absence.starts_at)
    ).all()


def absence(session: Session, absence_id: UUID) -> Absence | None:
    """Return an absence."""
    return session.get(Absence, absence_id)


def near(session: Session, *, lon: float, lat: float, within_m: float, limit: int) -> Sequence[tuple[UUID, float]]:
    """Return (technician id, metres) by distance of their homes, through the function that may use the index."""
    rows = session.execute(
        text("SELECT technician_id, metres FROM technicians_near(:lon, :lat, :within_m, :at_most)"),
        {"lon": lon, "lat": lat, "within_m": within_m, "at_most": limit},
    )
    return [(row.technician_id, row.metres) for row in rows]
