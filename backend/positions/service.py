"""Use cases of positions: record them in shift, show the last ones, forget the old ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.positions import repository
from backend.positions.events import PositionMoved
from backend.positions.models import PositionFix, TechnicianPosition
from kernel.geo import LonLat
from kernel.outbox import publish

SKEW = timedelta(minutes=2)
ROUGH_METRES = 2_000.0
"""A reading less accurate than this says nothing about where somebody is."""
FORGET_BATCH = 10_000
RETENTION = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """One reading of a phone."""

    at: datetime
    position: LonLat
    accuracy_m: float


@dataclass(frozen=True)
class Recorded:
    """What became of a batch of readings."""

    accepted: int
    """New ones that were kept."""
    outside_shift: int
    """Dropped: nobody is followed off duty."""
    implausible: int
    """Dropped: from the future, or too rough."""


def record(
    session: Session,
    technician_id: UUID,
    fixes: Sequence[Fix],
    *,
    shifts: Sequence[tuple[datetime, datetime]],
    at: datetime,
) -> Recorded:
    """Keep the readings that were taken in one of the shifts; a second delivery changes nothing.

    `at` is when they arrived; readings from after it (plus two minutes) are dropped.
    """
    plausible = [fix for fix in fixes if fix.at <= at + SKEW and 0 <= fix.accuracy_m <= ROUGH_METRES]
    kept = {fix.at: fix for fix in plausible if any(start <= fix.at < end for start, end in shifts)}
    accepted = 0
    if kept:
        accepted = repository.add_fixes(session, [_row(technician_id, fix) for fix in kept.values()])
        _move(session, technician_id, kept[max(kept)])
    outside = sum(1 for fix in plausible if fix.at not in kept)
    return Recorded(accepted=accepted, outside_shift=outside, implausible=len(fixes) - len(plausible))


def _row(technician_id: UUID, fix: Fix) -> dict[str, Any]:
    return {
        "technician_id": technician_id,
        "at": fix.at,
        "position": fix.position,
        "accuracy_m": fix.accuracy_m,
    }


def _move(session: Session, technician_id: UUID, fix: Fix) -> None:
    if not repository.move(session, _row(technician_id, fix)):
        return
    event = PositionMoved(
        technician_id=technician_id,
        at=fix.at,
        lon=fix.position.lon,
        lat=fix.position.lat,
        accuracy_m=fix.accuracy_m,
    )
    publish(session, event)


def latest(
    session: Session, *, technicians: Collection[UUID] | None = None, limit: int = 5_000
) -> Sequence[TechnicianPosition]:
    """Return the last known position of each technician, or of some."""
    return repository.latest(session, ids=technicians, limit=limit)


def track(
    session: Session, technician_id: UUID, *, start: datetime, end: datetime, limit: int = 5_000
) -> Sequence[PositionFix]:
    """Return where a technician has been in an interval, in order."""
    return repository.track(session, technician_id, start=start, end=end, limit=limit)


def forget(session: Session, *, before: datetime) -> int:
    """Delete a batch of the positions from before an instant; return how many went: call again until none."""
    gone = repository.forget(session, before=before, limit=FORGET_BATCH)
    repository.forget_last(session, before=before)
    return gone
