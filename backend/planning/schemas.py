"""What the planner takes and answers."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from backend.planning.models import PlanMode, PlanState


class PlanRequest(BaseModel):
    """Ask for a plan of everything that waits."""

    model_config = ConfigDict(extra="forbid")

    mode: PlanMode = PlanMode.AUTO


class PlanAccepted(BaseModel):
    """The plan will be made; look again."""

    id: UUID
    state: PlanState


class ReasonOut(BaseModel):
    """Why a technician was chosen."""

    code: str
    text_en: str
    text_zh: str
    figure: str | None


class RefusalOut(ReasonOut):
    """Why another one was not."""

    technician_id: UUID
    technician_name: str


class PickupOut(BaseModel):
    """The stop on the way where the part is."""

    location_name: str
    part_number: str
    quantity: int


class PersonOut(BaseModel):
    """A technician by name."""

    id: UUID
    name: str


class OrderPlanOut(BaseModel):
    """What the newest plan says about one order; without a technician it could not be placed."""

    plan_id: UUID
    planned_at: datetime | None
    engine: str | None
    technician: PersonOut | None
    start: datetime | None
    travel_minutes: int | None
    reasons: list[ReasonOut]
    refused: list[RefusalOut]
    pickup: PickupOut | None
    note: str | None


class PlanVisitOut(BaseModel):
    """One line of a plan."""

    work_order_id: UUID
    technician_id: UUID
    start: datetime
    end: datetime
    travel_seconds: int
    pickup: PickupOut | None
    reasons: list[ReasonOut]
    visit_id: UUID | None
    note: str | None


class UnservedOut(BaseModel):
    """An order that the plan could not place."""

    work_order_id: UUID
    number: str
    code: str
    text_en: str
    text_zh: str


class PlanOut(BaseModel):
    """A plan with its lines."""

    id: UUID
    state: PlanState
    mode: PlanMode
    cause: str
    engine: str | None
    cost: Decimal | None
    summary: dict[str, Any]
    created_at: datetime
    solved_at: datetime | None
    committed_at: datetime | None
    error: str | None
    visits: list[PlanVisitOut]
    unserved: list[UnservedOut]


class Span(BaseModel):
    """From, to."""

    start: datetime
    end: datetime


class BoardTechnician(PersonOut):
    """A technician with skills."""

    skills: list[str]


class Bar(BaseModel):
    """One visit on the board."""

    visit_id: UUID
    work_order_id: UUID
    number: str
    summary: str
    start: datetime
    end: datetime
    travel_before_s: int
    state: str
    sla_due_at: datetime | None
    pinned: bool


class BoardRow(BaseModel):
    """One technician's day."""

    technician: BoardTechnician
    shift: Span | None
    bars: list[Bar]


class Board(BaseModel):
    """Everybody's day."""

    date: str
    start: datetime
    end: datetime
    rows: list[BoardRow]
