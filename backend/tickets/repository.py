"""Queries of tickets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.tickets.errors import NoSuchTicket
from backend.tickets.lifecycle import OPEN, TicketState
from backend.tickets.models import Channel, Ticket, TicketEvent
from kernel.db import tenant_of
from kernel.ids import new_id

_LIST = """
SELECT t.id, t.number, t.channel, t.summary, t.state, t.priority, t.opened_at, t.resolved_at, t.case_id,
       t.customer_id, t.site_id, t.asset_id, c.name AS customer_name, s.name AS site_name, a.name AS asset_name
  FROM ticket t
  LEFT JOIN customer c ON c.id = t.customer_id
  LEFT JOIN site s ON s.id = t.site_id
  LEFT JOIN asset a ON a.id = t.asset_id
 WHERE {where}
 ORDER BY t.id DESC LIMIT :limit
"""


def ticket(session: Session, ticket_id: UUID, *, lock: bool = False) -> Ticket:
    """Return a ticket, as it stands now if it is locked.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    query = select(Ticket).where(Ticket.id == ticket_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NoSuchTicket("No ticket has this id.", ticket_id=ticket_id)
    return found


def of_message(session: Session, channel: Channel, external_id: str) -> Ticket | None:
    """Return the ticket that a message has made."""
    return session.scalar(select(Ticket).where(Ticket.channel == channel, Ticket.external_id == external_id))


def add(session: Session, row: dict[str, Any]) -> UUID | None:
    """Write a ticket; return its id, or None if its message is known."""
    return session.scalar(
        insert(Ticket)
        .values(id=new_id(), tenant_id=tenant_of(session), **row)
        .on_conflict_do_nothing(index_elements=["tenant_id", "channel", "external_id"])
        .returning(Ticket.id)
    )


def open_of_topic(session: Session, asset_id: UUID, topic: str) -> Ticket | None:
    """Return the open ticket of an asset and topic, locked."""
    return session.scalar(
        select(Ticket)
        .where(Ticket.asset_id == asset_id, Ticket.topic == topic, Ticket.state.in_(OPEN))
        .order_by(Ticket.id)
        .limit(1)
        .with_for_update()
    )


def next_seq(session: Session, ticket_id: UUID) -> int:
    """Return the number of a ticket's next event; the ticket is locked."""
    last = session.scalar(select(func.max(TicketEvent.seq)).where(TicketEvent.ticket_id == ticket_id))
    return (last or 0) + 1


def has_event(session: Session, ticket_id: UUID, action: str, *, detail: dict[str, Any]) -> bool:
    """Tell whether a ticket's story has this very line."""
    known = select(TicketEvent.id).where(
        TicketEvent.ticket_id == ticket_id, TicketEvent.action == action, TicketEvent.detail == detail
    )
    return session.scalar(known.limit(1)) is not None


def last_at(session: Session, ticket_id: UUID, *actions: str) -> datetime | None:
    """Return when one of these actions happened to a ticket last."""
    return session.scalar(
        select(func.max(TicketEvent.occurred_at)).where(
            TicketEvent.ticket_id == ticket_id, TicketEvent.action.in_(actions)
        )
    )


def events(session: Session, ticket_id: UUID) -> Sequence[TicketEvent]:
    """Return what happened to a ticket, as it was written."""
    return session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.seq)
    ).all()


def rows(
    session: Session,
    *,
    states: Sequence[TicketState] = (),
    words: str | None = None,
    ticket_id: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return tickets as lists show them, the newest first."""
    where = ["true"]
    values: dict[str, Any] = {"limit": limit}
    for clause, name, value in (
        ("t.state = ANY(:states)", "states", [str(state) for state in states] or None),
        ("(t.number ILIKE :words OR t.summary ILIKE :words OR c.name ILIKE :words)", "words", words),
        ("t.id = :ticket_id", "ticket_id", ticket_id),
        ("t.id < :after", "after", after),
    ):
        if value is not None:
            where.append(clause)
            values[name] = value
    found = session.execute(text(_LIST.format(where=" AND ".join(where))), values)
    return [dict(row) for row in found.mappings()]


def hand_over(session: Session, customer_id: UUID, into_id: UUID) -> None:
    """Give everything of a customer to another."""
    session.execute(update(Ticket).where(Ticket.customer_id == customer_id).values(customer_id=into_id))
