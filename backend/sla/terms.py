"""The terms of the promises: calendars, their special days, and policies."""

from collections.abc import Sequence
from datetime import date, time
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from backend.sla import repository
from backend.sla.errors import CalendarUnknown, CodeTaken, NoWorkingTime, UnknownZone
from backend.sla.models import BusinessCalendar, CalendarDay, CalendarInterval, SlaPolicy

OFFICE_CODE = "office"
OFFICE_ZONE = "Asia/Shanghai"
OFFICE_HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
DEFAULT_TARGETS = {1: (15, 120, 240), 2: (30, 240, 480), 3: (60, 480, 960), 4: (240, 1440, 2400)}
"""Minutes of response, on site and restore by priority."""

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
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone(f"No time zone is called {time_zone}.", time_zone=time_zone) from error
    _check_week(weekly)
    calendar = BusinessCalendar(code=code, name=name, time_zone=time_zone)
    session.add(calendar)
    session.flush()
    session.add_all(
        CalendarInterval(calendar_id=calendar.id, weekday=weekday, starts=starts, ends=ends)
        for weekday, starts, ends in weekly
    )
    session.flush()
    return calendar


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


def set_day(session: Session, calendar_id: UUID, *, day: date, works_as: int | None, name: str) -> CalendarDay:
    """Make a day a holiday, or let it work as another weekday does; clocks that run already keep their due time.

    Raises:
        CalendarUnknown: there is no such calendar.
    """
    get_calendar(session, calendar_id)
    row = repository.day(session, calendar_id, day) or CalendarDay(calendar_id=calendar_id, day=day)
    row.works_as, row.name = works_as, name
    session.add(row)
    session.flush()
    return row


def clear_day(session: Session, calendar_id: UUID, *, day: date) -> None:
    """Let a day be what its weekday says again.

    Raises:
        CalendarUnknown: there is no such calendar.
    """
    get_calendar(session, calendar_id)
    row = repository.day(session, calendar_id, day)
    if row is not None:
        session.delete(row)
        session.flush()


def get_calendar(session: Session, calendar_id: UUID) -> BusinessCalendar:
    """Return a calendar.

    Raises:
        CalendarUnknown: there is none with this id.
    """
    row = repository.calendar_row(session, calendar_id)
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


def set_policy(
    session: Session,
    *,
    priority: int,
    criticality: str | None,
    response_minutes: int,
    on_site_minutes: int,
    restore_minutes: int,
    calendar_id: UUID | None,
) -> SlaPolicy:
    """Say what is promised for a priority and criticality; clocks that run already keep their targets.

    Raises:
        CalendarUnknown: there is no such calendar.
    """
    if calendar_id is not None:
        get_calendar(session, calendar_id)
    row = repository.exact_policy(session, priority=priority, criticality=criticality)
    row = row or SlaPolicy(priority=priority, criticality=criticality)
    row.response_minutes, row.on_site_minutes, row.restore_minutes = response_minutes, on_site_minutes, restore_minutes
    row.calendar_id = calendar_id
    session.add(row)
    session.flush()
    return row


def list_policies(session: Session) -> Sequence[SlaPolicy]:
    """Return all policies by priority."""
    return repository.policies(session)


def ensure_defaults(session: Session) -> None:
    """Give a tenant without policies the usual ones: round the clock for priority 1, office hours for the others."""
    known = {policy.priority for policy in repository.policies(session) if policy.criticality is None}
    if known >= set(DEFAULT_TARGETS):
        return
    office = repository.calendar_by_code(session, OFFICE_CODE) or create_calendar(
        session,
        OFFICE_CODE,
        name="工作时间 / Office hours",
        time_zone=OFFICE_ZONE,
        weekly=[(weekday, starts, ends) for weekday in range(5) for starts, ends in OFFICE_HOURS],
    )
    for priority, (response, on_site, restore) in DEFAULT_TARGETS.items():
        if priority not in known:
            set_policy(
                session,
                priority=priority,
                criticality=None,
                response_minutes=response,
                on_site_minutes=on_site,
                restore_minutes=restore,
                calendar_id=None if priority == 1 else office.id,
            )
