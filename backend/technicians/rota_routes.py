"""Working times, single shifts and absences of technicians over HTTP."""

from datetime import UTC, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import Query

from backend.technicians import absences, rota, service
from backend.technicians.errors import (
    AbsenceOverlaps,
    AbsenceUnknown,
    AlreadyDecided,
    PatternUnknown,
    ShiftOverlaps,
    ShiftUnknown,
    TechnicianUnknown,
    WrongInterval,
)
from backend.technicians.models import AbsenceState
from backend.technicians.routes import PLANNERS, READERS, WRITERS
from backend.technicians.schemas import (
    AbsenceIn,
    AbsenceOut,
    DecisionIn,
    ListedAbsenceOut,
    PatternIn,
    PatternOut,
    ShiftIn,
    ShiftOut,
)
from kernel import clock, http
from kernel.auth import Role
from kernel.fields import Day
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = http.router("technicians")

ACCESS = {
    "list_shift_patterns": READERS,
    "add_shift_pattern": PLANNERS,
    "remove_shift_pattern": PLANNERS,
    "list_shifts": READERS,
    "add_shift": PLANNERS,
    "remove_shift": PLANNERS,
    "list_absences": PLANNERS | {Role.AUDITOR},
    "list_all_absences": PLANNERS | {Role.AUDITOR},
    "add_absence": PLANNERS,
    "decide_absence": WRITERS,
    "remove_absence": PLANNERS,
}


@router.get("/technicians/{technician_id}/shift-patterns", responses=problems(TechnicianUnknown))
def list_shift_patterns(technician_id: UUID, db: Db) -> Page[PatternOut]:
    """Return the weekly working times of a technician."""
    items = [PatternOut.model_validate(row) for row in service.shift_patterns_of(db, technician_id)]
    return Page(items=items, next_cursor=None)


@router.post(
    "/technicians/{technician_id}/shift-patterns",
    status_code=201,
    responses=problems(TechnicianUnknown, WrongInterval),
)
def add_shift_pattern(technician_id: UUID, body: PatternIn, db: Db) -> Page[PatternOut]:
    """Add the same working time for some weekdays."""
    rows = service.add_shift_pattern(
        db,
        technician_id,
        weekdays=body.weekdays,
        starts=body.starts,
        ends=body.ends,
        breaks=[(pause.starts, pause.ends) for pause in body.breaks],
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    return Page(items=[PatternOut.model_validate(row) for row in rows], next_cursor=None)


@router.delete("/shift-patterns/{pattern_id}", status_code=204, responses=problems(PatternUnknown))
def remove_shift_pattern(pattern_id: UUID, db: Db) -> None:
    """Take back a weekly working time."""
    rota.remove_shift_pattern(db, pattern_id)


@router.get("/technicians/{technician_id}/shifts", responses=problems(TechnicianUnknown))
def list_shifts(technician_id: UUID, db: Db, since: Day, until: Day) -> Page[ShiftOut]:
    """Return the shifts that stand in place of the weekly pattern on some days, the last one included."""
    rows = rota.own_shifts(db, technician_id, since=since, until=until)
    return Page(items=[ShiftOut.model_validate(row) for row in rows], next_cursor=None)


@router.post(
    "/technicians/{technician_id}/shifts",
    status_code=201,
    responses=problems(TechnicianUnknown, WrongInterval, ShiftOverlaps),
)
def add_shift(technician_id: UUID, body: ShiftIn, db: Db) -> ShiftOut:
    """Add a shift on a day; the weekly pattern says nothing about that day any more."""
    row = service.set_shift(db, technician_id, day=body.day, start=body.starts_at, end=body.ends_at, breaks=body.breaks)
    return ShiftOut.model_validate(row)


@router.delete("/shifts/{shift_id}", status_code=204, responses=problems(ShiftUnknown))
def remove_shift(shift_id: UUID, db: Db) -> None:
    """Take back the shift of a day; the weekly pattern holds again if it was the only one."""
    rota.remove_shift(db, shift_id)


@router.get("/technicians/{technician_id}/absences", responses=problems(TechnicianUnknown))
def list_absences(technician_id: UUID, db: Db, since: Day) -> Page[AbsenceOut]:
    """Return the absences of a technician that last beyond the start of a day (UTC)."""
    items = [AbsenceOut.model_validate(row) for row in absences.absences_of(db, technician_id, since=since)]
    return Page(items=items, next_cursor=None)


@router.get("/absences", responses=problems(BadCursor))
def list_all_absences(
    db: Db,
    *,
    since: Day,
    state: Annotated[list[AbsenceState] | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ListedAbsenceOut]:
    """Return everybody's absences that last beyond the start of a day (UTC), by their start."""
    start = datetime.combine(since, time(), tzinfo=UTC)
    after = decode_time_cursor(cursor) if cursor else None
    found = absences.list_absences(db, states=state or (), since=start, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    people = service.technicians_by_id(db, {row.technician_id for row in rows})
    items = [
        ListedAbsenceOut(**AbsenceOut.model_validate(row).model_dump(), technician_name=people[row.technician_id].name)
        for row in rows
    ]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].starts_at, rows[-1].id) if more else None)


@router.post(
    "/technicians/{technician_id}/absences",
    status_code=201,
    responses=problems(TechnicianUnknown, WrongInterval, AbsenceOverlaps),
)
def add_absence(technician_id: UUID, body: AbsenceIn, db: Db, me: Me) -> AbsenceOut:
    """Note time off: approved at once if a supervisor notes it or somebody is ill, else it is asked for."""
    row = absences.add_absence(
        db,
        technician_id,
        start=body.starts_at,
        end=body.ends_at,
        kind=body.kind,
        reason=body.reason,
        approved=bool(me.roles & WRITERS),
        by=me.user_id,
        at=clock.now(),
    )
    return AbsenceOut.model_validate(row)


@router.post("/absences/{absence_id}/decision", responses=problems(AbsenceUnknown, AlreadyDecided))
def decide_absence(absence_id: UUID, body: DecisionIn, db: Db, me: Me) -> AbsenceOut:
    """Approve or refuse an absence; visits that are planned into an approved one go back to planning."""
    row = absences.decide(db, absence_id, approve=body.approve, note=body.note, by=me.user_id, at=clock.now())
    return AbsenceOut.model_validate(row)


@router.delete("/absences/{absence_id}", status_code=204, responses=problems(AbsenceUnknown))
def remove_absence(absence_id: UUID, db: Db) -> None:
    """Take back an absence."""
    absences.remove_absence(db, absence_id)
