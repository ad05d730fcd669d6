"""What other rooms hear of contracts."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CoverageOverridden(Event):
    """A person has decided otherwise who pays for an order."""

    topic: ClassVar[str] = "contracts.coverage_overridden.v1"
    work_order_id: UUID
    seq: int
    basis: str
    at: datetime
