"""What the staff API says about outgoing mail."""

from datetime import datetime
from uuid import UUID

from backend.mail.models import MailState
from kernel.fields import Out


class MailOut(Out):
    """One outgoing mail."""

    id: UUID
    kind: str
    to_address: str
    to_name: str
    locale: str
    title: str
    file_id: UUID | None
    file_name: str | None
    subject_kind: str
    subject_id: UUID
    state: MailState
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    error: str | None
    created_at: datetime


class MailWhole(MailOut):
    """One outgoing mail with its text."""

    body: str
