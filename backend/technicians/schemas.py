"""Bodies and answers of technicians."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.technicians.models import Technician, TechnicianSkill
from kernel.fields import Body, Code, Day, Instant, Lat, Line, LocalTime, Lon, Out, Phone

Level = Annotated[int, Field(ge=1, le=3)]


class SkillIn(Body):
    """What a technician may do."""

    skill: Code
    level: Level
    certificate: Line | None = None
    expires_on: Day | None = None


class SkillOut(Out):
    """What a technician may do, and until when."""

    skill: str
    level: int
    certificate: str | None
    expires_on: date | None


class TechnicianIn(Body):
    """A new technician."""

    name: Line
    phone: Phone | None = None
    lon: Lon
    lat: Lat
    van_location_id: UUID | None = None
    skills: Annotated[tuple[SkillIn, ...], Field(max_length=50)] = ()


class TechnicianOut(Out):
    """A technician."""

    id: UUID
    name: str
    phone: str | None
    lon: float
    lat: float
    van_location_id: UUID | None
    active: bool
    skills: list[SkillOut]

    @classmethod
    def of(cls, row: Technician, skills: list[TechnicianSkill]) -> "TechnicianOut":
        """Return the answer for a row."""
        return cls(
            id=row.id,
            name=row.name,
            phone=row.phone,
            lon=row.home.lon,
            lat=row.home.lat,
            van_location_id=row.van_location_id,
            active=row.active,
            skills=[SkillOut.model_validate(skill) for skill in skills],
        )


class OutletOf(Body):
    """Whose person a technician is; null: the house's own."""

    outlet_id: UUID | None


class OutletMember(Out):
    """A technician, as the person of an outlet."""

    id: UUID
    name: str
    phone: str | None
    active: bool
    outlet_id: UUID | None


class Break(Body):
    """A break in local time."""

    starts: LocalTime
    ends: LocalTime


class PatternIn(Body):
    """A weekly working time in local time; one that ends before it starts runs over midnight."""

    weekdays: Annotated[frozenset[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1)]
    starts: LocalTime
    ends: LocalTime
    breaks: Annotated[tuple[Break, ...], Field(max_length=10)] = ()
    valid_from: Day | None = None
    valid_to: Day | None = None


class PatternOut(Out):
    """A weekly working time; Monday is 0."""

    id: UUID
    weekday: int
    starts: time
    ends: time
    breaks: list[tuple[time, time]]
    valid_from: date | None
    valid_to: date | None


class AbsenceIn(Body):
    """Time off."""

    starts_at: Instant
    ends_at: Instant
    reason: Line


class AbsenceOut(Out):
    """Time off."""

    id: UUID
    technician_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


class WindowOut(Out):
    """From one instant to another."""

    start: datetime
    end: datetime


class DayOut(Out):
    """A technician who works on a day."""

    id: UUID
    name: str
    skills: dict[str, int]
    lon: float
    lat: float
    shift: WindowOut
    breaks: list[WindowOut]


class NearOut(Out):
    """A technician and how far off the home is."""

    technician_id: UUID
    name: str
    metres: float
