"""When people worked in a stretch of days: shifts less breaks and absences, all read at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.technicians import repository, shifts
from backend.technicians.models import AbsenceState
from backend.technicians.service import pattern_of, shift_of, special_days_of
from backend.technicians.shifts import Pattern, Shift, Window

DAY = timedelta(days=1)


def working_windows(
    session: Session, *, first: date, last: date, time_zone: str, only: Collection[UUID] | None = None
) -> list[tuple[UUID, datetime, datetime]]:
    """Return (technician, start, end) of working time on the local days `first` to `last`, in order."""
    ids = [person.id for person in repository.active_technicians(session) if only is None or person.id in only]
    patterns: dict[UUID, list[Pattern]] = defaultdict(list)
    for row in repository.patterns(session, ids):
        patterns[row.technician_id].append(pattern_of(row))
    own: dict[tuple[UUID, date], list[Shift]] = defaultdict(list)
    for shift in repository.shifts_between(session, ids, first=first, last=last):
        own[shift.technician_id, shift.day].append(shift_of(shift))
    away: dict[UUID, list[Window]] = defaultdict(list)
    around = datetime.combine(first, time(), tzinfo=UTC), datetime.combine(last, time(), tzinfo=UTC)
    approved = [AbsenceState.APPROVED]
    start, end = around[0] - 2 * DAY, around[1] + 3 * DAY
    for absence in repository.absences(session, ids, start=start, end=end, states=approved):
        away[absence.technician_id].append((absence.starts_at, absence.ends_at))
    special = special_days_of(session, ids, first=first, last=last)
    found = []
    for person in ids:
        day = first
        while day <= last:
            worked = shifts.shift_of_day(
                day,
                time_zone=time_zone,
                patterns=patterns[person],
                own=own[person, day],
                absences=away[person],
                special=special.get(person, {}),
            )
            if worked is not None:
                found += [(person, start, end) for start, end in shifts.working_time(worked)]
            day += DAY
    return found
