"""What will be wanted of the stock, and the work and cases behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from backend.intake import repository
from backend.work.service import views as work
from backend.work.service.demand import order_of_demand
from inventory import service as stock
from inventory.service import DemandLine


@dataclass(frozen=True)
class Demand:
    """A part that will be wanted, and why."""

    line: DemandLine
    work_order_id: UUID | None
    order_number: str | None
    case_ids: Sequence[UUID]
    """The cases that the order is to cure."""


def list_demand(
    session: Session, *, part_id: UUID | None, until: date | None, after: tuple[date, UUID] | None, limit: int
) -> list[Demand]:
    """Return what will be wanted, the earliest day first, behind the key `after` (due_on, id)."""
    lines = stock.list_demand(session, part_id=part_id, until=until, after=after, limit=limit)
    named = {line.id: order_of_demand(line.source_ref) for line in lines}
    ids = {order_id for order_id in named.values() if order_id is not None}
    orders = work.orders_by_id(session, ids)
    cases = repository.cases_of_orders(session, ids)
    found = []
    for line in lines:
        order_id = named[line.id]
        order = orders.get(order_id) if order_id else None
        found.append(
            Demand(
                line,
                order.id if order else None,
                order.number if order else None,
                cases.get(order.id, []) if order else [],
            )
        )
    return found
