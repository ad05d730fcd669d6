"""What the office changes of an order without moving its state, with a line in its timeline; and taking it back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import OrderEnded, TooManyLabels
from backend.work.events import WorkOrderDueMoved, WorkOrderEdited
from backend.work.lifecycle import ORDER_ENDED
from backend.work.models import DueBasis, WorkOrder, WorkOrderEvent
from backend.work.service import catalogue
from kernel import clock
from kernel.outbox import publish

MOST_LABELS = 20
UNDO = "undo"
Value = dict[str, Any]


def _queue(_: Session, order: WorkOrder, value: Value) -> Value:
    former, order.queue = order.queue, value["queue"]
    return {"queue": former}


def _priority(_: Session, order: WorkOrder, value: Value) -> Value:
    former, order.priority = order.priority, value["priority"]
    return {"priority": former}


def _substatus(session: Session, order: WorkOrder, value: Value) -> Value:
    if value["substatus"] is not None:
        catalogue.check_substatus(session, order.state, value["substatus"])
    former, order.substatus = order.substatus, value["substatus"]
    return {"substatus": former}


def _add_labels(session: Session, order: WorkOrder, value: Value) -> Value:
    former = list(order.labels)
    new = [label for label in dict.fromkeys(value["labels"]) if label not in former]
    catalogue.check_labels(session, new)
    if len(former) + len(new) > MOST_LABELS:
        raise TooManyLabels(f"An order bears {MOST_LABELS} labels.", limit=MOST_LABELS)
    order.labels = [*former, *new]
    return {"labels": former}


def _remove_labels(_: Session, order: WorkOrder, value: Value) -> Value:
    former = list(order.labels)
    order.labels = [label for label in former if label not in value["labels"]]
    return {"labels": former}


def _due(_: Session, order: WorkOrder, value: Value) -> Value:
    former = {"due_at": order.due_at and order.due_at.isoformat(), "due_basis": order.due_basis}
    order.due_at, order.due_basis = datetime.fromisoformat(value["due_at"]), DueBasis.PROMISE
    return former


EDITS: dict[str, Callable[[Session, WorkOrder, Value], Value]] = {
    "set_queue": _queue,
    "set_priority": _priority,
    "set_substatus": _substatus,
    "add_labels": _add_labels,
    "remove_labels": _remove_labels,
    "set_due": _due,
}
"""Each changes an order and returns what taking it back restores."""
OF_ENDED = frozenset({"add_labels", "remove_labels"})
"""What may be changed of an order that is over."""


def edit(session: Session, order: WorkOrder, action: str, value: Value, *, actor: Actor, at: datetime) -> Value:
    """Change an order, which is locked; return what taking it back restores.

    Raises:
        OrderEnded: it is over.
        UnknownMark: the catalogue does not offer the label or substatus.
        TooManyLabels: it bears as many as an order can.
    """
    if order.state in ORDER_ENDED and action not in OF_ENDED:
        raise OrderEnded("The order is over.", state=str(order.state))
    former = EDITS[action](session, order, value)
    _keep(session, order, action, text=_said(former, order), actor=actor, at=at)
    return former


def take_back(session: Session, order: WorkOrder, former: Value, *, actor: Actor, at: datetime) -> None:
    """Put back what an edit changed; the order is locked."""
    present = {name: getattr(order, name) for name in former}
    for name, value in former.items():
        setattr(order, name, _READ.get(name, _as_is)(value))
    _keep(session, order, UNDO, text=_said(present, order), actor=actor, at=at)


def _due_read(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _basis_read(value: str | None) -> DueBasis | None:
    return DueBasis(value) if value else None


def _as_is(value: Any) -> Any:
    return value


_READ: dict[str, Callable[[Any], Any]] = {"due_at": _due_read, "due_basis": _basis_read}


def _said(former: Value, order: WorkOrder) -> str:
    return ", ".join(
        f"{_word(value)} → {_word(getattr(order, name))}" for name, value in former.items() if name != "due_basis"
    )


def _word(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value) or "—"
    return "—" if value is None else str(value)


def _keep(session: Session, order: WorkOrder, action: str, *, text: str, actor: Actor, at: datetime) -> None:
    order.version += 1
    session.add(
        WorkOrderEvent(
            work_order_id=order.id,
            seq=repository.next_order_seq(session, order.id),
            action=action,
            from_state=order.state,
            to_state=order.state,
            actor_id=actor.actor_id,
            actor_name=actor.name,
            role=actor.role,
            source=actor.source,
            occurred_at=at,
            received_at=clock.now(),
            reason=text,
            detail={},
        )
    )
    session.flush()
    publish(session, WorkOrderEdited(work_order_id=order.id, action=action, version=order.version, occurred_at=at))
    if order.due_at is not None and action == "set_due":
        publish(session, WorkOrderDueMoved(work_order_id=order.id, due_at=order.due_at, occurred_at=at))
