"""Steps of a work order: the event row, the new state, the news."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla.models import ClockKind
from backend.work import repository
from backend.work.actors import Actor, system
from backend.work.errors import NotAllowedTo, StaleVersion
from backend.work.events import WorkOrderChanged
from backend.work.lifecycle import (
    ORDER_TRANSITIONS,
    ORDER_WHO,
    OrderAction,
    OrderState,
    Who,
    actions_towards,
    advance,
    state_of_visits,
)
from backend.work.models import WorkOrder, WorkOrderEvent
from backend.work.service import promises
from kernel import clock
from kernel.outbox import publish

NO_FAULT = "no_fault"
"""In the detail of a cancellation: the person says that nothing is wrong."""


def check_version(current: int, expected: int | None) -> None:
    """Refuse an edit of something that changed since it was read.

    Raises:
        StaleVersion: it did.
    """
    if expected is not None and expected != current:
        raise StaleVersion("It was changed since you read it.", expected=expected, version=current)


def take_step(
    session: Session,
    order: WorkOrder,
    action: OrderAction,
    *,
    actor: Actor,
    at: datetime,
    received_at: datetime | None = None,
    reason: str | None = None,
    client_op_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Move an order by one action; the order is locked.

    Raises:
        IllegalTransition: its state does not allow the action.
        NotAllowedTo: another role makes this step.
    """
    target = advance(ORDER_TRANSITIONS, order.state, action)
    if actor.role not in ORDER_WHO[action]:
        raise NotAllowedTo(f"'{action}' is not for the role '{actor.role}'.", action=str(action))
    source = order.state
    order.substatus = None  # it belongs to the state that ends; both change in one statement
    order.state = target
    order.version += 1
    session.add(
        WorkOrderEvent(
            work_order_id=order.id,
            seq=repository.next_order_seq(session, order.id),
            action=action,
            from_state=source,
            to_state=target,
            actor_id=actor.actor_id,
            actor_name=actor.name,
            role=actor.role,
            source=actor.source,
            occurred_at=at,
            received_at=received_at or clock.now(),
            reason=reason,
            client_op_id=client_op_id,
            detail=detail or {},
        )
    )
    session.flush()
    promises.follow_state(session, order, source, at=at)
    publish(
        session,
        WorkOrderChanged(
            work_order_id=order.id,
            ticket_id=order.ticket_id,
            case_id=order.case_id,
            from_state=source,
            state=target,
            action=action,
            version=order.version,
            occurred_at=at,
            actor_id=actor.actor_id,
            actor_name=actor.name,
            reason=reason,
            no_fault=bool((detail or {}).get(NO_FAULT)),
        ),
    )


def follow_visits(
    session: Session, order: WorkOrder, *, at: datetime, actor: Actor | None = None, reason: str | None = None
) -> None:
    """Let the state of an order follow from the states of its visits; a person named is kept in the event."""
    session.flush()
    target = state_of_visits(repository.states_of_visits(session, order.id))
    for action in actions_towards(order.state, target):
        take_step(session, order, action, actor=_of_house(actor), at=at, reason=reason)
        if action is OrderAction.COMPLETE:
            order.completed_at = at
            promises.meet(session, order, ClockKind.RESTORE, at=at)
    if order.state is not OrderState.COMPLETED:
        order.completed_at = None


def _of_house(actor: Actor | None) -> Actor:
    """Return the house acting on behalf of `actor`: what follows from visits is nobody's own step."""
    return system() if actor is None else replace(actor, role=Who.SYSTEM)
