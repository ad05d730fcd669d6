"""A week of everybody as a file for the payroll."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.technicians import service as technicians
from backend.timesheets.pay import PayClass, weighted
from backend.timesheets.service import Activity, WeekSheet, minutes, paid_minutes, terms_of, weeks
from kernel.sheets import Cell, Format, write

MOST_EXPORTED = 1_000
TITLES = {
    "number": ("工号", "Number"),
    "name": ("姓名", "Name"),
    "day": ("日期", "Day"),
    Activity.TRAVEL: ("在途(分)", "Travel (min)"),
    Activity.WORK: ("作业(分)", "Work (min)"),
    Activity.BREAK: ("休息(分)", "Break (min)"),
    Activity.IDLE: ("空闲(分)", "Idle (min)"),
    PayClass.NORMAL: ("正常工时(分)", "Normal (min)"),
    PayClass.OVERTIME: ("平日加班(分)", "Overtime (min)"),
    PayClass.WEEKEND: ("休息日(分)", "Rest day (min)"),
    PayClass.HOLIDAY: ("法定节假日(分)", "Holiday (min)"),
    "night": ("其中夜班(分)", "Of it at night (min)"),
    "weighted": ("折算工时(分)", "Weighted (min)"),
}


def export(
    session: Session,
    monday: date,
    written_as: Format,
    *,
    technician_id: UUID | None = None,
    locale: str,
    at: datetime,
) -> bytes:
    """Return a week of one technician, or of all active ones (at most `MOST_EXPORTED`), a line for each day.

    Raises:
        TechnicianUnknown: there is no such technician.
        NoMonday: the week begins on another day.
    """
    if technician_id is not None:
        ids = [technicians.get_technician(session, technician_id).id]
    else:
        ids = [row.id for row in technicians.list_technicians(session, active=True, limit=MOST_EXPORTED)]
    header = [titles[0 if locale == "zh" else 1] for titles in TITLES.values()]
    return write(written_as, header, list(_lines(session, weeks(session, ids, monday, at=at))))


def _lines(session: Session, sheets: Iterable[WeekSheet]) -> Iterable[Sequence[Cell]]:
    terms = terms_of(session)
    for sheet in sheets:
        for day in sheet.days:
            paid = paid_minutes(day.paid)
            yield (
                sheet.technician.number,
                sheet.technician.name,
                day.day,
                *(minutes(day.spent[kind]) for kind in Activity),
                *(paid[kind] for kind in PayClass),
                paid["night"],
                minutes(weighted(day.paid, terms)),
            )
