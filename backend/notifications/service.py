"""Use cases of notifications: register a phone, write a message, send what is due, read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.notifications import repository
from backend.notifications.errors import DeadToken, NoSuchNotification, PushFailed
from backend.notifications.models import Notification, NotificationState, PushChannel, PushRegistration
from backend.notifications.push import Message, Push, push
from kernel import clock, jobs
from kernel.db import transaction
from kernel.log import get_logger

SEND = "notifications.send"
MOST_ATTEMPTS = 6
BATCH = 50
LEASE = timedelta(seconds=60)

log = get_logger()


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a message says, in both languages."""

    title_zh: str
    title_en: str
    body_zh: str
    body_en: str

    def title(self, locale: str) -> str:
        """Return the title in a language."""
        return self.title_en if locale.startswith("en") else self.title_zh


def register(
    session: Session,
    *,
    user_id: UUID,
    technician_id: UUID | None,
    device_id: str,
    channel: PushChannel,
    token: str,
    locale: str,
    at: datetime,
) -> PushRegistration:
    """Say where a person's messages go on one device; a newer token takes the place of the older."""
    repository.bury_device(session, user_id=user_id, device_id=device_id, channel=channel, but=token, at=at)
    row = repository.registration_of_token(session, channel, token)
    if row is None:
        row = PushRegistration(channel=channel, token=token)
        session.add(row)
    row.user_id, row.technician_id, row.device_id = user_id, technician_id, device_id
    row.locale, row.seen_at, row.dead_at = locale, at, None
    session.flush()
    return row


def unregister(session: Session, *, user_id: UUID, device_id: str, channel: PushChannel, at: datetime) -> None:
    """Send no more messages to a person's device."""
    repository.bury_device(session, user_id=user_id, device_id=device_id, channel=channel, but="", at=at)


def notify(
    session: Session,
    *,
    key: str,
    kind: str,
    words: Words,
    technician_ids: Collection[UUID] = (),
    user_ids: Collection[UUID] = (),
    data: Mapping[str, str] | None = None,
    at: datetime,
) -> list[UUID]:
    """Write one message to each person and have it sent; a known key writes none. Return the new ones."""
    people: list[tuple[str, UUID]] = [("technician_id", person) for person in technician_ids]
    people += [("user_id", person) for person in user_ids]
    made = []
    for column, person in people:
        row: dict[str, object] = {
            "key": f"{key}:{person}",
            column: person,
            "kind": kind,
            "title_zh": words.title_zh,
            "title_en": words.title_en,
            "body_zh": words.body_zh,
            "body_en": words.body_en,
            "data": dict(data or {}),
            "state": NotificationState.QUEUED,
            "attempts": 0,
            "due_at": at,
        }
        new = repository.add(session, row)
        if new is not None:
            made.append(new)
    if made:
        jobs.request(session, SEND, key=str(made[0]), due_at=at)
    return made


def send_due(tenant_id: UUID, *, at: datetime | None = None) -> int:
    """Send what is due in a tenant, each message outside any transaction; return how many went out."""
    now = at or clock.now()
    service = push()
    sent = 0
    for letter in _claim(tenant_id, now):
        sent += _send(tenant_id, letter, service, now)
    with transaction(tenant_id=tenant_id) as session:
        waiting = repository.next_due(session)
        if waiting is not None:
            jobs.request(session, SEND, key=f"due:{waiting.isoformat()}", due_at=waiting)
    return sent


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message on its way, with the places it goes to."""

    notification_id: UUID
    attempts: int
    words: Words
    data: Mapping[str, str]
    places: Sequence[tuple[UUID, str, str]]
    """(registration, token, locale)"""


def _claim(tenant_id: UUID, at: datetime) -> list[Letter]:
    with transaction(tenant_id=tenant_id) as session:
        letters = []
        for row in repository.due(session, at=at, limit=BATCH):
            row.attempts += 1
            row.due_at = at + LEASE
            places = repository.living(session, technician_id=row.technician_id, user_id=row.user_id)
            letters.append(
                Letter(
                    notification_id=row.id,
                    attempts=row.attempts,
                    words=Words(title_zh=row.title_zh, title_en=row.title_en, body_zh=row.body_zh, body_en=row.body_en),
                    data={**row.data, "notification_id": str(row.id), "kind": row.kind},
                    places=[(place.id, place.token, place.locale) for place in places],
                )
            )
        return letters


def _send(tenant_id: UUID, letter: Letter, service: Push | None, at: datetime) -> int:
    if service is None or not letter.places:
        reason = "push is not configured" if service is None else "no phone is registered"
        _end(tenant_id, letter, NotificationState.OFF, at=at, error=reason)
        return 0
    reached, dead, error = 0, [], None
    for registration_id, token, locale in letter.places:
        english = locale.startswith("en")
        message = Message(
            token=token,
            title=letter.words.title(locale),
            body=letter.words.body_en if english else letter.words.body_zh,
            data=letter.data,
        )
        try:
            service.send(message)
            reached += 1
        except DeadToken:
            dead.append(registration_id)
        except PushFailed as failure:
            error = str(failure)
    if reached:
        state = NotificationState.SENT
    elif error is None:
        state, error = NotificationState.OFF, "no phone is registered any more"
    else:
        state = NotificationState.FAILED if letter.attempts >= MOST_ATTEMPTS else NotificationState.QUEUED
    _end(tenant_id, letter, state, at=at, error=error, dead=dead)
    return 1 if reached else 0


def _end(
    tenant_id: UUID,
    letter: Letter,
    state: NotificationState,
    *,
    at: datetime,
    error: str | None = None,
    dead: Sequence[UUID] = (),
) -> None:
    with transaction(tenant_id=tenant_id) as session:
        if dead:
            repository.bury(session, dead, at=at)
        row = repository.notification(session, letter.notification_id, lock=True)
        if row is None:
            return
        row.state, row.error = state, error[:1000] if error else None
        if state is NotificationState.SENT:
            row.sent_at = at
        if state is NotificationState.QUEUED:
            row.due_at = at + wait_after(letter.attempts)
    log.info("notification_sent", state=state, notification_id=str(letter.notification_id), dead=len(dead))


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: ten seconds, tripled, at most half an hour."""
    return min(timedelta(seconds=10.0 * 3.0 ** max(attempts - 1, 0)), timedelta(minutes=30))


def list_for(
    session: Session, *, user_id: UUID, technician_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[Notification]:
    """Return a person's messages, the latest first, behind one."""
    return repository.of_person(session, user_id=user_id, technician_id=technician_id, after=after, limit=limit)


def mark_read(
    session: Session, notification_id: UUID, *, user_id: UUID, technician_id: UUID | None, at: datetime
) -> Notification:
    """Note that a person has read a message of theirs; once more changes nothing.

    Raises:
        NoSuchNotification: there is none, or it is somebody else's.
    """
    row = repository.notification(session, notification_id, lock=True)
    mine = row is not None and (
        row.user_id == user_id or (technician_id is not None and row.technician_id == technician_id)
    )
    if row is None or not mine:
        raise NoSuchNotification("No notification of yours has this id.", notification_id=notification_id)
    row.read_at = row.read_at or at
    return row
