"""What people look at: the stock of a van, and lists of parts, places, balances, moves and reservations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, RowMapping, and_, case, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from inventory.ledger import STORES, ZERO, Condition, LocationKind, ReservationState
from inventory.models import Part, Reservation, StockBalance, StockLocation, StockLot, StockMove, StockSerial
from kernel.timeline import Line, Window


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


def list_parts(session: Session, *, text: str | None, after: str | None, limit: int) -> Sequence[Part]:
    """Return parts by number, those whose number, name or GTIN contains `text`."""
    statement = select(Part).order_by(Part.number).limit(limit)
    if text:
        columns = (Part.number, Part.name, Part.gtin)
        statement = statement.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
    if after is not None:
        statement = statement.where(Part.number > after)
    return session.scalars(statement).all()


def list_locations(
    session: Session, *, kind: LocationKind | None, after: str | None, limit: int
) -> Sequence[StockLocation]:
    """Return stock locations by code."""
    statement = select(StockLocation).order_by(StockLocation.code).limit(limit)
    if kind is not None:
        statement = statement.where(StockLocation.kind == kind)
    if after is not None:
        statement = statement.where(StockLocation.code > after)
    return session.scalars(statement).all()


BalanceKey = tuple[str, str, Condition]
MoveKey = tuple[datetime, UUID]


def list_balances(
    session: Session,
    *,
    part_id: UUID | None,
    location_id: UUID | None,
    after: BalanceKey | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return balances by part number, place and condition; empty ones are left out."""
    statement = (
        select(
            StockBalance.part_id,
            Part.number.label("part_number"),
            Part.name.label("part_name"),
            StockBalance.location_id,
            StockLocation.code.label("location_code"),
            StockLocation.name.label("location_name"),
            StockLocation.kind.label("location_kind"),
            StockBalance.condition,
            StockBalance.on_hand,
            StockBalance.held.label("reserved"),
            free_quantity().label("free"),
        )
        .join(Part, Part.id == StockBalance.part_id)
        .join(StockLocation, StockLocation.id == StockBalance.location_id)
        .where(StockBalance.on_hand != 0)
        .order_by(Part.number, StockLocation.code, StockBalance.condition)
        .limit(limit)
    )
    if part_id is not None:
        statement = statement.where(StockBalance.part_id == part_id)
    if location_id is not None:
        statement = statement.where(StockBalance.location_id == location_id)
    if after is not None:
        statement = statement.where(tuple_(Part.number, StockLocation.code, StockBalance.condition) > after)
    return session.execute(statement).mappings().all()


def move_lines(session: Session, ref_ids: Collection[UUID], window: Window) -> list[Line]:
    """Return the newest moves that were made for something, such as visits, as lines of a timeline."""
    origin, goal = aliased(StockLocation), aliased(StockLocation)
    query = (
        select(StockMove, Part.number, Part.name, origin.name, goal.name)
        .join(Part, Part.id == StockMove.part_id)
        .join(origin, origin.id == StockMove.from_location_id)
        .join(goal, goal.id == StockMove.to_location_id)
        .where(StockMove.ref_id.in_(ref_ids))
    )
    return [
        Line(
            id=move.id,
            at=move.moved_at,
            received_at=move.created_at,
            kind="part",
            code=f"stock.{move.kind}",
            text=f"{move.quantity.normalize():f} × {number}" + (f" {move.serial}" if move.serial else ""),
            data={
                "part_name": part_name,
                "from_name": from_name,
                "to_name": to_name,
                "condition": move.condition,
                "ref_id": str(move.ref_id),
            },
        )
        for move, number, part_name, from_name, to_name in session.execute(
            window.cut(query, StockMove.moved_at, StockMove.id)
        )
    ]


def list_moves(
    session: Session,
    *,
    part_id: UUID | None = None,
    location_id: UUID | None = None,
    ref_id: UUID | None = None,
    serial: str | None = None,
    operation_id: UUID | None = None,
    after: MoveKey | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return moves with the names of their part and places, the latest first."""
    origin, goal = aliased(StockLocation), aliased(StockLocation)
    statement = (
        select(
            *StockMove.__table__.c,
            StockMove.actor_id.label("actor"),
            StockMove.reverses_id.label("reverses"),
            Part.number.label("part_number"),
            origin.name.label("from_name"),
            goal.name.label("to_name"),
            origin.kind.label("from_kind"),
            goal.kind.label("to_kind"),
        )
        .join(Part, Part.id == StockMove.part_id)
        .join(origin, origin.id == StockMove.from_location_id)
        .join(goal, goal.id == StockMove.to_location_id)
        .order_by(StockMove.moved_at.desc(), StockMove.id.desc())
        .limit(limit)
    )
    if location_id is not None:
        statement = statement.where(
            or_(StockMove.from_location_id == location_id, StockMove.to_location_id == location_id)
        )
    exact = {
        StockMove.part_id: part_id,
        StockMove.ref_id: ref_id,
        StockMove.serial: serial,
        StockMove.client_op_id: operation_id,
    }
    statement = statement.where(*(column == value for column, value in exact.items() if value is not None))
    if after is not None:
        statement = statement.where(tuple_(StockMove.moved_at, StockMove.id) < after)
    return session.execute(statement).mappings().all()


def list_serials(
    session: Session,
    *,
    part_id: UUID | None = None,
    location_id: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[Row[StockSerial, str]]:
    """Return serialised pieces with the name of where they are, in the order of their ids."""
    statement = (
        select(StockSerial, StockLocation.name)
        .join(StockLocation, StockLocation.id == StockSerial.location_id)
        .order_by(StockSerial.id)
        .limit(limit)
    )
    exact = {StockSerial.part_id: part_id, StockSerial.location_id: location_id}
    statement = statement.where(*(column == value for column, value in exact.items() if value is not None))
    return list(session.execute(statement if after is None else statement.where(StockSerial.id > after)))


def list_reservations(
    session: Session,
    *,
    reservation_id: UUID | None = None,
    demand_id: UUID | None = None,
    location_id: UUID | None = None,
    state: ReservationState | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return reservations with the names of their part and place, the oldest first."""
    exact = {
        Reservation.id: reservation_id,
        Reservation.demand_id: demand_id,
        Reservation.location_id: location_id,
        Reservation.state: state,
    }
    statement = (
        select(
            *Reservation.__table__.c,
            Part.number.label("part_number"),
            StockLocation.name.label("location_name"),
        )
        .join(Part, Part.id == Reservation.part_id)
        .join(StockLocation, StockLocation.id == Reservation.location_id)
        .where(*(column == value for column, value in exact.items() if value is not None))
        .order_by(Reservation.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Reservation.id > after)
    return session.execute(statement).mappings().all()
