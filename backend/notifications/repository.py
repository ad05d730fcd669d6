"""Queries of push registrations and notifications."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.notifications.models import Notification, NotificationState, PushChannel, PushRegistration
from kernel.db import tenant_of
from kernel.ids import new_id


def registration_of_token(session: Session, channel: PushChannel, token: str) -> PushRegistration | None:
    """Return who has a token, dead or alive."""
    return session.scalar(
        select(PushRegistration)
        .where(PushRegistration.channel == channel, PushRegistration.token == token)
        .with_for_update()
    )


def bury_device(
    session: Session, *, user_id: UUID, device_id: str, channel: PushChannel, but: str, at: datetime
) -> None:
    """Say that a device's other tokens are dead."""
    session.execute(
        update(PushRegistration)
        .where(
            PushRegistration.user_id == user_id,
            PushRegistration.device_id == device_id,
            PushRegistration.channel == channel,
            PushRegistration.token != but,
            PushRegistration.dead_at.is_(None),
        )
        .values(dead_at=at)
    )


def bury(session: Session, registration_ids: Sequence[UUID], *, at: datetime) -> None:
    """Say that tokens are dead."""
    session.execute(update(PushRegistration).where(PushRegistration.id.in_(registration_ids)).values(dead_at=at))


def living(session: Session, *, technician_id: UUID | None, user_id: UUID | None) -> Sequence[PushRegistration]:
    """Return where a person can be reached."""
    theirs = PushRegistration.user_id == user_id if user_id else PushRegistration.technician_id == technician_id
    return session.scalars(
        select(PushRegistration).where(theirs, PushRegistration.dead_at.is_(None)).order_by(PushRegistration.id)
    ).all()


def add(session: Session, row: dict[str, object]) -> UUID | None:
    """Write a notification; return its id, or None if its key is known."""
    return session.scalar(
        insert(Notification)
        .values(id=new_id(), tenant_id=tenant_of(session), **row)
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
        .returning(Notification.id)
    )


def due(session: Session, *, at: datetime, limit: int) -> Sequence[Notification]:
    """Return messages that wait to be sent, locked against other workers."""
    return session.scalars(
        select(Notification)
        .where(Notification.state == NotificationState.QUEUED, Notification.due_at <= at)
        .order_by(Notification.due_at, Notification.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def next_due(session: Session) -> datetime | None:
    """Return when the next waiting message is due."""
    return session.scalar(
        select(Notification.due_at)
        .where(Notification.state == NotificationState.QUEUED)
        .order_by(Notification.due_at)
        .limit(1)
    )


def notification(session: Session, notification_id: UUID, *, lock: bool = False) -> Notification | None:
    """Return a notification."""
    query = select(Notification).where(Notification.id == notification_id)
    return session.scalar(query.with_for_update() if lock else query)


def of_person(
    session: Session, *, user_id: UUID, technician_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[Notification]:
    """Return the messages of a person, the latest first, behind one."""
    theirs = Notification.user_id == user_id
    if technician_id is not None:
        theirs = or_(theirs, Notification.technician_id == technician_id)
    query = select(Notification).where(theirs).order_by(Notification.id.desc()).limit(limit)
    if after is not None:
        query = query.where(Notification.id < after)
    return session.scalars(query).all()
