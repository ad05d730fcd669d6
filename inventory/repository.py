"""Queries of the stock ledger. Writes are conditional: the statement that changes stock is the one that checks it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from inventory.ledger import STORES, ZERO, Change, Condition, Key, Line, LocationKind, ReservationState
from inventory.models import Part, Reservation, StockBalance, StockLocation, StockLot, StockMove, StockSerial
from kernel.ids import new_id

Place = StockLocation


class Reference(NamedTuple):
    """What the lines of one operation have in common."""

    client_op_id: UUID
    actor_id: UUID | None
    at: datetime
    ref_kind: str | None = None
    ref_id: UUID | None = None
    reason: str | None = None
    unit_cost: Decimal | None = None
    currency: str | None = None


def parts(session: Session, part_ids: Collection[UUID]) -> dict[UUID, Part]:
    """Return parts by id; unknown ids are missing."""
    rows = session.scalars(select(Part).where(Part.id.in_(part_ids)))
    return {row.id: row for row in rows}


def locations(session: Session, location_ids: Collection[UUID]) -> dict[UUID, Place]:
    """Return stock locations by id; unknown ids are missing."""
    rows = session.scalars(select(Place).where(Place.id.in_(location_ids)))
    return {row.id: row for row in rows}


def location_by_code(session: Session, code: str) -> Place | None:
    """Return the stock location with this code."""
    return session.scalar(select(Place).where(Place.code == code))


def add_own_places(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the places that every tenant has, those that are not there yet."""
    session.execute(insert(Place).values(list(rows)).on_conflict_do_nothing())


def operation(session: Session, client_op_id: UUID) -> list[StockMove]:
    """Return the lines that an operation has written, in order."""
    return list(
        session.scalars(select(StockMove).where(StockMove.client_op_id == client_op_id).order_by(StockMove.line))
    )


def write(
    session: Session, lines: Sequence[Line], reference: Reference, reverses: Sequence[UUID | None]
) -> list[StockMove]:
    """Append the lines of an operation, without those that are written or reversed already."""
    ids = sorted(new_id() for _ in lines)
    rows = [
        {
            "id": ids[number],
            "client_op_id": reference.client_op_id,
            "line": number,
            "kind": line.kind,
            "part_id": line.part_id,
            "quantity": line.quantity,
            "condition": line.condition,
            "lot": line.lot,
            "serial": line.serial,
            "from_location_id": line.from_location_id,
            "to_location_id": line.to_location_id,
            "unit_cost": reference.unit_cost,
            "currency": reference.currency,
            "ref_kind": reference.ref_kind,
            "ref_id": reference.ref_id,
            "reason": reference.reason,
            "actor_id": reference.actor_id,
            "moved_at": reference.at,
            "reverses_id": reversed_id,
        }
        for number, (line, reversed_id) in enumerate(zip(lines, reverses, strict=True))
    ]
    statement = insert(StockMove).values(rows).on_conflict_do_nothing().returning(StockMove)
    return sorted(session.scalars(statement), key=lambda move: move.line)


def change_balance(session: Session, key: Key, change: Change) -> tuple[Decimal, Decimal] | None:
    """Change one balance if it bears it and return what it is now: (on hand, held).

    Stock that comes in may make its row; stock that goes out or is held needs one.
    """
    bears = (StockBalance.on_hand + change.on_hand >= StockBalance.held + change.held) & (
        StockBalance.held + change.held >= 0
    )
    values = {
        "on_hand": StockBalance.on_hand + change.on_hand,
        "held": StockBalance.held + change.held,
        "changed_at": func.now(),
    }
    returned = (StockBalance.on_hand, StockBalance.held)
    if change.on_hand > 0:
        made = insert(StockBalance).values(**key._asdict(), on_hand=change.on_hand, held=max(change.held, ZERO))
        row = session.execute(
            made.on_conflict_do_update(
                index_elements=["tenant_id", "part_id", "location_id", "condition"],
                set_=values,
                where=bears,
            ).returning(*returned)
        ).first()
    else:
        row = session.execute(
            update(StockBalance)
            .where(_is(StockBalance, key), bears)
            .values(values)
            .returning(*returned)
            .execution_options(synchronize_session=False)
        ).first()
    return None if row is None else (row[0], row[1])


def change_lot(session: Session, key: Key, lot: str, quantity: Decimal) -> bool:
    """Change what a place has of one lot, if it bears it."""
    if quantity > 0:
        made = insert(StockLot).values(**key._asdict(), lot=lot, on_hand=quantity)
        session.execute(
            made.on_conflict_do_update(
                index_elements=["tenant_id", "part_id", "location_id", "condition", "lot"],
                set_={"on_hand": StockLot.on_hand + quantity},
            )
        )
        return True
    statement = (
        update(StockLot)
        .where(_is(StockLot, key), StockLot.lot == lot, StockLot.on_hand + quantity >= 0)
        .values(on_hand=StockLot.on_hand + quantity)
    )
    return _happened(session, statement.returning(StockLot.id))


def move_serial(session: Session, line: Line, *, from_kind: LocationKind, strict: bool) -> bool:
    """Take one piece to its new place if it is where the line says; `strict` pieces are on our own shelves.

    From outside an unknown piece may come in, and a count may find a piece that the books have written off.
    """
    here = StockSerial.location_id == line.from_location_id
    if strict:
        here &= StockSerial.condition == line.condition
    elif from_kind is LocationKind.COUNT:
        here = StockSerial.location_id.in_(select(Place.id).where(Place.virtual))
    values = {
        "location_id": line.to_location_id,
        "condition": line.condition,
        "lot": line.lot,
        "changed_at": func.now(),
    }
    if strict:
        same = (StockSerial.part_id == line.part_id) & (StockSerial.serial == line.serial)
        return _happened(session, update(StockSerial).where(same, here).values(values).returning(StockSerial.id))
    made = insert(StockSerial).values(
        part_id=line.part_id,
        serial=line.serial,
        lot=line.lot,
        location_id=line.to_location_id,
        condition=line.condition,
    )
    found = made.on_conflict_do_update(index_elements=["tenant_id", "part_id", "serial"], set_=values, where=here)
    return _happened(session, found.returning(StockSerial.id))


def serial(session: Session, part_id: UUID, number: str) -> StockSerial | None:
    """Return where a piece is, as the database has it now."""
    return session.scalar(
        select(StockSerial)
        .where(StockSerial.part_id == part_id, StockSerial.serial == number)
        .execution_options(populate_existing=True)
    )


def balance(session: Session, key: Key) -> StockBalance | None:
    """Return one balance, as the database has it now."""
    return session.scalar(select(StockBalance).where(_is(StockBalance, key)).execution_options(populate_existing=True))


def insert_reservations(session: Session, rows: Sequence[dict[str, Any]]) -> list[Reservation]:
    """Insert reservations; none where another transaction has made them already."""
    statement = (
        insert(Reservation)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=["tenant_id", "client_op_id", "line"])
        .returning(Reservation)
    )
    return sorted(session.scalars(statement), key=lambda row: row.line)


def reservations_of_operation(session: Session, client_op_id: UUID) -> list[Reservation]:
    """Return the reservations that an operation has made, in order."""
    return list(
        session.scalars(
            select(Reservation)
            .where(Reservation.client_op_id == client_op_id)
            .order_by(Reservation.line)
            .execution_options(populate_existing=True)
        )
    )


def lock_held(
    session: Session, *where: ColumnElement[bool], skip_locked: bool = False, limit: int | None = None
) -> list[Reservation]:
    """Lock the reservations that hold stock and fit, the oldest first."""
    statement = (
        select(Reservation)
        .where(Reservation.state == ReservationState.HELD, *where)
        .order_by(Reservation.id)
        .limit(limit)
        .with_for_update(skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))


def free_stock(
    session: Session, part_ids: Collection[UUID], location_ids: Collection[UUID] | None
) -> list[tuple[UUID, UUID, Decimal, Decimal]]:
    """Return (part, location, on hand, held) of good stock in our stores."""
    statement = (
        select(StockBalance.part_id, StockBalance.location_id, StockBalance.on_hand, StockBalance.held)
        .join(Place, Place.id == StockBalance.location_id)
        .where(
            StockBalance.part_id.in_(part_ids),
            StockBalance.condition == Condition.GOOD,
            StockBalance.on_hand > 0,
            Place.kind.in_(STORES),
        )
        .order_by(StockBalance.part_id, StockBalance.location_id)
    )
    if location_ids is not None:
        statement = statement.where(StockBalance.location_id.in_(location_ids))
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(statement)]


def _is(table: type[StockBalance] | type[StockLot], key: Key) -> ColumnElement[bool]:
    return (table.part_id == key.part_id) & (table.location_id == key.location_id) & (table.condition == key.condition)


def _happened(session: Session, statement: ReturningInsert[UUID] | ReturningUpdate[UUID]) -> bool:
    return session.scalar(statement, execution_options={"synchronize_session": False}) is not None
