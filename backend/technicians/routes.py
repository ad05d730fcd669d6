"""Technicians, their skills and working times over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from backend.technicians import service
from backend.technicians.errors import AbsenceUnknown, TechnicianUnknown, WrongInterval
from backend.technicians.models import Technician
from backend.technicians.schemas import (
    AbsenceIn,
    AbsenceOut,
    DayOut,
    NearOut,
    PatternIn,
    PatternOut,
    SkillIn,
    TechnicianIn,
    TechnicianOut,
    WindowOut,
)
from inventory.errors import UnknownLocation
from kernel import http
from kernel.auth import STAFF, Role
from kernel.db import Tenant
from kernel.fields import Day, Lat, Lon
from kernel.geo import LonLat
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_name_cursor, encode_cursor

router = http.router("technicians")

READERS = STAFF | {Role.INTEGRATOR}
WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
PLANNERS = WRITERS | {Role.DISPATCHER}
ACCESS = {
    "list_technicians": READERS,
    "create_technician": WRITERS,
    "get_technician": READERS,
    "set_skill": WRITERS,
    "list_shift_patterns": READERS,
    "add_shift_pattern": PLANNERS,
    "list_absences": PLANNERS | {Role.AUDITOR},
    "add_absence": PLANNERS,
    "remove_absence": PLANNERS,
    "technicians_on": PLANNERS | {Role.AGENT, Role.AUDITOR},
    "technicians_near": PLANNERS | {Role.AGENT, Role.AUDITOR},
}


def _out(db: Session, rows: list[Technician]) -> list[TechnicianOut]:
    skills = service.skills_of_many(db, [row.id for row in rows])
    return [TechnicianOut.of(row, skills[row.id]) for row in rows]


@router.get("/technicians", responses=problems(BadCursor))
def list_technicians(
    db: Db, active: bool | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[TechnicianOut]:
    """Return technicians by name."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_technicians(db, active=active, after=after, limit=limit + 1), limit)
    return Page(items=_out(db, list(rows)), next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/technicians", status_code=201, responses=problems(UnknownLocation))
def create_technician(body: TechnicianIn, db: Db) -> TechnicianOut:
    """Add a technician."""
    row = service.create_technician(
        db,
        body.name,
        home=LonLat(body.lon, body.lat),
        phone=body.phone,
        van_location_id=body.van_location_id,
    )
    for skill in body.skills:
        service.set_skill(
            db,
            row.id,
            skill=skill.skill,
            level=skill.level,
            certificate=skill.certificate,
            expires_on=skill.expires_on,
        )
    return _out(db, [row])[0]


@router.get("/technicians/{technician_id}", responses=problems(TechnicianUnknown))
def get_technician(technician_id: UUID, db: Db) -> TechnicianOut:
    """Return a technician."""
    return _out(db, [service.get_technician(db, technician_id)])[0]


@router.put("/technicians/{technician_id}/skills", responses=problems(TechnicianUnknown))
def set_skill(technician_id: UUID, body: SkillIn, db: Db) -> TechnicianOut:
    """Say what a technician may do; an earlier word on the same skill is replaced."""
    service.set_skill(
        db,
        technician_id,
        skill=body.skill,
        level=body.level,
        certificate=body.certificate,
        expires_on=body.expires_on,
    )
    return _out(db, [service.get_technician(db, technician_id)])[0]


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


@router.get("/technicians/{technician_id}/absences", responses=problems(TechnicianUnknown))
def list_absences(technician_id: UUID, db: Db, since: Day) -> Page[AbsenceOut]:
    """Return the absences of a technician that last beyond the start of a day (UTC)."""
    items = [AbsenceOut.model_validate(row) for row in service.absences_of(db, technician_id, since=since)]
    return Page(items=items, next_cursor=None)


@router.post(
    "/technicians/{technician_id}/absences", status_code=201, responses=problems(TechnicianUnknown, WrongInterval)
)
def add_absence(technician_id: UUID, body: AbsenceIn, db: Db) -> AbsenceOut:
    """Note time off."""
    row = service.add_absence(db, technician_id, start=body.starts_at, end=body.ends_at, reason=body.reason)
    return AbsenceOut.model_validate(row)


@router.delete("/absences/{absence_id}", status_code=204, responses=problems(AbsenceUnknown))
def remove_absence(absence_id: UUID, db: Db) -> None:
    """Take back an absence."""
    service.remove_absence(db, absence_id)


@router.get("/technicians-on")
def technicians_on(db: Db, me: Me, day: Day) -> Page[DayOut]:
    """Return who works on a local day, with the skills that hold on it."""
    tenant = db.get_one(Tenant, me.tenant_id)
    items = [
        DayOut(
            id=person.id,
            name=person.name,
            skills=dict(person.skills),
            lon=person.home.lon,
            lat=person.home.lat,
            shift=WindowOut(start=person.shift[0], end=person.shift[1]),
            breaks=[WindowOut(start=start, end=end) for start, end in person.breaks],
        )
        for person in service.technicians_on(db, day, time_zone=tenant.time_zone)
    ]
    return Page(items=items, next_cursor=None)


@router.get("/technicians-near")
def technicians_near(db: Db, lon: Lon, lat: Lat, limit: Annotated[int, Query(ge=1, le=200)] = 10) -> Page[NearOut]:
    """Return the technicians who live next to a place, the nearest first."""
    found = service.near(db, lon, lat, limit)
    people = service.technicians_by_id(db, [key for key, _ in found])
    items = [NearOut(technician_id=key, name=people[key].name, metres=metres) for key, metres in found]
    return Page(items=items, next_cursor=None)
