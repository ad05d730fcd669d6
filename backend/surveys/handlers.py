"""What surveys do when they hear of tickets."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.surveys import service
from backend.tickets.events import TicketResolved
from kernel import clock
from kernel.db import transaction


def invite_on_resolution(session: Session, event: TicketResolved) -> None:
    """Create the survey of a resolved ticket; a second delivery changes nothing."""
    service.invite(session, event.ticket_id, at=event.resolved_at)


def remind(tenant_id: UUID, body: dict[str, Any]) -> None:  # noqa: ARG001 - the rows say what is due
    """Remind of unanswered surveys; a job."""
    with transaction(tenant_id=tenant_id) as session:
        service.remind_due(session, at=clock.now())
