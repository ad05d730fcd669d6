"""Dead letters: looked at, asked to be replayed, laid aside, and forgotten in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from iot_gateway.errors import DeadLetterNotFound
from iot_gateway.lifecycle import DISCARDABLE, REPLAYABLE, LetterState
from iot_gateway.models.telemetry import TelemetryDeadLetter as DeadLetter

SELECTED_MOST = 200


@dataclass(frozen=True)
class LetterFilter:
    """How a list of dead letters is narrowed; `start` is included, `end` is not."""

    reason: str | None = None
    device: str | None = None
    state: LetterState | None = None
    start: datetime | None = None
    end: datetime | None = None


def list_letters(
    session: Session, narrowed: LetterFilter, *, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> Sequence[DeadLetter]:
    """Return messages that could not be taken, newest first."""
    query = select(DeadLetter)
    if narrowed.reason is not None:
        query = query.where(DeadLetter.reason == narrowed.reason)
    if narrowed.device is not None:
        query = query.where(DeadLetter.device_name == narrowed.device)
    if narrowed.state is not None:
        query = query.where(DeadLetter.state == narrowed.state)
    if narrowed.start is not None:
        query = query.where(DeadLetter.received_at >= narrowed.start)
    if narrowed.end is not None:
        query = query.where(DeadLetter.received_at < narrowed.end)
    if before is not None:
        at, letter_id = before
        query = query.where(func.row(DeadLetter.received_at, DeadLetter.id) < func.row(at, letter_id))
    return session.scalars(query.order_by(DeadLetter.received_at.desc(), DeadLetter.id.desc()).limit(limit)).all()


def get_letter(session: Session, letter_id: UUID) -> DeadLetter:
    """Return a dead letter.

    Raises:
        DeadLetterNotFound: there is none.
    """
    letter = session.get(DeadLetter, letter_id)
    if letter is None:
        raise DeadLetterNotFound("No dead letter has this id.", letter_id=letter_id)
    return letter


def request_replay(
    session: Session, letter_ids: Sequence[UUID], *, by: UUID, at: datetime
) -> tuple[Sequence[DeadLetter], Sequence[DeadLetter]]:
    """Ask a gateway to take letters again; return all of them and those for which this changed something.

    Raises:
        DeadLetterNotFound: one of them does not exist; then nothing is asked for.
    """
    letters = _locked(session, letter_ids)
    changed = [letter for letter in letters if is_replayable(letter)]
    for letter in changed:
        letter.state, letter.asked_at, letter.asked_by = LetterState.REQUESTED, at, by
    return letters, changed


def discard(
    session: Session, letter_ids: Sequence[UUID], *, by: UUID, at: datetime
) -> tuple[Sequence[DeadLetter], Sequence[DeadLetter]]:
    """Lay letters aside; return all of them and those for which this changed something. A replay stays possible.

    Raises:
        DeadLetterNotFound: one of them does not exist; then nothing changes.
    """
    letters = _locked(session, letter_ids)
    changed = [letter for letter in letters if is_discardable(letter)]
    for letter in changed:
        letter.state, letter.asked_at, letter.asked_by = LetterState.DISCARDED, at, by
    return letters, changed


def is_replayable(letter: DeadLetter) -> bool:
    """Tell whether asking for a replay would change anything."""
    return letter.state in REPLAYABLE


def is_discardable(letter: DeadLetter) -> bool:
    """Tell whether it can be laid aside."""
    return letter.state in DISCARDABLE


def text_of(letter: DeadLetter) -> str | None:
    """Return the payload as text, None where it is none."""
    try:
        return letter.payload.decode()
    except UnicodeDecodeError:
        return None


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest letters received before an instant, at most `limit`; return how many."""
    oldest = select(DeadLetter.id).where(DeadLetter.received_at < before).order_by(DeadLetter.received_at).limit(limit)
    gone = session.scalars(delete(DeadLetter).where(DeadLetter.id.in_(oldest)).returning(DeadLetter.id)).all()
    return len(gone)


def _locked(session: Session, letter_ids: Sequence[UUID]) -> Sequence[DeadLetter]:
    wanted = sorted(set(letter_ids))
    found = session.scalars(
        select(DeadLetter).where(DeadLetter.id.in_(wanted)).order_by(DeadLetter.id).with_for_update()
    ).all()
    missing = set(wanted) - {letter.id for letter in found}
    if missing:
        raise DeadLetterNotFound("No dead letter has this id.", letter_id=min(missing))
    return found
