"""The promises of an order: what holds its clocks, and its due date that follows them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.contracts import deciding as contracts
from backend.sla import readings
from backend.sla import service as sla
from backend.sla.models import ClockKind, PauseReason
from backend.work import repository
from backend.work.lifecycle import OrderState
from backend.work.models import DueBasis, WorkOrder

WAITS = {OrderState.PENDING_APPROVAL: PauseReason.APPROVAL, OrderState.WAITING_PARTS: PauseReason.PARTS}
"""States of an order in which it waits for somebody else."""


def decide_payer(session: Session, order: WorkOrder, *, at: datetime) -> str | None:
    """Decide who pays for an order that is being opened; return the class of service that its contract agrees on."""
    subject = contracts.Subject(customer_id=order.customer_id, site_id=order.site_id, asset_id=order.asset_id)
    return contracts.freeze(session, order.id, subject, at=at).tier


def begin(
    session: Session, order: WorkOrder, *, criticality: str | None, tier: str | None, at: datetime
) -> datetime | None:
    """Start the clocks of an order that is being opened; return until when it is to be restored."""
    sla.start_clocks(
        session,
        order.id,
        priority=order.priority,
        criticality=criticality,
        customer_id=order.customer_id,
        work_type=order.work_type,
        tier=tier,
        at=at,
    )
    return _restore_by(session, order.id)


def restore_by(session: Session, order: WorkOrder, *, priority: int, criticality: str | None, at: datetime) -> datetime:
    """Return until when the policies promise to restore an order of another priority; starts no clock."""
    coverage = contracts.coverage_of_many(session, [order.id]).get(order.id)
    return sla.restore_by(
        session,
        priority=priority,
        criticality=criticality,
        customer_id=order.customer_id,
        work_type=order.work_type,
        tier=coverage.tier if coverage else None,
        at=at,
    )


def pause(session: Session, order: WorkOrder, *, reason: PauseReason, source: str, at: datetime) -> None:
    """Say that an order waits; its policy says which clocks stand still. The order is locked."""
    former = _restore_by(session, order.id)
    sla.pause(session, order.id, reason=reason, source=source, at=at)
    _follow(order, former, _restore_by(session, order.id))


def resume(session: Session, order: WorkOrder, *, source: str, at: datetime) -> None:
    """Say that an order waits for this no more; it is due as much later as its clock stood still. It is locked."""
    former = _restore_by(session, order.id)
    sla.resume(session, order.id, source=source, at=at)
    _follow(order, former, _restore_by(session, order.id))


def meet(session: Session, order: WorkOrder, clock: ClockKind, *, at: datetime) -> None:
    """Say that a promise of an order was kept or missed; one by plan has none."""
    if order.due_basis is not DueBasis.PLAN:
        sla.meet(session, order.id, clock, at=at)


def follow_state(session: Session, order: WorkOrder, former: OrderState, *, at: datetime) -> None:
    """Hold or release the clocks as an order enters or leaves a state of waiting."""
    if former in WAITS:
        resume(session, order, source=str(former), at=at)
    if order.state in WAITS:
        pause(session, order, reason=WAITS[order.state], source=str(order.state), at=at)
    sla.look_soon(session, order.id, at=at)


def wait_for_customer(session: Session, work_order_id: UUID, *, at: datetime) -> None:
    """Say that the customer of an order's ticket has been asked something."""
    order = repository.order(session, work_order_id, lock=True)
    pause(session, order, reason=PauseReason.CUSTOMER, source="ticket", at=at)


def customer_answered(session: Session, work_order_id: UUID, *, at: datetime) -> None:
    """Say that the customer of an order's ticket has answered, or is waited for no more."""
    order = repository.order(session, work_order_id, lock=True)
    resume(session, order, source="ticket", at=at)


def _restore_by(session: Session, work_order_id: UUID) -> datetime | None:
    clocks = sla.clocks_of(session, work_order_id)
    return next((clock.due_at for clock in clocks if clock.clock is ClockKind.RESTORE), None)


def _follow(order: WorkOrder, former: datetime | None, now: datetime | None) -> None:
    """Move a due date that came from the clock; a promise, a failure window or a raised urgency stays."""
    if order.due_basis is DueBasis.SLA and now is not None and order.due_at == former and now != former:
        order.due_at = now
        order.version += 1


def follow_clock(session: Session, work_order_id: UUID, *, former: datetime, due_at: datetime) -> None:
    """Let an order's due date follow its restore clock, whose calendar has changed; once more changes nothing.

    A clock that is a ticket's moves no order.
    """
    if repository.exists(session, work_order_id):
        _follow(repository.order(session, work_order_id, lock=True), former, due_at)


def recount(session: Session, *, at: datetime) -> int:
    """Count clocks anew whose calendar has changed; return how many."""
    return readings.recount(session, at=at, limit=sla.SWEEP)


def mark_breaches(session: Session, *, at: datetime) -> int:
    """Mark promises that are past their time; return how many."""
    return len(sla.mark_breaches(session, at=at))


def climb(session: Session, *, at: datetime) -> int:
    """Take the steps of escalation that have come due; return how many were looked at."""
    return readings.climb(session, at=at, limit=sla.SWEEP)
