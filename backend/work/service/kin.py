"""Orders that belong together: a parent with its children, an order and those that follow it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import IllegalTransition
from backend.work.lifecycle import ORDER_ENDED
from backend.work.models import OrderSource, WorkOrder
from backend.work.service import orders

MOST = 100


class Relation(StrEnum):
    """What an order is to the one that it is opened from."""

    CHILD = "child"
    """Done as a part of it; it does not close before."""
    FOLLOW_UP = "follow_up"
    """Done after it, for what it left."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be done; what is left open is as with the order that it is opened from."""

    relation: Relation
    summary: str
    description: str = ""
    asset_id: UUID | None = None
    work_type: str | None = None
    skill: str | None = None
    skill_level: int | None = None
    priority: int | None = None
    duration_minutes: int = 60


def open_from(session: Session, work_order_id: UUID, wish: Wish, *, actor: Actor, at: datetime) -> WorkOrder:
    """Open an order as a child of another or to follow it, at the same place and for the same ticket.

    Raises:
        NoSuchWorkOrder: there is none with this id.
        IllegalTransition: a child of an order that has ended.
        AssetUnknown: the asset does not exist.
    """
    first = repository.order(session, work_order_id, lock=True)
    child = wish.relation is Relation.CHILD
    if child and first.state in ORDER_ENDED:
        raise IllegalTransition(
            "An order that has ended takes no children; open one that follows it.",
            state=str(first.state),
            action=str(wish.relation),
            legal=[str(Relation.FOLLOW_UP)],
        )
    return orders.open_work_order(
        session,
        site_id=first.site_id,
        asset_id=wish.asset_id or first.asset_id,
        summary=wish.summary,
        description=wish.description,
        work_type=wish.work_type or first.work_type,
        priority=wish.priority or first.priority,
        skill=wish.skill or first.skill,
        skill_level=wish.skill_level or first.skill_level,
        duration_minutes=wish.duration_minutes,
        ticket_id=first.ticket_id if child or first.state not in ORDER_ENDED else None,
        source=OrderSource.AGENT,
        parent_id=first.id if child else None,
        follow_up_of_id=None if child else first.id,
        actor=actor,
        at=at,
    )


def view(session: Session, order: WorkOrder) -> dict[str, Any]:
    """Return an order's parent, children, what it follows and what follows it, each with its state."""
    ups = [key for key in (order.parent_id, order.follow_up_of_id) if key is not None]
    downs = [
        select(WorkOrder).where(column == order.id).order_by(WorkOrder.id).limit(MOST)
        for column in (WorkOrder.parent_id, WorkOrder.follow_up_of_id)
    ]  # one after the other: an OR of them would have PostgreSQL walk through all orders by id
    rows = [*session.scalars(select(WorkOrder).where(WorkOrder.id.in_(ups)))] if ups else []
    rows += [row for query in downs for row in session.scalars(query)]
    by_id = {row.id: _name(row) for row in rows}
    return {
        "parent": by_id.get(order.parent_id) if order.parent_id else None,
        "follow_up_of": by_id.get(order.follow_up_of_id) if order.follow_up_of_id else None,
        "children": [_name(row) for row in rows if row.parent_id == order.id],
        "follow_ups": [_name(row) for row in rows if row.follow_up_of_id == order.id],
    }


def _name(row: WorkOrder) -> dict[str, Any]:
    return {"id": row.id, "number": row.number, "summary": row.summary, "state": row.state}
