"""What the staff API says about intake."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from backend.intake.demand import Demand
from backend.tickets.models import Channel
from iot_gateway.lifecycle import Finding
from kernel.fields import Code, Out


class TicketIn(BaseModel):
    """What a person asks for."""

    model_config = ConfigDict(extra="forbid")

    summary: str = Field(min_length=1, max_length=300)
    description: str = Field(default="", max_length=20_000)
    customer_id: UUID | None = None
    site_id: UUID | None = None
    asset_id: UUID | None = None
    channel: Channel
    priority: int | None = Field(default=None, ge=1, le=4)
    external_id: str | None = Field(default=None, min_length=1, max_length=300)


class ProposalOut(BaseModel):
    """What the words seem to ask for."""

    priority: int
    topic: str | None
    skill: str | None
    work_type: str
    safety: tuple[str, ...]
    words: tuple[str, ...]
    language: str


class TicketTakenIn(BaseModel):
    """The new ticket, and what its words seem to ask for."""

    id: UUID
    number: str
    state: str
    priority: int
    proposal: ProposalOut


class PartIn(BaseModel):
    """A part that the work will probably take."""

    model_config = ConfigDict(extra="forbid")

    part_id: UUID
    quantity: Decimal = Field(gt=0, max_digits=14, decimal_places=4)


class ConvertIn(BaseModel):
    """The work that a ticket needs; what is left open follows from the ticket's words and its kind of work."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID | None = None
    asset_id: UUID | None = None
    summary: str | None = Field(default=None, min_length=1, max_length=300)
    work_type: str | None = Field(default=None, min_length=1, max_length=60)
    skill: str | None = Field(default=None, min_length=1, max_length=60)
    skill_level: int | None = Field(default=None, ge=1, le=3)
    priority: int | None = Field(default=None, ge=1, le=4)
    duration_minutes: int | None = Field(default=None, ge=5, le=1440)
    labels: list[Code] | None = Field(default=None, max_length=20)
    promised_at: AwareDatetime | None = None
    expected_parts: list[PartIn] = Field(default_factory=list, max_length=50)


class OrderMade(BaseModel):
    """The new work order."""

    id: UUID
    number: str
    state: str
    ticket_id: UUID
    priority: int


class PartTakenOut(Out):
    """A part and how much of it."""

    part_id: UUID
    part_number: str
    part_name: str
    quantity: Decimal


class SuggestedPartOut(PartTakenOut):
    """A part to bring; `basis` is `failure_group` (the rule) or `closed_cases`, of which `used_in` took it."""

    basis: str
    used_in: int


class PastCaseOut(Out):
    """A closed case that looked like this one: `distance` 0 the same, 2 nothing in common."""

    case_id: UUID
    device_id: UUID
    device_name: str
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    finding: Finding | None
    distance: float
    work_order_id: UUID | None
    order_number: str | None
    failure_mode: str | None
    cause: str | None
    activity: str | None
    note: str | None
    parts_used: list[PartTakenOut]


class AdviceOut(Out):
    """What is known for a case; `confirmed` is how many confirmed cases the parts were learned from."""

    case_id: UUID
    similar: list[PastCaseOut]
    skill: str | None
    skill_level: int | None
    skill_basis: str | None
    parts: list[SuggestedPartOut]
    confirmed: int


class DemandOut(Out):
    """A part that will be wanted, and the work and cases behind it."""

    id: UUID
    part_id: UUID
    part_number: str
    part_name: str
    location_id: UUID | None
    due_on: date
    quantity: Decimal
    source_ref: str
    work_order_id: UUID | None
    order_number: str | None
    case_ids: list[UUID]

    @classmethod
    def of(cls, found: Demand) -> "DemandOut":
        """Show a demand."""
        behind = {name: getattr(found, name) for name in ("work_order_id", "order_number", "case_ids")}
        return cls.model_validate(vars(found.line) | behind)
