"""Technicians and their skills as files: what was exported is imported as it was, and twice is once.

A technician is known by the staff number, or by the name where no number is given; a skill by the technician's number
or name and its own code. A column or cell that is not there leaves what is there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from backend.technicians import repository, service
from backend.technicians.errors import AmbiguousName, TechnicianUnknown
from backend.technicians.models import Technician
from backend.technicians.schemas import SkillRow, TechnicianRow
from kernel import imports
from kernel.geo import LonLat
from kernel.imports import ImportReport, Outcome, Template
from kernel.sheets import Cell, Format, write

MOST_EXPORTED = 100_000


class Kind(StrEnum):
    """The tables that can be exchanged."""

    TECHNICIANS = "technicians"
    SKILLS = "skills"


TECHNICIANS = Template(
    "technicians",
    TechnicianRow,
    {
        "number": ("工号", "Number"),
        "name": ("姓名", "Name"),
        "phone": ("电话", "Phone"),
        "lon": ("经度", "Longitude"),
        "lat": ("纬度", "Latitude"),
        "active": ("在职", "Active"),
    },
)
SKILLS = Template(
    "skills",
    SkillRow,
    {
        "technician": ("工号或姓名", "Technician"),
        "skill": ("技能", "Skill"),
        "level": ("等级", "Level"),
        "certificate": ("证书", "Certificate"),
        "expires_on": ("有效期至", "Valid until"),
    },
)


def put_technician(session: Session, row: TechnicianRow) -> Outcome:
    """Make or change the technician of a row.

    Raises:
        AmbiguousName: more than one technician has the name, and the row has no number.
    """
    known = repository.technician_of_number(session, row.number) if row.number else _only(session, row.name)
    said = row.model_dump(exclude_unset=True)
    said["home"] = LonLat(said.pop("lon"), said.pop("lat"))
    if known is None:
        made = service.create_technician(
            session, row.name, number=row.number, phone=row.phone, home=LonLat(row.lon, row.lat)
        )
        made.active = row.active
        return Outcome.CREATED
    changes = {field: value for field, value in said.items() if getattr(known, field) != value}
    if changes:
        service.update_technician(session, known.id, version=known.version, changes=changes)
    return Outcome.UPDATED if changes else Outcome.UNCHANGED


def put_skill(session: Session, row: SkillRow) -> Outcome:
    """Make or change the skill of a row.

    Raises:
        TechnicianUnknown: nobody has the number or name.
        AmbiguousName: more than one technician has the name.
    """
    person = repository.technician_of_number(session, row.technician) or _only(session, row.technician)
    if person is None:
        raise TechnicianUnknown(f"No technician has the number or name {row.technician}.")
    known = repository.skill(session, person.id, row.skill)
    said = row.model_dump(exclude_unset=True, exclude={"technician"})
    if known is None:
        service.set_skill(session, person.id, **row.model_dump(exclude={"technician"}))
        return Outcome.CREATED
    if all(getattr(known, field) == value for field, value in said.items()):
        return Outcome.UNCHANGED
    held = {"level": known.level, "certificate": known.certificate, "expires_on": known.expires_on}
    service.set_skill(session, person.id, **{**held, **said})
    return Outcome.UPDATED


def _only(session: Session, name: str) -> Technician | None:
    rows = repository.technicians_of_name(session, name)
    if len(rows) > 1:
        raise AmbiguousName(f"More than one is called {name}.", name=name)
    return rows[0] if rows else None


def _technician_cells(session: Session) -> list[Sequence[Cell]]:
    rows = repository.every_technician(session, limit=MOST_EXPORTED)
    return [(row.number, row.name, row.phone, row.home.lon, row.home.lat, row.active) for row in rows]


def _skill_cells(session: Session) -> list[Sequence[Cell]]:
    rows = repository.every_skill(session, limit=MOST_EXPORTED)
    return [
        (person.number or person.name, row.skill, row.level, row.certificate, row.expires_on) for person, row in rows
    ]


@dataclass(frozen=True)
class Exchange:
    """A table's columns, what puts a row away, and what reads all rows."""

    template: Template[Any]
    put: Callable[[Session, Any], Outcome]
    cells: Callable[[Session], list[Sequence[Cell]]]


EXCHANGES = {
    Kind.TECHNICIANS: Exchange(TECHNICIANS, put_technician, _technician_cells),
    Kind.SKILLS: Exchange(SKILLS, put_skill, _skill_cells),
}


def run_import(session: Session, kind: Kind, data: bytes, *, dry_run: bool, take_good_rows: bool) -> ImportReport:
    """Import a file, or try to.

    Raises:
        Unreadable, TooManyRows, NoSuchColumn: the file is no such table.
    """
    exchange = EXCHANGES[kind]
    return imports.run(session, data, exchange.template, exchange.put, dry_run=dry_run, take_good_rows=take_good_rows)


def export(session: Session, kind: Kind, written_as: Format, *, locale: str) -> bytes:
    """Return all rows as a file, at most `MOST_EXPORTED`."""
    exchange = EXCHANGES[kind]
    return write(written_as, exchange.template.header(locale), exchange.cells(session))
