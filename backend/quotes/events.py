"""What other rooms hear of quotes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class QuoteSent(Event):
    """A quote went to the customer."""

    topic: ClassVar[str] = "quotes.sent.v1"
    quote_id: UUID
    work_order_id: UUID
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class QuoteDecided(Event):
    """A quote was accepted or refused, or nobody answered in time."""

    topic: ClassVar[str] = "quotes.decided.v1"
    quote_id: UUID
    work_order_id: UUID
    state: str
    decided_at: datetime
