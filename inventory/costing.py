"""What parts have cost: by their own move where it says so, else on average of what was received until then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute as Attribute
from sqlalchemy.orm import Session, aliased

from inventory.ledger import Condition, LocationKind, MoveKind
from inventory.models import StockLocation, StockMove


@dataclass(frozen=True, kw_only=True)
class Used:
    """What was used of a part for a demand, at one cost; less than nothing: taken back unused."""

    demand_id: UUID
    part_id: UUID
    quantity: Decimal
    unit_cost: Decimal | None
    """None: nobody has written down what it cost, or in another currency."""


def used_for(session: Session, demand_ids: Collection[UUID], *, currency: str) -> list[Used]:
    """Return what was issued for demands and not taken back as good, as it was moved; reversed moves do not count."""
    move, later = aliased(StockMove), aliased(StockMove)
    installed = select(StockLocation.id).where(StockLocation.kind == LocationKind.INSTALLED)
    out = and_(move.kind.in_((MoveKind.ISSUE, MoveKind.SWAP)), move.to_location_id.in_(installed))
    back = and_(move.kind == MoveKind.RETURN, move.condition == Condition.GOOD)
    rows = session.execute(
        select(
            move.ref_id,
            move.part_id,
            case((back, -move.quantity), else_=move.quantity),
            case((move.currency == currency, move.unit_cost), else_=_average(move.part_id, currency, move.moved_at)),
        )
        .where(
            move.ref_id.in_(demand_ids),
            or_(out, back),
            move.reverses_id.is_(None),
            ~exists().where(later.reverses_id == move.id),
        )
        .order_by(move.moved_at, move.id)
    )
    return [
        Used(demand_id=demand_id, part_id=part_id, quantity=quantity, unit_cost=cost)
        for demand_id, part_id, quantity, cost in rows
        if demand_id is not None
    ]


def average_costs(session: Session, part_ids: Collection[UUID], *, currency: str, at: datetime) -> dict[UUID, Decimal]:
    """Return what one unit of parts has cost on average of what was received until then; unknown ones are missing."""
    receipt, later = aliased(StockMove), aliased(StockMove)
    rows = session.execute(
        select(receipt.part_id, func.sum(receipt.quantity * receipt.unit_cost) / func.sum(receipt.quantity))
        .where(
            receipt.part_id.in_(part_ids),
            receipt.kind == MoveKind.RECEIPT,
            receipt.currency == currency,
            receipt.moved_at <= at,
            receipt.reverses_id.is_(None),
            ~exists().where(later.reverses_id == receipt.id),
        )
        .group_by(receipt.part_id)
    )
    return {part_id: round(Decimal(cost), 4) for part_id, cost in rows}


def _average(part_id: Attribute[UUID], currency: str, at: Attribute[datetime]) -> ColumnElement[Decimal]:
    receipt, later = aliased(StockMove), aliased(StockMove)
    return (
        select(func.round(func.sum(receipt.quantity * receipt.unit_cost) / func.sum(receipt.quantity), 4))
        .where(
            receipt.part_id == part_id,
            receipt.kind == MoveKind.RECEIPT,
            receipt.currency == currency,
            receipt.moved_at <= at,
            receipt.reverses_id.is_(None),
            ~exists().where(later.reverses_id == receipt.id),
        )
        .scalar_subquery()
    )
