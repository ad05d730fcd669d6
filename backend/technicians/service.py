"""Use cases of technicians: who they are, what they may do, when they work."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.outlets import service as outlets
from backend.technicians import repository, shifts
from backend.technicians.errors import AbsenceUnknown, ShiftOverlaps, TechnicianUnknown, WrongInterval
from backend.technicians.models import Absence, Shift, ShiftPattern, Technician, TechnicianSkill
from backend.technicians.shifts import TechnicianDay, Window
from inventory import service as stock
from kernel import audit
from kernel.geo import LonLat, Ring

NEAR_METRES = 200_000.0


def create_technician(
    session: Session,
    name: str,
    *,
    home: LonLat,
    phone: str | None = None,
    van_location_id: UUID | None = None,
    territory: Ring | None = None,
    skills: Mapping[str, int] | None = None,
) -> Technician:
    """Add a technician; skills given as levels do not end.

    Raises:
        UnknownLocation: there is no such van.
    """
    _check_van(session, van_location_id)
    technician = Technician(
        name=name, home=home, phone=phone, van_location_id=van_location_id, territory=territory, active=True
    )
    session.add(technician)
    session.flush()
    for skill, level in (skills or {}).items():
        set_skill(session, technician.id, skill=skill, level=level)
    return technician


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
    row.level, row.certificate, row.expires_on = level, certificate, expires_on
    session.add(row)
    session.flush()
    return row


def set_van(session: Session, technician_id: UUID, *, van_location_id: UUID | None) -> Technician:
    """Give a technician a van, or none.

    Raises:
        TechnicianUnknown: there is no such technician.
        UnknownLocation: there is no such van.
    """
    technician = get_technician(session, technician_id)
    _check_van(session, van_location_id)
    technician.van_location_id = van_location_id
    session.flush()
    return technician


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


def _check_van(session: Session, van_location_id: UUID | None) -> None:
    if van_location_id is not None:
        stock.locations_by_id(session, [van_location_id])


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


def add_absence(session: Session, technician_id: UUID, *, start: datetime, end: datetime, reason: str) -> Absence:
    """Note time off.

    Raises:
        TechnicianUnknown: there is no such technician.
        WrongInterval: it ends before it starts.
    """
    get_technician(session, technician_id)
    if end <= start:
        raise WrongInterval("An absence ends after it starts.")
    row = Absence(technician_id=technician_id, starts_at=start, ends_at=end, reason=reason)
    session.add(row)
    session.flush()
    return row


def remove_absence(session: Session, absence_id: UUID) -> None:
    """Take back an absence.

    Raises:
        AbsenceUnknown: there is none with this id.
    """
    row = repository.absence(session, absence_id)
    if row is None:
        raise AbsenceUnknown("No absence has this id.", absence_id=absence_id)
    session.delete(row)
    session.flush()


def get_technician(session: Session, technician_id: UUID) -> Technician:
    """Return a technician.

    Raises:
        TechnicianUnknown: there is none with this id.
    """
    technician = repository.technician(session, technician_id)
    if technician is None:
        raise TechnicianUnknown("No technician has this id.", technician_id=technician_id)
    return technician


def list_technicians(
    session: Session, *, active: bool | None = None, after: tuple[str, UUID] | None = None, limit: int
) -> Sequence[Technician]:
    """Return technicians by name, behind a key."""
    return repository.technicians(session, active=active, after=after, limit=limit)


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


def absences_of(session: Session, technician_id: UUID, *, since: date) -> Sequence[Absence]:
    """Return the absences of a technician that last beyond the start of a day (UTC).

    Raises:
        TechnicianUnknown: there is no such technician.
    """
    get_technician(session, technician_id)
    start = datetime.combine(since, time(), tzinfo=UTC)
    return repository.absences(session, [technician_id], start=start, end=datetime.max.replace(tzinfo=UTC))


def near(
    session: Session, lon: float, lat: float, limit: int, *, within_m: float = NEAR_METRES
) -> list[tuple[UUID, float]]:
    """Return the active technicians who live next to a place, as (id, metres), the nearest first."""
    return list(repository.near(session, lon=lon, lat=lat, within_m=within_m, limit=limit))


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
    patterns: dict[UUID, list[shifts.Pattern]] = defaultdict(list)
    for row in repository.patterns(session, ids, weekday=day.weekday()):
        patterns[row.technician_id].append(pattern_of(row))
    own: dict[UUID, list[shifts.Shift]] = defaultdict(list)
    for shift in repository.shifts(session, ids, day=day):
        own[shift.technician_id].append(shift_of(shift))
    absences: dict[UUID, list[Window]] = defaultdict(list)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    for absence in repository.absences(session, ids, start=noon - timedelta(days=2), end=noon + timedelta(days=3)):
        absences[absence.technician_id].append((absence.starts_at, absence.ends_at))
    found = {
        person: shifts.shift_of_day(
            day, time_zone=time_zone, patterns=patterns[person], own=own[person], absences=absences[person]
        )
        for person in ids
    }
    return {person: shift for person, shift in found.items() if shift is not None}


def pattern_of(row: ShiftPattern) -> shifts.Pattern:
    """Return a row as the rules read it."""
    breaks = tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in row.breaks)
    return shifts.Pattern(row.weekday, row.starts, row.ends, breaks, row.valid_from, row.valid_to)


def shift_of(row: Shift) -> shifts.Shift:
    """Return a row as the rules read it."""
    breaks = tuple((datetime.fromisoformat(opens), datetime.fromisoformat(closes)) for opens, closes in row.breaks)
    return shifts.Shift(row.starts_at, row.ends_at, breaks)
