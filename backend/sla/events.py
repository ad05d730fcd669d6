"""What the clocks have to say."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ClockBreached(Event):
    """A promise was not kept in time; published when the sweeper finds it, anew if a late report had moved it."""

    topic: ClassVar[str] = "sla.clock_breached.v1"
    subject_id: UUID
    clock: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClockMoved(Event):
    """A clock stands still, runs on, or is due at another time: a pause or its calendar has changed."""

    topic: ClassVar[str] = "sla.clock_moved.v1"
    subject_id: UUID
    clock: str
    former_due_at: datetime
    due_at: datetime
    paused_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ClockAtRisk(Event):
    """A promise will probably be missed, or after all not."""

    topic: ClassVar[str] = "sla.clock_at_risk.v1"
    subject_id: UUID
    clock: str
    at_risk: bool
    due_at: datetime
    forecast_at: datetime


@dataclass(frozen=True, kw_only=True)
class EscalationReached(Event):
    """A step of a ladder has come due; published at most once per clock and step."""

    topic: ClassVar[str] = "sla.escalation_reached.v1"
    escalation_id: UUID
    subject_id: UUID
    clock: str
    clock_due_at: datetime
    ladder: str
    percent: int | None
    minutes: int | None
    action: str
    role: str | None
    user_id: UUID | None
    queue: str | None
    due_at: datetime
    fired_at: datetime
