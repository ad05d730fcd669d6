"""A small world of stock for the tests."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from inventory import service as stock
from inventory.models import StockMove
from kernel.ids import new_id

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """One warehouse, one van, a plain part, one with serial numbers, one with lots."""

    warehouse: UUID
    van: UUID
    filter: UUID
    fan: UUID
    gas: UUID


def a_world(session: Session) -> World:
    """Make the places and parts."""
    place = stock.LocationKind
    return World(
        warehouse=stock.create_location(
            session, code="W1", name="Warehouse", kind=place.WAREHOUSE, lonlat=(121.47, 31.23)
        ).id,
        van=stock.create_location(session, code="V1", name="Van", kind=place.VAN).id,
        filter=stock.create_part(session, number="FLT-0150", name="Filter").id,
        fan=stock.create_part(session, number="FAN-120-24", name="Fan", serial_tracked=True).id,
        gas=stock.create_part(session, number="REF-R134A", name="Refrigerant", unit="kg", lot_tracked=True).id,
    )


def receive(
    session: Session,
    location_id: UUID,
    part_id: UUID,
    quantity: str | int,
    *,
    serials: tuple[str, ...] = (),
    lot: str | None = None,
) -> list[StockMove]:
    """Take stock in from the vendor."""
    return stock.receive(
        session,
        location_id=location_id,
        part_id=part_id,
        quantity=Decimal(quantity),
        at=AT,
        client_op_id=new_id(),
        actor_id=None,
        serials=serials,
        lot=lot,
    )


def issue(
    session: Session,
    location_id: UUID,
    part_id: UUID,
    quantity: str | int = 1,
    *,
    demand_id: UUID | None = None,
    serial: str | None = None,
    lot: str | None = None,
    client_op_id: UUID | None = None,
) -> StockMove:
    """Use stock up."""
    return stock.issue(
        session,
        location_id=location_id,
        demand_id=demand_id or new_id(),
        part_id=part_id,
        quantity=Decimal(quantity),
        at=AT,
        client_op_id=client_op_id or new_id(),
        actor_id=None,
        serial=serial,
        lot=lot,
    )


def transfer(
    session: Session,
    origin: UUID,
    goal: UUID,
    part_id: UUID,
    quantity: str | int = 1,
    *,
    serials: tuple[str, ...] = (),
    demand_id: UUID | None = None,
) -> list[StockMove]:
    """Hand stock over."""
    return stock.transfer(
        session,
        from_location_id=origin,
        to_location_id=goal,
        part_id=part_id,
        quantity=Decimal(quantity),
        at=AT,
        client_op_id=new_id(),
        actor_id=None,
        serials=serials,
        demand_id=demand_id,
    )


def reserve(
    session: Session,
    location_id: UUID,
    part_id: UUID,
    quantity: str | int = 1,
    *,
    demand_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> UUID:
    """Hold stock; return what it is held for."""
    demand_id = demand_id or new_id()
    stock.reserve(
        session,
        part_id=part_id,
        location_id=location_id,
        quantity=Decimal(quantity),
        demand_id=demand_id,
        expires_at=expires_at,
        client_op_id=new_id(),
    )
    return demand_id


def free(session: Session, part_id: UUID, location_id: UUID) -> Decimal:
    """Return what is free of a part at a place."""
    return sum((row.free for row in stock.availability(session, [part_id], [location_id])), Decimal(0))
