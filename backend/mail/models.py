"""The table of outgoing mail."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class MailState(StrEnum):
    """Where a mail stands; `off`: no mail server is configured, `dead`: given up, with the reason in `error`."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    OFF = "off"


class OutboundMail(TenantRow):
    """One mail to one address; its id is in its Message-ID, so that a second copy is known as such."""

    __tablename__ = "outbound_mail"
    __table_args__ = tenant_args(
        refers("file_id", "stored_file"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("(file_id IS NULL) = (file_name IS NULL)", name="file_has_a_name"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_if_sent"),
        Index("ix_outbound_mail_state", "tenant_id", "state", "id"),
        Index("ix_outbound_mail_subject", "tenant_id", "subject_id", "id"),
    )

    key: Mapped[str]
    """Names the cause, so that a second delivery of an event sends no second mail."""
    kind: Mapped[str]
    to_address: Mapped[str]
    to_name: Mapped[str]
    locale: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    file_id: Mapped[UUID | None]
    """What is attached."""
    file_name: Mapped[str | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    """What it is about; opaque here."""
    state: Mapped[MailState] = mapped_column(default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    """When it is tried next; while somebody tries, until when he has it."""
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None]
    """What the server said last."""
