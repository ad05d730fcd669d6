"""What the staff API says about conversations, timelines and merged tickets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from backend.conversations.models import Channel, Message
from backend.conversations.saying import MessageKind, Visibility
from backend.conversations.service import Draft
from backend.files.service import Attached
from backend.tickets.lifecycle import TicketState
from backend.tickets.merging import Twin
from kernel.auth import Principal
from kernel.fields import Body, Code, Instant, Line, OptionalLine, Out, Prose

Files = Annotated[list[UUID], Field(max_length=20)]
"""Uploaded before."""
Text = Annotated[Prose, Field(min_length=1)]


class MessageIn(Body):
    """What somebody of the house says, or heard the customer say."""

    kind: Literal[MessageKind.NOTE, MessageKind.REPLY, MessageKind.RECEIVED]
    text: Text
    channel: Channel = Channel.WEB
    customer_name: OptionalLine = ""
    """Who said it, of what was heard on the phone."""
    mentions: list[UUID] = Field(default_factory=list, max_length=20)
    """People of the house who are to see it."""
    file_ids: Files = Field(default_factory=list)
    client_op_id: UUID | None = None
    """Made by the client, so that the same thing sent twice is said once."""
    occurred_at: Instant | None = None

    def draft(self, me: Principal, at: datetime) -> Draft:
        """Return what is said by a caller."""
        heard = self.kind is MessageKind.RECEIVED
        return Draft(
            kind=self.kind,
            channel=self.channel,
            text=self.text,
            author_id=None if heard else me.user_id,
            author_name=self.customer_name if heard else me.name,
            mentions=tuple(self.mentions),
            client_op_id=self.client_op_id,
            occurred_at=min(self.occurred_at or at, at),
        )


class TakenInIn(Body):
    """What a channel brings in, or what a program said to the customer."""

    kind: Literal[MessageKind.RECEIVED, MessageKind.AUTOMATIC] = MessageKind.RECEIVED
    text: Text
    channel: Channel
    external_id: Line
    """The message's name in its channel; the same one again is the same message."""
    author_name: OptionalLine = ""
    file_ids: Files = Field(default_factory=list)
    occurred_at: Instant | None = None

    def draft(self, at: datetime) -> Draft:
        """Return what was said."""
        return Draft(
            kind=self.kind,
            channel=self.channel,
            text=self.text,
            author_name=self.author_name,
            external_id=self.external_id,
            occurred_at=min(self.occurred_at or at, at),
        )


class AttachedOut(Out):
    """A file of a message."""

    file_id: UUID
    name: str
    media_type: str
    size: int


class MessageOut(Out):
    """One message of a conversation."""

    id: UUID
    subject_id: UUID
    """The ticket for which it came in: another one than was asked for, if that was merged."""
    kind: MessageKind
    visibility: Visibility
    channel: Channel
    text: str
    author_id: UUID | None
    author_name: str
    mentions: list[UUID]
    external_id: str | None
    files: list[AttachedOut]
    occurred_at: datetime
    received_at: datetime

    @classmethod
    def of(cls, message: Message, files: Iterable[Attached]) -> "MessageOut":
        """Return a message with its files."""
        members = set(cls.model_fields) - {"files"}
        said = {name: getattr(message, name) for name in members}
        shown = [
            AttachedOut(file_id=one.file.id, name=one.link.name, media_type=one.file.media_type, size=one.file.size)
            for one in files
        ]
        return cls(**said, files=shown)


class LineOut(Out):
    """One line of a timeline."""

    id: UUID
    at: datetime
    received_at: datetime
    kind: str
    code: str
    text: str
    actor: str
    source: str
    data: dict[str, Any]


class MergeIn(Body):
    """Which ticket stands for both, and why."""

    into_ticket_id: UUID
    reason: Prose | None = None


class TwinOut(Out):
    """A ticket that may be about the same thing."""

    id: UUID
    number: str
    summary: str
    state: TicketState
    opened_at: datetime
    score: float
    """How alike they are, from 0 to 1."""
    text_score: float
    reasons: list[Code]

    @classmethod
    def of(cls, twin: Twin) -> "TwinOut":
        """Return what is shown of a twin."""
        ticket, like = twin.ticket, twin.likeness
        return cls(
            id=ticket.id,
            number=ticket.number,
            summary=ticket.summary,
            state=ticket.state,
            opened_at=ticket.opened_at,
            score=like.score,
            text_score=like.text,
            reasons=list(like.reasons),
        )


class TwinsOut(Out):
    """Tickets that may be about the same thing, the most alike first."""

    items: list[TwinOut]


class EarlierOut(Out):
    """A ticket or an order about the same thing on the same asset, not long before."""

    kind: Literal["ticket", "order"]
    id: UUID
    number: str
    summary: str
    state: str
    opened_at: datetime
    why: str


class RecurringOut(Out):
    """The same before, the latest first."""

    items: list[EarlierOut]


class PersonOut(Out):
    """Somebody of the house who can be mentioned."""

    id: UUID
    username: str
    display_name: str


class PeopleOut(Out):
    """People of the house, by name."""

    items: list[PersonOut]
