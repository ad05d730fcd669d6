"""The conversation of a ticket: what is said lands on the ticket that stands, and moves it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.conversations import service as conversations
from backend.conversations.models import Message
from backend.conversations.saying import MessageKind
from backend.conversations.service import Draft
from backend.files import service as files
from backend.files.models import LinkRole
from backend.files.service import Attached, Subject
from backend.tickets import promises, repository, service
from backend.tickets.lifecycle import PAUSED, TicketAction
from backend.tickets.models import Ticket
from backend.tickets.service import By
from kernel.timeline import Window

ATTACHED_TO = "message"
"""The kind of subject under which the files of messages stand."""


def say(
    session: Session, ticket_id: UUID, draft: Draft, *, file_ids: Sequence[UUID] = (), by: By, at: datetime
) -> tuple[Message, bool]:
    """Say something about a ticket, or about the one that it has become a part of; return it and whether it is new.

    The customer's word ends the wait for the customer. The first answer of a person is the first response.

    Raises:
        NoSuchTicket: there is none with this id.
        MentionUnknown: somebody who is mentioned is no user here.
        FileUnknown: a file was not uploaded.
    """
    ticket = repository.standing(session, ticket_id)
    message, new = conversations.write(session, ticket.id, draft)
    if new:
        _attach(session, message, file_ids, by=by, at=at)
        settle(session, ticket)
        if draft.kind is MessageKind.RECEIVED and ticket.state in PAUSED and not _asked_since(session, ticket, draft):
            service.act(session, ticket.id, TicketAction.CUSTOMER_ANSWERED, by=by, at=at)
    return message, new


def _attach(session: Session, message: Message, file_ids: Sequence[UUID], *, by: By, at: datetime) -> None:
    for file_id in file_ids:
        picture = files.get_file(session, file_id).media_type.startswith("image/")
        role = LinkRole.PHOTO if picture else LinkRole.DOCUMENT
        files.link(session, file_id, _subject(message), role=role, at=at, by=by.actor_id, by_name=message.author_name)


def _subject(message: Message) -> Subject:
    return Subject(ATTACHED_TO, message.id)


def attached(session: Session, messages: Sequence[Message]) -> dict[UUID, list[Attached]]:
    """Return the files of messages, by message."""
    found: dict[UUID, list[Attached]] = {}
    if messages:
        for one in files.links_of(session, *map(_subject, messages)):
            found.setdefault(one.link.subject_id, []).append(one)
    return found


def _asked_since(session: Session, ticket: Ticket, draft: Draft) -> bool:
    asked = repository.last_at(session, ticket.id, TicketAction.ASK_CUSTOMER)
    return asked is not None and draft.occurred_at < asked


def settle(session: Session, ticket: Ticket) -> None:
    """Say on a ticket what its conversation amounts to, its parts' included; it is locked."""
    found = conversations.amounts_to(session, family(session, ticket))
    answers = [at for at in (ticket.first_response_at, found.first_reply_at) if at is not None]
    ticket.first_response_at = min(answers, default=None)
    ticket.auto_ack_at = found.auto_ack_at
    ticket.unanswered_since = found.unanswered_since
    promises.answered(session, ticket)
    session.flush()


def family(session: Session, ticket: Ticket) -> list[UUID]:
    """Return a ticket and those that are a part of it."""
    return [ticket.id, *(part.id for part in repository.parts_of(session, ticket.id))]


def messages(session: Session, ticket_id: UUID, window: Window) -> Sequence[Message]:
    """Return the newest messages of a ticket and its parts, the latest first.

    Raises:
        NoSuchTicket: there is none with this id.
    """
    return conversations.page(session, family(session, repository.ticket(session, ticket_id)), window)
