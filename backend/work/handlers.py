"""What work does when it hears of stock, and whom it tells of visits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.customers import changes as customers
from backend.customers.events import CustomerMerged
from backend.notifications import service as notifications
from backend.notifications.service import Words
from backend.sla.events import ClockMoved, EscalationReached
from backend.sla.models import ClockKind
from backend.work import repository
from backend.work.events import VisitAssigned, VisitCompleted, VisitReported, VisitWithdrawn
from backend.work.service import corrective, escalations, promises, readings, scheduling, waiting
from inventory.events import StockArrived
from kernel import clock
from kernel.db import transaction


def resume_on_stock(session: Session, event: StockArrived) -> None:
    """Bring back orders that waited for the part."""
    waiting.parts_arrived(session, event.part_id, at=clock.now())


def correct_on_completion(session: Session, event: VisitCompleted) -> None:
    """Open work for what the visit's checklist found wrong; a second delivery changes nothing."""
    corrective.open_for_failed_items(session, event.visit_id, at=event.completed_at)


def read_meters(session: Session, event: VisitCompleted) -> None:
    """Write what a completed visit read to the meters."""
    readings.read_meters(session, event.visit_id)


def read_meters_late(session: Session, event: VisitReported) -> None:
    """Write what is heard of a visit only after its end to the meters."""
    readings.read_meters(session, event.visit_id)


def notify_assignment(session: Session, event: VisitAssigned) -> None:
    """Tell the crew of their visit; a second delivery sends no second message."""
    notifications.notify(
        session,
        key=f"visit_assigned:{event.visit_id}:{event.version}",
        kind="visit.assigned",
        words=Words(
            title_zh=f"新工单 {event.number}",
            title_en=f"New work order {event.number}",
            body_zh=f"{event.site_name}:{event.summary}",
            body_en=f"{event.site_name}: {event.summary}",
        ),
        technician_ids=event.technician_ids,
        data={"visit_id": str(event.visit_id), "work_order_id": str(event.work_order_id)},
        at=clock.now(),
    )


def notify_withdrawal(session: Session, event: VisitWithdrawn) -> None:
    """Tell technicians that a visit is theirs no more."""
    notifications.notify(
        session,
        key=f"visit_withdrawn:{event.visit_id}:{event.version}",
        kind="visit.withdrawn",
        words=Words(
            title_zh=f"工单 {event.number} 已取消派工",
            title_en=f"Work order {event.number} was withdrawn",
            body_zh=event.reason or "已改派或取消",
            body_en=event.reason or "Given to somebody else, or cancelled",
        ),
        technician_ids=event.technician_ids,
        data={"visit_id": str(event.visit_id), "work_order_id": str(event.work_order_id)},
        at=clock.now(),
    )


def escalate_on_step(session: Session, event: EscalationReached) -> None:
    """Do what a step of a ladder asks for; a second delivery changes nothing."""
    escalations.take_step(session, event)


def move_due_on_clock(session: Session, event: ClockMoved) -> None:
    """Let the due date of an order follow its clock; a second delivery changes nothing."""
    if event.clock == ClockKind.RESTORE:
        promises.follow_clock(session, event.subject_id, former=event.former_due_at, due_at=event.due_at)


def accept_timeout(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Take a visit back that nobody accepted in time; a job."""
    with transaction(tenant_id=tenant_id) as session:
        scheduling.expire_acceptance(
            session,
            UUID(body["visit_id"]),
            dispatched_at=datetime.fromisoformat(body["dispatched_at"]),
            at=clock.now(),
        )


def follow_merge(session: Session, event: CustomerMerged) -> None:
    """Give the orders of a merged customer to the one that it is now a part of."""
    into = customers.current_customer(session, event.into_id)
    repository.hand_over(session, event.customer_id, into.id)
