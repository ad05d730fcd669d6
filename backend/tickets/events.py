"""What the rest of the house hears of tickets."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class TicketOpened(Event):
    """Somebody, or a device, asks for something."""

    topic: ClassVar[str] = "tickets.opened.v1"
    ticket_id: UUID
    number: str
    channel: str
    priority: int
    customer_id: UUID | None
    asset_id: UUID | None
    case_id: UUID | None
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class TicketChanged(Event):
    """The state of a ticket changed."""

    topic: ClassVar[str] = "tickets.changed.v1"
    ticket_id: UUID
    from_state: str
    state: str
    action: str
    occurred_at: datetime
    actor_id: UUID | None = None
    """Who did it; none: it followed from something."""
    actor_name: str = ""
    reason: str | None = None
    no_fault: bool = False
    """Cancelled by somebody who says that nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class TicketResolved(Event):
    """The work is done; published at each resolution."""

    topic: ClassVar[str] = "tickets.resolved.v1"
    ticket_id: UUID
    number: str
    customer_id: UUID | None
    resolved_at: datetime


@dataclass(frozen=True, kw_only=True)
class TicketMerged(Event):
    """A ticket has become a part of another, which stands for both."""

    topic: ClassVar[str] = "tickets.merged.v1"
    ticket_id: UUID
    into_id: UUID
    merged_at: datetime
