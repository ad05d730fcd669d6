"""Queries over technicians, skills, shifts, absences and crews."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, delete, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from backend.technicians.models import (
    Absence,
    AbsenceState,
    Crew,
    CrewMember,
    Shift,
    ShiftPattern,
    Technician,
    TechnicianSkill,
)


def technician(session: Session, technician_id: UUID, *, lock: bool = False) -> Technician | None:
    """Return a technician."""
    return session.get(Technician, technician_id, with_for_update=lock or None)


def technician_of_number(session: Session, number: str) -> Technician | None:
    """Return the technician with a staff number."""
    return session.scalar(select(Technician).where(Technician.number == number))


def technicians_of_name(session: Session, name: str) -> Sequence[Technician]:
    """Return technicians of one name, at most two."""
    return session.scalars(select(Technician).where(Technician.name == name).limit(2)).all()


def every_technician(session: Session, *, limit: int) -> Sequence[Technician]:
    """Return technicians by name."""
    return session.scalars(select(Technician).order_by(Technician.name, Technician.id).limit(limit)).all()


def every_skill(session: Session, *, limit: int) -> Sequence[Row[Technician, TechnicianSkill]]:
    """Return skills with who has them, by name."""
    query = select(Technician, TechnicianSkill).join(TechnicianSkill, TechnicianSkill.technician_id == Technician.id)
    return session.execute(query.order_by(Technician.name, Technician.id, TechnicianSkill.skill).limit(limit)).all()


def technicians(
    session: Session,
    *,
    active: bool | None,
    text: str | None,
    skill: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Technician]:
    """Return technicians by name, behind a key."""
    query = select(Technician).order_by(Technician.name, Technician.id).limit(limit)
    if active is not None:
        query = query.where(Technician.active == active)
    if text:
        query = query.where(
            or_(Technician.name.icontains(text, autoescape=True), Technician.number.icontains(text, autoescape=True))
        )
    if skill:
        query = query.where(
            Technician.id.in_(select(TechnicianSkill.technician_id).where(TechnicianSkill.skill == skill))
        )
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


def expiring(session: Session, *, since: date, until: date, limit: int) -> Sequence[Row[Technician, TechnicianSkill]]:
    """Return the skills of active technicians that end in a span of days, the next to end first."""
    return session.execute(
        select(Technician, TechnicianSkill)
        .join(TechnicianSkill, TechnicianSkill.technician_id == Technician.id)
        .where(Technician.active, TechnicianSkill.expires_on >= since, TechnicianSkill.expires_on <= until)
        .order_by(TechnicianSkill.expires_on, TechnicianSkill.id)
        .limit(limit)
    ).all()


def to_remind(
    session: Session, *, since: date, until: date, days: int, limit: int
) -> Sequence[Row[Technician, TechnicianSkill]]:
    """Return the skills that end in a span of days and of which no reminder of so many days was sent; locked."""
    return session.execute(
        select(Technician, TechnicianSkill)
        .join(TechnicianSkill, TechnicianSkill.technician_id == Technician.id)
        .where(
            Technician.active,
            TechnicianSkill.expires_on >= since,
            TechnicianSkill.expires_on <= until,
            or_(TechnicianSkill.reminded_days.is_(None), TechnicianSkill.reminded_days > days),
        )
        .order_by(TechnicianSkill.id)
        .limit(limit)
        .with_for_update(of=TechnicianSkill, skip_locked=True)
    ).all()


def calendars_of(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the calendars of those technicians who have one."""
    rows = session.execute(
        select(Technician.id, Technician.calendar_id).where(Technician.id.in_(ids), Technician.calendar_id.is_not(None))
    )
    return {key: calendar_id for key, calendar_id in rows if calendar_id is not None}


def pattern(session: Session, pattern_id: UUID) -> ShiftPattern | None:
    """Return a weekly pattern."""
    return session.get(ShiftPattern, pattern_id)


def shift(session: Session, shift_id: UUID) -> Shift | None:
    """Return a shift."""
    return session.get(Shift, shift_id)


def own_shifts(session: Session, technician_id: UUID, *, since: date, until: date) -> Sequence[Shift]:
    """Return the shifts of a technician on some days."""
    query = select(Shift).where(Shift.technician_id == technician_id, Shift.day >= since, Shift.day <= until)
    return session.scalars(query.order_by(Shift.starts_at).limit(400)).all()


def patterns(
    session: Session, ids: Collection[UUID], *, weekdays: Collection[int] | None = None
) -> Sequence[ShiftPattern]:
    """Return the weekly patterns of technicians, of all days or some."""
    query = select(ShiftPattern).where(ShiftPattern.technician_id.in_(ids))
    if weekdays is not None:
        query = query.where(ShiftPattern.weekday.in_(weekdays))
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


def absences(
    session: Session,
    ids: Collection[UUID],
    *,
    start: datetime,
    end: datetime,
    states: Collection[AbsenceState] = tuple(AbsenceState),
) -> Sequence[Absence]:
    """Return absences that share time with the interval."""
    return session.scalars(
        select(Absence)
        .where(
            Absence.technician_id.in_(ids),
            Absence.starts_at < end,
            Absence.ends_at > start,
            Absence.state.in_(states),
        )
        .order_by(Absence.starts_at)
    ).all()


def all_absences(
    session: Session,
    *,
    states: Collection[AbsenceState],
    since: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Absence]:
    """Return everybody's absences that last beyond an instant, by their start, behind a key."""
    query = select(Absence).where(Absence.state.in_(states), Absence.ends_at > since)
    if after:
        query = query.where(
            or_(Absence.starts_at > after[0], (Absence.starts_at == after[0]) & (Absence.id > after[1]))
        )
    return session.scalars(query.order_by(Absence.starts_at, Absence.id).limit(limit)).all()


def absence(session: Session, absence_id: UUID, *, lock: bool = False) -> Absence | None:
    """Return an absence."""
    return session.get(Absence, absence_id, with_for_update=lock or None)


def crews(session: Session, *, active: bool | None, after: tuple[str, UUID] | None, limit: int) -> Sequence[Crew]:
    """Return crews by name, behind a key."""
    query = select(Crew).order_by(Crew.name, Crew.id).limit(limit)
    if active is not None:
        query = query.where(Crew.active == active)
    if after:
        query = query.where(or_(Crew.name > after[0], (Crew.name == after[0]) & (Crew.id > after[1])))
    return session.scalars(query).all()


def crew(session: Session, crew_id: UUID, *, lock: bool = False) -> Crew | None:
    """Return a crew."""
    return session.get(Crew, crew_id, with_for_update=lock or None)


def crew_of_name(session: Session, name: str) -> Crew | None:
    """Return the crew of a name."""
    return session.scalar(select(Crew).where(Crew.name == name))


def crew_members(session: Session, crew_ids: Collection[UUID]) -> Sequence[Row[CrewMember, str]]:
    """Return who belongs to crews at any time, with their names, leads first."""
    return session.execute(
        select(CrewMember, Technician.name)
        .join(Technician, Technician.id == CrewMember.technician_id)
        .where(CrewMember.crew_id.in_(crew_ids))
        .order_by(CrewMember.lead.desc(), CrewMember.valid_from, Technician.name, CrewMember.id)
    ).all()


def forget_members(session: Session, crew_id: UUID) -> None:
    """Take everybody out of a crew."""
    session.execute(delete(CrewMember).where(CrewMember.crew_id == crew_id))


def near(session: Session, *, lon: float, lat: float, within_m: float, limit: int) -> Sequence[tuple[UUID, float]]:
    """Return (technician id, metres) by distance of their homes, through the function that may use the index."""
    rows = session.execute(
        sql("SELECT technician_id, metres FROM technicians_near(:lon, :lat, :within_m, :at_most)"),
        {"lon": lon, "lat": lat, "within_m": within_m, "at_most": limit},
    )
    return [(row.technician_id, row.metres) for row in rows]


def covering(session: Session, *, lon: float, lat: float, limit: int) -> Sequence[UUID]:
    """Return whose territory holds a place, through the function that may use the index."""
    rows = session.execute(
        sql("SELECT technician_id FROM technicians_covering(:lon, :lat, :at_most)"),
        {"lon": lon, "lat": lat, "at_most": limit},
    )
    return [row.technician_id for row in rows]
