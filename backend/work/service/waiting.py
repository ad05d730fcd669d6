"""Orders that wait for parts, and come back when they can be had."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.actors import system
from backend.work.lifecycle import OrderAction, OrderState
from backend.work.models import WorkOrder
from backend.work.service.demand import all_free
from backend.work.service.journal import take_step


def mark_waiting_parts(session: Session, work_order_id: UUID, *, cause: str, at: datetime) -> WorkOrder:
    """Let an order wait until its parts can be reserved; one that waits already changes its cause only."""
    order = repository.order(session, work_order_id, lock=True)
    if order.state is not OrderState.WAITING_PARTS:
        take_step(session, order, OrderAction.WAIT_PARTS, actor=system(), at=at, reason=cause)
    order.waiting_cause = cause
    return order


def parts_arrived(session: Session, part_id: UUID, *, at: datetime) -> list[UUID]:
    """Bring back the waiting orders whose parts can all be had now; return them."""
    back = []
    for order_id in repository.waiting_for(session, part_id):
        order = repository.order(session, order_id, lock=True)
        if order.state is OrderState.WAITING_PARTS and all_free(session, order):
            take_step(session, order, OrderAction.PARTS_ARRIVED, actor=system(), at=at)
            order.waiting_cause = None
            back.append(order.id)
    return back
