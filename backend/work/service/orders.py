"""Use cases of work orders: open, wait for parts, approve, verify, send back, close, cancel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.contracts import deciding as contracts
from backend.customers import service as customers
from backend.sla import service as sla
from backend.sla.models import ClockKind
from backend.work import repository
from backend.work.actors import Actor, system
from backend.work.errors import IllegalTransition, OpenChildren, ReasonMissing
from backend.work.events import WorkOrderClosed, WorkOrderDueMoved, WorkOrderOpened
from backend.work.lifecycle import ORDER_BY_HAND, ORDER_TRANSITIONS, OrderAction, OrderState, VisitAction, legal
from backend.work.models import DueBasis, OrderSource, WorkOrder, WorkOrderPart
from backend.work.service import promises, stages
from backend.work.service.demand import demand_ref
from backend.work.service.journal import NO_FAULT, check_version, take_step
from inventory import service as stock
from kernel.ids import new_id
from kernel.numbers import next_number
from kernel.outbox import publish

LEAST_NOTICE = timedelta(hours=4)
"""A failure expected sooner than this, or already past, still leaves so much time to plan."""
EXTENDABLE = stages.STILL_TO_PLAN - {OrderState.SCHEDULED}
"""States in which no visit has reserved what the order asks for."""
LONGEST_MINUTES = 480
"""However much is added to an order, it stays the work of one day."""


@dataclass(frozen=True, kw_only=True)
class ExpectedPart:
    """A part that the work will probably take, and why."""

    part_id: UUID
    quantity: Decimal
    basis: str


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What a maintenance plan says of the order that it opens; nobody reported anything, so no promise runs."""

    due_at: datetime
    checklist_id: UUID | None
    signature_required: bool


def open_work_order(
    session: Session,
    *,
    site_id: UUID,
    asset_id: UUID | None = None,
    summary: str,
    description: str = "",
    work_type: str,
    priority: int,
    skill: str,
    skill_level: int = 1,
    duration_minutes: int = 60,
    expected_parts: Sequence[ExpectedPart] = (),
    ticket_id: UUID | None = None,
    case_id: UUID | None = None,
    source: OrderSource,
    source_key: str | None = None,
    earliest_at: datetime | None = None,
    promised_at: datetime | None = None,
    failure_at: datetime | None = None,
    schedule: Schedule | None = None,
    found_by_id: UUID | None = None,
    evidence: dict[str, Any] | None = None,
    labels: Sequence[str] = (),
    parent_id: UUID | None = None,
    follow_up_of_id: UUID | None = None,
    actor: Actor | None = None,
    at: datetime,
) -> WorkOrder:
    """Open an order and start its clocks; a `source_key` that is known returns the order that it has.

    `failure_at` is the early end of a failure window. Due is the earlier of it and what the SLA allows, or a promise,
    or what a `schedule` says, which has no clocks.

    Who pays is decided here, and kept whatever becomes of the contract.

    Raises:
        SiteUnknown, AssetUnknown: they do not exist here.
    """
    if source_key is not None and (known := repository.order_of_key(session, source_key)):
        return known
    site = customers.get_site(session, site_id)
    criticality = assets.get_asset(session, asset_id).criticality if asset_id else None
    order = WorkOrder(
        id=new_id(),
        number=next_number(session, "WO", at=at),
        ticket_id=ticket_id,
        case_id=case_id,
        source=source,
        source_key=source_key,
        customer_id=site.customer_id,
        site_id=site.id,
        asset_id=asset_id,
        work_type=work_type,
        summary=summary,
        description=description,
        priority=priority,
        skill=skill,
        skill_level=skill_level,
        state=OrderState.DRAFT,
        labels=list(labels),
        parent_id=parent_id,
        follow_up_of_id=follow_up_of_id,
        duration_minutes=duration_minutes,
        checklist_id=schedule.checklist_id if schedule else None,
        signature_required=schedule is not None and schedule.signature_required,
        found_by_id=found_by_id,
        earliest_at=earliest_at,
        opened_at=at,
        version=0,
        evidence=evidence,
    )
    session.add(order)
    session.flush()
    session.add_all(
        WorkOrderPart(work_order_id=order.id, part_id=part.part_id, quantity=part.quantity, basis=part.basis)
        for part in expected_parts
    )
    tier = promises.decide_payer(session, order, at=at)
    if schedule is not None:
        order.due_at, order.due_basis = schedule.due_at, DueBasis.PLAN
    else:
        allowed = promises.begin(session, order, criticality=criticality, tier=tier, at=at)
        order.due_at, order.due_basis = due(allowed=allowed, promised_at=promised_at, failure_at=failure_at, at=at)
    take_step(session, order, OrderAction.OPEN, actor=actor or system(), at=at)
    publish(
        session,
        WorkOrderOpened(
            work_order_id=order.id,
            number=order.number,
            ticket_id=ticket_id,
            case_id=case_id,
            priority=priority,
            due_at=order.due_at,
            opened_at=at,
        ),
    )
    return order


def due(
    *, allowed: datetime | None, promised_at: datetime | None, failure_at: datetime | None, at: datetime
) -> tuple[datetime | None, DueBasis | None]:
    """Return when work is due and what that follows from: a promise, else the failure window within the SLA."""
    if promised_at is not None:
        return promised_at, DueBasis.PROMISE
    if failure_at is not None:
        expected = max(failure_at, at + LEAST_NOTICE)
        if allowed is None or expected <= allowed:
            return expected, DueBasis.FAILURE_WINDOW
    return allowed, DueBasis.SLA if allowed else None


def raise_urgency(
    session: Session, work_order_id: UUID, *, priority: int, failure_at: datetime | None, at: datetime
) -> WorkOrder:
    """Make an order more urgent, or due earlier; never less urgent or later. Its clocks keep what they promised."""
    order = repository.order(session, work_order_id, lock=True)
    if order.state not in stages.STILL_TO_PLAN:
        return order
    changed, former = priority < order.priority, order.due_at
    order.priority = min(order.priority, priority)
    if changed and order.due_basis is not DueBasis.PROMISE:
        criticality = assets.get_asset(session, order.asset_id).criticality if order.asset_id else None
        allowed = promises.restore_by(session, order, priority=priority, criticality=criticality, at=at)
        if order.due_at is None or allowed < order.due_at:
            order.due_at, order.due_basis = allowed, DueBasis.SLA
    if failure_at is not None:
        expected = max(failure_at, at + LEAST_NOTICE)
        if order.due_at is None or expected < order.due_at:
            order.due_at, order.due_basis, changed = expected, DueBasis.FAILURE_WINDOW, True
    if changed:
        order.version += 1
    if order.due_at is not None and order.due_at != former:
        publish(session, WorkOrderDueMoved(work_order_id=order.id, due_at=order.due_at, occurred_at=at))
    return order


def extend(
    session: Session,
    work_order_id: UUID,
    *,
    skill_level: int,
    minutes: int,
    parts: Sequence[ExpectedPart],
    evidence: dict[str, Any],
) -> WorkOrder:
    """Add to an order that nobody has planned yet: a higher level, more time, more parts, what else is suspected.

    Raises:
        IllegalTransition: it is planned or done already.
    """
    order = repository.order(session, work_order_id, lock=True)
    if order.state not in EXTENDABLE:
        raise IllegalTransition("A planned order is not extended.", state=str(order.state), action="extend", legal=[])
    known = {part.part_id: part for part in repository.expected_parts(session, order.id)}
    for part in parts:
        if (line := known.get(part.part_id)) is not None:
            line.quantity += part.quantity
        else:
            session.add(
                WorkOrderPart(work_order_id=order.id, part_id=part.part_id, quantity=part.quantity, basis=part.basis)
            )
    order.skill_level = max(order.skill_level, skill_level)
    order.duration_minutes = min(order.duration_minutes + minutes, LONGEST_MINUTES)
    told = order.evidence or {}
    order.evidence = {**told, "further": [*told.get("further", []), evidence]}
    order.version += 1
    session.flush()
    return order


def lock(session: Session, work_order_id: UUID) -> WorkOrder:
    """Return an order, locked: what belongs to it is locked after it.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    return repository.order(session, work_order_id, lock=True)


def expected_parts(session: Session, work_order_id: UUID) -> Sequence[WorkOrderPart]:
    """Return the parts that an order will probably take."""
    return repository.expected_parts(session, work_order_id)


def act_on_order(
    session: Session,
    work_order_id: UUID,
    action: OrderAction,
    *,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
    no_fault: bool = False,
    with_open_children: bool = False,
    expected_version: int | None = None,
    client_op_id: UUID | None = None,
) -> WorkOrder:
    """Do what a person asks of an order by name; `no_fault`: who cancels it says that nothing is wrong.

    `with_open_children`: it is closed though orders that are a part of it are not done.

    Raises:
        IllegalTransition: its state does not allow it, or it is nothing that a person does.
        StaleVersion: it changed since it was read.
    """
    order = repository.order(session, work_order_id, lock=True)
    check_version(order.version, expected_version)
    use_case = _BY_HAND.get(action)
    if use_case is None:
        allowed = [str(name) for name in legal(ORDER_TRANSITIONS, order.state) if name in ORDER_BY_HAND]
        raise IllegalTransition(
            f"'{action}' follows from other steps.", state=str(order.state), action=str(action), legal=allowed
        )
    asked = Asked(
        action=action,
        actor=actor,
        at=at,
        reason=reason,
        client_op_id=client_op_id,
        no_fault=no_fault,
        with_open_children=with_open_children,
    )
    use_case(session, order, asked)
    return order


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An action that somebody asked for."""

    action: OrderAction
    actor: Actor
    at: datetime
    reason: str | None
    client_op_id: UUID | None
    no_fault: bool = False
    with_open_children: bool = False


def _step(session: Session, order: WorkOrder, asked: Asked) -> None:
    take_step(
        session,
        order,
        asked.action,
        actor=asked.actor,
        at=asked.at,
        reason=asked.reason,
        client_op_id=asked.client_op_id,
        detail={NO_FAULT: True} if asked.no_fault and asked.action is OrderAction.CANCEL else None,
    )


def _reject(session: Session, order: WorkOrder, asked: Asked) -> None:
    if not asked.reason:
        raise ReasonMissing("Say what is not right.", action=str(asked.action), reasons=[])
    _step(session, order, asked)
    order.completed_at = None
    sla.reopen(session, order.id, ClockKind.RESTORE, at=asked.at)


def _close(session: Session, order: WorkOrder, asked: Asked) -> None:
    if not asked.with_open_children and (numbers := repository.open_children(session, order.id)):
        raise OpenChildren("Its children are not done yet.", open=list(numbers))
    _step(session, order, asked)
    order.closed_at = asked.at
    for visit in repository.visits_of(session, order.id):
        stock.release(session, visit.id)
    stock.withdraw_demand(session, demand_ref(order.id))
    publish(
        session,
        WorkOrderClosed(
            work_order_id=order.id,
            number=order.number,
            ticket_id=order.ticket_id,
            case_id=order.case_id,
            asset_id=order.asset_id,
            finding_result=order.finding_result,
            failure_mode=order.finding_failure_mode,
            closed_at=asked.at,
        ),
    )


def _cancel(session: Session, order: WorkOrder, asked: Asked) -> None:
    _step(session, order, asked)
    order.closed_at = asked.at
    for visit in repository.visits_of(session, order.id):
        if visit.state in stages.MAY_CANCEL:
            stages.advance_visit(
                session, visit, order, VisitAction.CANCEL, stages.said(asked.actor, at=asked.at, reason=asked.reason)
            )
        stock.release(session, visit.id)
    stock.withdraw_demand(session, demand_ref(order.id))
    contracts.release(session, order.id, at=asked.at)
    sla.stop(session, order.id, at=asked.at)


UseCase = Callable[[Session, WorkOrder, Asked], None]

_BY_HAND: dict[OrderAction, UseCase] = {
    OrderAction.ASK_APPROVAL: _step,
    OrderAction.APPROVE: _step,
    OrderAction.VERIFY: _step,
    OrderAction.REJECT: _reject,
    OrderAction.CLOSE: _close,
    OrderAction.CANCEL: _cancel,
}


def verify(
    session: Session, work_order_id: UUID, *, actor: Actor, at: datetime, detail: dict[str, Any] | None = None
) -> WorkOrder:
    """Accept the work of a completed order; once more changes nothing."""
    order = repository.order(session, work_order_id, lock=True)
    if order.state not in {OrderState.VERIFIED, OrderState.CLOSED}:
        take_step(session, order, OrderAction.VERIFY, actor=actor, at=at, detail=detail)
    return order


def close(session: Session, work_order_id: UUID, *, actor: Actor, at: datetime) -> WorkOrder:
    """End a verified order and free what it still holds; once more changes nothing. One with open children waits."""
    order = repository.order(session, work_order_id, lock=True)
    if order.state is not OrderState.CLOSED and not repository.open_children(session, order.id):
        _close(session, order, Asked(action=OrderAction.CLOSE, actor=actor, at=at, reason=None, client_op_id=None))
    return order


def reject(session: Session, work_order_id: UUID, *, actor: Actor, reason: str, at: datetime) -> WorkOrder:
    """Send a completed or verified order back; one that is open again already stays."""
    order = repository.order(session, work_order_id, lock=True)
    if order.state in {OrderState.COMPLETED, OrderState.VERIFIED}:
        _reject(session, order, Asked(action=OrderAction.REJECT, actor=actor, at=at, reason=reason, client_op_id=None))
    return order
