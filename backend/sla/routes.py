"""Calendars, policies, ladders and clocks over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from backend.customers.errors import CustomerUnknown
from backend.identity.errors import UserUnknown
from backend.sla import history, ladders, policies, preview, terms
from backend.sla.errors import (
    CalendarInUse,
    CalendarUnknown,
    CodeTaken,
    LadderInUse,
    LadderTaken,
    LadderUnknown,
    NotACalendar,
    NoWorkingTime,
    PolicyTaken,
    PolicyUnknown,
    SpanTooLong,
    StaleTerms,
    TooManyDays,
    UnknownZone,
)
from backend.sla.models import BusinessCalendar, EscalationLadder
from backend.sla.schemas import (
    CalendarChange,
    CalendarIn,
    CalendarOut,
    ClockOut,
    Criticality,
    DayIn,
    DayOut,
    DueOut,
    ImportIn,
    ImportOut,
    IntervalOut,
    LadderChange,
    LadderIn,
    LadderOut,
    Minutes,
    PolicyChange,
    PolicyIn,
    PolicyOut,
    PromiseOut,
    StepOut,
    StretchOut,
    Version,
    WorkingTimeOut,
)
from kernel import clock, http
from kernel.auth import OFFICE, STAFF, Role
from kernel.fields import Code, Day, Instant
from kernel.http import Db, Me, problems
from kernel.paging import Page

router = http.router("sla")

STRETCHES = 200
WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_calendars": OFFICE,
    "get_calendar": OFFICE,
    "create_calendar": WRITERS,
    "replace_calendar": WRITERS,
    "delete_calendar": WRITERS,
    "set_day": WRITERS,
    "clear_day": WRITERS,
    "import_days": WRITERS,
    "get_working_time": OFFICE,
    "get_due": OFFICE,
    "list_policies": OFFICE,
    "create_policy": WRITERS,
    "replace_policy": WRITERS,
    "withdraw_policy": WRITERS,
    "list_policy_versions": OFFICE,
    "get_promise": OFFICE,
    "list_ladders": OFFICE,
    "create_ladder": WRITERS,
    "replace_ladder": WRITERS,
    "delete_ladder": WRITERS,
    "list_clocks": STAFF,
}


def _calendar(db: Session, row: BusinessCalendar) -> CalendarOut:
    return CalendarOut(
        id=row.id,
        code=row.code,
        name=row.name,
        time_zone=row.time_zone,
        version=row.version,
        weekly=[IntervalOut.model_validate(item) for item in terms.week_of(db, row.id)],
        days=[DayOut.model_validate(item) for item in terms.days_of(db, row.id)],
    )


@router.get("/sla/calendars")
def list_calendars(db: Db) -> Page[CalendarOut]:
    """Return all calendars."""
    return Page(items=[_calendar(db, row) for row in terms.list_calendars(db)], next_cursor=None)


@router.get("/sla/calendars/{calendar_id}", responses=problems(CalendarUnknown))
def get_calendar(calendar_id: UUID, db: Db) -> CalendarOut:
    """Return a calendar with its week and its special days."""
    return _calendar(db, terms.get_calendar(db, calendar_id))


@router.post("/sla/calendars", status_code=201, responses=problems(CodeTaken, UnknownZone, NoWorkingTime))
def create_calendar(body: CalendarIn, db: Db) -> CalendarOut:
    """Add a calendar."""
    weekly = [(item.weekday, item.starts, item.ends) for item in body.weekly]
    row = terms.create_calendar(db, body.code, name=body.name, time_zone=body.time_zone, weekly=weekly)
    return _calendar(db, row)


@router.put("/sla/calendars/{calendar_id}", responses=problems(CalendarUnknown, StaleTerms, UnknownZone, NoWorkingTime))
def replace_calendar(calendar_id: UUID, body: CalendarChange, db: Db, me: Me) -> CalendarOut:
    """Give a calendar another name, zone and week; clocks that run by it are counted anew within seconds."""
    row = terms.replace_calendar(
        db,
        calendar_id,
        name=body.name,
        time_zone=body.time_zone,
        weekly=[(item.weekday, item.starts, item.ends) for item in body.weekly],
        expected_version=body.version,
        by=me.user_id,
    )
    return _calendar(db, row)


@router.delete("/sla/calendars/{calendar_id}", status_code=204, responses=problems(CalendarUnknown, CalendarInUse))
def delete_calendar(calendar_id: UUID, db: Db, me: Me) -> None:
    """Remove a calendar that nothing counts by."""
    terms.delete_calendar(db, calendar_id, by=me.user_id)


@router.put("/sla/calendars/{calendar_id}/days/{day}", responses=problems(CalendarUnknown, TooManyDays))
def set_day(calendar_id: UUID, day: Day, body: DayIn, db: Db, me: Me) -> DayOut:
    """Make a day a holiday, or let it work as another weekday does; running clocks are counted anew within seconds."""
    row = terms.set_day(db, calendar_id, day=day, works_as=body.works_as, name=body.name, by=me.user_id)
    return DayOut.model_validate(row)


@router.delete("/sla/calendars/{calendar_id}/days/{day}", status_code=204, responses=problems(CalendarUnknown))
def clear_day(calendar_id: UUID, day: Day, db: Db, me: Me) -> None:
    """Let a day be what its weekday says again."""
    terms.clear_day(db, calendar_id, day=day, by=me.user_id)


@router.post("/sla/calendars/{calendar_id}/import", responses=problems(CalendarUnknown, NotACalendar, TooManyDays))
def import_days(calendar_id: UUID, body: ImportIn, db: Db, me: Me) -> ImportOut:
    """Take holidays and make-up days from an iCalendar file; a dry run shows what would change."""
    done = terms.import_days(db, calendar_id, **body.model_dump(), by=me.user_id)
    return ImportOut.model_validate(
        {
            "dry_run": body.dry_run,
            "version": terms.get_calendar(db, calendar_id).version,
            "events": done.events,
            "added": [{"day": day, "works_as": works_as, "name": name} for day, works_as, name in done.added],
            "changed": [{"day": day, "works_as": works_as, "name": name} for day, works_as, name in done.changed],
            "same": done.same,
        }
    )


@router.get("/sla/calendars/{calendar_id}/working-time", responses=problems(CalendarUnknown, SpanTooLong))
def get_working_time(calendar_id: UUID, db: Db, start: Instant, end: Instant) -> WorkingTimeOut:
    """Return how much working time lies between two instants."""
    length, stretches = terms.working_time(db, calendar_id, start=start, end=end, most=STRETCHES)
    return WorkingTimeOut(
        minutes=length.total_seconds() / 60,
        stretches=[StretchOut(start=opens, end=closes) for opens, closes in stretches],
    )


@router.get("/sla/calendars/{calendar_id}/due", responses=problems(CalendarUnknown, NoWorkingTime))
def get_due(calendar_id: UUID, db: Db, minutes: Annotated[Minutes, Query()], start: Instant | None = None) -> DueOut:
    """Return when so many working minutes are over, from an instant or from now on."""
    return DueOut(due_at=terms.due(db, calendar_id, start=start or clock.now(), minutes=minutes))


@router.get("/sla/policies")
def list_policies(db: Db) -> Page[PolicyOut]:
    """Return what is promised for each priority, the most special first."""
    return Page(items=[PolicyOut.model_validate(row) for row in policies.list_policies(db)], next_cursor=None)


@router.post(
    "/sla/policies",
    status_code=201,
    responses=problems(CalendarUnknown, LadderUnknown, CustomerUnknown, PolicyTaken),
)
def create_policy(body: PolicyIn, db: Db, me: Me) -> PolicyOut:
    """Say what is promised for a case; clocks that run already keep their terms."""
    draft = policies.Draft(**body.model_dump())
    return PolicyOut.model_validate(policies.create_policy(db, draft, by=me.user_id))


@router.put(
    "/sla/policies/{policy_id}",
    responses=problems(PolicyUnknown, StaleTerms, CalendarUnknown, LadderUnknown, CustomerUnknown, PolicyTaken),
)
def replace_policy(policy_id: UUID, body: PolicyChange, db: Db, me: Me) -> PolicyOut:
    """Let a new version take a policy's place; clocks that run already keep their terms."""
    draft = policies.Draft(**body.model_dump(exclude={"version"}))
    row = policies.replace_policy(db, policy_id, draft, expected_version=body.version, at=clock.now(), by=me.user_id)
    return PolicyOut.model_validate(row)


@router.delete("/sla/policies/{policy_id}", status_code=204, responses=problems(PolicyUnknown, StaleTerms))
def withdraw_policy(policy_id: UUID, db: Db, me: Me, version: Annotated[Version, Query()]) -> None:
    """Let a policy be in force no more; its case falls to the next one that fits."""
    policies.withdraw_policy(db, policy_id, expected_version=version, at=clock.now(), by=me.user_id)


@router.get("/sla/policies/{policy_id}/versions", responses=problems(PolicyUnknown))
def list_policy_versions(policy_id: UUID, db: Db) -> Page[PolicyOut]:
    """Return the versions of a policy, the latest first."""
    rows = policies.versions(db, policy_id)
    return Page(items=[PolicyOut.model_validate(row) for row in rows], next_cursor=None)


@router.get("/sla/promise", responses=problems(CustomerUnknown, NoWorkingTime))
def get_promise(
    db: Db,
    *,
    priority: Annotated[int, Query(ge=1, le=4)],
    criticality: Criticality | None = None,
    customer_id: UUID | None = None,
    work_type: Code | None = None,
    at: Instant | None = None,
) -> PromiseOut:
    """Return which policy fits a case, and what would be due if it were reported at an instant or now."""
    reported_at: datetime = at or clock.now()
    policy, due_at = preview.promise(
        db, priority=priority, criticality=criticality, customer_id=customer_id, work_type=work_type, at=reported_at
    )
    return PromiseOut(policy=PolicyOut.model_validate(policy), reported_at=reported_at, due_at=due_at)


def _ladder(db: Session, row: EscalationLadder) -> LadderOut:
    steps = [StepOut.model_validate(step) for step in ladders.steps_of(db, row.id)]
    return LadderOut(id=row.id, version=row.version, name=row.name, calendar_id=row.calendar_id, steps=steps)


@router.get("/sla/ladders")
def list_ladders(db: Db) -> Page[LadderOut]:
    """Return all escalation ladders."""
    return Page(items=[_ladder(db, row) for row in ladders.list_ladders(db)], next_cursor=None)


@router.post("/sla/ladders", status_code=201, responses=problems(CalendarUnknown, UserUnknown, LadderTaken))
def create_ladder(body: LadderIn, db: Db, me: Me) -> LadderOut:
    """Add an escalation ladder."""
    steps = [ladders.StepDraft(**step.model_dump()) for step in body.steps]
    row = ladders.create_ladder(db, body.name, calendar_id=body.calendar_id, steps=steps, by=me.user_id)
    return _ladder(db, row)


@router.put(
    "/sla/ladders/{ladder_id}",
    responses=problems(LadderUnknown, StaleTerms, CalendarUnknown, UserUnknown, LadderTaken),
)
def replace_ladder(ladder_id: UUID, body: LadderChange, db: Db, me: Me) -> LadderOut:
    """Replace an escalation ladder; clocks that run already keep the steps that they started with."""
    row = ladders.replace_ladder(
        db,
        ladder_id,
        name=body.name,
        calendar_id=body.calendar_id,
        steps=[ladders.StepDraft(**step.model_dump()) for step in body.steps],
        expected_version=body.version,
        by=me.user_id,
    )
    return _ladder(db, row)


@router.delete("/sla/ladders/{ladder_id}", status_code=204, responses=problems(LadderUnknown, LadderInUse))
def delete_ladder(ladder_id: UUID, db: Db, me: Me) -> None:
    """Remove an escalation ladder that no policy climbs."""
    ladders.delete_ladder(db, ladder_id, by=me.user_id)


@router.get("/sla/clocks/{subject_id}")
def list_clocks(subject_id: UUID, db: Db) -> Page[ClockOut]:
    """Return the clocks of a work order with all their turns and the steps that are still to come."""
    items = [_clock(told) for told in history.of_subject(db, subject_id)]
    return Page(items=items, next_cursor=None)


def _clock(told: history.Told) -> ClockOut:
    members = set(ClockOut.model_fields) - {"policy", "turns", "to_come"}
    return ClockOut.model_validate(
        {name: getattr(told.clock, name) for name in members}
        | {"policy": told.policy, "turns": told.turns, "to_come": told.to_come}
    )
