"""Queries of outgoing mail."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.mail.models import MailState, OutboundMail
from kernel.db import tenant_of
from kernel.ids import new_id
from kernel.timeline import Window


def add(session: Session, row: dict[str, object]) -> bool:
    """Write a mail; tell whether its key was new."""
    made = session.scalar(
        insert(OutboundMail)
        .values(id=new_id(), tenant_id=tenant_of(session), **row)
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        .returning(OutboundMail.id)
    )
    return made is not None


def of_key(session: Session, key: str) -> OutboundMail:
    """Return the mail of a cause."""
    return session.scalars(select(OutboundMail).where(OutboundMail.key == key)).one()


def mail(session: Session, mail_id: UUID, *, lock: bool = False) -> OutboundMail | None:
    """Return a mail, as it stands now if it is locked."""
    query = select(OutboundMail).where(OutboundMail.id == mail_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def mails(
    session: Session, *, state: MailState | None, subject_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[OutboundMail]:
    """Return mails, the latest first, behind one."""
    query = select(OutboundMail).order_by(OutboundMail.id.desc()).limit(limit)
    if state is not None:
        query = query.where(OutboundMail.state == state)
    if subject_id is not None:
        query = query.where(OutboundMail.subject_id == subject_id)
    if after is not None:
        query = query.where(OutboundMail.id < after)
    return session.scalars(query).all()


def about(session: Session, subject_ids: Collection[UUID], window: Window) -> Sequence[OutboundMail]:
    """Return the newest mails about subjects in a window, the latest first."""
    query = select(OutboundMail).where(OutboundMail.subject_id.in_(subject_ids))
    return session.scalars(window.cut(query, OutboundMail.created_at, OutboundMail.id)).all()
