"""Use cases that hold stock for a demand, let it go, and foresee what will be wanted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inventory import posting, repository
from inventory.catalogue import locations_by_id, parts_by_id
from inventory.errors import InvalidMove, OperationReused, ReservationEnded, UnknownReservation
from inventory.events import ReservationReleased
from inventory.ledger import STORES, ZERO, Change, Condition, Key, ReservationState, check_quantity
from inventory.models import Part, PlannedDemand, Reservation
from kernel import clock, outbox

SWEEP = 500


class Want(NamedTuple):
    """A quantity of a part at a place."""

    part_id: UUID
    location_id: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Availability:
    """Good stock of a part in a store."""

    part_id: UUID
    location_id: UUID
    on_hand: Decimal
    held: Decimal

    @property
    def free(self) -> Decimal:
        """What may still be reserved."""
        return self.on_hand - self.held


class _MadeBefore(Exception):  # noqa: N818 - carries the way out of the savepoint
    """Another transaction was faster with the same operation."""


def reserve(
    session: Session,
    *,
    part_id: UUID,
    location_id: UUID,
    quantity: Decimal,
    demand_id: UUID,
    expires_at: datetime | None,
    client_op_id: UUID,
) -> Reservation:
    """Hold free stock for a demand.

    Raises:
        InsufficientStock: less than that is free; the members say how much.
    """
    wanted = [Want(part_id, location_id, quantity)]
    return reserve_all(session, wanted, demand_id=demand_id, expires_at=expires_at, client_op_id=client_op_id)[0]


def reserve_all(
    session: Session, wanted: Sequence[Want], *, demand_id: UUID, expires_at: datetime | None, client_op_id: UUID
) -> list[Reservation]:
    """Hold several quantities for a demand, all or none; the same operation again returns what it made.

    Raises:
        InsufficientStock: less than that is free somewhere.
        OperationReused: the operation asked for something else before.
    """
    known = repository.reservations_of_operation(session, client_op_id)
    if known:
        return _same(known, wanted, demand_id)
    _check(session, wanted)
    try:
        with session.begin_nested():
            return _hold(session, wanted, demand_id, expires_at, client_op_id)
    except _MadeBefore:
        return _same(repository.reservations_of_operation(session, client_op_id), wanted, demand_id)


def _hold(
    session: Session, wanted: Sequence[Want], demand_id: UUID, expires_at: datetime | None, client_op_id: UUID
) -> list[Reservation]:
    rows = [
        {**want._asdict(), "demand_id": demand_id, "expires_at": expires_at, "client_op_id": client_op_id, "line": line}
        for line, want in enumerate(wanted)
    ]
    made = repository.insert_reservations(session, rows)
    if len(made) < len(rows):
        raise _MadeBefore
    net: dict[Key, Change] = {}
    for want in wanted:
        key = Key(want.part_id, want.location_id, Condition.GOOD)
        net[key] = Change(held=net.get(key, Change()).held + want.quantity)
    places = locations_by_id(session, {key.location_id for key in net})
    posting.change_balances(session, {key: net[key] for key in sorted(net)}, places)
    for row in made:
        posting.publish_made(session, row)
    return made


def _check(session: Session, wanted: Sequence[Want]) -> None:
    if not wanted:
        raise InvalidMove("Nothing is asked for.")
    parts_by_id(session, {want.part_id for want in wanted})
    for place in locations_by_id(session, {want.location_id for want in wanted}).values():
        if place.kind not in STORES:
            raise InvalidMove(f"Nothing is reserved in a place of kind {place.kind}.", location_id=place.id)
    for want in wanted:
        check_quantity(want.quantity)


def _same(made: list[Reservation], wanted: Sequence[Want], demand_id: UUID) -> list[Reservation]:
    asked = [(demand_id, *want) for want in wanted]
    if asked != [(row.demand_id, row.part_id, row.location_id, row.quantity) for row in made]:
        raise OperationReused("This client_op_id came before with another content.")
    return made


def keep_until(session: Session, demand_id: UUID, *, expires_at: datetime) -> None:
    """Let what a demand holds expire at another instant."""
    for row in repository.lock_held(session, Reservation.demand_id == demand_id):
        row.expires_at = expires_at


def release(session: Session, demand_id: UUID) -> list[Reservation]:
    """Let go of everything that a demand still holds; once more changes nothing."""
    rows = repository.lock_held(session, Reservation.demand_id == demand_id)
    return _end(session, rows, ReservationState.RELEASED, clock.now())


def release_reservation(session: Session, reservation_id: UUID) -> Reservation:
    """Let go of one reservation; once more changes nothing.

    Raises:
        UnknownReservation: there is none.
        ReservationEnded: it is used up.
    """
    _end(
        session,
        repository.lock_held(session, Reservation.id == reservation_id),
        ReservationState.RELEASED,
        clock.now(),
    )
    row = session.get(Reservation, reservation_id)
    if row is None:
        raise UnknownReservation("There is no such reservation.", reservation_id=reservation_id)
    if row.state is ReservationState.CONSUMED:
        raise ReservationEnded("The reservation is used up.", reservation_id=reservation_id)
    return row


def expire(session: Session, *, at: datetime) -> int:
    """Let go of what is out of date in this tenant, a bounded number at a time; return how many."""
    rows = repository.lock_held(session, Reservation.expires_at <= at, skip_locked=True, limit=SWEEP)
    return len(_end(session, rows, ReservationState.EXPIRED, at))


def tenants_with_expired(session: Session, *, at: datetime) -> list[UUID]:
    """Return the tenants that `expire` has work for; for the system login."""
    due = (Reservation.state == ReservationState.HELD) & (Reservation.expires_at <= at)
    return list(session.scalars(select(Reservation.tenant_id).where(due).distinct()))


def _end(session: Session, rows: list[Reservation], state: ReservationState, at: datetime) -> list[Reservation]:
    net: dict[Key, Change] = {}
    for row in rows:
        left = row.quantity - row.consumed
        key = Key(row.part_id, row.location_id, Condition.GOOD)
        net[key] = Change(held=net.get(key, Change()).held - left)
        row.state, row.ended_at = state, at
        outbox.publish(
            session,
            ReservationReleased(
                reservation_id=row.id,
                demand_id=row.demand_id,
                part_id=row.part_id,
                location_id=row.location_id,
                quantity=left,
                state=state,
            ),
        )
    places = locations_by_id(session, {key.location_id for key in net})
    posting.change_balances(session, {key: net[key] for key in sorted(net)}, places)
    return rows


def availability(
    session: Session, part_ids: Collection[UUID], location_ids: Collection[UUID] | None = None
) -> list[Availability]:
    """Return good stock of the parts, in these places or in all stores; what is not there is missing."""
    return [
        Availability(part_id=part_id, location_id=location_id, on_hand=on_hand, held=held)
        for part_id, location_id, on_hand, held in repository.free_stock(session, part_ids, location_ids)
    ]


def reservations_of(session: Session, demand_ids: Collection[UUID], *, held_only: bool = False) -> list[Reservation]:
    """Return the reservations of demands, the oldest first."""
    statement = select(Reservation).where(Reservation.demand_id.in_(demand_ids)).order_by(Reservation.id)
    if held_only:
        statement = statement.where(Reservation.state == ReservationState.HELD)
    return list(session.scalars(statement))


def plan_demand(
    session: Session,
    *,
    source_ref: str,
    part_id: UUID,
    quantity: Decimal,
    due_on: date,
    location_id: UUID | None = None,
) -> None:
    """Say that a source will want a part; said again, the new figures hold."""
    check_quantity(quantity)
    parts_by_id(session, [part_id])
    if location_id is not None:
        locations_by_id(session, [location_id])
    figures = {"quantity": quantity, "due_on": due_on, "location_id": location_id}
    session.execute(
        insert(PlannedDemand)
        .values(source_ref=source_ref, part_id=part_id, **figures)
        .on_conflict_do_update(index_elements=["tenant_id", "source_ref", "part_id"], set_=figures)
    )


def withdraw_demand(session: Session, source_ref: str) -> None:
    """Forget what a source said that it wants."""
    session.execute(delete(PlannedDemand).where(PlannedDemand.source_ref == source_ref))


@dataclass(frozen=True)
class DemandLine:
    """A part that a source will want."""

    id: UUID
    part_id: UUID
    part_number: str
    part_name: str
    location_id: UUID | None
    due_on: date
    quantity: Decimal
    source_ref: str


def list_demand(
    session: Session, *, part_id: UUID | None, until: date | None, after: tuple[date, UUID] | None, limit: int
) -> list[DemandLine]:
    """Return what will be wanted, the earliest day first, behind the key `after` (due_on, id)."""
    query = select(PlannedDemand, Part.number, Part.name).join(Part, Part.id == PlannedDemand.part_id)
    if part_id is not None:
        query = query.where(PlannedDemand.part_id == part_id)
    if until is not None:
        query = query.where(PlannedDemand.due_on <= until)
    if after is not None:
        query = query.where(func.row(PlannedDemand.due_on, PlannedDemand.id) > func.row(*after))
    rows = session.execute(query.order_by(PlannedDemand.due_on, PlannedDemand.id).limit(limit))
    return [
        DemandLine(row.id, row.part_id, number, name, row.location_id, row.due_on, row.quantity, row.source_ref)
        for row, number, name in rows
    ]


def planned_demand(session: Session, part_ids: Collection[UUID], *, until: date) -> dict[UUID, Decimal]:
    """Return how much of each part will be wanted until a day; never less than nothing, missing: nothing."""
    rows = session.execute(
        select(PlannedDemand.part_id, func.coalesce(func.sum(PlannedDemand.quantity), ZERO))
        .where(PlannedDemand.part_id.in_(part_ids), PlannedDemand.due_on <= until)
        .group_by(PlannedDemand.part_id)
    )
    return {row[0]: row[1] for row in rows}
