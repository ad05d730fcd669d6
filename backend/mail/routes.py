"""Outgoing mail over HTTP."""

from uuid import UUID

from backend.mail import service
from backend.mail.errors import MailIsSent, MailUnknown
from backend.mail.models import MailState
from backend.mail.schemas import MailOut, MailWhole
from kernel import clock, http
from kernel.auth import Role
from kernel.http import Db, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_id_cursor, encode_cursor

router = http.router("mail")

WRITERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
READERS = WRITERS | {Role.AUDITOR}
ACCESS = {"list_mails": READERS, "get_mail": READERS, "retry_mail": WRITERS}


@router.get("/outbound-mails", responses=problems(BadCursor))
def list_mails(
    db: Db,
    state: MailState | None = None,
    subject_id: UUID | None = None,
    *,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[MailOut]:
    """Return outgoing mails, the latest first, of one state or about one thing."""
    after = decode_id_cursor(cursor) if cursor else None
    found = service.list_mails(db, state=state, subject_id=subject_id, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    items = [MailOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.get("/outbound-mails/{mail_id}", responses=problems(MailUnknown))
def get_mail(mail_id: UUID, db: Db) -> MailWhole:
    """Return an outgoing mail with its text."""
    return MailWhole.model_validate(service.get_mail(db, mail_id))


@router.post("/outbound-mails/{mail_id}/retry", responses=problems(MailUnknown, MailIsSent))
def retry_mail(mail_id: UUID, db: Db) -> MailOut:
    """Send a mail anew that was given up or waits."""
    return MailOut.model_validate(service.retry_mail(db, mail_id, at=clock.now()))
