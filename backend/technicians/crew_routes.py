"""Crews over HTTP."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.technicians import crews
from backend.technicians.crews import Member
from backend.technicians.errors import CrewNameTaken, CrewUnknown, StaleVersion, TechnicianUnknown, WrongCrew
from backend.technicians.models import Crew
from backend.technicians.routes import READERS, WRITERS
from backend.technicians.schemas import CrewIn, CrewOut, CrewPatch, MemberIn, MemberOut
from kernel import clock, http
from kernel.db import Tenant, tenant_of
from kernel.fields import Day
from kernel.http import Db, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_name_cursor, encode_cursor

router = http.router("technicians")

ACCESS = {"list_crews": READERS, "get_crew": READERS, "create_crew": WRITERS, "update_crew": WRITERS}


def _out(db: Session, rows: Sequence[Crew], *, day: date | None = None) -> list[CrewOut]:
    zone = ZoneInfo(db.get_one(Tenant, tenant_of(db)).time_zone)
    on = day or clock.now().astimezone(zone).date()
    found = crews.members_of(db, [row.id for row in rows])
    return [
        CrewOut(
            id=row.id,
            name=row.name,
            active=row.active,
            version=row.version,
            members=[
                MemberOut(
                    technician_id=member.technician_id,
                    technician_name=name,
                    lead=member.lead,
                    valid_from=member.valid_from,
                    valid_to=member.valid_to,
                )
                for member, name in found[row.id]
            ],
            skills=crews.joint_skills(db, [m.technician_id for m, _ in found[row.id] if m.on(on)], on=on),
        )
        for row in rows
    ]


def _members(members: Sequence[MemberIn]) -> list[Member]:
    return [Member(**member.model_dump()) for member in members]


@router.get("/crews", responses=problems(BadCursor))
def list_crews(
    db: Db, active: bool | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[CrewOut]:
    """Return crews by name, with what their members of today can do together."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(crews.list_crews(db, active=active, after=after, limit=limit + 1), limit)
    return Page(items=_out(db, rows), next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/crews", status_code=201, responses=problems(CrewNameTaken, TechnicianUnknown, WrongCrew))
def create_crew(body: CrewIn, db: Db) -> CrewOut:
    """Add a crew."""
    return _out(db, [crews.create_crew(db, body.name, members=_members(body.members))])[0]


@router.get("/crews/{crew_id}", responses=problems(CrewUnknown))
def get_crew(crew_id: UUID, db: Db, day: Day | None = None) -> CrewOut:
    """Return a crew, with what its members of a day (today) can do together."""
    return _out(db, [crews.get_crew(db, crew_id)], day=day)[0]


@router.patch(
    "/crews/{crew_id}", responses=problems(CrewUnknown, StaleVersion, CrewNameTaken, TechnicianUnknown, WrongCrew)
)
def update_crew(crew_id: UUID, body: CrewPatch, db: Db) -> CrewOut:
    """Change what the body names of a crew; its members are replaced as a whole."""
    crew = crews.update_crew(
        db,
        crew_id,
        version=body.version,
        name=body.name,
        active=body.active,
        members=None if body.members is None else _members(body.members),
    )
    return _out(db, [crew])[0]
