"""The terms of the promises: calendars with their weeks and special days.

Whatever changes in a calendar is counted anew by the sweeper for the clocks that run by it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from backend.sla import calendar as rules
from backend.sla import clock_rows, ics, repository
from backend.sla.errors import (
    CalendarInUse,
    CalendarUnknown,
    CodeTaken,
    NotACalendar,
    NoWorkingTime,
    SpanTooLong,
    StaleTerms,
    TooManyDays,
    UnknownZone,
)
from backend.sla.models import BusinessCalendar, CalendarDay, CalendarInterval
from kernel import audit

MOST_DAYS = 5_000
LONGEST_SPAN = timedelta(days=rules.HORIZON_DAYS - 2)

WeeklyTime = tuple[int, time, time]
"""Weekday (Monday is 0), start and end; an end of 00:00 is the midnight that ends the day."""


def create_calendar(
    session: Session, code: str, *, name: str, time_zone: str, weekly: Sequence[WeeklyTime]
) -> BusinessCalendar:
    """Add a calendar.

    Raises:
        CodeTaken: another one has the code.
        UnknownZone: there is no such time zone.
        NoWorkingTime: nobody ever works, or two intervals of a day overlap.
    """
    if repository.calendar_by_code(session, code) is not None:
        raise CodeTaken(f"The calendar {code} exists already.", code=code)
    _check_zone(time_zone)
    _check_week(weekly)
    calendar = BusinessCalendar(code=code, name=name, time_zone=time_zone, version=1)
    session.add(calendar)
    session.flush()
    _write_week(session, calendar, weekly)
    return calendar


def replace_calendar(
    session: Session,
    calendar_id: UUID,
    *,
    name: str,
    time_zone: str,
    weekly: Sequence[WeeklyTime],
    expected_version: int,
    by: UUID | None = None,
) -> BusinessCalendar:
    """Give a calendar another name, zone and week; its special days stay.

    Raises:
        CalendarUnknown: there is no such calendar.
        StaleTerms: it changed since it was read.
        UnknownZone: there is no such time zone.
        NoWorkingTime: nobody ever works, or two intervals of a day overlap.
    """
    calendar = get_calendar(session, calendar_id, lock=True)
    if calendar.version != expected_version:
        raise StaleTerms("The calendar was changed since you read it.", version=calendar.version)
    _check_zone(time_zone)
    _check_week(weekly)
    calendar.name, calendar.time_zone = name, time_zone
    for interval in repository.intervals(session, calendar.id):
        session.delete(interval)
    session.flush()
    _write_week(session, calendar, weekly)
    _changed(session, calendar, by=by)
    return calendar


def delete_calendar(session: Session, calendar_id: UUID, *, by: UUID | None = None) -> None:
    """Remove a calendar that nothing counts by.

    Raises:
        CalendarUnknown: there is no such calendar.
        CalendarInUse: a policy, a ladder or a clock counts by it.
    """
    calendar = get_calendar(session, calendar_id, lock=True)
    if repository.calendar_is_used(session, calendar_id):
        raise CalendarInUse("Policies, ladders or clocks count by it.", calendar_id=calendar_id)
    session.delete(calendar)
    audit.record(session, action="calendar.delete", subject="calendar", subject_id=calendar_id, actor_id=by)
    session.flush()


def _changed(session: Session, calendar: BusinessCalendar, *, by: UUID | None) -> None:
    calendar.version += 1
    clock_rows.mark_for_recount(session, calendar.id)
    detail = {"version": calendar.version}
    audit.record(
        session, action="calendar.change", subject="calendar", subject_id=calendar.id, actor_id=by, detail=detail
    )
    session.flush()


def _write_week(session: Session, calendar: BusinessCalendar, weekly: Sequence[WeeklyTime]) -> None:
    session.add_all(
        CalendarInterval(calendar_id=calendar.id, weekday=weekday, starts=starts, ends=ends)
        for weekday, starts, ends in weekly
    )
    session.flush()


def _check_zone(time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"No time zone is called {time_zone}.", time_zone=time_zone) from error


def _check_week(weekly: Sequence[WeeklyTime]) -> None:
    if not weekly:
        raise NoWorkingTime("Nobody would ever work.")
    spans = sorted((weekday, _minute(starts), _minute(ends) or 24 * 60) for weekday, starts, ends in weekly)
    if any(starts >= ends for _, starts, ends in spans):
        raise NoWorkingTime("An interval ends before it starts.")
    for before, after in pairwise(spans):
        if before[0] == after[0] and after[1] < before[2]:
            raise NoWorkingTime("Two intervals of a day overlap.", weekday=before[0])


def _minute(wall: time) -> float:
    return wall.hour * 60 + wall.minute + wall.second / 60 + wall.microsecond / 60e6


def set_day(
    session: Session, calendar_id: UUID, *, day: date, works_as: int | None, name: str, by: UUID | None = None
) -> CalendarDay:
    """Make a day a holiday, or let it work as another weekday does.

    Raises:
        CalendarUnknown: there is no such calendar.
        TooManyDays: it keeps 5,000 special days already.
    """
    calendar = get_calendar(session, calendar_id, lock=True)
    row = repository.day(session, calendar_id, day)
    if row is None and len(repository.days(session, calendar_id)) >= MOST_DAYS:
        raise TooManyDays("Remove days that are long past.", most=MOST_DAYS)
    row = row or CalendarDay(calendar_id=calendar_id, day=day)
    row.works_as, row.name = works_as, name
    session.add(row)
    _changed(session, calendar, by=by)
    return row


def clear_day(session: Session, calendar_id: UUID, *, day: date, by: UUID | None = None) -> None:
    """Let a day be what its weekday says again.

    Raises:
        CalendarUnknown: there is no such calendar.
    """
    calendar = get_calendar(session, calendar_id, lock=True)
    row = repository.day(session, calendar_id, day)
    if row is not None:
        session.delete(row)
        _changed(session, calendar, by=by)


@dataclass(frozen=True)
class Imported:
    """What a file of holidays says, and what it makes of the calendar."""

    events: list[ics.Event]
    added: list[tuple[date, int | None, str]]
    changed: list[tuple[date, int | None, str]]
    same: int


def import_days(
    session: Session,
    calendar_id: UUID,
    *,
    text: str,
    first: date,
    last: date,
    make_up_as: int,
    dry_run: bool,
    by: UUID | None = None,
) -> Imported:
    """Take holidays and make-up days between two days from an iCalendar file; a dry run changes nothing.

    Raises:
        CalendarUnknown: there is no such calendar.
        NotACalendar: the text is no iCalendar file.
        TooManyDays: there would be more than 5,000 special days.
    """
    calendar = get_calendar(session, calendar_id, lock=not dry_run)
    try:
        events = ics.read(text, first=first, last=last)
    except ics.NotACalendarError as error:
        raise NotACalendar(str(error)) from error
    wanted: dict[date, tuple[int | None, str]] = {}
    for event in sorted(events, key=lambda event: event.reading is ics.Reading.MAKE_UP):
        works_as = make_up_as if event.reading is ics.Reading.MAKE_UP else None
        wanted.update(dict.fromkeys(event.days, (works_as, event.summary)))
    known = {row.day: row for row in repository.days(session, calendar_id)}
    if len(known.keys() | wanted.keys()) > MOST_DAYS:
        raise TooManyDays("Choose a shorter span.", most=MOST_DAYS)
    lines = [(day, *said) for day, said in sorted(wanted.items())]
    added = [line for line in lines if line[0] not in known]
    changed = [line for line in lines if line[0] in known and known[line[0]].works_as != line[1]]
    if not dry_run:
        session.add_all(
            CalendarDay(calendar_id=calendar_id, day=day, works_as=works_as, name=name) for day, works_as, name in added
        )
        for day, works_as, name in changed:
            known[day].works_as, known[day].name = works_as, name
        if added or changed:
            _changed(session, calendar, by=by)
    return Imported(events, added, changed, len(lines) - len(added) - len(changed))


def working_time(
    session: Session, calendar_id: UUID, *, start: datetime, end: datetime, most: int
) -> tuple[timedelta, list[rules.Window]]:
    """Return how much working time lies between two instants, and its first stretches.

    Raises:
        CalendarUnknown: there is no such calendar.
        SpanTooLong: they lie more than five years apart.
    """
    if end - start > LONGEST_SPAN:
        raise SpanTooLong("Choose a shorter span.", most_days=LONGEST_SPAN.days)
    calendar = _readable(session, calendar_id)
    stretches: list[rules.Window] = []
    for opens, closes in rules.windows_from(calendar, start):
        if opens >= end or len(stretches) >= most:
            break
        stretches.append((opens, min(closes, end)))
    return rules.between(calendar, start, end), stretches


def due(session: Session, calendar_id: UUID, *, start: datetime, minutes: int) -> datetime:
    """Return when so many working minutes after an instant are over.

    Raises:
        CalendarUnknown: there is no such calendar.
        NoWorkingTime: there are less than that within five years.
    """
    try:
        return rules.add(_readable(session, calendar_id), start, timedelta(minutes=minutes))
    except rules.NeverWorksError as error:
        raise NoWorkingTime("The calendar has too little working time.") from error


def _readable(session: Session, calendar_id: UUID) -> rules.Calendar:
    found = repository.calendar(session, calendar_id)
    if found is None:
        raise CalendarUnknown("No calendar has this id.", calendar_id=calendar_id)
    return found


def get_calendar(session: Session, calendar_id: UUID, *, lock: bool = False) -> BusinessCalendar:
    """Return a calendar.

    Raises:
        CalendarUnknown: there is none with this id.
    """
    row = repository.calendar_row(session, calendar_id, lock=lock)
    if row is None:
        raise CalendarUnknown("No calendar has this id.", calendar_id=calendar_id)
    return row


def list_calendars(session: Session) -> Sequence[BusinessCalendar]:
    """Return all calendars by code."""
    return repository.calendars(session)


def week_of(session: Session, calendar_id: UUID) -> Sequence[CalendarInterval]:
    """Return the weekly working time of a calendar."""
    return repository.intervals(session, calendar_id)


def days_of(session: Session, calendar_id: UUID) -> Sequence[CalendarDay]:
    """Return the days of a calendar that differ."""
    return repository.days(session, calendar_id)


def special_days(
    session: Session, calendar_ids: Collection[UUID], *, first: date, last: date
) -> dict[UUID, dict[date, int | None]]:
    """Return by calendar the days that differ: the weekday that each works as, None for a holiday."""
    found: dict[UUID, dict[date, int | None]] = {key: {} for key in calendar_ids}
    for row in repository.special_days(session, calendar_ids, first=first, last=last) if calendar_ids else ():
        found[row.calendar_id][row.day] = row.works_as
    return found
