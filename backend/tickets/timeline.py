"""The timeline of a ticket or an order: what all rooms know of it, in one list."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from backend.conversations import service as conversations
from backend.mail import service as mail
from backend.tickets import repository, talking
from backend.work.service import timeline as work
from backend.work.service import views
from inventory import service as stock
from iot_gateway.service import turns
from kernel.timeline import Line, Window, newest


class Source(StrEnum):
    """Whose lines are shown."""

    TICKET = "ticket"
    TALK = "talk"
    WORK = "work"
    STOCK = "stock"
    CASE = "case"
    MAIL = "mail"


@dataclass(frozen=True, kw_only=True)
class About:
    """What a timeline is about."""

    tickets: Collection[UUID]
    orders: Collection[UUID]
    cases: Collection[UUID]


def _ticket_lines(session: Session, about: About, window: Window) -> list[Line]:
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.received_at,
            kind="ticket",
            code=f"ticket.{row.action}",
            text=row.reason or "",
            actor=row.actor_name,
            source=row.source,
            data={
                "ticket_id": str(row.ticket_id),
                "state": row.to_state,
                **{name: row.detail[name] for name in SHOWN if name in row.detail},
            },
            seq=row.seq,
        )
        for row in repository.page(session, about.tickets, window)
    ]


SHOWN = ("number", "into", "into_id", "case_id", "relation", "no_fault")
"""Of the detail of a ticket's event, what a line says."""


def _talk_lines(session: Session, about: About, window: Window) -> list[Line]:
    return conversations.lines(session, about.tickets, window)


def _work_lines(session: Session, about: About, window: Window) -> list[Line]:
    return work.lines(session, about.orders, window)


def _stock_lines(session: Session, about: About, window: Window) -> list[Line]:
    return stock.move_lines(session, list(work.trips_of(session, about.orders)), window)


def _case_lines(session: Session, about: About, window: Window) -> list[Line]:
    return turns.lines(session, about.cases, window)


def _mail_lines(session: Session, about: About, window: Window) -> list[Line]:
    return mail.lines(session, [*about.tickets, *about.orders], window)


SOURCES: dict[Source, Callable[[Session, About, Window], list[Line]]] = {
    Source.TICKET: _ticket_lines,
    Source.TALK: _talk_lines,
    Source.WORK: _work_lines,
    Source.STOCK: _stock_lines,
    Source.CASE: _case_lines,
    Source.MAIL: _mail_lines,
}


def of_ticket(session: Session, ticket_id: UUID, sources: Collection[Source], window: Window) -> list[Line]:
    """Return the newest lines of a ticket, its parts, its orders and cases, the latest first.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    tickets = talking.family(session, repository.ticket(session, ticket_id))
    orders = [order for key in tickets for order in views.orders_of_ticket(session, key)]
    cases = repository.case_ids(session, tickets) | {order.case_id for order in orders if order.case_id}
    return _page(session, About(tickets=tickets, orders=[order.id for order in orders], cases=cases), sources, window)


def of_order(session: Session, work_order_id: UUID, sources: Collection[Source], window: Window) -> list[Line]:
    """Return the newest lines of an order, of its ticket's conversation and its case, the latest first.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    order = views.get_order(session, work_order_id)
    tickets = talking.family(session, repository.ticket(session, order.ticket_id)) if order.ticket_id else []
    cases = {order.case_id} if order.case_id else set()
    return _page(session, About(tickets=tickets, orders=[order.id], cases=cases), sources, window)


def _page(session: Session, about: About, sources: Collection[Source], window: Window) -> list[Line]:
    wanted = sources or SOURCES
    return newest((line for name in wanted for line in SOURCES[name](session, about, window)), window)
