"""What tickets do when they hear of work."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.conversations.events import MessageWritten
from backend.conversations.saying import MessageKind
from backend.customers import changes as customers
from backend.customers.events import CustomerMerged
from backend.notifications import service as notifications
from backend.notifications.service import Words
from backend.tickets import mailing, repository, service
from backend.work.events import WorkOrderChanged, WorkOrderClosed, WorkOrderOpened
from backend.work.lifecycle import OrderState
from kernel import clock
from kernel.db import transaction


def begin_on_order(session: Session, event: WorkOrderOpened) -> None:
    """Say that there is work under way for the ticket of a new order."""
    if event.ticket_id is not None:
        service.begin(session, event.ticket_id, at=event.opened_at)


def resolve_on_close(session: Session, event: WorkOrderClosed) -> None:
    """Resolve the ticket whose last order is closed."""
    if event.ticket_id is not None:
        service.resolve_when_done(session, event.ticket_id, at=event.closed_at)


def resolve_on_cancel(session: Session, event: WorkOrderChanged) -> None:
    """Resolve the ticket whose last open order falls away, if another one has done the work."""
    if event.ticket_id is not None and event.state == OrderState.CANCELLED:
        service.resolve_when_done(session, event.ticket_id, at=event.occurred_at)


def close_ticket(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Close a ticket that stayed resolved; a job."""
    with transaction(tenant_id=tenant_id) as session:
        service.close_if_still_resolved(session, UUID(body["ticket_id"]), at=clock.now())


def notify_mentioned(session: Session, event: MessageWritten) -> None:
    """Tell people who are mentioned in a message; a second delivery sends no second message."""
    if not event.mentions:
        return
    ticket = service.standing(session, event.subject_id)
    notifications.notify(
        session,
        key=f"mentioned:{event.message_id}",
        kind="ticket.mentioned",
        words=Words(
            title_zh=f"{event.author_name} 在 {ticket.number} 提到了你",
            title_en=f"{event.author_name} mentioned you in {ticket.number}",
            body_zh=ticket.summary,
            body_en=ticket.summary,
        ),
        user_ids=event.mentions,
        data={"ticket_id": str(ticket.id), "message_id": str(event.message_id)},
        at=clock.now(),
    )


def mail_reply(session: Session, event: MessageWritten) -> None:
    """Mail what was answered by mail; a second delivery sends no second mail."""
    if event.kind == MessageKind.REPLY:
        mailing.send_reply(session, event.message_id, at=clock.now())


def follow_merge(session: Session, event: CustomerMerged) -> None:
    """Give the tickets of a merged customer to the one that it is now a part of."""
    into = customers.current_customer(session, event.into_id)
    repository.hand_over(session, event.customer_id, into.id)
