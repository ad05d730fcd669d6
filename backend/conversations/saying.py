"""What kinds of messages there are, who sees them, and what they amount to: tables of data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message is."""

    NOTE = "note"
    """Said in the house, never shown to the customer."""
    REPLY = "reply"
    """Said to the customer by a person."""
    RECEIVED = "received"
    """Said by the customer."""
    AUTOMATIC = "automatic"
    """Said to the customer by a program, such as an acknowledgement; it answers nothing."""


class Visibility(StrEnum):
    """Who sees a message."""

    INTERNAL = "internal"
    CUSTOMER = "customer"


VISIBLE: dict[MessageKind, Visibility] = {
    MessageKind.NOTE: Visibility.INTERNAL,
    MessageKind.REPLY: Visibility.CUSTOMER,
    MessageKind.RECEIVED: Visibility.CUSTOMER,
    MessageKind.AUTOMATIC: Visibility.CUSTOMER,
}
BY_PEOPLE = frozenset({MessageKind.NOTE, MessageKind.REPLY})
"""Kinds that only somebody of the house writes."""


@dataclass(frozen=True)
class Said:
    """One message, as far as it matters for what a conversation amounts to."""

    kind: MessageKind
    at: datetime


@dataclass(frozen=True)
class Standing:
    """What a conversation amounts to."""

    first_reply_at: datetime | None
    """The first answer of a person."""
    auto_ack_at: datetime | None
    """The first message of a program."""
    unanswered_since: datetime | None
    """The first message of the customer that no person has answered."""


def standing(messages: Iterable[Said]) -> Standing:
    """Return what messages amount to, in whatever order they came in."""
    said = sorted(messages, key=lambda message: message.at)
    replies = [message.at for message in said if message.kind is MessageKind.REPLY]
    automatic = [message.at for message in said if message.kind is MessageKind.AUTOMATIC]
    waiting = [
        message.at
        for message in said
        if message.kind is MessageKind.RECEIVED and (not replies or message.at > replies[-1])
    ]
    return Standing(
        first_reply_at=replies[0] if replies else None,
        auto_ack_at=automatic[0] if automatic else None,
        unanswered_since=waiting[0] if waiting else None,
    )
