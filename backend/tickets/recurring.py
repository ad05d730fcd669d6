"""The same again: what went wrong on an asset within the last three months, as now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.tickets import repository
from backend.tickets.models import Ticket
from backend.work.service import views as work

WITHIN = timedelta(days=90)
MOST = 50


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A ticket or an order about the same thing, and when it was opened."""

    kind: str
    id: UUID
    number: str
    summary: str
    state: str
    opened_at: datetime
    why: str
    """What is the same: `topic` of the ticket, or `failure_mode` of the finding."""


def of_ticket(session: Session, ticket_id: UUID) -> list[Earlier]:
    """Return what was the matter with the same asset about the same topic within 90 days before, the latest first.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    ticket = repository.ticket(session, ticket_id)
    if ticket.asset_id is None or ticket.topic is None:
        return []
    family = {ticket.id, *(part.id for part in repository.parts_of(session, ticket.id))}
    return _earlier(
        session, ticket.asset_id, {ticket.topic}, before=ticket.opened_at, but_tickets=family, but_order=None
    )


def of_order(session: Session, work_order_id: UUID) -> list[Earlier]:
    """Return what was the matter with the same asset within 90 days before an order, by its topic and its finding.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    order = work.get_order(session, work_order_id)
    if order.asset_id is None or order.opened_at is None:
        return []
    ticket = repository.ticket(session, order.ticket_id) if order.ticket_id else None
    topics = {name for name in (ticket.topic if ticket else None, order.finding_failure_mode) if name}
    but = {ticket.id} if ticket else set()
    return _earlier(session, order.asset_id, topics, before=order.opened_at, but_tickets=but, but_order=order.id)


def _earlier(
    session: Session,
    asset_id: UUID,
    topics: Collection[str],
    *,
    before: datetime,
    but_tickets: Collection[UUID],
    but_order: UUID | None,
) -> list[Earlier]:
    since = before - WITHIN
    tickets = repository.of_topics(session, asset_id, topics, since=since, until=before, limit=MOST)
    orders = work.of_failure_modes(session, asset_id, topics, since=since, until=before, limit=MOST)
    found = [_of(row) for row in tickets if row.id not in but_tickets]
    found += [
        Earlier(
            kind="order",
            id=row.id,
            number=row.number,
            summary=row.summary,
            state=row.state,
            opened_at=row.opened_at or row.created_at,
            why="failure_mode",
        )
        for row in orders
        if row.id != but_order and row.ticket_id not in but_tickets
    ]
    return sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True)[:MOST]


def _of(row: Ticket) -> Earlier:
    return Earlier(
        kind="ticket",
        id=row.id,
        number=row.number,
        summary=row.summary,
        state=row.state,
        opened_at=row.opened_at,
        why="topic",
    )
