"""What the staff API says about the case policy, incidents, and cases that wait."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from backend.assets.models import Criticality
from backend.intake.models import DecisionKind, IncidentScope, IntakeState
from backend.tickets.lifecycle import TicketState
from backend.work.lifecycle import OrderState
from iot_gateway.lifecycle import CaseState, Finding
from kernel.fields import Body, Line, Out

Tickets = Annotated[int | None, Field(ge=0, le=100_000)]


class PolicyIn(Body):
    """The whole policy, and the version that was read."""

    version: int = Field(ge=1)
    sibling_minutes: int = Field(default=1440, ge=0, le=525_600)
    incident_percent: int = Field(default=5, ge=1, le=100)
    incident_devices: int = Field(default=3, ge=2, le=100_000)
    incident_minutes: int = Field(default=120, ge=1, le=10_080)
    tickets_per_day: Tickets = 50
    tickets_per_week: Tickets = 200
    site_tickets_per_day: Tickets = 10
    site_tickets_per_week: Tickets = 40
    severity_at_once: int = Field(default=3, ge=1, le=5)
    criticality_at_once: Criticality | None = Criticality.A


class SpentOut(Out):
    """Predictive tickets opened so far."""

    tenant_day: int
    tenant_week: int


class PolicyOut(Out):
    """The policy of a tenant, and how much of its budget is spent."""

    version: int
    sibling_minutes: int
    incident_percent: int
    incident_devices: int
    incident_minutes: int
    tickets_per_day: int | None
    tickets_per_week: int | None
    site_tickets_per_day: int | None
    site_tickets_per_week: int | None
    severity_at_once: int
    criticality_at_once: Criticality | None
    spent: SpentOut


class WaitingOut(Out):
    """A case that waits for the budget, and why."""

    case_id: UUID
    device_id: UUID
    model: str
    failure_group: str
    severity: int
    happened_at: datetime
    asset_id: UUID | None
    asset_name: str | None
    criticality: Criticality | None
    site_id: UUID | None
    rank: int
    reason: str
    detail: dict[str, Any]
    waiting_since: datetime


class DecisionOut(Out):
    """One decision about a case."""

    at: datetime
    kind: DecisionKind
    reason: str
    detail: dict[str, Any]
    ticket_id: UUID | None
    actor_id: UUID | None
    actor_name: str


class CaseIntakeOut(Out):
    """What became of a case, and why."""

    case_id: UUID
    state: IntakeState
    severity: int
    ticket_id: UUID | None
    ticket_number: str | None
    ticket_state: TicketState | None
    work_order_id: UUID | None
    order_number: str | None
    order_state: OrderState | None
    incident_id: UUID | None
    incident_name: str | None
    rolled_up: bool
    decisions: list[DecisionOut]


class IncidentOut(Out):
    """Many devices failing at once, held by one ticket."""

    id: UUID
    scope: IncidentScope
    scope_key: str
    scope_name: str
    ticket_id: UUID
    ticket_number: str
    ticket_state: TicketState
    began_at: datetime
    last_case_at: datetime
    ended_at: datetime | None
    device_count: int
    fleet_count: int


class DismissIn(Body):
    """Why a waiting case is called off; `no_fault`: nothing is wrong, so the case was false."""

    reason: Line
    no_fault: bool = False


class IncidentCaseOut(Out):
    """A case of an incident."""

    case_id: UUID
    device_id: UUID
    device_name: str | None
    asset_name: str | None
    state: CaseState
    finding: Finding | None
    model: str
    failure_group: str
    severity: int
    happened_at: datetime
    asset_id: UUID | None
    ticket_id: UUID | None
    work_order_id: UUID | None
