"""What the rest of the house hears of work orders and visits."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class WorkOrderOpened(Event):
    """An order waits for a visit; published when it is opened, not when it comes back."""

    topic: ClassVar[str] = "work.order_opened.v1"
    work_order_id: UUID
    number: str
    ticket_id: UUID | None
    case_id: UUID | None
    priority: int
    due_at: datetime | None
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkOrderChanged(Event):
    """The state of an order changed."""

    topic: ClassVar[str] = "work.order_changed.v1"
    work_order_id: UUID
    ticket_id: UUID | None
    case_id: UUID | None
    from_state: str
    state: str
    action: str
    version: int
    occurred_at: datetime
    actor_id: UUID | None = None
    """Who did it; none: it followed from something."""
    actor_name: str = ""
    reason: str | None = None
    no_fault: bool = False
    """Cancelled by somebody who says that nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class WorkOrderDueMoved(Event):
    """Evidence has moved the date by which an order is due."""

    topic: ClassVar[str] = "work.order_due_moved.v1"
    work_order_id: UUID
    due_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkOrderEdited(Event):
    """The office changed queue, priority, labels or the like; the state is as before."""

    topic: ClassVar[str] = "work.order_edited.v1"
    work_order_id: UUID
    action: str
    version: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkOrderEscalated(Event):
    """A step of escalation was taken for an order."""

    topic: ClassVar[str] = "work.order_escalated.v1"
    work_order_id: UUID
    escalation_id: UUID
    action: str
    priority: int
    queue: str | None
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkOrderClosed(Event):
    """The order is done and accepted; its reservations are free again."""

    topic: ClassVar[str] = "work.order_closed.v1"
    work_order_id: UUID
    number: str
    ticket_id: UUID | None
    case_id: UUID | None
    asset_id: UUID | None
    finding_result: str | None
    failure_mode: str | None
    closed_at: datetime


@dataclass(frozen=True, kw_only=True)
class VisitScheduled(Event):
    """A visit stands in the plan, or stands there otherwise than before."""

    topic: ClassVar[str] = "work.visit_scheduled.v1"
    visit_id: UUID
    work_order_id: UUID
    technician_ids: tuple[UUID, ...]
    planned_start: datetime
    planned_end: datetime
    plan_id: UUID | None
    version: int


@dataclass(frozen=True, kw_only=True)
class VisitAssigned(Event):
    """A visit was dispatched: its technicians are to be told."""

    topic: ClassVar[str] = "work.visit_assigned.v1"
    visit_id: UUID
    work_order_id: UUID
    number: str
    summary: str
    site_name: str
    technician_ids: tuple[UUID, ...]
    planned_start: datetime
    planned_end: datetime
    priority: int
    version: int


@dataclass(frozen=True, kw_only=True)
class VisitWithdrawn(Event):
    """A dispatched visit is no longer theirs: cancelled, or given to somebody else."""

    topic: ClassVar[str] = "work.visit_withdrawn.v1"
    visit_id: UUID
    work_order_id: UUID
    number: str
    technician_ids: tuple[UUID, ...]
    reason: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class VisitChanged(Event):
    """The state of a visit changed."""

    topic: ClassVar[str] = "work.visit_changed.v1"
    visit_id: UUID
    work_order_id: UUID
    technician_ids: tuple[UUID, ...]
    from_state: str
    state: str
    action: str
    version: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class VisitCompleted(Event):
    """The work of a visit is done, by the technician's word."""

    topic: ClassVar[str] = "work.visit_completed.v1"
    visit_id: UUID
    work_order_id: UUID
    ticket_id: UUID | None
    case_id: UUID | None
    asset_id: UUID | None
    completed_at: datetime


@dataclass(frozen=True, kw_only=True)
class VisitReported(Event):
    """A visit has a new answer, part line or note; its state is as before."""

    topic: ClassVar[str] = "work.visit_reported.v1"
    visit_id: UUID
    work_order_id: UUID
    version: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class ConflictRaised(Event):
    """An operation from the field could not be applied; a dispatcher decides."""

    topic: ClassVar[str] = "work.conflict_raised.v1"
    conflict_id: UUID
    visit_id: UUID | None
    work_order_id: UUID | None
    kind: str
    reason: str
