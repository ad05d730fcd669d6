"""Queries of messages."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.conversations.models import Channel, Message
from backend.conversations.saying import Said
from kernel.db import tenant_of
from kernel.ids import new_id
from kernel.timeline import Window


def add(session: Session, row: dict[str, Any]) -> Message | None:
    """Write a message; return it, or None if it is known."""
    return session.scalar(
        insert(Message)
        .values(id=new_id(), tenant_id=tenant_of(session), **row)
        .on_conflict_do_nothing()
        .returning(Message)
    )


def known(session: Session, *, client_op_id: UUID | None, channel: Channel, external_id: str | None) -> Message | None:
    """Return the message that an operation has written, or that has this name in its channel."""
    names = []
    if client_op_id is not None:
        names.append(Message.client_op_id == client_op_id)
    if external_id is not None:
        names.append((Message.channel == channel) & (Message.external_id == external_id))
    return session.scalar(select(Message).where(or_(false(), *names)).limit(1))


def page(session: Session, subject_ids: Collection[UUID], window: Window) -> Sequence[Message]:
    """Return the newest messages of subjects in a window, the latest first."""
    query = select(Message).where(Message.subject_id.in_(subject_ids))
    return session.scalars(window.cut(query, Message.occurred_at, Message.id)).all()


def said(session: Session, subject_ids: Collection[UUID]) -> list[Said]:
    """Return kind and instant of each message of subjects."""
    rows = session.execute(select(Message.kind, Message.occurred_at).where(Message.subject_id.in_(subject_ids)))
    return [Said(kind, at) for kind, at in rows]
