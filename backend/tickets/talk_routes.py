"""The staff API of conversations, timelines and merged tickets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from backend.conversations.errors import MentionUnknown
from backend.conversations.models import Message
from backend.files.errors import FileUnknown
from backend.identity import service as identity
from backend.tickets import merging, recurring, talking, timeline, views
from backend.tickets.errors import CannotMergeTicket, IllegalTicketStep, NoSuchTicket
from backend.tickets.schemas import TicketOut
from backend.tickets.service import By
from backend.tickets.talk_schemas import (
    LineOut,
    MergeIn,
    MessageIn,
    MessageOut,
    PeopleOut,
    RecurringOut,
    TakenInIn,
    TwinOut,
    TwinsOut,
)
from backend.tickets.timeline import Source
from backend.work.errors import NoSuchWorkOrder
from kernel import clock, http
from kernel.auth import OFFICE, Principal, Role
from kernel.fields import Search
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor
from kernel.timeline import Line, Window, as_told

router = http.router("conversations")

DESK = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
READERS = OFFICE | {Role.INTEGRATOR}
ACCESS = {
    "list_messages": READERS,
    "write_message": DESK,
    "take_in_message": DESK | {Role.INTEGRATOR},
    "list_people": DESK,
    "ticket_timeline": READERS,
    "order_timeline": READERS,
    "list_twins": READERS,
    "merge_ticket": DESK,
    "recurring_of_ticket": READERS,
    "recurring_of_order": READERS,
}
TWINS = 10
PEOPLE = 20

Sources = Annotated[list[Source] | None, Query(description="whose lines to show; none named: all")]


@router.get("/tickets/{ticket_id}/messages", responses=problems(NoSuchTicket, BadCursor))
def list_messages(ticket_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[MessageOut]:
    """Return the conversation of a ticket and of those that are a part of it, the latest message first."""
    rows, more = cut(talking.messages(db, ticket_id, _window(cursor, limit)), limit)
    following = encode_cursor(rows[-1].occurred_at.isoformat(), rows[-1].id) if more else None
    attached = talking.attached(db, rows)
    return Page(items=[MessageOut.of(row, attached.get(row.id, ())) for row in rows], next_cursor=following)


def _window(cursor: str | None, limit: int) -> Window:
    return Window(before=decode_time_cursor(cursor) if cursor else None, limit=limit + 1)


def _by(me: Principal) -> By:
    return By(actor_id=me.user_id, name=me.name, source="web")


@router.post(
    "/tickets/{ticket_id}/messages",
    status_code=201,
    responses=problems(NoSuchTicket, MentionUnknown, FileUnknown),
)
def write_message(ticket_id: UUID, body: MessageIn, db: Db, me: Me) -> MessageOut:
    """Write a note for the house, answer the customer, or write down what the customer said."""
    at = clock.now()
    draft = body.draft(me, at)
    return _said(db, talking.say(db, ticket_id, draft, file_ids=body.file_ids, by=_by(me), at=at)[0])


def _said(db: Session, message: Message) -> MessageOut:
    return MessageOut.of(message, talking.attached(db, [message]).get(message.id, ()))


@router.post(
    "/tickets/{ticket_id}/messages/taken-in",
    status_code=201,
    responses=problems(NoSuchTicket, FileUnknown),
)
def take_in_message(ticket_id: UUID, body: TakenInIn, db: Db, me: Me) -> MessageOut:
    """Take in what a channel brings; the same external id of the same channel again returns what is there."""
    at = clock.now()
    return _said(db, talking.say(db, ticket_id, body.draft(at), file_ids=body.file_ids, by=_by(me), at=at)[0])


@router.get("/conversations/people", response_model=PeopleOut)
def list_people(db: Db, q: Search = None) -> dict[str, Any]:
    """Return people of the house who can be mentioned, whose name holds some letters."""
    return {"items": identity.find_staff(db, q or "", limit=PEOPLE)}


@router.get("/tickets/{ticket_id}/timeline", responses=problems(NoSuchTicket, BadCursor))
def ticket_timeline(
    ticket_id: UUID, db: Db, *, source: Sources = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[LineOut]:
    """Return all that is known of a ticket: steps, messages, visits, parts and cases, the latest first."""
    return _page(timeline.of_ticket(db, ticket_id, source or (), _window(cursor, limit)), limit)


@router.get("/work-orders/{work_order_id}/timeline", responses=problems(NoSuchWorkOrder, BadCursor))
def order_timeline(
    work_order_id: UUID, db: Db, *, source: Sources = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[LineOut]:
    """Return all that is known of a work order, with the conversation of its ticket, the latest first."""
    return _page(timeline.of_order(db, work_order_id, source or (), _window(cursor, limit)), limit)


def _page(found: list[Line], limit: int) -> Page[LineOut]:
    lines, more = cut(found, limit)
    following = encode_cursor(lines[-1].at.isoformat(), lines[-1].id) if more else None
    return Page(items=[LineOut.model_validate(line) for line in as_told(lines)], next_cursor=following)


@router.get("/tickets/{ticket_id}/twins", response_model=TwinsOut, responses=problems(NoSuchTicket))
def list_twins(ticket_id: UUID, db: Db) -> dict[str, Any]:
    """Return open tickets of the same asset or customer that seem to be about the same thing."""
    return {"items": [TwinOut.of(twin) for twin in merging.twins(db, ticket_id, limit=TWINS)]}


@router.post(
    "/tickets/{ticket_id}/merge",
    response_model=TicketOut,
    responses=problems(NoSuchTicket, CannotMergeTicket, IllegalTicketStep),
)
def merge_ticket(ticket_id: UUID, body: MergeIn, db: Db, me: Me) -> dict[str, Any]:
    """Make a ticket a part of another one, which stands for both; return that one."""
    survivor = merging.merge(db, ticket_id, into_id=body.into_ticket_id, by=_by(me), at=clock.now(), reason=body.reason)
    db.flush()
    return views.ticket_view(db, survivor.id)


@router.get("/tickets/{ticket_id}/recurring", response_model=RecurringOut, responses=problems(NoSuchTicket))
def recurring_of_ticket(ticket_id: UUID, db: Db) -> dict[str, Any]:
    """Return what was the matter with the same asset, about the same topic, within 90 days before."""
    return {"items": recurring.of_ticket(db, ticket_id)}


@router.get("/work-orders/{work_order_id}/recurring", response_model=RecurringOut, responses=problems(NoSuchWorkOrder))
def recurring_of_order(work_order_id: UUID, db: Db) -> dict[str, Any]:
    """Return what was the matter with the same asset within 90 days before, by topic and by failure mode."""
    return {"items": recurring.of_order(db, work_order_id)}
