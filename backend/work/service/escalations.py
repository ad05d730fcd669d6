"""What a step of escalation does to an order: tell people, raise its priority, pass it to another queue."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from backend.identity import service as identity
from backend.notifications import service as notifications
from backend.notifications.service import Words
from backend.sla.events import EscalationReached
from backend.sla.models import StepAction
from backend.work import repository
from backend.work.actors import system
from backend.work.events import WorkOrderEscalated
from backend.work.lifecycle import ORDER_ENDED
from backend.work.models import WorkOrder, WorkOrderEvent
from backend.work.service import orders
from kernel import clock
from kernel.auth import Role
from kernel.outbox import publish

CLOCKS_ZH = {"response": "响应", "on_site": "到场", "restore": "恢复"}
CLOCKS_EN = {"response": "response", "on_site": "on site", "restore": "restore"}


def take_step(session: Session, step: EscalationReached) -> bool:
    """Do what a step of a ladder asks for; tell whether it was new. Of an order that has ended nothing is asked."""
    order = repository.order(session, step.subject_id, lock=True)
    if order.state in ORDER_ENDED or repository.known_operation(session, step.escalation_id):
        return False
    said = _ACTIONS[StepAction(step.action)](session, order, step)
    _note(session, order, step, text=said)
    publish(
        session,
        WorkOrderEscalated(
            work_order_id=order.id,
            escalation_id=step.escalation_id,
            action=step.action,
            priority=order.priority,
            queue=order.queue,
            occurred_at=step.fired_at,
        ),
    )
    return True


def _raise(session: Session, order: WorkOrder, step: EscalationReached) -> str:
    former = order.priority
    if former > 1:
        orders.raise_urgency(session, order.id, priority=former - 1, failure_at=None, at=step.fired_at)
        if order.priority == former:
            order.priority, order.version = former - 1, order.version + 1
    return f"P{former} → P{order.priority}"


def _set_queue(session: Session, order: WorkOrder, step: EscalationReached) -> str:
    former, order.queue = order.queue, step.queue
    order.version += 1
    session.flush()
    return f"{former or '—'} → {step.queue}"


def _tell_role(session: Session, order: WorkOrder, step: EscalationReached) -> str:
    people = identity.users_of_role(session, Role(str(step.role)))
    notifications.notify(
        session,
        key=f"escalation:{step.escalation_id}",
        kind="sla.escalation",
        words=_words(order, step),
        user_ids=[person.id for person in people],
        data={"work_order_id": str(order.id)},
        at=clock.now(),
    )
    return f"{step.role}: {len(people)}"


def _tell_user(session: Session, order: WorkOrder, step: EscalationReached) -> str:
    if step.user_id is None:
        raise LookupError("a step that tells a person names one")
    person = identity.get_user(session, step.user_id)
    notifications.notify(
        session,
        key=f"escalation:{step.escalation_id}",
        kind="sla.escalation",
        words=_words(order, step),
        user_ids=[person.id],
        data={"work_order_id": str(order.id)},
        at=clock.now(),
    )
    return person.display_name


_ACTIONS: dict[StepAction, Callable[[Session, WorkOrder, EscalationReached], str]] = {
    StepAction.NOTIFY_ROLE: _tell_role,
    StepAction.NOTIFY_USER: _tell_user,
    StepAction.RAISE_PRIORITY: _raise,
    StepAction.SET_QUEUE: _set_queue,
}


def _words(order: WorkOrder, step: EscalationReached) -> Words:
    late = step.fired_at >= step.clock_due_at
    minutes = _minutes(step.clock_due_at, step.fired_at)
    zh, en = CLOCKS_ZH[step.clock], CLOCKS_EN[step.clock]
    return Words(
        title_zh=f"{order.number} {zh}时限{'已超' if late else '临近'}",
        title_en=f"{order.number}: {en} {'overdue' if late else 'due soon'}",
        body_zh=f"{order.summary}:{'超时' if late else '剩余'} {minutes} 分钟",
        body_en=f"{order.summary}: {minutes} minutes {'late' if late else 'left'}",
    )


def _minutes(due_at: datetime, at: datetime) -> int:
    return round(abs((due_at - at).total_seconds()) / 60)


def _note(session: Session, order: WorkOrder, step: EscalationReached, *, text: str) -> None:
    who = system()
    session.add(
        WorkOrderEvent(
            work_order_id=order.id,
            seq=repository.next_order_seq(session, order.id),
            action=f"escalate_{step.action}",
            from_state=order.state,
            to_state=order.state,
            actor_id=who.actor_id,
            actor_name=who.name,
            role=who.role,
            source=who.source,
            occurred_at=step.fired_at,
            received_at=clock.now(),
            reason=text,
            client_op_id=step.escalation_id,
            detail={"ladder": step.ladder, "clock": step.clock, "percent": step.percent, "minutes": step.minutes},
        )
    )
    session.flush()
