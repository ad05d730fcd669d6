"""What orders will want of the stock."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.models import WorkOrder
from inventory import service as stock

DEMAND = "work_order:"


def plan_parts(session: Session, order: WorkOrder, *, at: datetime) -> None:
    """Say which parts an order will want and when; said again, the new figures hold."""
    for part in repository.expected_parts(session, order.id):
        stock.plan_demand(
            session,
            source_ref=demand_ref(order.id),
            part_id=part.part_id,
            quantity=part.quantity,
            due_on=(order.due_at or at).date(),
        )


def all_free(session: Session, order: WorkOrder) -> bool:
    """Tell whether everything that an order is expected to take is free somewhere."""
    expected = repository.expected_parts(session, order.id)
    free: dict[UUID, Decimal] = {}
    for line in stock.availability(session, [part.part_id for part in expected]):
        free[line.part_id] = free.get(line.part_id, Decimal(0)) + line.free
    return all(free.get(part.part_id, Decimal(0)) >= part.quantity for part in expected)


def demand_ref(work_order_id: UUID) -> str:
    """Return the name under which an order's planned demand stands in the stock's books."""
    return f"{DEMAND}{work_order_id}"


def order_of_demand(ref: str) -> UUID | None:
    """Return the order that a name in the stock's books stands for, None for another kind of source."""
    try:
        return UUID(ref.removeprefix(DEMAND)) if ref.startswith(DEMAND) else None
    except ValueError:
        return None
