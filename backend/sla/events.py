"""What the clocks have to say."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ClockBreached(Event):
    """A promise was not kept in time; published once, when the sweeper finds it."""

    topic: ClassVar[str] = "sla.clock_breached.v1"
    subject_id: UUID
    clock: str
    due_at: datetime
