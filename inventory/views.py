"""What people look at: the stock of a van or another place."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from inventory.ledger import STORES, ZERO, Condition
from inventory.models import Part, StockBalance, StockLocation, StockLot, StockSerial


@dataclass(frozen=True, kw_only=True)
class StockLine:
    """What a place has of one part in one condition."""

    part_id: UUID
    part_number: str
    part_name: str
    unit: str
    gtin: str | None
    serial_tracked: bool
    lot_tracked: bool
    condition: Condition
    on_hand: Decimal
    held: Decimal
    free: Decimal
    serials: tuple[str, ...]
    lots: tuple[tuple[str, Decimal], ...]


def free_quantity() -> ColumnElement[Decimal]:
    """Return the SQL of what is free in a balance joined with its location."""
    free_here = and_(StockBalance.condition == Condition.GOOD, StockLocation.kind.in_(STORES))
    return case((free_here, StockBalance.on_hand - StockBalance.held), else_=ZERO)


def van_stock(session: Session, location_id: UUID) -> list[StockLine]:
    """Return what a van, or any other place, has on board, by part number and condition."""
    rows = session.execute(
        select(Part, StockBalance, free_quantity())
        .join(StockBalance, StockBalance.part_id == Part.id)
        .join(StockLocation, StockLocation.id == StockBalance.location_id)
        .where(StockBalance.location_id == location_id, StockBalance.on_hand != 0)
        .order_by(Part.number, StockBalance.condition)
    ).all()
    serials: dict[tuple[UUID, Condition], list[str]] = {}
    for piece in session.scalars(
        select(StockSerial).where(StockSerial.location_id == location_id).order_by(StockSerial.serial)
    ):
        serials.setdefault((piece.part_id, piece.condition), []).append(piece.serial)
    lots: dict[tuple[UUID, Condition], list[tuple[str, Decimal]]] = {}
    for lot in session.scalars(
        select(StockLot).where(StockLot.location_id == location_id, StockLot.on_hand != 0).order_by(StockLot.lot)
    ):
        lots.setdefault((lot.part_id, lot.condition), []).append((lot.lot, lot.on_hand))
    return [
        StockLine(
            part_id=part.id,
            part_number=part.number,
            part_name=part.name,
            unit=part.unit,
            gtin=part.gtin,
            serial_tracked=part.serial_tracked,
            lot_tracked=part.lot_tracked,
            condition=balance.condition,
            on_hand=balance.on_hand,
            held=balance.held,
            free=free,
            serials=tuple(serials.get((part.id, balance.condition), ())),
            lots=tuple(lots.get((part.id, balance.condition), ())),
        )
        for part, balance, free in rows
    ]
