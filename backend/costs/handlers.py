"""What costs do when they hear of orders and coverage."""

from sqlalchemy.orm import Session

from backend.contracts.events import CoverageOverridden
from backend.costs import service
from backend.work.events import WorkOrderClosed
from kernel import clock


def keep_on_close(session: Session, event: WorkOrderClosed) -> None:
    """Keep the cost sheet of a closed order; a second delivery changes nothing."""
    service.keep_on_close(session, event.work_order_id, at=event.closed_at)


def recount_on_coverage(session: Session, event: CoverageOverridden) -> None:
    """Count a closed order anew whose coverage was decided otherwise; a second delivery changes nothing."""
    service.follow_coverage(session, event.work_order_id, seq=event.seq, at=clock.now())
