"""What makes the planner plan."""

from sqlalchemy.orm import Session

from backend.planning import service
from backend.planning.models import PlanMode
from backend.technicians import absences
from backend.technicians import service as technicians
from backend.technicians.events import AbsenceApproved, TechnicianDeactivated
from backend.work.events import WorkOrderChanged, WorkOrderDueMoved, WorkOrderOpened
from backend.work.lifecycle import OrderState
from backend.work.service import scheduling
from kernel import clock


def plan_on_opened(session: Session, event: WorkOrderOpened) -> None:
    """Plan a new order, together with whatever else waits."""
    service.request_plan(session, mode=PlanMode.AUTO, cause=event.topic)


def plan_on_returned(session: Session, event: WorkOrderChanged) -> None:
    """Plan an order again that came back: rejected, not finished, parts there."""
    if event.state == OrderState.OPEN and event.from_state != OrderState.DRAFT:
        service.request_plan(session, mode=PlanMode.AUTO, cause=event.topic)


def plan_on_due_moved(session: Session, event: WorkOrderDueMoved) -> None:
    """Plan an order again whose due date has moved; what was promised, pinned or told to somebody stays.

    One wish of many: a plan that nobody has begun answers for all. A planned visit gives way only if it comes too late.
    """
    if scheduling.release_late(session, event.work_order_id, at=event.occurred_at):
        service.request_plan(session, mode=PlanMode.AUTO, cause=event.topic)


def release_on_absence(session: Session, event: AbsenceApproved) -> None:
    """Take back the visits of somebody who will be away; their orders, open again, are planned anew."""
    absence = absences.approved_absence(session, event.absence_id)
    if absence is not None:
        scheduling.release_absent(
            session, absence.technician_id, start=absence.starts_at, end=absence.ends_at, at=clock.now()
        )


def release_on_deactivation(session: Session, event: TechnicianDeactivated) -> None:
    """Take back the visits of somebody who does none any more; their orders, open again, are planned anew."""
    if not technicians.get_technician(session, event.technician_id).active:
        at = clock.now()
        scheduling.release_absent(session, event.technician_id, start=at, end=None, at=at)
