"""One change for many orders: each order is changed or refused for itself, and what is cheap can be taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import KeyOfAnother, NoSuchBatch, UndoTooLate
from backend.work.lifecycle import OrderAction
from backend.work.listing import edits
from backend.work.listing.models import Batch, BatchRow
from backend.work.models import WorkOrder
from backend.work.service import orders, scheduling
from backend.work.service.journal import check_version
from kernel import clock
from kernel.errors import Problem

UNDO_WITHIN = timedelta(minutes=10)
DONE = "done"
Value = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """An order as the caller has read it."""

    work_order_id: UUID
    version: int


@dataclass(frozen=True)
class _Asked:
    """What is asked of every order of a batch; `place` is that of the order in the caller's list."""

    action: str
    value: Value
    actor: Actor
    at: datetime
    place: int


def run(
    session: Session, key: UUID, action: str, value: Value, targets: Sequence[Target], *, actor: Actor
) -> tuple[Batch, Sequence[BatchRow]]:
    """Change orders, each for itself; a key that is known returns what became of it.

    Orders are locked in the order of their ids, whatever the caller's, so that two batches wait and do not deadlock.

    Raises:
        NoSuchWorkOrder: one of them does not exist; nothing is changed.
        KeyOfAnother: the key belongs to another person's change, or to another one of theirs.
    """
    user_id = _user(actor)
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"order_batch:{key}"})
    known = session.scalar(select(Batch).where(Batch.id == key))
    if known is not None:
        if (known.user_id, known.action, known.value) != (user_id, action, value):
            raise KeyOfAnother("This key came before with another change.")
        return known, rows_of(session, key)
    batch = Batch(id=key, user_id=user_id, action=action, value=value, at=clock.now())
    session.add(batch)
    session.flush()
    places = {target.work_order_id: place for place, target in enumerate(targets)}
    named = {target.work_order_id: target for target in targets}
    for _, target in sorted(named.items()):
        asked = _Asked(action, value, actor, batch.at, places[target.work_order_id])
        session.add(_one(session, batch, target, asked))
    session.flush()
    return batch, rows_of(session, key)


def undo(session: Session, key: UUID, *, actor: Actor) -> tuple[Batch, Sequence[BatchRow]]:
    """Take a change back for every order that nobody has changed since; once more changes nothing.

    Raises:
        NoSuchBatch: the caller has made none with this key.
        UndoTooLate: it was made too long ago.
    """
    batch = session.scalar(select(Batch).where(Batch.id == key, Batch.user_id == _user(actor)).with_for_update())
    if batch is None:
        raise NoSuchBatch("You have made no change with this key.", batch_id=key)
    rows, at = rows_of(session, key), clock.now()
    if batch.undone_at is not None:
        return batch, rows
    if at > batch.at + UNDO_WITHIN:
        raise UndoTooLate("A change can be taken back for ten minutes.", until=batch.at + UNDO_WITHIN)
    for row in rows:
        if row.former is not None:
            row.undone = _back(session, row, actor=actor, at=at)
    batch.undone_at = at
    session.flush()
    return batch, rows


def rows_of(session: Session, key: UUID) -> Sequence[BatchRow]:
    """Return what became of the orders of a batch, in the order in which they were locked."""
    return session.scalars(select(BatchRow).where(BatchRow.batch_id == key).order_by(BatchRow.work_order_id)).all()


def numbers_of(session: Session, rows: Sequence[BatchRow]) -> dict[UUID, str]:
    """Return the numbers of the orders of a batch."""
    ids = [row.work_order_id for row in rows]
    return {row[0]: row[1] for row in session.execute(_NUMBERS.where(WorkOrder.id.in_(ids)))}


_NUMBERS = select(WorkOrder.id, WorkOrder.number)


def _one(session: Session, batch: Batch, target: Target, asked: _Asked) -> BatchRow:
    """Change one order; return what became of it."""
    order = repository.order(session, target.work_order_id, lock=True)
    row = BatchRow(batch_id=batch.id, work_order_id=order.id, detail="")
    try:
        with session.begin_nested():
            check_version(order.version, target.version)
            row.former = _ACTIONS.get(asked.action, _edit)(session, order, asked)
            session.flush()
        row.version = order.version
    except Problem as problem:
        session.refresh(order)
        row.problem, row.detail = problem.slug, problem.detail or problem.title()
    return row


def _back(session: Session, row: BatchRow, *, actor: Actor, at: datetime) -> str:
    order = repository.order(session, row.work_order_id, lock=True)
    try:
        check_version(order.version, row.version)
    except Problem as problem:
        return problem.slug
    edits.take_back(session, order, row.former or {}, actor=actor, at=at)
    return DONE


def _edit(session: Session, order: WorkOrder, asked: _Asked) -> Value | None:
    return edits.edit(session, order, asked.action, asked.value, actor=asked.actor, at=asked.at)


def _act(session: Session, order: WorkOrder, asked: _Asked) -> Value | None:
    orders.act_on_order(
        session,
        order.id,
        OrderAction(asked.action),
        actor=asked.actor,
        at=asked.at,
        reason=asked.value.get("reason"),
    )
    return None


def _schedule(session: Session, order: WorkOrder, asked: _Asked) -> Value | None:
    """Plan a visit; the orders of a batch follow each other in the caller's order, so much apart."""
    apart = timedelta(minutes=asked.value["minutes_apart"])
    start = datetime.fromisoformat(asked.value["start"]) + apart * asked.place
    scheduling.schedule_visit(
        session,
        order.id,
        technician_ids=[UUID(asked.value["technician_id"])],
        start=start,
        end=start + timedelta(minutes=order.duration_minutes),
        pinned=True,
        actor=asked.actor,
        at=asked.at,
    )
    return None


_ACTIONS: dict[str, Callable[[Session, WorkOrder, _Asked], Value | None]] = {
    OrderAction.CANCEL: _act,
    OrderAction.APPROVE: _act,
    "schedule": _schedule,
}


def _user(actor: Actor) -> UUID:
    if actor.actor_id is None:
        raise LookupError("a batch is a person's")
    return actor.actor_id
