"""Calendars, policies and clocks over HTTP."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import service, terms
from backend.sla.errors import CalendarUnknown, CodeTaken, NoWorkingTime, UnknownZone
from backend.sla.models import BusinessCalendar
from backend.sla.schemas import (
    CalendarIn,
    CalendarOut,
    ClockOut,
    DayIn,
    DayOut,
    IntervalOut,
    PolicyIn,
    PolicyOut,
)
from kernel import http
from kernel.auth import OFFICE, STAFF, Role
from kernel.fields import Day
from kernel.http import Db, problems
from kernel.paging import Page

router = http.router("sla")

WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_calendars": OFFICE,
    "create_calendar": WRITERS,
    "set_day": WRITERS,
    "clear_day": WRITERS,
    "list_policies": OFFICE,
    "set_policy": WRITERS,
    "list_clocks": STAFF,
}


def _out(db: Session, row: BusinessCalendar) -> CalendarOut:
    return CalendarOut(
        id=row.id,
        code=row.code,
        name=row.name,
        time_zone=row.time_zone,
        weekly=[IntervalOut.model_validate(item) for item in terms.week_of(db, row.id)],
        days=[DayOut.model_validate(item) for item in terms.days_of(db, row.id)],
    )


@router.get("/sla/calendars")
def list_calendars(db: Db) -> Page[CalendarOut]:
    """Return all calendars."""
    return Page(items=[_out(db, row) for row in terms.list_calendars(db)], next_cursor=None)


@router.post("/sla/calendars", status_code=201, responses=problems(CodeTaken, UnknownZone, NoWorkingTime))
def create_calendar(body: CalendarIn, db: Db) -> CalendarOut:
    """Add a calendar."""
    weekly = [(item.weekday, item.starts, item.ends) for item in body.weekly]
    row = terms.create_calendar(db, body.code, name=body.name, time_zone=body.time_zone, weekly=weekly)
    return _out(db, row)


@router.put("/sla/calendars/{calendar_id}/days/{day}", responses=problems(CalendarUnknown))
def set_day(calendar_id: UUID, day: Day, body: DayIn, db: Db) -> DayOut:
    """Make a day a holiday, or let it work as another weekday does."""
    return DayOut.model_validate(terms.set_day(db, calendar_id, day=day, works_as=body.works_as, name=body.name))


@router.delete("/sla/calendars/{calendar_id}/days/{day}", status_code=204, responses=problems(CalendarUnknown))
def clear_day(calendar_id: UUID, day: Day, db: Db) -> None:
    """Let a day be what its weekday says again."""
    terms.clear_day(db, calendar_id, day=day)


@router.get("/sla/policies")
def list_policies(db: Db) -> Page[PolicyOut]:
    """Return what is promised for each priority."""
    return Page(items=[PolicyOut.model_validate(row) for row in terms.list_policies(db)], next_cursor=None)


@router.put("/sla/policies", responses=problems(CalendarUnknown))
def set_policy(body: PolicyIn, db: Db) -> PolicyOut:
    """Say what is promised for a priority and criticality; clocks that run already keep their targets."""
    row = terms.set_policy(
        db,
        priority=body.priority,
        criticality=body.criticality,
        response_minutes=body.response_minutes,
        on_site_minutes=body.on_site_minutes,
        restore_minutes=body.restore_minutes,
        calendar_id=body.calendar_id,
    )
    return PolicyOut.model_validate(row)


@router.get("/sla/clocks/{subject_id}")
def list_clocks(subject_id: UUID, db: Db) -> Page[ClockOut]:
    """Return the clocks of a ticket or a work order."""
    items = [ClockOut.model_validate(row) for row in service.clocks_of(db, subject_id)]
    return Page(items=items, next_cursor=None)
