"""What the staff API says about tickets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backend.tickets.lifecycle import TicketAction, TicketState
from backend.tickets.models import Channel


class TicketLine(BaseModel):
    """A ticket in a list."""

    id: UUID
    number: str
    channel: Channel
    summary: str
    state: TicketState
    priority: int
    opened_at: datetime
    resolved_at: datetime | None
    case_id: UUID | None
    customer_id: UUID | None
    site_id: UUID | None
    asset_id: UUID | None
    merged_into_id: UUID | None
    first_response_at: datetime | None
    unanswered_since: datetime | None
    customer_name: str | None
    site_name: str | None
    asset_name: str | None


class TicketPage(BaseModel):
    """One page of tickets."""

    items: list[TicketLine]
    next_cursor: str | None


class TicketOrder(BaseModel):
    """A work order of a ticket."""

    id: UUID
    number: str
    state: str
    summary: str


class TicketClock(BaseModel):
    """One promise of a ticket."""

    clock: str
    target_minutes: int
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    breached_at: datetime | None
    paused: bool


class TicketName(BaseModel):
    """Another ticket that it is tied to."""

    id: UUID
    number: str
    summary: str


class TicketTimelineLine(BaseModel):
    """One thing that happened to a ticket."""

    at: datetime
    received_at: datetime
    kind: str
    title_code: str
    text: str
    actor: str
    source: str
    detail: dict[str, Any]


class TicketOut(TicketLine):
    """A ticket, whole."""

    description: str
    topic: str | None
    version: int
    closed_at: datetime | None
    follow_up_of_id: UUID | None
    auto_ack_at: datetime | None
    sla: list[TicketClock]
    """Its own promises; an order has others."""
    merged_into: TicketName | None
    """The ticket that stands for it."""
    parts: list[TicketName]
    """The tickets that it stands for."""
    survey_url: str | None
    work_orders: list[TicketOrder]
    timeline: list[TicketTimelineLine]
    allowed_actions: list[str]


class TicketActionIn(BaseModel):
    """What a person asks of a ticket."""

    model_config = ConfigDict(extra="forbid")

    action: TicketAction
    reason: str | None = Field(default=None, max_length=2000)
    no_fault: bool = False
    """With `cancel`: nothing is wrong, so the cases behind the ticket were false."""


class ReopenIn(BaseModel):
    """Why a ticket is taken up again."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)
