"""What makes the planner plan."""

from sqlalchemy.orm import Session

from backend.planning import service
from backend.planning.models import PlanMode
from backend.work.events import WorkOrderChanged, WorkOrderOpened
from backend.work.lifecycle import OrderState


def plan_on_opened(session: Session, event: WorkOrderOpened) -> None:
    """Plan a new order, together with whatever else waits."""
    service.request_plan(session, mode=PlanMode.AUTO, cause=event.topic)


def plan_on_returned(session: Session, event: WorkOrderChanged) -> None:
    """Plan an order again that came back: rejected, not finished, parts there."""
    if event.state == OrderState.OPEN and event.from_state != OrderState.DRAFT:
        service.request_plan(session, mode=PlanMode.AUTO, cause=event.topic)
