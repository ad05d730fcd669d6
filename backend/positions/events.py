"""What positions have to say."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PositionMoved(Event):
    """A technician is somewhere else than before; one for each batch of fixes that is newer than what was known."""

    topic: ClassVar[str] = "positions.moved.v1"
    technician_id: UUID
    at: datetime
    lon: float
    lat: float
    accuracy_m: float
