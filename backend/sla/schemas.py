"""Bodies and answers of promises."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.sla.models import ClockKind
from kernel.fields import Body, Code, Line, LocalTime, OptionalLine, Out

Weekday = Annotated[int, Field(ge=0, le=6)]
Minutes = Annotated[int, Field(gt=0, le=525_600)]


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


class CalendarIn(Body):
    """A new calendar."""

    code: Code
    name: Line
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9+_-]+(/[A-Za-z0-9+_-]+)*$", max_length=64)]
    weekly: Annotated[tuple[IntervalIn, ...], Field(min_length=1, max_length=100)]


class DayIn(Body):
    """What is special about a day: the weekday that it works as, or none for a holiday."""

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
    weekly: list[IntervalOut]
    days: list[DayOut]


class PolicyIn(Body):
    """What is promised for a priority, or for one with a criticality."""

    priority: Annotated[int, Field(ge=1, le=4)]
    criticality: Annotated[str | None, Field(pattern="^[ABC]$")] = None
    response_minutes: Minutes
    on_site_minutes: Minutes
    restore_minutes: Minutes
    calendar_id: UUID | None = None
    """None: every minute counts."""


class PolicyOut(Out):
    """What is promised."""

    id: UUID
    priority: int
    criticality: str | None
    response_minutes: int
    on_site_minutes: int
    restore_minutes: int
    calendar_id: UUID | None


class ClockOut(Out):
    """One promise and how it stands."""

    clock: ClockKind
    target_minutes: int
    started_at: datetime
    paused_at: datetime | None
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
