"""Bodies and answers of promises."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from backend.sla.ics import Reading, Refused
from backend.sla.models import ClockKind, PauseReason, StepAction
from backend.sla.policies import DEFAULT_PAUSES
from kernel.auth import STAFF, Role
from kernel.fields import Body, Code, Day, Line, LocalTime, OptionalLine, Out, Storable, example

Weekday = Annotated[int, Field(ge=0, le=6)]
Minutes = Annotated[int, Field(gt=0, le=525_600)]
Criticality = Annotated[str, Field(pattern="^[ABC]$")]
Version = Annotated[int, Field(ge=1, le=1_000_000)]
MOST_TEXT = 2_000_000
OFFICE_WEEK = [
    {"weekday": 0, "starts": "08:30", "ends": "12:00"},
    {"weekday": 0, "starts": "13:30", "ends": "17:30"},
]


class IntervalIn(Body):
    """Working time on a weekday (Monday is 0); an end of 00:00 is the midnight that ends the day."""

    weekday: Weekday
    starts: LocalTime
    ends: LocalTime


class IntervalOut(Out):
    """Working time on a weekday; Monday is 0."""

    weekday: int
    starts: time
    ends: time


class WeekIn(Body):
    """What a calendar is: its name, its zone, its week."""

    name: Line
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9+_-]+(/[A-Za-z0-9+_-]+)*$", max_length=64)]
    weekly: Annotated[tuple[IntervalIn, ...], Field(min_length=1, max_length=100)]


class CalendarIn(WeekIn):
    """A new calendar."""

    model_config = example(code="office", name="Office hours", time_zone="Asia/Shanghai", weekly=OFFICE_WEEK)

    code: Code


class CalendarChange(WeekIn):
    """The whole week of a calendar, and the version that was read."""

    model_config = example(name="Office hours", time_zone="Asia/Shanghai", weekly=OFFICE_WEEK, version=1)

    version: Version


class DayIn(Body):
    """What is special about a day: the weekday that it works as, or none for a holiday."""

    model_config = example(works_as=None, name="国庆节")

    works_as: Weekday | None
    name: OptionalLine = ""


class DayOut(Out):
    """A day that differs from its weekday."""

    day: date
    works_as: int | None
    name: str


class CalendarOut(Out):
    """When time counts."""

    id: UUID
    code: str
    name: str
    time_zone: str
    version: int
    weekly: list[IntervalOut]
    days: list[DayOut]


class ImportIn(Body):
    """Holidays and make-up days of an iCalendar file, between two days."""

    model_config = example(
        text="BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261001\nDTEND;VALUE=DATE:20261008\n"
        "SUMMARY:国庆节\nEND:VEVENT\nEND:VCALENDAR\n",
        first="2026-01-01",
        last="2026-12-31",
        make_up_as=0,
        dry_run=True,
    )

    text: Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT), Storable]
    first: Day
    last: Day
    make_up_as: Weekday = 0
    """The weekday whose working time holds on a make-up day."""
    dry_run: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class ImportEventOut(Out):
    """One event of the file and what it was read as."""

    summary: str
    reading: Reading
    refused: Refused | None
    days: list[date]


class ImportOut(Out):
    """What the file says, and what it makes of the calendar."""

    dry_run: bool
    version: int
    events: list[ImportEventOut]
    added: list[DayOut]
    changed: list[DayOut]
    same: int


class StretchOut(Out):
    """A stretch of working time."""

    start: datetime
    end: datetime


class WorkingTimeOut(Out):
    """Working time between two instants; of the stretches the first 200."""

    minutes: float
    stretches: list[StretchOut]


class DueOut(Out):
    """When working time is over."""

    due_at: datetime


class PolicyIn(Body):
    """What is promised for a priority, and for a customer, tier, work type or criticality if given."""

    model_config = example(
        name="Gold",
        priority=2,
        tier="gold",
        response_minutes=15,
        on_site_minutes=120,
        restore_minutes=240,
        calendar_id=None,
        pauses={"customer": ["response", "on_site", "restore"], "parts": ["restore"]},
    )

    name: OptionalLine = ""
    priority: Annotated[int, Field(ge=1, le=4)]
    criticality: Criticality | None = None
    customer_id: UUID | None = None
    tier: Code | None = None
    work_type: Code | None = None
    response_minutes: Minutes
    on_site_minutes: Minutes
    restore_minutes: Minutes
    calendar_id: UUID | None = None
    """None: every minute counts."""
    ladder_id: UUID | None = None
    pauses: dict[PauseReason, list[ClockKind]] = Field(
        default_factory=lambda: {reason: list(clocks) for reason, clocks in DEFAULT_PAUSES.items()}
    )
    """Clocks that stand still, by reason."""

    @model_validator(mode="after")
    def _customer_or_tier(self) -> Self:
        if self.customer_id is not None and self.tier is not None:
            raise ValueError("a policy is for a customer or for a tier")
        return self


class PolicyChange(PolicyIn):
    """The whole policy, and the version that was read."""

    version: Version


class PolicyOut(Out):
    """One version of what is promised."""

    policy_id: UUID
    version: int
    replaced_at: datetime | None
    created_at: datetime
    name: str
    priority: int
    criticality: str | None
    customer_id: UUID | None
    tier: str | None
    work_type: str | None
    response_minutes: int
    on_site_minutes: int
    restore_minutes: int
    calendar_id: UUID | None
    ladder_id: UUID | None
    pauses: dict[str, list[ClockKind]]


class PromiseOut(Out):
    """What would be promised if it were reported at an instant."""

    policy: PolicyOut
    reported_at: datetime
    due_at: dict[ClockKind, datetime]


class StepIn(Body):
    """One step of a ladder: when, and what it does."""

    clock: ClockKind
    percent: Annotated[int | None, Field(ge=1, le=300)] = None
    """Share of the promised time; or minutes after the due time, negative before it."""
    minutes: Annotated[int | None, Field(ge=-43_200, le=43_200)] = None
    action: StepAction
    role: Role | None = None
    user_id: UUID | None = None
    queue: Code | None = None
    in_service_hours: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.percent is None) == (self.minutes is None):
            raise ValueError("a step has either percent or minutes")
        given = {"role": self.role, "user_id": self.user_id, "queue": self.queue}
        wanted = TARGETS[self.action]
        if {name for name, value in given.items() if value is not None} != wanted:
            raise ValueError(f"{self.action} takes {', '.join(sorted(wanted)) or 'no target'}")
        if self.role is not None and self.role not in STAFF:
            raise ValueError("only staff is told")
        return self


TARGETS: dict[StepAction, set[str]] = {
    StepAction.NOTIFY_ROLE: {"role"},
    StepAction.NOTIFY_USER: {"user_id"},
    StepAction.RAISE_PRIORITY: set(),
    StepAction.SET_QUEUE: {"queue"},
}

LADDER = {
    "name": "Standard",
    "calendar_id": None,
    "steps": [
        {"clock": "restore", "percent": 75, "action": "notify_role", "role": "dispatcher"},
        {"clock": "restore", "minutes": 0, "action": "raise_priority"},
        {"clock": "restore", "minutes": 60, "action": "notify_role", "role": "supervisor", "in_service_hours": True},
    ],
}


class LadderIn(Body):
    """What is done while a promise comes near its due time, and after it."""

    model_config = example(**LADDER)

    name: Line
    calendar_id: UUID | None = None
    """Service hours of the steps that keep to them."""
    steps: Annotated[tuple[StepIn, ...], Field(min_length=1, max_length=30)]


class LadderChange(LadderIn):
    """The whole ladder, and the version that was read."""

    model_config = example(**LADDER, version=1)

    version: Version


class StepOut(Out):
    """One step of a ladder."""

    seq: int
    clock: ClockKind
    percent: int | None
    minutes: int | None
    action: StepAction
    role: Role | None
    user_id: UUID | None
    queue: str | None
    in_service_hours: bool


class LadderOut(Out):
    """A ladder with its steps."""

    id: UUID
    version: int
    name: str
    calendar_id: UUID | None
    steps: list[StepOut]


class TurnOut(Out):
    """One turn of a clock."""

    at: datetime
    what: Literal["started", "paused", "resumed", "at_risk", "escalated", "breached", "met", "stopped"]
    detail: dict[str, Any]


class ComingOut(Out):
    """A step that is still to come."""

    due_at: datetime
    ladder: str
    percent: int | None
    minutes: int | None
    action: StepAction
    role: Role | None
    user_id: UUID | None
    queue: str | None
    in_service_hours: bool


class ForecastPartOut(Out):
    """What time is needed for, and how many past cases say so; 0: the plan."""

    piece: Literal["hand_over", "travel", "wait", "work"]
    minutes: int
    cases: int


class TermsOut(Out):
    """The version of the policy that a clock runs by."""

    policy_id: UUID
    version: int
    name: str
    priority: int


class ClockOut(Out):
    """One promise and how it stands."""

    clock: ClockKind
    target_minutes: int
    calendar_id: UUID | None
    paused_by: list[PauseReason]
    started_at: datetime
    paused_seconds: int
    paused_at: datetime | None
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    forecast_at: datetime | None
    forecast: list[ForecastPartOut]
    at_risk_since: datetime | None
    policy: TermsOut | None
    turns: list[TurnOut]
    to_come: list[ComingOut]
