"""Tables of phones that take push messages, and of messages."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class PushChannel(StrEnum):
    """A service that carries push messages."""

    FCM = "fcm"


class NotificationState(StrEnum):
    """Where a message stands; `off` means that nothing could carry it and the app shows it when it asks."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    OFF = "off"


class PushRegistration(TenantRow):
    """A phone or browser that takes messages for a user, until its token dies."""

    __tablename__ = "push_registration"
    __table_args__ = tenant_args(
        refers("user_id", "app_user", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "channel", "token"),
        Index(
            "uq_push_registration_device",
            "tenant_id",
            "user_id",
            "device_id",
            "channel",
            unique=True,
            postgresql_where=text("dead_at IS NULL"),
        ),
        Index("ix_push_registration_technician", "tenant_id", "technician_id"),
    )

    user_id: Mapped[UUID]
    technician_id: Mapped[UUID | None]
    device_id: Mapped[str]
    channel: Mapped[PushChannel]
    token: Mapped[str]
    locale: Mapped[str] = mapped_column(server_default="zh")
    seen_at: Mapped[datetime]
    dead_at: Mapped[datetime | None]


class Notification(TenantRow):
    """One message to one person, in both languages."""

    __tablename__ = "notification"
    __table_args__ = tenant_args(
        refers("user_id", "app_user", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("(technician_id IS NULL) <> (user_id IS NULL)", name="one_recipient"),
        Index("ix_notification_due", "tenant_id", "due_at", postgresql_where=text("state = 'queued'")),
        Index("ix_notification_technician", "tenant_id", "technician_id", "id"),
        Index("ix_notification_user", "tenant_id", "user_id", "id"),
    )

    key: Mapped[str]
    """Names the cause, so that a second delivery of an event sends no second message."""
    technician_id: Mapped[UUID | None]
    """The technician it is for; opaque here."""
    user_id: Mapped[UUID | None]
    kind: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    body_zh: Mapped[str]
    body_en: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[NotificationState] = mapped_column(default=NotificationState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    error: Mapped[str | None]
