"""Use cases of outgoing mail: write one, send it, try again later, give up, send anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.files import service as files
from backend.mail import repository, smtp
from backend.mail.errors import MailIsSent, MailUnknown, NotNow, Refused
from backend.mail.models import MailState, OutboundMail
from backend.mail.texts import fill
from kernel import clock, jobs
from kernel.db import transaction
from kernel.log import get_logger
from kernel.timeline import Line, Window

SEND_JOB = "mail.send"
MOST_ATTEMPTS = 10
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=4)
LEASE = timedelta(minutes=5)
"""Longer than a server that answers at all may take."""

log = get_logger()


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who reads a mail, and in which language."""

    address: str
    name: str
    locale: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    file_id: UUID
    name: str


def write(
    session: Session,
    kind: str,
    *,
    key: str,
    to: Recipient,
    words: Mapping[str, str],
    about: tuple[str, UUID],
    attachment: Attachment | None = None,
    at: datetime,
) -> OutboundMail:
    """Write a mail and have it sent; a known key writes none and returns the one that there is."""
    title, body = fill(kind, to.locale, words)
    row: dict[str, Any] = {
        "key": key,
        "kind": kind,
        "to_address": to.address,
        "to_name": to.name,
        "locale": to.locale,
        "title": title,
        "body": body,
        "file_id": attachment and attachment.file_id,
        "file_name": attachment and attachment.name,
        "subject_kind": about[0],
        "subject_id": about[1],
        "state": MailState.QUEUED if smtp.configured() else MailState.OFF,
        "attempts": 0,
        "next_at": at,
    }
    new = repository.add(session, row)
    made = repository.of_key(session, key)
    if new and made.state is MailState.QUEUED:
        _wake(session, made)
    return made


def _wake(session: Session, mail: OutboundMail) -> None:
    key = f"{mail.id}:{mail.next_at.isoformat()}"
    jobs.request(session, SEND_JOB, key=key, due_at=mail.next_at, body={"mail_id": str(mail.id)})


def send_mail(tenant_id: UUID, mail_id: UUID, *, at: datetime | None = None) -> None:
    """Try one mail, outside any transaction; what is not due, or in other hands, is left alone.

    A worker that is lost between the server's yes and ours leaves the mail to be sent once more, under the same
    Message-ID.
    """
    now = at or clock.now()
    letter = _claim(tenant_id, mail_id, now)
    if letter is None:
        return
    error, final = None, False
    try:
        smtp.send(letter)
    except Refused as refusal:
        error, final = str(refusal), True
    except NotNow as failure:
        error = str(failure)
    with transaction(tenant_id=tenant_id) as session:
        row = get_mail(session, mail_id, lock=True)
        if error is None:
            row.state, row.sent_at, row.error = MailState.SENT, clock.now(), None
            return
        row.error = error
        if final or row.attempts >= MOST_ATTEMPTS:
            row.state = MailState.DEAD
            log.warning("mail_given_up", mail_id=str(mail_id), attempts=row.attempts, error=error)
            return
        row.next_at = now + wait_after(row.attempts)
        _wake(session, row)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: a minute, doubled, at most four hours."""
    return min(FIRST_WAIT * 2.0 ** (attempts - 1), LONGEST_WAIT)


def _claim(tenant_id: UUID, mail_id: UUID, at: datetime) -> smtp.Letter | None:
    """Take a due mail into our hands; whoever loses it leaves it to a job that comes when the lease is over."""
    with transaction(tenant_id=tenant_id) as session:
        row = get_mail(session, mail_id, lock=True)
        if row.state is not MailState.QUEUED or row.next_at > at:
            return None
        row.attempts += 1
        row.next_at = at + LEASE
        _wake(session, row)
        file = None
        if row.file_id is not None and row.file_name is not None:
            kind = files.get_file(session, row.file_id).media_type
            file = (row.file_name, kind, files.read_bytes(session, row.file_id))
        return smtp.Letter(
            mail_id=row.id,
            to_address=row.to_address,
            to_name=row.to_name,
            locale=row.locale,
            title=row.title,
            body=row.body,
            at=row.created_at,
            file=file,
        )


def retry_mail(session: Session, mail_id: UUID, *, at: datetime) -> OutboundMail:
    """Send a mail anew that was given up, waits, or was written while there was no server.

    Raises:
        MailUnknown: there is none with this id.
        MailIsSent: it was sent.
    """
    row = get_mail(session, mail_id, lock=True)
    if row.state is MailState.SENT:
        raise MailIsSent("It was sent before.", sent_at=row.sent_at)
    row.state, row.attempts, row.next_at = MailState.QUEUED, 0, at
    session.flush()
    _wake(session, row)
    return row


def get_mail(session: Session, mail_id: UUID, *, lock: bool = False) -> OutboundMail:
    """Return a mail.

    Raises:
        MailUnknown: there is none with this id.
    """
    found = repository.mail(session, mail_id, lock=lock)
    if found is None:
        raise MailUnknown("No mail has this id.", mail_id=mail_id)
    return found


def lines(session: Session, subject_ids: Collection[UUID], window: Window) -> list[Line]:
    """Return the newest mails about subjects as lines of a timeline, the latest first."""
    return [
        Line(
            id=row.id,
            at=row.created_at,
            received_at=row.created_at,
            kind="mail",
            code=f"mail.{row.state}",
            text=row.title,
            source="mail",
            data={"mail_id": str(row.id), "to": row.to_name, "file_name": row.file_name, "error": row.error},
        )
        for row in repository.about(session, subject_ids, window)
    ]


def list_mails(
    session: Session,
    *,
    state: MailState | None = None,
    subject_id: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[OutboundMail]:
    """Return mails, the latest first, behind one."""
    return repository.mails(session, state=state, subject_id=subject_id, after=after, limit=limit)
