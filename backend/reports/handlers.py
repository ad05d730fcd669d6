"""When reports are made: at the end of a visit, and again when something arrives late."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.reports import service
from backend.reports.models import Cause
from backend.work.events import VisitCompleted, VisitReported
from backend.work.lifecycle import VisitState
from backend.work.service import views
from kernel import clock
from kernel.db import transaction


def make_on_completion(session: Session, event: VisitCompleted) -> None:
    """Have the report of a completed visit made; a second delivery changes nothing."""
    service.request(session, event.visit_id, version=0, cause=Cause.COMPLETED, at=clock.now())


def renew_on_report(session: Session, event: VisitReported) -> None:
    """Have a new version made of what came in after the end of a visit."""
    if views.get_visit(session, event.visit_id).state is VisitState.COMPLETED:
        service.request(session, event.visit_id, version=event.version, cause=Cause.LATE, at=clock.now())


def make(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Make the report of a visit; a job."""
    with transaction(tenant_id=tenant_id) as session:
        service.make(session, UUID(body["visit_id"]), cause=Cause(body["cause"]), at=clock.now())
