"""What maintenance has to say."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class MaintenanceOpened(Event):
    """Maintenance is coming due, and its order is open."""

    topic: ClassVar[str] = "maintenance.opened.v1"
    occurrence_id: UUID
    maintenance_plan_id: UUID
    asset_id: UUID | None
    work_order_id: UUID
    level: int
    due_at: datetime
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class MaintenanceEnded(Event):
    """The order of an occurrence is closed or cancelled; `missed` others came due meanwhile and were not done."""

    topic: ClassVar[str] = "maintenance.ended.v1"
    occurrence_id: UUID
    maintenance_plan_id: UUID
    asset_id: UUID | None
    work_order_id: UUID
    state: str
    in_time: bool
    missed: int
    ended_at: datetime
