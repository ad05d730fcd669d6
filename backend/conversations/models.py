"""The table of messages."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.conversations.saying import MessageKind, Visibility
from kernel.db import TenantRow, tenant_args


class Channel(StrEnum):
    """By which way somebody speaks to us, and we to them."""

    DEVICE = "device"
    PHONE = "phone"
    WEB = "web"
    MAIL = "mail"
    QR = "qr"
    WECHAT = "wechat"
    MOBILE = "mobile"
    API = "api"


class Message(TenantRow):
    """One thing that was said, never changed."""

    __tablename__ = "message"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "client_op_id"),
        UniqueConstraint("tenant_id", "channel", "external_id"),
        CheckConstraint("(kind = 'note') = (visibility = 'internal')", name="notes_are_internal"),
        CheckConstraint("kind NOT IN ('note', 'reply') OR author_id IS NOT NULL", name="people_have_names"),
        Index("ix_message_subject", "tenant_id", "subject_id", "occurred_at", "id"),
        info={"append_only": True},
    )

    subject_id: Mapped[UUID]
    """The ticket for which it came in; opaque here. It stays when that ticket becomes a part of another."""
    kind: Mapped[MessageKind]
    visibility: Mapped[Visibility]
    channel: Mapped[Channel]
    text: Mapped[str]
    author_id: Mapped[UUID | None]
    """The user who wrote it; none: a customer or a program."""
    author_name: Mapped[str]
    mentions: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=sql("'[]'::jsonb"))
    """Users who are to see it."""
    client_op_id: Mapped[UUID | None]
    external_id: Mapped[str | None]
    """The message's name in its channel; the same one again is the same message."""
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
