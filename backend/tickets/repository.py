"""Queries of tickets."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import false, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.tickets.errors import NoSuchTicket
from backend.tickets.lifecycle import OPEN, TicketState
from backend.tickets.models import Channel, Ticket, TicketEvent
from kernel.db import tenant_of
from kernel.ids import new_id
from kernel.timeline import Window

MOST_PARTS = 200
MOST_EVENTS = 500

_LIST = """
SELECT t.id, t.number, t.channel, t.summary, t.state, t.priority, t.opened_at, t.resolved_at, t.case_id,
       t.customer_id, t.site_id, t.asset_id, t.merged_into_id, t.first_response_at,
       t.unanswered_since, c.name AS customer_name, s.name AS site_name, a.name AS asset_name
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


def standing(session: Session, ticket_id: UUID) -> Ticket:
    """Return, locked, the ticket that stands for one: itself, or the one that it is a part of.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    found = ticket(session, ticket_id)
    while True:
        found = ticket(session, found.merged_into_id or found.id, lock=True)
        if found.merged_into_id is None:
            return found


def parts_of(session: Session, ticket_id: UUID) -> Sequence[Ticket]:
    """Return the tickets that have become a part of one, the first one first."""
    return session.scalars(
        select(Ticket).where(Ticket.merged_into_id == ticket_id).order_by(Ticket.id).limit(MOST_PARTS)
    ).all()


def pass_parts(session: Session, ticket_id: UUID, into_id: UUID) -> None:
    """Give the parts of a ticket to another."""
    session.execute(update(Ticket).where(Ticket.merged_into_id == ticket_id).values(merged_into_id=into_id))


def near(session: Session, held: Ticket, *, since: datetime, until: datetime, limit: int) -> Sequence[Ticket]:
    """Return open tickets of the same asset or customer that were opened in a stretch of time, the latest first."""
    same = [column == value for column, value in _same(held) if value is not None]
    return session.scalars(
        select(Ticket)
        .where(
            or_(false(), *same),
            Ticket.id != held.id,
            Ticket.state.in_(OPEN),
            Ticket.opened_at.between(since, until),
        )
        .order_by(Ticket.opened_at.desc(), Ticket.id)
        .limit(limit)
    ).all()


def of_topics(
    session: Session, asset_id: UUID, topics: Collection[str], *, since: datetime, until: datetime, limit: int
) -> Sequence[Ticket]:
    """Return tickets of an asset about some topics that were opened in a stretch of time and stand for themselves."""
    return session.scalars(
        select(Ticket)
        .where(
            Ticket.asset_id == asset_id,
            Ticket.topic.in_(topics),
            Ticket.opened_at >= since,
            Ticket.opened_at < until,
            Ticket.merged_into_id.is_(None),
        )
        .order_by(Ticket.opened_at.desc(), Ticket.id)
        .limit(limit)
    ).all()


def _same(held: Ticket) -> tuple[tuple[Any, UUID | None], ...]:
    return (Ticket.asset_id, held.asset_id), (Ticket.customer_id, held.customer_id)


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
    """Return the first of what happened to a ticket, as it was written; its timeline has pages of all."""
    return session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.seq).limit(MOST_EVENTS)
    ).all()


def page(session: Session, ticket_ids: Collection[UUID], window: Window) -> Sequence[TicketEvent]:
    """Return the newest events of tickets in a window, the latest first."""
    query = select(TicketEvent).where(TicketEvent.ticket_id.in_(ticket_ids))
    return session.scalars(window.cut(query, TicketEvent.occurred_at, TicketEvent.id)).all()


def case_ids(session: Session, ticket_ids: Collection[UUID]) -> set[UUID]:
    """Return the cases that tickets were opened for, or that their evidence names."""
    first = select(Ticket.case_id).where(Ticket.id.in_(ticket_ids), Ticket.case_id.is_not(None)).limit(MOST_PARTS)
    named = TicketEvent.detail["case_id"].astext
    others = (
        select(named)
        .where(TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.detail.has_key("case_id"))
        .order_by(TicketEvent.seq.desc())
        .limit(MOST_EVENTS)
    )
    return {key for key in session.scalars(first) if key} | {UUID(key) for key in session.scalars(others)}


def rows(
    session: Session,
    *,
    states: Sequence[TicketState] = (),
    words: str | None = None,
    priority: int | None = None,
    channel: Channel | None = None,
    customer_id: UUID | None = None,
    asset_id: UUID | None = None,
    unanswered: bool | None = None,
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
        ("t.priority = :priority", "priority", priority),
        ("t.channel = :channel", "channel", channel),
        ("t.customer_id = :customer_id", "customer_id", customer_id),
        ("t.asset_id = :asset_id", "asset_id", asset_id),
        ("(t.unanswered_since IS NOT NULL) = :unanswered", "unanswered", unanswered),
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
