"""Working times taken back, and the days that differ from the weekly pattern."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from backend.technicians import repository
from backend.technicians.errors import PatternUnknown, ShiftUnknown
from backend.technicians.models import Shift
from backend.technicians.service import get_technician


def remove_shift_pattern(session: Session, pattern_id: UUID) -> None:
    """Take back a weekly working time.

    Raises:
        PatternUnknown: there is none with this id.
    """
    row = repository.pattern(session, pattern_id)
    if row is None:
        raise PatternUnknown("No weekly working time has this id.", pattern_id=pattern_id)
    session.delete(row)
    session.flush()


def remove_shift(session: Session, shift_id: UUID) -> None:
    """Take back the shift of a day.

    Raises:
        ShiftUnknown: there is none with this id.
    """
    row = repository.shift(session, shift_id)
    if row is None:
        raise ShiftUnknown("No shift has this id.", shift_id=shift_id)
    session.delete(row)
    session.flush()


def own_shifts(session: Session, technician_id: UUID, *, since: date, until: date) -> Sequence[Shift]:
    """Return the shifts that stand in place of the weekly pattern on some days, the last one included.

    Raises:
        TechnicianUnknown: there is no such technician.
    """
    get_technician(session, technician_id)
    return repository.own_shifts(session, technician_id, since=since, until=until)
