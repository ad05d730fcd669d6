"""Reading tickets: the list, and one ticket whole."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.tickets import links, repository
from backend.tickets.lifecycle import TicketState, legal
from backend.work.service import views as work


def list_tickets(
    session: Session, *, states: Sequence[TicketState], words: str | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return tickets as lists show them, the newest first, behind one."""
    return repository.rows(session, states=states, words=_like(words), after=after, limit=limit)


def _like(words: str | None) -> str | None:
    if not words:
        return None
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def ticket_view(session: Session, ticket_id: UUID) -> dict[str, Any]:
    """Return a ticket with its orders, its story and what may be done with it.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    ticket = repository.ticket(session, ticket_id)
    head = repository.rows(session, ticket_id=ticket_id, limit=1)[0]
    return {
        **head,
        "description": ticket.description,
        "topic": ticket.topic,
        "version": ticket.version,
        "closed_at": ticket.closed_at,
        "follow_up_of_id": ticket.follow_up_of_id,
        "survey_url": links.survey_url(ticket.id) if ticket.survey_invited_at else None,
        "work_orders": [
            {"id": order.id, "number": order.number, "state": order.state, "summary": order.summary}
            for order in work.orders_of_ticket(session, ticket_id)
        ],
        "timeline": [
            {
                "at": event.occurred_at,
                "received_at": event.received_at,
                "kind": "ticket",
                "title_code": f"ticket.{event.action}",
                "text": event.reason or "",
                "actor": event.actor_name,
                "source": event.source,
                "detail": event.detail,
            }
            for event in repository.events(session, ticket_id)
        ],
        "allowed_actions": [str(action) for action in legal(ticket.state)],
    }
