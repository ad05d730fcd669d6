"""The one way into the ledger: lines, balances, lots, serials and holds change together or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from inventory import repository
from inventory.catalogue import locations_by_id, parts_by_id
from inventory.errors import AlreadyReversed, InsufficientStock, OperationReused, SerialElsewhere
from inventory.events import ReservationMade, StockArrived, StockShort
from inventory.ledger import (
    STORES,
    ZERO,
    Change,
    Condition,
    Hold,
    Key,
    Line,
    LocationKind,
    ReservationState,
    Tracking,
    changes,
    check_line,
    draw,
)
from inventory.models import Reservation, StockLocation, StockMove
from inventory.repository import Reference
from kernel import outbox

Places = Mapping[UUID, StockLocation]


@dataclass(frozen=True)
class Posting:
    """The lines of an operation, and whether this call has written them or an earlier one."""

    moves: list[StockMove]
    fresh: bool


class _WrittenBefore(Exception):  # noqa: N818 - carries the way out of the savepoint
    """Another transaction was faster with the same operation."""


def post(
    session: Session,
    lines: Sequence[Line],
    reference: Reference,
    *,
    demand_id: UUID | None = None,
    carry_to: UUID | None = None,
    reverses: Sequence[StockMove] = (),
) -> Posting:
    """Write an operation once; the same again returns what is written.

    What the demand has reserved at the source is used first; `carry_to` is where the hold goes on, if anywhere.

    Raises:
        InsufficientStock: a place holds less free stock than would leave it.
        SerialElsewhere: a serial number is not where its line takes it from.
        OperationReused: the operation is written with another content.
        AlreadyReversed: what it undoes is undone already.
    """
    known = repository.operation(session, reference.client_op_id)
    if known:
        return Posting(_same(known, lines, reference, reverses), fresh=False)
    places = locations_by_id(session, {end for line in lines for end in (line.from_location_id, line.to_location_id)})
    if not reverses:
        _check(session, lines, places)
    try:
        with session.begin_nested():
            moves = _write(session, lines, reference, reverses)
            held = _use_holds(session, lines, reference, demand_id, places=places, carry_to=carry_to)
            change_balances(session, changes(lines, held), places)
            _change_lots(session, lines, places)
            _move_serials(session, lines, places)
    except _WrittenBefore:
        known = repository.operation(session, reference.client_op_id)
        if not known:
            raise AlreadyReversed("Another operation has undone this one.") from None
        return Posting(_same(known, lines, reference, reverses), fresh=False)
    return Posting(moves, fresh=True)


def change_balances(session: Session, net: Mapping[Key, Change], places: Places) -> None:
    """Change the balances of our shelves in the order given, the locking order; tell where free stock came or ran out.

    Raises:
        InsufficientStock: one of them does not bear its change.
    """
    for key, change in net.items():
        place = places[key.location_id]
        if place.virtual:
            continue
        after = repository.change_balance(session, key, change)
        if after is None:
            raise insufficient(session, key, change)
        if key.condition is not Condition.GOOD or place.kind not in STORES:
            continue
        gained = change.on_hand - change.held
        if gained > 0:
            outbox.publish(session, StockArrived(part_id=key.part_id, location_id=key.location_id))
        elif gained < 0 and after[0] == after[1]:
            outbox.publish(session, StockShort(part_id=key.part_id, location_id=key.location_id))


def insufficient(session: Session, key: Key, change: Change) -> InsufficientStock:
    """Return the refusal of a change, with what is free."""
    balance = repository.balance(session, key)
    free = ZERO if balance is None else balance.on_hand - balance.held
    asked = change.held - change.on_hand
    return InsufficientStock(
        f"{free.normalize():f} free, {asked.normalize():f} asked for.",
        part_id=key.part_id,
        location_id=key.location_id,
        condition=key.condition,
        free=str(free),
        asked=str(asked),
    )


def _check(session: Session, lines: Sequence[Line], places: Places) -> None:
    parts = parts_by_id(session, {line.part_id for line in lines})
    for line in lines:
        part = parts[line.part_id]
        check_line(
            line,
            Tracking(serial=part.serial_tracked, lot=part.lot_tracked),
            places[line.from_location_id].kind,
            places[line.to_location_id].kind,
        )


def _write(
    session: Session, lines: Sequence[Line], reference: Reference, reverses: Sequence[StockMove]
) -> list[StockMove]:
    moves = repository.write(session, lines, reference, _undone(lines, reverses))
    if len(moves) < len(lines):
        raise _WrittenBefore
    return moves


def _undone(lines: Sequence[Line], reverses: Sequence[StockMove]) -> list[UUID | None]:
    return [move.id for move in reverses] if reverses else [None for _ in lines]


def _same(
    moves: list[StockMove], lines: Sequence[Line], reference: Reference, reverses: Sequence[StockMove]
) -> list[StockMove]:
    undone = _undone(lines, reverses)
    common = (reference.ref_kind, reference.ref_id, reference.reason, reference.unit_cost, reference.currency)
    asked = [(line, undo, *common) for line, undo in zip(lines, undone, strict=True)]
    written = [
        (line_of(move), move.reverses_id, move.ref_kind, move.ref_id, move.reason, move.unit_cost, move.currency)
        for move in moves
    ]
    if asked != written:
        raise OperationReused(
            "This client_op_id came before with another content.", client_op_id=reference.client_op_id
        )
    return moves


def line_of(move: StockMove) -> Line:
    """Return the ledger line that a row holds."""
    return Line(
        kind=move.kind,
        part_id=move.part_id,
        quantity=move.quantity,
        from_location_id=move.from_location_id,
        to_location_id=move.to_location_id,
        condition=move.condition,
        lot=move.lot,
        serial=move.serial,
    )


def _use_holds(
    session: Session,
    lines: Iterable[Line],
    reference: Reference,
    demand_id: UUID | None,
    *,
    places: Places,
    carry_to: UUID | None,
) -> dict[Key, Decimal]:
    """Draw what the demand holds at the physical sources; return how the holds of the balances change."""
    held: dict[Key, Decimal] = {}
    carried: list[dict[str, Any]] = []
    if demand_id is None:
        return held
    for key, change in changes(lines).items():
        if change.on_hand >= 0 or key.condition is not Condition.GOOD or places[key.location_id].virtual:
            continue
        own = repository.lock_held(
            session,
            Reservation.demand_id == demand_id,
            Reservation.part_id == key.part_id,
            Reservation.location_id == key.location_id,
        )
        by_id = {row.id: row for row in own}
        for taken in draw([Hold(row.id, row.quantity - row.consumed) for row in own], -change.on_hand):
            row = by_id[taken.id]
            row.consumed += taken.quantity
            if row.consumed == row.quantity:
                row.state, row.ended_at = ReservationState.CONSUMED, reference.at
            held[key] = held.get(key, ZERO) - taken.quantity
            if carry_to is not None and places[carry_to].kind in STORES:
                goal = Key(key.part_id, carry_to, Condition.GOOD)
                held[goal] = held.get(goal, ZERO) + taken.quantity
                carried.append(_carried(row, taken.quantity, reference, carry_to, len(carried)))
    if carried:
        _hold_on(session, carried)
    return held


def _carried(row: Reservation, quantity: Decimal, reference: Reference, to: UUID, line: int) -> dict[str, Any]:
    return {
        "client_op_id": reference.client_op_id,
        "line": line,
        "demand_id": row.demand_id,
        "part_id": row.part_id,
        "location_id": to,
        "quantity": quantity,
        "expires_at": row.expires_at,
    }


def _hold_on(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    made = repository.insert_reservations(session, rows)
    if len(made) < len(rows):
        raise OperationReused("This client_op_id came before with another content.")
    for row in made:
        publish_made(session, row)


def publish_made(session: Session, row: Reservation) -> None:
    """Tell of a new reservation."""
    outbox.publish(
        session,
        ReservationMade(
            reservation_id=row.id,
            demand_id=row.demand_id,
            part_id=row.part_id,
            location_id=row.location_id,
            quantity=row.quantity,
        ),
    )


def _change_lots(session: Session, lines: Iterable[Line], places: Places) -> None:
    net: dict[tuple[Key, str], Decimal] = {}
    for line in lines:
        if line.lot is not None:
            for key, quantity in ((line.source, -line.quantity), (line.target, line.quantity)):
                net[key, line.lot] = net.get((key, line.lot), ZERO) + quantity
    for key, lot in sorted(net):
        quantity = net[key, lot]
        ours = not places[key.location_id].virtual
        if ours and quantity and not repository.change_lot(session, key, lot, quantity):
            raise InsufficientStock(
                f"Not so much of lot {lot} is here.", part_id=key.part_id, location_id=key.location_id, lot=lot
            )


def _move_serials(session: Session, lines: Iterable[Line], places: Places) -> None:
    tracked = sorted((line for line in lines if line.serial is not None), key=lambda line: (line.part_id, line.serial))
    for line in tracked:
        origin = places[line.from_location_id]
        if not repository.move_serial(session, line, from_kind=LocationKind(origin.kind), strict=not origin.virtual):
            known = repository.serial(session, line.part_id, line.serial or "")
            raise SerialElsewhere(
                f"{line.serial} is not there in this condition.",
                part_id=line.part_id,
                serial=line.serial,
                location_id=known and known.location_id,
                condition=known and known.condition,
            )
