"""Use cases of absences: asked for, approved or refused, taken back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from backend.technicians import repository
from backend.technicians.errors import AbsenceOverlaps, AbsenceUnknown, AlreadyDecided, WrongInterval
from backend.technicians.events import AbsenceApproved
from backend.technicians.models import Absence, AbsenceKind, AbsenceState
from backend.technicians.service import get_technician
from kernel.outbox import publish

STANDING = (AbsenceState.REQUESTED, AbsenceState.APPROVED)
NEEDS_NO_APPROVAL = (AbsenceKind.SICK,)


def add_absence(
    session: Session,
    technician_id: UUID,
    *,
    start: datetime,
    end: datetime,
    reason: str = "",
    kind: AbsenceKind = AbsenceKind.OTHER,
    approved: bool = True,
    by: UUID | None = None,
    at: datetime,
) -> Absence:
    """Note time off, or ask for it; who is ill asks nobody. Planning hears of an approved one.

    Raises:
        TechnicianUnknown: there is no such technician.
        WrongInterval: it ends before it starts.
        AbsenceOverlaps: another one shares time with it that was not refused.
    """
    # The technician is locked: of two that overlap, asked for at once, the second has to see the first.
    get_technician(session, technician_id, lock=True)
    if end <= start:
        raise WrongInterval("An absence ends after it starts.")
    others = repository.absences(session, [technician_id], start=start, end=end, states=STANDING)
    if others:
        raise AbsenceOverlaps("Another absence shares time with this one.", absence_id=others[0].id)
    row = Absence(
        technician_id=technician_id,
        starts_at=start,
        ends_at=end,
        reason=reason,
        kind=kind,
        state=AbsenceState.REQUESTED,
        requested_by=by,
    )
    session.add(row)
    session.flush()
    if approved or kind in NEEDS_NO_APPROVAL:
        _approve(session, row, by=by, note="", at=at)
    return row


def decide(
    session: Session, absence_id: UUID, *, approve: bool, note: str = "", by: UUID | None = None, at: datetime
) -> Absence:
    """Approve or refuse an absence; the same word once more changes nothing.

    Raises:
        AbsenceUnknown: there is none with this id.
        AlreadyDecided: the other word was said before.
    """
    row = repository.absence(session, absence_id, lock=True)
    if row is None:
        raise AbsenceUnknown("No absence has this id.", absence_id=absence_id)
    wanted = AbsenceState.APPROVED if approve else AbsenceState.REFUSED
    if row.state is wanted:
        return row
    if row.state is not AbsenceState.REQUESTED:
        raise AlreadyDecided("Take it back and ask anew.", state=str(row.state))
    if approve:
        _approve(session, row, by=by, note=note, at=at)
    else:
        row.state, row.decided_by, row.decided_at, row.decision_note = wanted, by, at, note
        session.flush()
    return row


def _approve(session: Session, row: Absence, *, by: UUID | None, note: str, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at, row.decision_note = AbsenceState.APPROVED, by, at, note
    session.flush()
    publish(session, AbsenceApproved(absence_id=row.id, technician_id=row.technician_id))


def remove_absence(session: Session, absence_id: UUID) -> None:
    """Take back an absence.

    Raises:
        AbsenceUnknown: there is none with this id.
    """
    row = repository.absence(session, absence_id)
    if row is None:
        raise AbsenceUnknown("No absence has this id.", absence_id=absence_id)
    session.delete(row)
    session.flush()


def get_absence(session: Session, absence_id: UUID) -> Absence:
    """Return an absence.

    Raises:
        AbsenceUnknown: there is none with this id.
    """
    row = repository.absence(session, absence_id)
    if row is None:
        raise AbsenceUnknown("No absence has this id.", absence_id=absence_id)
    return row


def approved_absence(session: Session, absence_id: UUID) -> Absence | None:
    """Return an absence that stands; None: it was taken back meanwhile."""
    row = repository.absence(session, absence_id)
    return row if row is not None and row.state is AbsenceState.APPROVED else None


def absences_of(session: Session, technician_id: UUID, *, since: date) -> Sequence[Absence]:
    """Return the absences of a technician that last beyond the start of a day (UTC).

    Raises:
        TechnicianUnknown: there is no such technician.
    """
    get_technician(session, technician_id)
    start = datetime.combine(since, time(), tzinfo=UTC)
    return repository.absences(session, [technician_id], start=start, end=datetime.max.replace(tzinfo=UTC))


def absences_between(session: Session, technician_id: UUID, *, start: datetime, end: datetime) -> Sequence[Absence]:
    """Return the absences of a technician that share time with an interval and were not refused."""
    return repository.absences(session, [technician_id], start=start, end=end, states=STANDING)


def list_absences(
    session: Session,
    *,
    states: Sequence[AbsenceState],
    since: datetime,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[Absence]:
    """Return everybody's absences that last beyond an instant, by their start, behind a key."""
    return repository.all_absences(session, states=states or tuple(AbsenceState), since=since, after=after, limit=limit)
