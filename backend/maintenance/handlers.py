"""What maintenance does when it hears of meters, visits and the end of orders."""

from sqlalchemy.orm import Session

from backend.assets.events import MeterRead
from backend.maintenance import repository
from backend.maintenance.models import OccurrenceState
from backend.maintenance.service import generation, muting
from backend.work.events import VisitChanged, WorkOrderChanged, WorkOrderClosed
from backend.work.lifecycle import OrderAction
from kernel import clock


def count_on_close(session: Session, event: WorkOrderClosed) -> None:
    """Count on from maintenance that is done; a second delivery changes nothing."""
    generation.end_of_order(session, event.work_order_id, state=OccurrenceState.DONE, at=event.closed_at)


def count_on_cancel(session: Session, event: WorkOrderChanged) -> None:
    """Count on from maintenance that was called off; a second delivery changes nothing."""
    if event.action == OrderAction.CANCEL:
        generation.end_of_order(session, event.work_order_id, state=OccurrenceState.CANCELLED, at=event.occurred_at)


def mute_on_visit(session: Session, event: VisitChanged) -> None:
    """Mute the device of an asset while its maintenance is under way; a second delivery changes nothing."""
    muting.follow_visit(session, event.visit_id)


def look_on_reading(session: Session, event: MeterRead) -> None:
    """Have plans that count by a meter reckoned anew by the next sweep; a second delivery changes nothing."""
    at = clock.now()
    for subject in repository.subjects_metered(session, event.asset_id, event.code):
        if subject.id not in repository.open_occurrences(session, [subject.id]):
            subject.look_at = min(subject.look_at or at, at)
