"""Technicians, their skills and territories over HTTP."""

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Body, Path, Query, Response
from sqlalchemy.orm import Session

from backend.sla.errors import CalendarUnknown
from backend.technicians import areas, certificates, exchange, service
from backend.technicians.errors import (
    StaffNumberTaken,
    StaleVersion,
    TechnicianUnknown,
    WrongArea,
)
from backend.technicians.models import Technician
from backend.technicians.schemas import (
    DayOut,
    ExpiringOut,
    NearOut,
    SkillIn,
    TechnicianIn,
    TechnicianOut,
    TechnicianPatch,
    WindowOut,
)
from inventory.errors import UnknownLocation
from kernel import audit, clock, http, sheets
from kernel.auth import STAFF, Role
from kernel.db import Tenant
from kernel.fields import Code, Day, Lat, Lon, Search
from kernel.geo import LonLat
from kernel.http import Db, Me, problems
from kernel.imports import ImportReport, NoSuchColumn
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
    "update_technician": WRITERS,
    "remove_skill": WRITERS,
    "list_expiring": PLANNERS | {Role.AUDITOR},
    "export_table": WRITERS | {Role.AUDITOR, Role.INTEGRATOR},
    "import_table": WRITERS | {Role.INTEGRATOR},
    "technicians_covering": PLANNERS | {Role.AGENT, Role.AUDITOR},
    "technicians_on": PLANNERS | {Role.AGENT, Role.AUDITOR},
    "technicians_near": PLANNERS | {Role.AGENT, Role.AUDITOR},
}


def _out(db: Session, rows: list[Technician]) -> list[TechnicianOut]:
    skills = service.skills_of_many(db, [row.id for row in rows])
    return [TechnicianOut.of(row, skills[row.id]) for row in rows]


@router.get("/technicians", responses=problems(BadCursor))
def list_technicians(
    db: Db,
    *,
    active: bool | None = None,
    q: Search = None,
    skill: Code | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[TechnicianOut]:
    """Return technicians by name."""
    after = decode_name_cursor(cursor) if cursor else None
    found = service.list_technicians(db, active=active, text=q, skill=skill, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    return Page(items=_out(db, list(rows)), next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/technicians", status_code=201, responses=problems(UnknownLocation, CalendarUnknown, StaffNumberTaken))
def create_technician(body: TechnicianIn, db: Db) -> TechnicianOut:
    """Add a technician."""
    row = service.create_technician(
        db,
        body.name,
        number=body.number,
        home=LonLat(body.lon, body.lat),
        phone=body.phone,
        van_location_id=body.van_location_id,
        calendar_id=body.calendar_id,
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


@router.patch(
    "/technicians/{technician_id}",
    responses=problems(TechnicianUnknown, StaleVersion, UnknownLocation, CalendarUnknown, StaffNumberTaken, WrongArea),
)
def update_technician(technician_id: UUID, body: TechnicianPatch, db: Db) -> TechnicianOut:
    """Change what the body names of a technician; one who is not active any more gives all visits back."""
    said = body.model_dump(exclude={"version", "territory"}, exclude_unset=True)
    if "lon" in said:
        said["home"] = LonLat(said.pop("lon"), said.pop("lat"))
    if "territory" in body.model_fields_set:
        said["territory"] = areas.checked(body.territory.ring()) if body.territory else None
    return _out(db, [service.update_technician(db, technician_id, version=body.version, changes=said)])[0]


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


@router.delete("/technicians/{technician_id}/skills/{skill}", status_code=204, responses=problems(TechnicianUnknown))
def remove_skill(technician_id: UUID, skill: Annotated[Code, Path()], db: Db) -> None:
    """Take a skill from a technician."""
    service.remove_skill(db, technician_id, skill)


@router.get("/technicians-expiring")
def list_expiring(
    db: Db, me: Me, days: Annotated[int, Query(ge=0, le=730)] = 30, limit: Limit = DEFAULT_LIMIT
) -> Page[ExpiringOut]:
    """Return the certificates of active technicians that end within some days, the next to end first."""
    zone = ZoneInfo(db.get_one(Tenant, me.tenant_id).time_zone)
    today = clock.now().astimezone(zone).date()
    items = [
        ExpiringOut(
            technician_id=person.id,
            technician_name=person.name,
            skill=row.skill,
            certificate=row.certificate,
            expires_on=row.expires_on,
            days_left=(row.expires_on - today).days,
        )
        for person, row in certificates.expiring(db, today=today, days=days, limit=limit)
        if row.expires_on is not None
    ]
    return Page(items=items, next_cursor=None)


@router.get(
    "/technicians-tables/{kind}",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {media: {} for media in sheets.MEDIA.values()}}},
)
def export_table(
    db: Db,
    me: Me,
    kind: Annotated[exchange.Kind, Path()],
    *,
    written_as: Annotated[sheets.Format, Query(alias="format")] = sheets.Format.XLSX,
    locale: Annotated[Literal["zh", "en"], Query()] = "zh",
) -> Response:
    """Send all technicians or skills as a file that `import_table` takes."""
    audit.record(db, actor_id=me.user_id, action="technicians.export", subject=kind, subject_id=None)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{written_as}"', "Cache-Control": "no-store"}
    content = exchange.export(db, kind, written_as, locale=locale)
    return Response(content, headers=headers, media_type=sheets.MEDIA[written_as])


@router.post("/technicians-tables/{kind}", responses=problems(sheets.Unreadable, sheets.TooManyRows, NoSuchColumn))
def import_table(
    db: Db,
    me: Me,
    kind: Annotated[exchange.Kind, Path()],
    data: Annotated[bytes, Body(media_type="application/octet-stream", description="A CSV file or a workbook (XLSX).")],
    *,
    dry_run: bool = False,
    take_good_rows: bool = False,
) -> ImportReport:
    """Make or change technicians or skills by the rows of a file; a dry run only tells what would happen.

    One bad row and nothing changes, unless `take_good_rows` is set. The same file twice changes nothing.
    """
    report = exchange.run_import(db, kind, data, dry_run=dry_run, take_good_rows=take_good_rows)
    if report.applied:
        counts = report.model_dump(include={"rows", "created", "updated", "failed"})
        audit.record(db, actor_id=me.user_id, action="technicians.import", subject=kind, subject_id=None, detail=counts)
    return report


@router.get("/technicians-covering")
def technicians_covering(db: Db, lon: Lon, lat: Lat, limit: Limit = DEFAULT_LIMIT) -> Page[TechnicianOut]:
    """Return the technicians whose territory holds a place, by name."""
    ids = service.covering(db, lon, lat, limit)
    people = service.technicians_by_id(db, ids)
    return Page(items=_out(db, [people[key] for key in ids]), next_cursor=None)


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
