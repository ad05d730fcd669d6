"""Use cases of timesheets: a technician's week as it was, what it is paid as, the terms of that."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.technicians import absences
from backend.technicians import service as technicians
from backend.technicians.models import Absence, Technician
from backend.technicians.shifts import TechnicianDay
from backend.timesheets import pay
from backend.timesheets.errors import NoMonday, StaleTerms
from backend.timesheets.models import PayTerms
from backend.timesheets.pay import PayClass, Piece, Terms, Window
from backend.work.lifecycle import VISIT_BEFORE_TRAVEL, VisitState
from backend.work.service import stretches
from backend.work.service.stretches import Planned, Stretch
from kernel import audit
from kernel.db import Tenant, tenant_of

DAYS = 7
FIELDS = tuple(Terms.__dataclass_fields__)


class Activity(StrEnum):
    """What a minute went to."""

    TRAVEL = "travel"
    WORK = "work"
    BREAK = "break"
    IDLE = "idle"


DOES = {
    VisitState.TRAVELLING: Activity.TRAVEL,
    VisitState.ON_SITE: Activity.WORK,
    VisitState.IN_PROGRESS: Activity.WORK,
}
"""Of a visit under way; one on hold leaves the technician idle."""


@dataclass(frozen=True, kw_only=True)
class DaySheet:
    """A local day of a technician."""

    day: date
    shift: Window | None
    breaks: tuple[Window, ...] = ()
    spent: Mapping[Activity, timedelta]
    paid: tuple[Piece, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WeekSheet:
    """A week of a technician, from Monday on."""

    technician: Technician
    days: tuple[DaySheet, ...]
    visits: tuple[Planned, ...]
    done: tuple[Stretch, ...]
    absences: tuple[Absence, ...]
    weighted: timedelta
    """How much normal time would be paid the same."""


@dataclass(frozen=True)
class _Records:
    """What is known of several people in a week."""

    shifts: Mapping[tuple[UUID, date], TechnicianDay]
    visits: Sequence[Planned]
    done: Sequence[Stretch]
    terms: Terms
    time_zone: str
    bounds: Window
    special: Mapping[UUID, Mapping[date, int | None]] = field(default_factory=dict)


def weeks(session: Session, technician_ids: Collection[UUID], monday: date, *, at: datetime) -> list[WeekSheet]:
    """Return the week of some technicians as it was up to `at`, by name.

    Raises:
        NoMonday: the week begins on another day.
    """
    records = _records(session, technician_ids, monday, at=at)
    found = technicians.technicians_by_id(session, technician_ids).values()
    people = sorted(found, key=lambda person: (person.name, person.id))
    return [_week(session, person, monday, records, at=at) for person in people]


def week(session: Session, technician_id: UUID, monday: date, *, at: datetime) -> WeekSheet:
    """Return the week of a technician as it was up to `at`.

    Raises:
        TechnicianUnknown: there is no such technician.
        NoMonday: the week begins on another day.
    """
    technicians.get_technician(session, technician_id)
    return weeks(session, [technician_id], monday, at=at)[0]


def _records(session: Session, ids: Collection[UUID], monday: date, *, at: datetime) -> _Records:
    if monday.weekday() != 0:
        raise NoMonday("The week begins on a Monday.", day=monday.isoformat())
    zone = session.get_one(Tenant, tenant_of(session)).time_zone
    days = [monday + timedelta(days=offset) for offset in range(DAYS)]
    start, end = (
        datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in (monday, monday + timedelta(days=DAYS))
    )
    # Of the day before, for the shift that runs over midnight into the week.
    shifts = {
        (row.id, day): row
        for day in (monday - timedelta(days=1), *days)
        for row in technicians.technicians_on(session, day, time_zone=zone, only=ids)
    }
    return _Records(
        shifts=shifts,
        visits=stretches.planned(session, ids, start=start, end=end),
        done=stretches.under_way(session, ids, start=start, end=end, at=at),
        terms=terms_of(session),
        time_zone=zone,
        bounds=(start, end),
        special=technicians.special_days_of(session, ids, first=days[0], last=days[-1]),
    )


def _week(session: Session, person: Technician, monday: date, records: _Records, *, at: datetime) -> WeekSheet:
    done = [one for one in records.done if one.technician_id == person.id]
    spent = {kind: pay.union((one.start, one.end) for one in done if DOES.get(one.state) is kind) for kind in Activity}
    # Somebody on site for one visit and on the way to another at once is at work.
    spent[Activity.TRAVEL] = pay.without(spent[Activity.TRAVEL], spent[Activity.WORK])
    busy = pay.union([*spent[Activity.TRAVEL], *spent[Activity.WORK]])
    shifts = [row for (key, _), row in records.shifts.items() if key == person.id]
    past = [(records.bounds[0], min(records.bounds[1], at))]
    on_duty = pay.overlap(pay.union(row.shift for row in shifts), past)
    rests = pay.without(pay.overlap(pay.union(rest for row in shifts for rest in row.breaks), past), busy)
    spent[Activity.BREAK] = pay.overlap(rests, on_duty)
    spent[Activity.IDLE] = pay.without(on_duty, [*busy, *rests])
    paid = pay.classify(
        pay.without([*on_duty, *busy], rests),
        records.terms,
        time_zone=records.time_zone,
        special=records.special.get(person.id, {}),
    )
    days = tuple(_day(person.id, monday + timedelta(days=offset), spent, paid, records) for offset in range(DAYS))
    return WeekSheet(
        technician=person,
        days=days,
        visits=tuple(one for one in records.visits if one.technician_id == person.id),
        done=tuple(done),
        absences=tuple(absences.absences_between(session, person.id, start=records.bounds[0], end=records.bounds[1])),
        weighted=pay.weighted([piece for day in days for piece in day.paid], records.terms),
    )


def _day(
    technician_id: UUID,
    day: date,
    spent: Mapping[Activity, Sequence[Window]],
    paid: Iterable[Piece],
    records: _Records,
) -> DaySheet:
    zone = ZoneInfo(records.time_zone)
    start, end = (datetime.combine(one, time(), tzinfo=zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    row = records.shifts.get((technician_id, day))
    return DaySheet(
        day=day,
        shift=row.shift if row else None,
        breaks=row.breaks if row else (),
        spent={kind: pay.length(pay.overlap(spans, [(start, end)])) for kind, spans in spent.items()},
        paid=tuple(piece for piece in paid if piece.day == day),
    )


def terms_of(session: Session) -> Terms:
    """Return how working time is paid."""
    row = session.scalar(select(PayTerms))
    return Terms() if row is None else Terms(**{name: getattr(row, name) for name in FIELDS})


def terms_version(session: Session) -> int:
    """Return the version of the terms; 0 stands for the usual ones."""
    row = session.scalar(select(PayTerms))
    return 0 if row is None else row.version


def set_terms(session: Session, terms: Mapping[str, Any], *, version: int, by: UUID | None) -> Terms:
    """Say how working time is paid.

    Raises:
        StaleTerms: the terms changed since they were read.
    """
    row = session.scalar(select(PayTerms).with_for_update())
    held = 0 if row is None else row.version
    if version != held:
        raise StaleTerms("Read them again before changing them.", version=held)
    if row is None:
        row = PayTerms()
        session.add(row)
    for name in FIELDS:
        setattr(row, name, terms[name])
    row.version = held + 1
    session.flush()
    detail = {name: str(terms[name]) for name in FIELDS}
    audit.record(session, actor_id=by, action="pay_terms.change", subject="pay_terms", subject_id=row.id, detail=detail)
    return terms_of(session)


def minutes(spans: timedelta) -> int:
    """Return whole minutes, rounded down."""
    return spans // timedelta(minutes=1)


def paid_minutes(pieces: Iterable[Piece]) -> dict[str, int]:
    """Return the minutes of each class, and those of the night among them."""
    pieces = tuple(pieces)
    found = {
        str(kind): minutes(sum((one.end - one.start for one in pieces if one.kind is kind), timedelta()))
        for kind in PayClass
    }
    night = sum((one.end - one.start for one in pieces if one.night), timedelta())
    return found | {"night": minutes(night)}


def visits_hit(session: Session, absence_id: UUID) -> list[Planned]:
    """Return the visits that are planned into an absence and have not begun.

    Raises:
        AbsenceUnknown: there is no such absence.
    """
    row = absences.get_absence(session, absence_id)
    found = stretches.planned(session, [row.technician_id], start=row.starts_at, end=row.ends_at)
    return [visit for visit in found if visit.state in VISIT_BEFORE_TRAVEL]
