"""What the staff API says about work orders and visits."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from backend.customers.schemas import OpeningHours
from backend.sla.models import ClockKind
from backend.sla.schemas import ForecastPartOut
from backend.work.lifecycle import OrderAction, OrderState, VisitAction, VisitState
from backend.work.models import ConflictState, OrderSource


class WorkOrderLine(BaseModel):
    """A work order in a list."""

    id: UUID
    number: str
    state: OrderState
    substatus: str | None
    priority: int
    summary: str
    work_type: str
    labels: list[str]
    version: int
    customer_id: UUID
    customer_name: str
    site_name: str
    asset_name: str | None
    lon: float
    lat: float
    skill: str
    skill_level: int
    due_at: datetime | None
    created_at: datetime
    completed_at: datetime | None
    source: OrderSource
    technician_name: str | None
    planned_start: datetime | None
    ticket_id: UUID | None
    queue: str | None


class WatchedOut(BaseModel):
    """A promise that will probably be missed, or was."""

    id: UUID
    clock: ClockKind
    target_minutes: int
    started_at: datetime
    due_at: datetime
    breached_at: datetime | None
    met_at: datetime | None
    at_risk_since: datetime | None
    forecast_at: datetime | None
    forecast: list[ForecastPartOut]
    work_order_id: UUID
    number: str
    summary: str
    state: OrderState
    priority: int
    queue: str | None
    customer_name: str


class WatchedPage(BaseModel):
    """One page of promises."""

    items: list[WatchedOut]
    next_cursor: str | None


class SiteOut(BaseModel):
    """Where the work is."""

    id: UUID
    name: str
    address: str
    lon: float
    lat: float
    access_notes: str
    opening_hours: list[OpeningHours]


class CustomerOut(BaseModel):
    """Who it is for."""

    id: UUID
    name: str
    phone: str | None


class ExpectedPartOut(BaseModel):
    """A part that the work will probably take."""

    part_id: UUID
    part_number: str
    part_name: str
    quantity: Decimal
    basis: str


class ClockOut(BaseModel):
    """One promise."""

    clock: str
    target_minutes: int
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None
    paused: bool


class CrewOut(BaseModel):
    """One of those who go."""

    id: UUID
    name: str
    lead: bool


class ActualOut(BaseModel):
    """When the stages of a visit began, by the technician's clock."""

    accepted_at: datetime | None
    travel_started_at: datetime | None
    arrived_at: datetime | None
    work_started_at: datetime | None
    ended_at: datetime | None


class PartUsedOut(BaseModel):
    """A part that a visit took."""

    part_number: str
    part_name: str
    quantity: Decimal
    serial: str | None
    old_serial: str | None


class VisitOut(BaseModel):
    """One visit."""

    id: UUID
    visit_no: int
    state: VisitState
    version: int
    technicians: list[CrewOut]
    planned_start: datetime
    planned_end: datetime
    pinned: bool
    plan_id: UUID | None
    actual: ActualOut
    outcome: str | None
    reason: str | None
    parts_used: list[PartUsedOut]
    allowed_actions: list[str]


class ReservationOut(BaseModel):
    """A part held for a visit."""

    part_number: str
    quantity: Decimal
    location_name: str
    state: str
    expires_at: datetime | None


class FindingOut(BaseModel):
    """What was found."""

    outcome: str
    failure_mode: str | None
    cause: str | None
    activity: str | None
    note: str | None


class TimelineLine(BaseModel):
    """One thing that happened."""

    at: datetime
    received_at: datetime
    kind: str
    title_code: str
    text: str
    actor: str
    source: str
    flagged: str | None
    """What is odd about the time or place of a step from the field."""


class OrderLinkOut(BaseModel):
    """Another order."""

    id: UUID
    number: str
    state: OrderState
    summary: str


class WorkOrderOut(WorkOrderLine):
    """A work order, whole."""

    description: str
    asset_path: list[str]
    asset_id: UUID | None
    site: SiteOut
    customer: CustomerOut
    parent: OrderLinkOut | None
    children: list[OrderLinkOut]
    follow_up_of: OrderLinkOut | None
    follow_ups: list[OrderLinkOut]
    due_basis: str | None
    waiting_cause: str | None
    case_id: UUID | None
    found_by: OrderLinkOut | None
    """The order whose checklist found what this one puts right."""
    found: list[OrderLinkOut]
    """The orders that put right what this one's checklists found."""
    signature_required: bool
    duration_minutes: int
    evidence: dict[str, Any] | None
    expected_parts: list[ExpectedPartOut]
    sla: list[ClockOut]
    visits: list[VisitOut]
    reservations: list[ReservationOut]
    finding: FindingOut | None
    timeline: list[TimelineLine]
    allowed_actions: list[str]


class OrderActionIn(BaseModel):
    """What a person asks of a work order."""

    model_config = ConfigDict(extra="forbid")

    action: OrderAction
    reason: str | None = Field(default=None, max_length=2000)
    no_fault: bool = False
    """With `cancel`: nothing is wrong, so the cases behind the order were false."""
    with_open_children: bool = False
    """With `close`: though orders that are a part of it are not done."""
    version: int | None = None


class VisitActionIn(BaseModel):
    """What a person asks of a visit."""

    model_config = ConfigDict(extra="forbid")

    action: VisitAction
    occurred_at: AwareDatetime | None = None
    reason: str | None = Field(default=None, max_length=2000)
    version: int | None = None
    payload: dict[str, Any] | None = None


class ReserveIn(BaseModel):
    """A part to hold for a visit."""

    model_config = ConfigDict(extra="forbid")

    part_id: UUID
    location_id: UUID
    quantity: Decimal = Field(gt=0, max_digits=14, decimal_places=4)


class ScheduleIn(BaseModel):
    """A visit that a dispatcher makes by hand."""

    model_config = ConfigDict(extra="forbid")

    technician_ids: list[UUID] = Field(default_factory=list, max_length=8)
    crew_id: UUID | None = None
    """Whoever is in this crew on the day, the lead first, in place of named technicians."""
    start: AwareDatetime
    end: AwareDatetime
    travel_seconds: int = Field(default=0, ge=0, le=86_400)
    pinned: bool = True
    dispatch: bool = False
    version: int | None = None
    reserve: list[ReserveIn] = Field(default_factory=list, max_length=50)


class RescheduleIn(BaseModel):
    """Another time or crew for a visit."""

    model_config = ConfigDict(extra="forbid")

    technician_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=8)
    start: AwareDatetime
    end: AwareDatetime
    travel_seconds: int | None = Field(default=None, ge=0, le=86_400)
    pinned: bool | None = None
    version: int | None = None


class StandingOut(BaseModel):
    """What stands now of the visit that an operation was for."""

    visit_no: int
    visit_state: VisitState
    visit_reason: str | None
    visit_changed_at: datetime
    order_state: OrderState


class ConflictOut(BaseModel):
    """An operation from the field that could not be applied, and what stands now."""

    id: UUID
    visit_id: UUID
    work_order_id: UUID
    work_order_number: str
    summary: str
    kind: str
    problem: str
    reason: str
    payload: dict[str, Any]
    members: dict[str, Any]
    """What the refusal named, such as the actions that were legal."""
    actor_name: str
    occurred_at: datetime
    received_at: datetime
    state: ConflictState
    now: StandingOut
    resolved_at: datetime | None
    resolved_by: str | None


class ConflictPage(BaseModel):
    """One page of conflict items."""

    items: list[ConflictOut]
    next_cursor: str | None


class ConflictActionIn(BaseModel):
    """What a dispatcher decides on a conflict item."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(pattern="^(apply|dismiss)$")
