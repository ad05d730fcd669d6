"""The due date of an order that waits for a machine to fail: it follows the failure window, in both directions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.sla import service as sla
from backend.sla.models import ClockKind
from backend.work import repository
from backend.work.events import WorkOrderDueMoved
from backend.work.lifecycle import VISIT_ENDED, OrderState, VisitState, Who
from backend.work.models import DueBasis, EventSource, WorkOrder, WorkOrderEvent
from backend.work.service import stages
from backend.work.service.orders import LEAST_NOTICE, due
from kernel import clock
from kernel.outbox import publish

MOVED, KEPT = "move_due", "keep_due"
SETTLED = frozenset({OrderState.COMPLETED, OrderState.VERIFIED, OrderState.CLOSED, OrderState.CANCELLED})


def follow_window(session: Session, work_order_id: UUID, *, failure_at: datetime, at: datetime) -> bool:
    """Make an order due at the early end of a failure window, within what the SLA allows; tell whether it moved.

    An order that is promised, pinned, dispatched or begun keeps its date, and its timeline says so once. One that is
    done stays as it is. Said again, nothing changes.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    order = repository.order(session, work_order_id, lock=True)
    if order.state in SETTLED:
        return False
    wanted, basis = _wanted(session, order, failure_at=failure_at, at=at)
    if wanted is None or wanted == order.due_at:
        return False
    span = f"{order.due_at:%Y-%m-%d %H:%M} → {wanted:%Y-%m-%d %H:%M} UTC" if order.due_at else None
    obstacle = _obstacle(session, order)
    if obstacle is not None:
        action = f"{KEPT}_{obstacle}"
        if not _said(session, order.id, action):
            _note(session, order, action, text=span, at=at)
        return False
    order.due_at, order.due_basis = wanted, basis
    order.version += 1
    _note(session, order, MOVED, text=span, at=at)
    publish(session, WorkOrderDueMoved(work_order_id=order.id, due_at=wanted, occurred_at=at))
    return True


def _wanted(
    session: Session, order: WorkOrder, *, failure_at: datetime, at: datetime
) -> tuple[datetime | None, DueBasis | None]:
    """Return when the window wants the order done; neither the SLA nor the notice that people need moves it later."""
    clocks = sla.clocks_of(session, order.id)
    allowed = next((found.due_at for found in clocks if found.clock is ClockKind.RESTORE), None)
    wanted, basis = due(allowed=allowed, promised_at=None, failure_at=failure_at, at=at)
    fixed = order.due_basis is DueBasis.SLA or failure_at < at + LEAST_NOTICE
    if fixed and wanted is not None and order.due_at is not None and order.due_at < wanted:
        return order.due_at, order.due_basis
    return wanted, basis


def _obstacle(session: Session, order: WorkOrder) -> str | None:
    """Return why the date of an order is not the telemetry's to move."""
    if order.due_basis in {DueBasis.PROMISE, DueBasis.PLAN}:
        return "promised"
    if order.state not in stages.STILL_TO_PLAN:
        return "begun"
    standing = [visit for visit in repository.visits_of(session, order.id) if visit.state not in VISIT_ENDED]
    if any(visit.pinned for visit in standing):
        return "pinned"
    return "dispatched" if any(visit.state is not VisitState.PLANNED for visit in standing) else None


def _said(session: Session, work_order_id: UUID, action: str) -> bool:
    found = session.scalar(
        select(WorkOrderEvent.id)
        .where(WorkOrderEvent.work_order_id == work_order_id, WorkOrderEvent.action == action)
        .limit(1)
    )
    return found is not None


def _note(session: Session, order: WorkOrder, action: str, *, text: str | None, at: datetime) -> None:
    session.add(
        WorkOrderEvent(
            work_order_id=order.id,
            seq=repository.next_order_seq(session, order.id),
            action=action,
            from_state=order.state,
            to_state=order.state,
            actor_id=None,
            actor_name="",
            role=Who.SYSTEM,
            source=EventSource.TELEMETRY,
            occurred_at=at,
            received_at=clock.now(),
            reason=text,
            detail={},
        )
    )
    session.flush()
