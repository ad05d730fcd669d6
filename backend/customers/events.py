"""What other rooms hear of customers."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CustomerMerged(Event):
    """A duplicate became a part of another customer; what refers to it now belongs to that one."""

    topic: ClassVar[str] = "customers.customer_merged.v1"
    customer_id: UUID
    into_id: UUID
