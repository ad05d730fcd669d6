"""Replies that go out by mail: each to the customer's contact, once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.conversations import service as conversations
from backend.conversations.models import Channel, Message
from backend.conversations.saying import MessageKind
from backend.customers import service as customers
from backend.mail import service as mail
from backend.mail.service import Attachment, Recipient
from backend.tickets import repository, talking
from backend.tickets.models import Ticket
from kernel.db import Tenant, tenant_of

KIND = "ticket_reply"
SUBJECT = "ticket"


def send_reply(session: Session, message_id: UUID, *, at: datetime) -> int:
    """Mail a reply that was written for the mail channel; return how many mails it takes, 0 for anything else.

    A mail carries one file: each further one goes with a mail of its own. Once more sends nothing again.
    """
    message = conversations.get_message(session, message_id)
    if message.kind is not MessageKind.REPLY or message.channel is not Channel.MAIL:
        return 0
    ticket = repository.standing(session, message.subject_id)
    to = recipient(session, ticket)
    if to is None:
        return 0
    words = {
        "name": to.name,
        "number": ticket.number,
        "summary": ticket.summary,
        "text": message.text,
        "sender": session.get_one(Tenant, tenant_of(session)).name,
    }
    carried = _attachments(session, message) or [None]
    for place, attachment in enumerate(carried):
        key = f"message:{message.id}:{place}"
        mail.write(session, KIND, key=key, to=to, words=words, about=(SUBJECT, ticket.id), attachment=attachment, at=at)
    return len(carried)


def _attachments(session: Session, message: Message) -> list[Attachment | None]:
    files = talking.attached(session, [message]).get(message.id, [])
    return [Attachment(one.file.id, one.link.name) for one in files]


def recipient(session: Session, ticket: Ticket) -> Recipient | None:
    """Return who reads mails of a ticket: the first contact with an address, else the customer; None: nobody."""
    if ticket.customer_id is None:
        return None
    customer = customers.get_customer(session, ticket.customer_id)
    people = [(one.email, one.name) for one in customers.contacts_of(session, customer.id)]
    for address, name in (*people, (customer.email, customer.name)):
        if address:
            return Recipient(address=address, name=name, locale=customer.locale)
    return None
