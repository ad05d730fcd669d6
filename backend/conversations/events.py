"""What the rest of the house hears of conversations."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class MessageWritten(Event):
    """Something was said in a conversation."""

    topic: ClassVar[str] = "conversations.written.v1"
    message_id: UUID
    subject_id: UUID
    kind: str
    channel: str
    author_name: str
    mentions: tuple[UUID, ...]
    occurred_at: datetime
