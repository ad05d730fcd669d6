"""The staff API of tickets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from backend.tickets import service, views
from backend.tickets.errors import IllegalTicketStep, NoSuchTicket, ReopenTimeOver, TicketIncomplete
from backend.tickets.lifecycle import TicketState
from backend.tickets.models import Channel
from backend.tickets.schemas import ReopenIn, TicketActionIn, TicketOut, TicketPage
from backend.tickets.service import By
from kernel import clock, http
from kernel.auth import OFFICE, Role
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, cut, decode_cursor, encode_cursor

router = http.router("tickets")

DESK = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_tickets": OFFICE | {Role.INTEGRATOR},
    "get_ticket": OFFICE | {Role.INTEGRATOR},
    "act_on_ticket": DESK,
    "reopen_ticket": DESK,
}


@router.get("/tickets", response_model=TicketPage)
def list_tickets(
    db: Db,
    *,
    state: Annotated[list[TicketState] | None, Query()] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    priority: Annotated[int | None, Query(ge=1, le=4)] = None,
    channel: Channel | None = None,
    customer_id: UUID | None = None,
    asset_id: UUID | None = None,
    unanswered: Annotated[bool | None, Query(description="whether the customer waits for an answer")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """List tickets, the newest first."""
    after = UUID(decode_cursor(cursor, parts=1)[0]) if cursor else None
    wanted = views.Filter(
        states=state or (),
        words=q,
        priority=priority,
        channel=channel,
        customer_id=customer_id,
        asset_id=asset_id,
        unanswered=unanswered,
    )
    rows, more = cut(views.list_tickets(db, wanted, after=after, limit=limit + 1), limit)
    return {"items": rows, "next_cursor": encode_cursor(rows[-1]["id"]) if more else None}


@router.get("/tickets/{ticket_id}", response_model=TicketOut, responses=problems(NoSuchTicket))
def get_ticket(ticket_id: UUID, db: Db) -> dict[str, Any]:
    """Return a ticket with its orders and its story."""
    return views.ticket_view(db, ticket_id)


@router.post(
    "/tickets/{ticket_id}/actions",
    response_model=TicketOut,
    responses=problems(NoSuchTicket, IllegalTicketStep, ReopenTimeOver, TicketIncomplete),
)
def act_on_ticket(ticket_id: UUID, body: TicketActionIn, db: Db, me: Me) -> dict[str, Any]:
    """Triage, ask the customer, resolve, reopen, close or cancel a ticket."""
    by, at = By(actor_id=me.user_id, name=me.name, source="web"), clock.now()
    service.act(db, ticket_id, body.action, by=by, at=at, reason=body.reason, no_fault=body.no_fault)
    db.flush()
    return views.ticket_view(db, ticket_id)


@router.post("/tickets/{ticket_id}/reopen", response_model=TicketOut, responses=problems(NoSuchTicket))
def reopen_ticket(ticket_id: UUID, body: ReopenIn, db: Db, me: Me) -> dict[str, Any]:
    """Take a resolved ticket up again, or open one that follows it when the time to reopen is over."""
    by = By(actor_id=me.user_id, name=me.name, source="web")
    ticket, _ = service.reopen_or_follow_up(db, ticket_id, reason=body.reason, by=by, at=clock.now())
    db.flush()
    return views.ticket_view(db, ticket.id)
