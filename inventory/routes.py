"""Parts, places, balances, moves and reservations over HTTP."""

from uuid import UUID

from sqlalchemy.orm import Session

from inventory import service, views
from inventory.errors import (
    AlreadyReversed,
    InsufficientStock,
    InvalidMove,
    NumberTaken,
    OperationReused,
    ReservationEnded,
    SerialElsewhere,
    UnknownLocation,
    UnknownMove,
    UnknownPart,
    UnknownReservation,
)
from inventory.ledger import Condition, LocationKind, ReservationState
from inventory.schemas import (
    AdjustmentIn,
    BalanceOut,
    DiscrepancyOut,
    LocationIn,
    LocationOut,
    MoveOut,
    OperationOut,
    PartIn,
    PartOut,
    ReceiptIn,
    ReservationIn,
    ReservationOut,
    ReversalIn,
    SerialOut,
    TransferIn,
)
from kernel import http
from kernel.auth import STAFF, Role
from kernel.fields import Search
from kernel.http import Db, Me, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_cursor,
    decode_time_cursor,
    encode_cursor,
)

router = http.router("inventory")

READERS = STAFF | {Role.INTEGRATOR}
KEEPERS = frozenset({Role.WAREHOUSE, Role.SUPERVISOR, Role.ADMIN})
HOLDERS = KEEPERS | {Role.DISPATCHER}
ACCESS = {
    "list_parts": READERS,
    "get_part": READERS,
    "create_part": KEEPERS | {Role.INTEGRATOR},
    "list_locations": READERS,
    "create_location": KEEPERS,
    "list_balances": READERS,
    "check_balances": KEEPERS | {Role.AUDITOR},
    "list_moves": READERS,
    "list_serials": READERS,
    "receive": KEEPERS,
    "transfer": KEEPERS,
    "adjust": KEEPERS,
    "reverse": KEEPERS,
    "list_reservations": READERS,
    "reserve": HOLDERS,
    "release_reservation": HOLDERS,
}
MOVING = (InsufficientStock, SerialElsewhere, OperationReused, InvalidMove, UnknownPart, UnknownLocation)


@router.get("/parts", responses=problems(BadCursor))
def list_parts(db: Db, q: Search = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[PartOut]:
    """Return parts by number, those whose number, name or GTIN contains `q`."""
    after = decode_cursor(cursor, parts=1)[0] if cursor else None
    rows, more = cut(views.list_parts(db, text=q, after=after, limit=limit + 1), limit)
    items = [PartOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].number) if more else None)


@router.get("/parts/{part_id}", responses=problems(UnknownPart))
def get_part(part_id: UUID, db: Db) -> PartOut:
    """Return a part."""
    return PartOut.model_validate(service.parts_by_id(db, [part_id])[part_id])


@router.post("/parts", status_code=201, responses=problems(NumberTaken, UnknownPart))
def create_part(body: PartIn, db: Db) -> PartOut:
    """Add a part to the catalogue."""
    return PartOut.model_validate(service.create_part(db, **body.model_dump()))


@router.get("/stock/locations", responses=problems(BadCursor))
def list_locations(
    db: Db, kind: LocationKind | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[LocationOut]:
    """Return stock locations by code."""
    after = decode_cursor(cursor, parts=1)[0] if cursor else None
    rows, more = cut(views.list_locations(db, kind=kind, after=after, limit=limit + 1), limit)
    items = [LocationOut.of(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].code) if more else None)


@router.post("/stock/locations", status_code=201, responses=problems(NumberTaken, UnknownLocation))
def create_location(body: LocationIn, db: Db) -> LocationOut:
    """Add a place for stock."""
    hours = [opening.model_dump(mode="json") for opening in body.opening_hours]
    place = service.create_location(
        db,
        code=body.code,
        name=body.name,
        kind=body.kind,
        parent_id=body.parent_id,
        lonlat=body.lonlat(),
        opening_hours=hours,
    )
    return LocationOut.of(place)


@router.get("/stock/balances", responses=problems(BadCursor))
def list_balances(
    db: Db,
    *,
    part_id: UUID | None = None,
    location_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[BalanceOut]:
    """Return what is where, by part number, place and condition."""
    found = views.list_balances(
        db,
        part_id=part_id,
        location_id=location_id,
        after=_balance_key(cursor),
        limit=limit + 1,
    )
    rows, more = cut(found, limit)
    last = rows[-1] if more else None
    return Page(
        items=[BalanceOut.model_validate(dict(row)) for row in rows],
        next_cursor=encode_cursor(last["part_number"], last["location_code"], last["condition"]) if last else None,
    )


@router.get("/stock/check")
def check_balances(db: Db) -> Page[DiscrepancyOut]:
    """Return every figure of the books that differs from the fold of all moves; none is the right answer."""
    items = [DiscrepancyOut.model_validate(row) for row in service.check_balances(db)]
    return Page(items=items, next_cursor=None)


@router.get("/stock/moves", responses=problems(BadCursor))
def list_moves(
    db: Db,
    *,
    part_id: UUID | None = None,
    location_id: UUID | None = None,
    ref_id: UUID | None = None,
    serial: Search = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[MoveOut]:
    """Return moves, the latest first; with a serial number: the life of that piece."""
    found = views.list_moves(
        db,
        part_id=part_id,
        location_id=location_id,
        ref_id=ref_id,
        serial=serial,
        after=decode_time_cursor(cursor) if cursor else None,
        limit=limit + 1,
    )
    rows, more = cut(found, limit)
    return Page(
        items=[MoveOut.model_validate(dict(row)) for row in rows],
        next_cursor=encode_cursor(rows[-1]["moved_at"].isoformat(), rows[-1]["id"]) if more else None,
    )


@router.post("/stock/receipts", status_code=201, responses=problems(*MOVING))
def receive(body: ReceiptIn, db: Db, me: Me) -> OperationOut:
    """Take stock in."""
    service.receive(db, at=body.occurred_at, actor_id=me.user_id, **body.model_dump(exclude={"occurred_at"}))
    return _written(db, body.client_op_id)


@router.post("/stock/transfers", status_code=201, responses=problems(*MOVING))
def transfer(body: TransferIn, db: Db, me: Me) -> OperationOut:
    """Hand stock over between two places."""
    service.transfer(db, at=body.occurred_at, actor_id=me.user_id, **body.model_dump(exclude={"occurred_at"}))
    return _written(db, body.client_op_id)


@router.post("/stock/adjustments", status_code=201, responses=problems(*MOVING))
def adjust(body: AdjustmentIn, db: Db, me: Me) -> OperationOut:
    """Bring the books in line with what is there."""
    service.adjust(db, at=body.occurred_at, actor_id=me.user_id, **body.model_dump(exclude={"occurred_at"}))
    return _written(db, body.client_op_id)


@router.post(
    "/stock/moves/{move_id}/reversal", status_code=201, responses=problems(*MOVING, AlreadyReversed, UnknownMove)
)
def reverse(move_id: UUID, body: ReversalIn, db: Db, me: Me) -> OperationOut:
    """Undo the operation that a move belongs to."""
    service.reverse(
        db, move_id, reason=body.reason, at=body.occurred_at, client_op_id=body.client_op_id, actor_id=me.user_id
    )
    return _written(db, body.client_op_id)


@router.get("/stock/serials", responses=problems(BadCursor))
def list_serials(
    db: Db,
    *,
    part_id: UUID | None = None,
    location_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SerialOut]:
    """Return serialised pieces and where they are."""
    after = _id_key(cursor)
    found = views.list_serials(db, part_id=part_id, location_id=location_id, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    items = [
        SerialOut(
            id=piece.id,
            part_id=piece.part_id,
            serial=piece.serial,
            lot=piece.lot,
            condition=piece.condition,
            location_id=piece.location_id,
            location_name=name,
        )
        for piece, name in rows
    ]
    return Page(items=items, next_cursor=encode_cursor(items[-1].id) if more else None)


@router.get("/stock/reservations", responses=problems(BadCursor))
def list_reservations(
    db: Db,
    *,
    demand_id: UUID | None = None,
    location_id: UUID | None = None,
    state: ReservationState | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReservationOut]:
    """Return reservations, the oldest first."""
    found = views.list_reservations(
        db, demand_id=demand_id, location_id=location_id, state=state, after=_id_key(cursor), limit=limit + 1
    )
    rows, more = cut(found, limit)
    items = [ReservationOut.model_validate(dict(row)) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1]["id"]) if more else None)


@router.post(
    "/stock/reservations",
    status_code=201,
    responses=problems(InsufficientStock, OperationReused, InvalidMove, UnknownPart, UnknownLocation),
)
def reserve(body: ReservationIn, db: Db) -> ReservationOut:
    """Hold free stock for a demand."""
    return _reservation(db, service.reserve(db, **body.model_dump()).id)


@router.delete("/stock/reservations/{reservation_id}", responses=problems(UnknownReservation, ReservationEnded))
def release_reservation(reservation_id: UUID, db: Db) -> ReservationOut:
    """Let go of what is held."""
    return _reservation(db, service.release_reservation(db, reservation_id).id)


def _written(db: Session, operation_id: UUID) -> OperationOut:
    rows = views.list_moves(db, operation_id=operation_id, limit=1000)
    moves = sorted((dict(row) for row in rows), key=lambda row: int(row["line"]))
    return OperationOut(client_op_id=operation_id, moves=[MoveOut.model_validate(row) for row in moves])


def _reservation(db: Session, reservation_id: UUID) -> ReservationOut:
    db.flush()
    [row] = views.list_reservations(db, reservation_id=reservation_id, limit=1)
    return ReservationOut.model_validate(dict(row))


def _balance_key(cursor: str | None) -> views.BalanceKey | None:
    if cursor is None:
        return None
    number, code, condition = decode_cursor(cursor, parts=3)
    if condition not in set(Condition):
        raise BadCursor("The cursor belongs to another list.")
    return number, code, Condition(condition)


def _id_key(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(decode_cursor(cursor, parts=1)[0])
    except ValueError as error:
        raise BadCursor("The cursor belongs to another list.") from error
