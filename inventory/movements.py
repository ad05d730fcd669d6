"""Use cases that move stock. Each is one operation, written once per `client_op_id`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from inventory import posting, repository
from inventory.catalogue import own_place
from inventory.errors import AlreadyReversed, InvalidMove, UnknownMove
from inventory.events import (
    MoveReversed,
    StockAdjusted,
    StockIssued,
    StockReceived,
    StockTakenBack,
    StockTransferred,
)
from inventory.ledger import Condition, Line, LocationKind, MoveKind, mirrored
from inventory.models import StockMove
from inventory.repository import Reference
from kernel import outbox

DEMAND = "demand"
ONE = Decimal(1)


@dataclass(frozen=True)
class Swap:
    """The two halves of a swap: the new piece in, the old one out."""

    issued: StockMove
    returned: StockMove


def receive(
    session: Session,
    *,
    location_id: UUID,
    part_id: UUID,
    quantity: Decimal,
    at: datetime,
    client_op_id: UUID,
    actor_id: UUID | None,
    condition: Condition = Condition.GOOD,
    lot: str | None = None,
    serials: Sequence[str] = (),
    unit_cost: Decimal | None = None,
    currency: str | None = None,
    from_location_id: UUID | None = None,
    ref_kind: str | None = None,
    ref_id: UUID | None = None,
) -> list[StockMove]:
    """Take stock in from a vendor (or back from repair); pieces with serial numbers are one line each."""
    vendor = from_location_id or own_place(session, LocationKind.VENDOR).id
    lines = [
        Line(
            kind=MoveKind.RECEIPT,
            part_id=part_id,
            quantity=amount,
            from_location_id=vendor,
            to_location_id=location_id,
            condition=condition,
            lot=lot,
            serial=serial,
        )
        for amount, serial in _pieces(part_id, quantity, serials)
    ]
    reference = Reference(
        client_op_id, actor_id, at, ref_kind=ref_kind, ref_id=ref_id, unit_cost=unit_cost, currency=currency
    )
    posting_ = posting.post(session, lines, reference)
    if posting_.fresh:
        outbox.publish(
            session,
            StockReceived(
                operation_id=client_op_id,
                part_id=part_id,
                location_id=location_id,
                quantity=quantity,
                condition=condition,
                moved_at=at,
            ),
        )
    return posting_.moves


def issue(
    session: Session,
    *,
    location_id: UUID,
    demand_id: UUID,
    part_id: UUID,
    quantity: Decimal,
    at: datetime,
    client_op_id: UUID,
    actor_id: UUID | None,
    serial: str | None = None,
    lot: str | None = None,
    condition: Condition = Condition.GOOD,
    to_location_id: UUID | None = None,
) -> StockMove:
    """Use a part up for a demand, out of what the demand has reserved here first, then out of free stock.

    Raises:
        InsufficientStock: the place holds less than that.
        SerialElsewhere: the piece is not there.
    """
    line = Line(
        kind=MoveKind.ISSUE,
        part_id=part_id,
        quantity=quantity,
        from_location_id=location_id,
        to_location_id=to_location_id or own_place(session, LocationKind.INSTALLED).id,
        condition=condition,
        lot=lot,
        serial=serial,
    )
    reference = Reference(client_op_id, actor_id, at, ref_kind=DEMAND, ref_id=demand_id)
    posting_ = posting.post(session, [line], reference, demand_id=demand_id)
    if posting_.fresh:
        _tell_issued(session, posting_.moves[0], demand_id)
    return posting_.moves[0]


def take_back(
    session: Session,
    *,
    location_id: UUID,
    demand_id: UUID,
    part_id: UUID,
    quantity: Decimal,
    at: datetime,
    client_op_id: UUID,
    actor_id: UUID | None,
    serial: str | None = None,
    lot: str | None = None,
    condition: Condition = Condition.DEFECTIVE,
    from_location_id: UUID | None = None,
) -> StockMove:
    """Take a part that was installed into a van or store; the ledger need not have known it before.

    Raises:
        SerialElsewhere: the ledger says that this piece is in another place.
    """
    line = Line(
        kind=MoveKind.RETURN,
        part_id=part_id,
        quantity=quantity,
        from_location_id=from_location_id or own_place(session, LocationKind.INSTALLED).id,
        to_location_id=location_id,
        condition=condition,
        lot=lot,
        serial=serial,
    )
    posting_ = posting.post(session, [line], Reference(client_op_id, actor_id, at, ref_kind=DEMAND, ref_id=demand_id))
    if posting_.fresh:
        _tell_taken_back(session, posting_.moves[0], demand_id)
    return posting_.moves[0]


def swap(
    session: Session,
    *,
    location_id: UUID,
    demand_id: UUID,
    part_id: UUID,
    new_serial: str | None,
    old_serial: str | None,
    at: datetime,
    client_op_id: UUID,
    actor_id: UUID | None,
    old_part_id: UUID | None = None,
    new_lot: str | None = None,
    old_lot: str | None = None,
    old_condition: Condition = Condition.DEFECTIVE,
) -> Swap:
    """Install one piece and take the old one back, both or neither.

    Raises:
        InsufficientStock: the new piece is not there.
        SerialElsewhere: one of the pieces is in another place.
    """
    installed = own_place(session, LocationKind.INSTALLED).id
    new = Line(
        kind=MoveKind.SWAP,
        part_id=part_id,
        quantity=ONE,
        from_location_id=location_id,
        to_location_id=installed,
        lot=new_lot,
        serial=new_serial,
    )
    old = Line(
        kind=MoveKind.SWAP,
        part_id=old_part_id or part_id,
        quantity=ONE,
        from_location_id=installed,
        to_location_id=location_id,
        condition=old_condition,
        lot=old_lot,
        serial=old_serial,
    )
    reference = Reference(client_op_id, actor_id, at, ref_kind=DEMAND, ref_id=demand_id)
    posting_ = posting.post(session, [new, old], reference, demand_id=demand_id)
    issued, returned = posting_.moves
    if posting_.fresh:
        _tell_issued(session, issued, demand_id)
        _tell_taken_back(session, returned, demand_id)
    return Swap(issued=issued, returned=returned)


def transfer(
    session: Session,
    *,
    from_location_id: UUID,
    to_location_id: UUID,
    part_id: UUID,
    quantity: Decimal,
    at: datetime,
    client_op_id: UUID,
    actor_id: UUID | None,
    condition: Condition = Condition.GOOD,
    lot: str | None = None,
    serials: Sequence[str] = (),
    demand_id: UUID | None = None,
    reason: str | None = None,
) -> list[StockMove]:
    """Hand stock over between two of our places: shipped and received at once, through the books of in transit.

    What the demand has reserved at the source goes along, and is held for it at the goal.

    Raises:
        InsufficientStock: the source holds less free stock than that.
        SerialElsewhere: a piece is not there.
    """
    if from_location_id == to_location_id:
        raise InvalidMove("A move goes from one place to another.", location_id=from_location_id)
    road = own_place(session, LocationKind.IN_TRANSIT).id
    lines = [
        Line(
            kind=MoveKind.TRANSFER,
            part_id=part_id,
            quantity=amount,
            from_location_id=origin,
            to_location_id=goal,
            condition=condition,
            lot=lot,
            serial=serial,
        )
        for amount, serial in _pieces(part_id, quantity, serials)
        for origin, goal in ((from_location_id, road), (road, to_location_id))
    ]
    reference = Reference(
        client_op_id, actor_id, at, ref_kind=DEMAND if demand_id else None, ref_id=demand_id, reason=reason
    )
    posting_ = posting.post(session, lines, reference, demand_id=demand_id, carry_to=to_location_id)
    if posting_.fresh:
        outbox.publish(
            session,
            StockTransferred(
                operation_id=client_op_id,
                part_id=part_id,
                from_location_id=from_location_id,
                to_location_id=to_location_id,
                quantity=quantity,
                demand_id=demand_id,
                moved_at=at,
            ),
        )
    return posting_.moves


def adjust(
    session: Session,
    *,
    location_id: UUID,
    part_id: UUID,
    quantity: Decimal,
    reason: str,
    at: datetime,
    client_op_id: UUID,
    actor_id: UUID | None,
    condition: Condition = Condition.GOOD,
    lot: str | None = None,
    serial: str | None = None,
) -> StockMove:
    """Bring the books in line with what is there: a positive quantity was found, a negative one is missing.

    Raises:
        InsufficientStock: what is missing is more than what is free; release reservations first.
    """
    count = own_place(session, LocationKind.COUNT).id
    found = quantity > 0
    line = Line(
        kind=MoveKind.ADJUSTMENT,
        part_id=part_id,
        quantity=abs(quantity),
        from_location_id=count if found else location_id,
        to_location_id=location_id if found else count,
        condition=condition,
        lot=lot,
        serial=serial,
    )
    posting_ = posting.post(session, [line], Reference(client_op_id, actor_id, at, reason=reason))
    if posting_.fresh:
        outbox.publish(
            session,
            StockAdjusted(
                operation_id=client_op_id,
                part_id=part_id,
                location_id=location_id,
                quantity=quantity,
                condition=condition,
                reason=reason,
                moved_at=at,
            ),
        )
    return posting_.moves[0]


def reverse(
    session: Session, move_id: UUID, *, reason: str, at: datetime, client_op_id: UUID, actor_id: UUID | None
) -> list[StockMove]:
    """Undo the whole operation that a move belongs to by its mirror image. Used reservations are not revived.

    Raises:
        UnknownMove: there is no such move.
        AlreadyReversed: it is undone, or is itself a reversal.
        InsufficientStock: what it brought is gone or held by now.
    """
    move = session.get(StockMove, move_id)
    if move is None:
        raise UnknownMove("There is no such stock move.", move_id=move_id)
    if move.reverses_id is not None:
        raise AlreadyReversed("A reversal is not reversed; book the operation again.", move_id=move_id)
    undone = repository.operation(session, move.client_op_id)[::-1]
    lines = mirrored(posting.line_of(row) for row in reversed(undone))
    reference = Reference(client_op_id, actor_id, at, ref_kind=move.ref_kind, ref_id=move.ref_id, reason=reason)
    posting_ = posting.post(session, lines, reference, reverses=undone)
    if posting_.fresh:
        outbox.publish(
            session,
            MoveReversed(
                operation_id=client_op_id, reversed_operation_id=move.client_op_id, reason=reason, moved_at=at
            ),
        )
    return posting_.moves


def _pieces(part_id: UUID, quantity: Decimal, serials: Sequence[str]) -> list[tuple[Decimal, str | None]]:
    if not serials:
        return [(quantity, None)]
    if len(set(serials)) != len(serials) or quantity != len(serials):
        raise InvalidMove("Give each piece its own serial number.", part_id=part_id)
    return [(ONE, serial) for serial in serials]


def _tell_issued(session: Session, move: StockMove, demand_id: UUID) -> None:
    outbox.publish(
        session,
        StockIssued(
            move_id=move.id,
            part_id=move.part_id,
            location_id=move.from_location_id,
            quantity=move.quantity,
            serial=move.serial,
            demand_id=demand_id,
            moved_at=move.moved_at,
        ),
    )


def _tell_taken_back(session: Session, move: StockMove, demand_id: UUID) -> None:
    outbox.publish(
        session,
        StockTakenBack(
            move_id=move.id,
            part_id=move.part_id,
            location_id=move.to_location_id,
            quantity=move.quantity,
            serial=move.serial,
            condition=move.condition,
            demand_id=demand_id,
            moved_at=move.moved_at,
        ),
    )
