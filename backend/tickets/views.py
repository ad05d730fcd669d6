"""Reading tickets: the list, and one ticket whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import service as sla
from backend.sla.models import SlaClock
from backend.tickets import links, repository
from backend.tickets.lifecycle import TicketState, legal
from backend.tickets.models import Channel, Ticket
from backend.work.service import views as work


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which tickets to list."""

    states: Sequence[TicketState] = ()
    words: str | None = None
    priority: int | None = None
    channel: Channel | None = None
    customer_id: UUID | None = None
    asset_id: UUID | None = None
    unanswered: bool | None = None


def list_tickets(session: Session, wanted: Filter, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return tickets as lists show them, the newest first, behind one."""
    asked = {**vars(wanted), "words": _like(wanted.words)}
    return repository.rows(session, **asked, after=after, limit=limit)


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
        "sla": [_clock(clock) for clock in sla.clocks_of(session, ticket_id)],
        "auto_ack_at": ticket.auto_ack_at,
        "merged_into": _name(repository.ticket(session, ticket.merged_into_id)) if ticket.merged_into_id else None,
        "parts": [_name(part) for part in repository.parts_of(session, ticket_id)],
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


def _clock(clock: SlaClock) -> dict[str, Any]:
    return {
        "clock": clock.clock,
        "target_minutes": clock.target_minutes,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "paused": clock.paused_at is not None,
    }


def _name(ticket: Ticket) -> dict[str, Any]:
    return {"id": ticket.id, "number": ticket.number, "summary": ticket.summary}
