"""Use cases of conversations: say something once, read it page by page, tell what it amounts to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.conversations import repository
from backend.conversations.errors import MentionUnknown
from backend.conversations.events import MessageWritten
from backend.conversations.models import Channel, Message
from backend.conversations.saying import VISIBLE, MessageKind, Standing, standing
from backend.identity import service as identity
from kernel import clock
from kernel.outbox import publish
from kernel.timeline import Line, Window


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Something to be said."""

    kind: MessageKind
    channel: Channel
    text: str
    author_id: UUID | None = None
    author_name: str
    mentions: tuple[UUID, ...] = ()
    client_op_id: UUID | None = None
    external_id: str | None = None
    occurred_at: datetime


def known(session: Session, draft: Draft) -> Message | None:
    """Return the message that a draft has become already."""
    return repository.known(
        session, client_op_id=draft.client_op_id, channel=draft.channel, external_id=draft.external_id
    )


def write(session: Session, subject_id: UUID, draft: Draft) -> tuple[Message, bool]:
    """Say something, once for each operation and each message of a channel; return it and whether it is new.

    Raises:
        MentionUnknown: somebody who is mentioned is no user here.
    """
    if found := known(session, draft):
        return found, False
    mentions = tuple(dict.fromkeys(draft.mentions))
    if strangers := set(mentions) - set(identity.names_of(session, mentions)):
        raise MentionUnknown("Mention people who can log in here.", user_ids=sorted(map(str, strangers)))
    row = {
        "subject_id": subject_id,
        "kind": draft.kind,
        "visibility": VISIBLE[draft.kind],
        "channel": draft.channel,
        "text": draft.text,
        "author_id": draft.author_id,
        "author_name": draft.author_name,
        "mentions": [str(user_id) for user_id in mentions],
        "client_op_id": draft.client_op_id,
        "external_id": draft.external_id,
        "occurred_at": draft.occurred_at,
        "received_at": clock.now(),
    }
    made = repository.add(session, row)
    if made is None:
        found = known(session, draft)
        if found is None:
            raise LookupError("a message that is not new must be known")
        return found, False
    publish(
        session,
        MessageWritten(
            message_id=made.id,
            subject_id=subject_id,
            kind=draft.kind,
            channel=draft.channel,
            author_name=draft.author_name,
            mentions=mentions,
            occurred_at=draft.occurred_at,
        ),
    )
    return made, True


def get_message(session: Session, message_id: UUID) -> Message:
    """Return a message.

    Raises:
        LookupError: there is none with this id.
    """
    return session.get_one(Message, message_id)


def amounts_to(session: Session, subject_ids: Collection[UUID]) -> Standing:
    """Return what the conversations of subjects amount to, read as one."""
    return standing(repository.said(session, subject_ids))


def page(session: Session, subject_ids: Collection[UUID], window: Window) -> Sequence[Message]:
    """Return the newest messages of subjects in a window, the latest first."""
    return repository.page(session, subject_ids, window)


def lines(session: Session, subject_ids: Collection[UUID], window: Window) -> list[Line]:
    """Return the newest messages of subjects as lines of a timeline, the latest first."""
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.received_at,
            kind="call" if row.channel is Channel.PHONE else "mail" if row.channel is Channel.MAIL else "message",
            code=f"message.{row.kind}",
            text=row.text,
            actor=row.author_name,
            source=row.channel,
            data={
                "visibility": row.visibility,
                "subject_id": str(row.subject_id),
                "mentions": row.mentions,
            },
        )
        for row in repository.page(session, subject_ids, window)
    ]
