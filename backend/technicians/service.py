"""Use cases of technicians: who they are, what they may do, when they work."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.outlets import service as outlets
from backend.sla import terms
from backend.technicians import repository, shifts
from backend.technicians.errors import (
    ShiftOverlaps,
    StaffNumberTaken,
    StaleVersion,
    TechnicianUnknown,
    WrongInterval,
)
from backend.technicians.events import TechnicianDeactivated
from backend.technicians.models import AbsenceState, Shift, ShiftPattern, Technician, TechnicianSkill
from backend.technicians.shifts import TechnicianDay, Window
from inventory import service as stock
from kernel import audit
from kernel.geo import LonLat, Ring
from kernel.outbox import publish

NEAR_METRES = 200_000.0


def create_technician(
    session: Session,
    name: str,
    *,
    home: LonLat,
    number: str | None = None,
    phone: str | None = None,
    van_location_id: UUID | None = None,
    calendar_id: UUID | None = None,
    territory: Ring | None = None,
    skills: Mapping[str, int] | None = None,
) -> Technician:
    """Add a technician; skills given as levels do not end.

    Raises:
        UnknownLocation: there is no such van.
        CalendarUnknown: there is no such calendar.
        StaffNumberTaken: another technician has the number.
    """
    technician = Technician(name=name, active=True, version=1, home=home, phone=phone, territory=territory)
    _check_references(session, technician, {"van_location_id": van_location_id, "calendar_id": calendar_id})
    _check_references(session, technician, {"number": number})
    technician.number, technician.van_location_id, technician.calendar_id = number, van_location_id, calendar_id
    session.add(technician)
    session.flush()
    for skill, level in (skills or {}).items():
        set_skill(session, technician.id, skill=skill, level=level)
    return technician


def update_technician(session: Session, technician_id: UUID, *, version: int, changes: Mapping[str, Any]) -> Technician:
    """Change fields of a technician; one who is not active any more gives all visits back.

    Raises:
        TechnicianUnknown: there is no such technician.
        StaleVersion: the technician changed since then.
        UnknownLocation: there is no such van.
        CalendarUnknown: there is no such calendar.
        StaffNumberTaken: another technician has the number.
    """
    technician = get_technician(session, technician_id, lock=True)
    if technician.version != version:
        raise StaleVersion("Read it again before changing it.", version=technician.version)
    _check_references(session, technician, changes)
    leaves = technician.active and changes.get("active") is False
    for field, value in changes.items():
        setattr(technician, field, value)
    technician.version = version + 1
    session.flush()
    if leaves:
        publish(session, TechnicianDeactivated(technician_id=technician.id))
    return technician


def _check_references(session: Session, technician: Technician, changes: Mapping[str, Any]) -> None:
    if (van := changes.get("van_location_id")) is not None:
        stock.locations_by_id(session, [van])
    if (calendar := changes.get("calendar_id")) is not None:
        terms.get_calendar(session, calendar)
    number = changes.get("number")
    if number is not None and number != technician.number and repository.technician_of_number(session, number):
        raise StaffNumberTaken(f"Another technician has the number {number}.", number=number)


def set_skill(
    session: Session,
    technician_id: UUID,
    *,
    skill: str,
    level: int,
    certificate: str | None = None,
    expires_on: date | None = None,
) -> TechnicianSkill:
    """Say what a technician may do; an earlier word on the same skill is replaced.

    Raises:
        TechnicianUnknown: there is no such technician.
    """
    get_technician(session, technician_id)
    row = repository.skill(session, technician_id, skill) or TechnicianSkill(technician_id=technician_id, skill=skill)
    if row.expires_on != expires_on:
        row.reminded_days = None
    row.level, row.certificate, row.expires_on = level, certificate, expires_on
    session.add(row)
    session.flush()
    return row


def remove_skill(session: Session, technician_id: UUID, skill: str) -> None:
    """Take a skill from a technician; one that is not there is none.

    Raises:
        TechnicianUnknown: there is no such technician.
    """
    row = repository.skill(session, get_technician(session, technician_id).id, skill)
    if row is not None:
        session.delete(row)
        session.flush()


def set_outlet(session: Session, technician_id: UUID, *, outlet_id: UUID | None, by: UUID | None = None) -> Technician:
    """Say whose person a technician is: a partner's, or the house's own.

    Raises:
        TechnicianUnknown, OutletUnknown: they do not exist here.
    """
    technician = get_technician(session, technician_id)
    if outlet_id is not None:
        outlets.get_outlet(session, outlet_id)
    audit.record(
        session,
        action="technician.outlet",
        subject="technician",
        subject_id=technician_id,
        actor_id=by,
        detail={"outlet_id": str(outlet_id) if outlet_id else None},
    )
    technician.outlet_id = outlet_id
    session.flush()
    return technician


def technicians_of_outlet(session: Session, outlet_id: UUID) -> Sequence[Technician]:
    """Return the people of a partner by name.

    Raises:
        OutletUnknown: there is no such partner.
    """
    outlets.get_outlet(session, outlet_id)
    return repository.technicians_of_outlet(session, outlet_id)


def add_shift_pattern(
    session: Session,
    technician_id: UUID,
    *,
    weekdays: Collection[int],
    starts: time,
    ends: time,
    breaks: Sequence[tuple[time, time]] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> list[ShiftPattern]:
    """Add the same working time for some weekdays (Monday is 0); one that ends before it starts runs over midnight.

    Raises:
        TechnicianUnknown: there is no such technician.
        WrongInterval: it ends before it starts to hold.
    """
    get_technician(session, technician_id)
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise WrongInterval("The pattern ends before it starts to hold.")
    rows = [
        ShiftPattern(
            technician_id=technician_id,
            weekday=weekday,
            starts=starts,
            ends=ends,
            breaks=[[opens.isoformat(), closes.isoformat()] for opens, closes in breaks],
            valid_from=valid_from,
            valid_to=valid_to,
        )
        for weekday in sorted(set(weekdays))
    ]
    session.add_all(rows)
    session.flush()
    return rows


def set_shift(
    session: Session, technician_id: UUID, *, day: date, start: datetime, end: datetime, breaks: Sequence[Window] = ()
) -> Shift:
    """Add a shift on a day; the weekly pattern says nothing about that day any more.

    Raises:
        TechnicianUnknown: there is no such technician.
        WrongInterval: it ends before it starts, or a break lies outside.
        ShiftOverlaps: another shift shares time with it.
    """
    get_technician(session, technician_id)
    if end <= start or any(not start <= opens < closes <= end for opens, closes in breaks):
        raise WrongInterval("A shift ends after it starts, and its breaks lie inside.")
    if repository.overlapping_shift(session, technician_id, start=start, end=end):
        raise ShiftOverlaps("Another shift shares time with this one.")
    row = Shift(
        technician_id=technician_id,
        day=day,
        starts_at=start,
        ends_at=end,
        breaks=[[opens.isoformat(), closes.isoformat()] for opens, closes in breaks],
    )
    session.add(row)
    session.flush()
    return row


def get_technician(session: Session, technician_id: UUID, *, lock: bool = False) -> Technician:
    """Return a technician.

    Raises:
        TechnicianUnknown: there is none with this id.
    """
    technician = repository.technician(session, technician_id, lock=lock)
    if technician is None:
        raise TechnicianUnknown("No technician has this id.", technician_id=technician_id)
    return technician


def list_technicians(
    session: Session,
    *,
    active: bool | None = None,
    text: str | None = None,
    skill: str | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int,
) -> Sequence[Technician]:
    """Return technicians by name, behind a key; some by a piece of their name or number, or by a skill they have."""
    return repository.technicians(session, active=active, text=text, skill=skill, after=after, limit=limit)


def technicians_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Technician]:
    """Return those of the technicians that exist, by id."""
    return {technician.id: technician for technician in repository.technicians_by_id(session, ids)}


def skills_of(session: Session, technician_id: UUID) -> Sequence[TechnicianSkill]:
    """Return all skills of a technician, those that have ended too."""
    return repository.skills(session, [technician_id])


def skills_of_many(session: Session, ids: Collection[UUID]) -> dict[UUID, list[TechnicianSkill]]:
    """Return the skills of several technicians, by technician."""
    found: dict[UUID, list[TechnicianSkill]] = {key: [] for key in ids}
    for skill in repository.skills(session, ids):
        found[skill.technician_id].append(skill)
    return found


def shift_patterns_of(session: Session, technician_id: UUID) -> Sequence[ShiftPattern]:
    """Return the weekly working times of a technician.

    Raises:
        TechnicianUnknown: there is no such technician.
    """
    return repository.patterns(session, [get_technician(session, technician_id).id])


def near(
    session: Session, lon: float, lat: float, limit: int, *, within_m: float = NEAR_METRES
) -> list[tuple[UUID, float]]:
    """Return the active technicians who live next to a place, as (id, metres), the nearest first."""
    return list(repository.near(session, lon=lon, lat=lat, within_m=within_m, limit=limit))


def covering(session: Session, lon: float, lat: float, limit: int) -> list[UUID]:
    """Return the active technicians whose territory holds a place, by name."""
    return list(repository.covering(session, lon=lon, lat=lat, limit=limit))


def territories(session: Session, ids: Collection[UUID]) -> dict[UUID, Ring]:
    """Return the territories of those technicians who have one."""
    rows = repository.technicians_by_id(session, ids)
    return {row.id: row.territory for row in rows if row.territory is not None}


def technicians_on(
    session: Session, day: date, *, time_zone: str, only: Collection[UUID] | None = None
) -> list[TechnicianDay]:
    """Return who works on a local day, with the skills that hold on it, in the order of their ids."""
    people = [person for person in repository.active_technicians(session) if only is None or person.id in only]
    ids = [person.id for person in people]
    levels: dict[UUID, dict[str, int]] = defaultdict(dict)
    for skill in repository.skills(session, ids, on=day):
        levels[skill.technician_id][skill.skill] = skill.level
    days = _shifts_on(session, ids, day, time_zone=time_zone)
    return [
        TechnicianDay(
            id=person.id,
            name=person.name,
            skills=levels[person.id],
            home=person.home,
            van_location_id=person.van_location_id,
            shift=(shift.start, shift.end),
            breaks=shift.breaks,
        )
        for person in people
        if (shift := days.get(person.id)) is not None
    ]


def shift_windows(session: Session, technician_id: UUID, *, at: datetime, time_zone: str) -> list[Window]:
    """Return the shifts of a technician from the UTC day before `at` to the day behind it, breaks included."""
    found = []
    for offset in (-1, 0, 1):
        day = at.astimezone(UTC).date() + timedelta(days=offset)
        shift = _shifts_on(session, [technician_id], day, time_zone=time_zone).get(technician_id)
        if shift is not None:
            found.append((shift.start, shift.end))
    return found


def _shifts_on(session: Session, ids: Sequence[UUID], day: date, *, time_zone: str) -> dict[UUID, shifts.Shift]:
    special = special_days_of(session, ids, first=day, last=day)
    weekdays = {weekday for days in special.values() for weekday in days.values() if weekday is not None}
    patterns: dict[UUID, list[shifts.Pattern]] = defaultdict(list)
    for row in repository.patterns(session, ids, weekdays=weekdays | {day.weekday()}):
        patterns[row.technician_id].append(pattern_of(row))
    own: dict[UUID, list[shifts.Shift]] = defaultdict(list)
    for shift in repository.shifts(session, ids, day=day):
        own[shift.technician_id].append(shift_of(shift))
    absences: dict[UUID, list[Window]] = defaultdict(list)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    around = (noon - timedelta(days=2), noon + timedelta(days=3))
    for absence in repository.absences(session, ids, start=around[0], end=around[1], states=[AbsenceState.APPROVED]):
        absences[absence.technician_id].append((absence.starts_at, absence.ends_at))
    found = {
        person: shifts.shift_of_day(
            day,
            time_zone=time_zone,
            patterns=patterns[person],
            own=own[person],
            absences=absences[person],
            special=special.get(person, {}),
        )
        for person in ids
    }
    return {person: shift for person, shift in found.items() if shift is not None}


def special_days_of(
    session: Session, ids: Collection[UUID], *, first: date, last: date
) -> dict[UUID, dict[date, int | None]]:
    """Return by technician the days of their calendar that differ: the weekday that each works as, or None."""
    calendars = repository.calendars_of(session, ids)
    said = terms.special_days(session, set(calendars.values()), first=first, last=last)
    return {person: said[calendar] for person, calendar in calendars.items()}


def pattern_of(row: ShiftPattern) -> shifts.Pattern:
    """Return a row as the rules read it."""
    breaks = tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row.breaks)
    return shifts.Pattern(row.weekday, row.starts, row.ends, breaks, row.valid_from, row.valid_to)


def shift_of(row: Shift) -> shifts.Shift:
    """Return a row as the rules read it."""
    breaks = tuple((datetime.fromisoformat(opens), datetime.fromisoformat(closes)) for opens, closes in row.breaks)
    return shifts.Shift(row.starts_at, row.ends_at, breaks)
