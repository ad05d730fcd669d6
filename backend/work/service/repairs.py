"""How long repairs took: from the order to its completion, and the time in which somebody worked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.work.lifecycle import VisitState
from backend.work.models import Visit, VisitEvent, WorkOrder


@dataclass(frozen=True)
class Repair:
    """The work of one order."""

    order_id: UUID
    number: str
    opened_at: datetime
    completed_at: datetime | None
    """When its last visit ended; None: it has not yet."""
    active: timedelta
    """In which a visit was in progress, holds left out, by the technicians' clocks."""


def repairs_of(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Repair]:
    """Return what the work of orders took, by order; unknown ones are missing."""
    after = func.lead(VisitEvent.occurred_at).over(
        partition_by=VisitEvent.visit_id, order_by=(VisitEvent.occurred_at, VisitEvent.seq)
    )
    steps = (
        select(Visit.work_order_id, VisitEvent.to_state, (after - VisitEvent.occurred_at).label("lasted"))
        .join(VisitEvent, VisitEvent.visit_id == Visit.id)
        .where(Visit.work_order_id.in_(order_ids))
        .subquery()
    )
    worked = (
        select(steps.c.work_order_id, func.sum(steps.c.lasted).label("active"))
        .where(steps.c.to_state == VisitState.IN_PROGRESS)
        .group_by(steps.c.work_order_id)
        .subquery()
    )
    query = (
        select(WorkOrder.id, WorkOrder.number, WorkOrder.opened_at, WorkOrder.completed_at, worked.c.active)
        .outerjoin(worked, worked.c.work_order_id == WorkOrder.id)
        .where(WorkOrder.id.in_(order_ids), WorkOrder.opened_at.is_not(None))
    )
    return {
        row.id: Repair(row.id, row.number, row.opened_at, row.completed_at, row.active or timedelta(0))
        for row in session.execute(query)
    }
