"""Steps of a visit: the event row, the fold, what follows from each stage."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import service as sla
from backend.sla.models import ClockKind, PauseReason
from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import IllegalTransition, NotAllowedTo
from backend.work.events import VisitChanged, VisitWithdrawn
from backend.work.lifecycle import (
    STAMPS,
    VISIT_BEFORE_TRAVEL,
    VISIT_TRANSITIONS,
    VISIT_WHO,
    Folded,
    OrderState,
    Step,
    VisitAction,
    VisitState,
    fold,
    in_order,
    legal,
)
from backend.work.models import Visit, VisitEvent, WorkOrder
from backend.work.service import promises
from inventory import service as stock
from kernel import clock
from kernel.geo import LonLat
from kernel.outbox import publish

MAY_CANCEL = VISIT_BEFORE_TRAVEL
STILL_TO_PLAN = frozenset(
    {
        OrderState.DRAFT,
        OrderState.PENDING_APPROVAL,
        OrderState.OPEN,
        OrderState.WAITING_PARTS,
        OrderState.SCHEDULED,
    }
)
LETS_GO = frozenset(
    {VisitAction.REJECT, VisitAction.EXPIRE, VisitAction.INCOMPLETE, VisitAction.NO_ACCESS, VisitAction.CANCEL}
)
"""Actions after which a visit needs its parts no more."""
MEETS = {VisitAction.ACCEPT: ClockKind.RESPONSE, VisitAction.ARRIVE: ClockKind.ON_SITE}
PAUSE_REASONS = frozenset(PauseReason)
"""Reasons of a visit on hold that policies know; the policy says which clocks stand still."""
CLOCK_BOUND = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said about a step: by whom, when it happened, when it was heard, where and why."""

    actor: Actor
    occurred_at: datetime
    received_at: datetime
    reason: str | None = None
    client_op_id: UUID | None = None
    position: LonLat | None = None
    accuracy_m: float | None = None
    flagged: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def said(actor: Actor, *, at: datetime, reason: str | None = None) -> Said:
    """Return what is said of a step that happens now."""
    return Said(actor=actor, occurred_at=at, received_at=clock.now(), reason=reason)


def advance_visit(session: Session, visit: Visit, order: WorkOrder, action: VisitAction, said: Said) -> None:
    """Add a step to a visit where it belongs in time; order and visit are locked.

    Raises:
        IllegalTransition: it is not legal there, or what happened later would not be.
        NotAllowedTo: another role makes this step.
    """
    if said.actor.role not in VISIT_WHO[action]:
        raise NotAllowedTo(f"'{action}' is not for the role '{said.actor.role}'.", action=str(action))
    session.flush()
    known = repository.visit_events(session, visit.id)
    steps = [Step(VisitAction(row.action), row.occurred_at, row.seq) for row in known]
    new = Step(action, said.occurred_at, len(known) + 1)
    before, after, folded = _insert(steps, new)
    session.add(_event(visit, new, before, after, said))
    former = visit.state
    _keep(visit, folded, said)
    session.flush()
    technicians = tuple(member.technician_id for member in repository.crew(session, visit.id))
    publish(
        session,
        VisitChanged(
            visit_id=visit.id,
            work_order_id=order.id,
            technician_ids=technicians,
            from_state=former,
            state=visit.state,
            action=action,
            version=visit.version,
            occurred_at=said.occurred_at,
        ),
    )
    _effects(session, visit, order, action, said)
    sla.look_soon(session, order.id, at=said.received_at)
    if before is VisitState.ON_HOLD:
        promises.resume(session, order, source=f"visit:{visit.id}", at=said.occurred_at)
    if action is VisitAction.CANCEL and former is not VisitState.PLANNED:
        withdraw(session, visit, order, technicians, reason=said.reason)


def withdraw(
    session: Session, visit: Visit, order: WorkOrder, technicians: tuple[UUID, ...], *, reason: str | None
) -> None:
    """Tell technicians that a visit is theirs no more."""
    publish(
        session,
        VisitWithdrawn(
            visit_id=visit.id,
            work_order_id=order.id,
            number=order.number,
            technician_ids=technicians,
            reason=reason,
            version=visit.version,
        ),
    )


def _insert(steps: list[Step], new: Step) -> tuple[VisitState, VisitState, Folded]:
    """Return the state before and after the new step where it stands in time, and what all steps amount to."""
    ordered = in_order([*steps, new])
    place = ordered.index(new)
    before = fold(ordered[:place]).state
    after = fold(ordered[: place + 1]).state
    try:
        return before, after, fold(ordered)
    except IllegalTransition as later:
        allowed = [str(action) for action in legal(VISIT_TRANSITIONS, fold(steps).state)]
        raise IllegalTransition(
            f"'{new.action}' at that time does not fit '{later.members['action']}', which happened after it.",
            state=str(fold(steps).state),
            action=str(new.action),
            legal=allowed,
        ) from later


def _event(visit: Visit, step: Step, before: VisitState, after: VisitState, said: Said) -> VisitEvent:
    return VisitEvent(
        visit_id=visit.id,
        seq=step.seq,
        action=step.action,
        from_state=before,
        to_state=after,
        actor_id=said.actor.actor_id,
        actor_name=said.actor.name,
        role=said.actor.role,
        source=said.actor.source,
        occurred_at=said.occurred_at,
        received_at=said.received_at,
        position=said.position,
        accuracy_m=said.accuracy_m,
        reason=said.reason,
        client_op_id=said.client_op_id,
        flagged=said.flagged,
        detail=said.detail,
    )


def _keep(visit: Visit, folded: Folded, said: Said) -> None:
    visit.state = folded.state
    visit.ended_at = folded.ended_at
    for name in STAMPS.values():
        setattr(visit, name, folded.stamps.get(name))
    visit.version += 1
    visit.changed_at = clock.now()
    visit.reason = said.reason


def _effects(session: Session, visit: Visit, order: WorkOrder, action: VisitAction, said: Said) -> None:
    at = said.occurred_at
    if action in MEETS:
        promises.meet(session, order, MEETS[action], at=at)
    elif action is VisitAction.HOLD and said.reason in PAUSE_REASONS:
        promises.pause(session, order, reason=PauseReason(said.reason), source=f"visit:{visit.id}", at=at)
    elif action in LETS_GO:
        visit.outcome = str(visit.state)
        stock.release(session, visit.id)


def bounded(occurred_at: datetime, received_at: datetime, not_before: datetime | None) -> tuple[datetime, str | None]:
    """Return when something can have happened at the latest, and what is odd about the time that was claimed."""
    if occurred_at > received_at + CLOCK_BOUND:
        return received_at, "clock_ahead"
    if not_before is not None and occurred_at < not_before:
        return occurred_at, "before_last_sync"
    return occurred_at, None
