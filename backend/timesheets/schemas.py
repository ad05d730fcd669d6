"""Bodies and answers of timesheets and terms of pay."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.technicians.models import AbsenceKind, AbsenceState
from backend.timesheets.service import Activity, DaySheet, WeekSheet, minutes, paid_minutes
from backend.work.lifecycle import VisitState
from backend.work.service.stretches import Planned
from kernel.fields import Body, LocalTime, Out

Percent = Annotated[int, Field(ge=100, le=1000)]


class SpanOut(BaseModel):
    """From one instant to another."""

    start: datetime
    end: datetime


class PlannedOut(Out):
    """A visit in somebody's plan."""

    visit_id: UUID
    work_order_id: UUID
    number: str
    summary: str
    state: VisitState
    start: datetime
    end: datetime


class DoneOut(Out):
    """How long a visit was in one state under way."""

    visit_id: UUID
    work_order_id: UUID
    number: str
    state: VisitState
    start: datetime
    end: datetime


class AwayOut(Out):
    """Time off in the week."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: AbsenceKind
    state: AbsenceState
    reason: str


class DayOut(BaseModel):
    """A local day: the shift, and minutes by what they went to and by what they are paid as."""

    day: date
    shift: SpanOut | None
    breaks: list[SpanOut]
    spent: dict[Activity, int]
    paid: dict[str, int]

    @classmethod
    def of(cls, sheet: DaySheet) -> "DayOut":
        """Return the answer for a day."""
        return cls(
            day=sheet.day,
            shift=SpanOut(start=sheet.shift[0], end=sheet.shift[1]) if sheet.shift else None,
            breaks=[SpanOut(start=start, end=end) for start, end in sheet.breaks],
            spent={kind: minutes(span) for kind, span in sheet.spent.items()},
            paid=paid_minutes(sheet.paid),
        )


class WeekOut(BaseModel):
    """A technician's week, from Monday on."""

    technician_id: UUID
    technician_name: str
    days: list[DayOut]
    visits: list[PlannedOut]
    done: list[DoneOut]
    absences: list[AwayOut]
    weighted_minutes: int
    """How much normal time would be paid the same."""

    @classmethod
    def of(cls, sheet: WeekSheet) -> "WeekOut":
        """Return the answer for a week."""
        return cls(
            technician_id=sheet.technician.id,
            technician_name=sheet.technician.name,
            days=[DayOut.of(day) for day in sheet.days],
            visits=[visit_out(one) for one in sheet.visits],
            done=[DoneOut.model_validate(one) for one in sheet.done],
            absences=[AwayOut.model_validate(one) for one in sheet.absences],
            weighted_minutes=minutes(sheet.weighted),
        )


def visit_out(visit: Planned) -> PlannedOut:
    """Return the answer for a visit."""
    return PlannedOut.model_validate(visit)


class TermsIn(Body):
    """How working time is paid."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """Of the terms that were read; 0: nobody has set any."""
    daily_minutes: Annotated[int, Field(ge=0, le=1440)]
    weekly_minutes: Annotated[int, Field(ge=0, le=10_080)]
    night_from: LocalTime
    night_to: LocalTime
    overtime_percent: Percent
    weekend_percent: Percent
    holiday_percent: Percent
    night_percent: Annotated[int, Field(ge=0, le=1000)]


class TermsOut(TermsIn):
    """How working time is paid."""
