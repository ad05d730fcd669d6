"""Bodies and answers of technicians."""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from backend.technicians.models import AbsenceKind, AbsenceState, Technician, TechnicianSkill
from kernel.fields import Body, Code, Day, Instant, Lat, Line, LocalTime, Lon, OptionalLine, Out, Phone
from kernel.geo import LonLat, Ring

UNSAID = ""
"""Default of a text that a change need not name; it is never stored, since only what was named is."""
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
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


class Area(Body):
    """An area as GeoJSON has it: a polygon of one ring, its first corner repeated at the end."""

    type: Literal["Polygon"]
    coordinates: Annotated[list[list[tuple[Lon, Lat]]], Field(min_length=1, max_length=1)]

    @classmethod
    def of(cls, ring: Ring) -> "Area":
        """Return a ring as GeoJSON."""
        return cls(type="Polygon", coordinates=[[(corner.lon, corner.lat) for corner in (*ring, ring[0])]])

    def ring(self) -> Ring:
        """Return the outline, without the corner that closes it."""
        corners = [LonLat(lon, lat) for lon, lat in self.coordinates[0]]
        return tuple(corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners)


class TechnicianIn(Body):
    """A new technician."""

    name: Line
    number: Code | None = None
    phone: Phone | None = None
    lon: Lon
    lat: Lat
    van_location_id: UUID | None = None
    calendar_id: UUID | None = None
    skills: Annotated[tuple[SkillIn, ...], Field(max_length=50)] = ()


class TechnicianPatch(Body):
    """What changes of a technician; what is not named stays."""

    version: Version
    name: Line = UNSAID
    number: Code | None = None
    phone: Phone | None = None
    lon: Lon = 0.0
    lat: Lat = 0.0
    van_location_id: UUID | None = None
    calendar_id: UUID | None = None
    territory: Area | None = None
    active: bool = True

    @model_validator(mode="after")
    def position_is_whole(self) -> Self:
        """Refuse half a position."""
        if len(self.model_fields_set & {"lon", "lat"}) == 1:
            raise ValueError("lon and lat come together")
        return self


class TechnicianOut(Out):
    """A technician."""

    id: UUID
    number: str | None
    name: str
    phone: str | None
    lon: float
    lat: float
    van_location_id: UUID | None
    calendar_id: UUID | None
    territory: Area | None
    active: bool
    version: int
    skills: list[SkillOut]

    @classmethod
    def of(cls, row: Technician, skills: list[TechnicianSkill]) -> "TechnicianOut":
        """Return the answer for a row."""
        return cls(
            id=row.id,
            number=row.number,
            name=row.name,
            phone=row.phone,
            lon=row.home.lon,
            lat=row.home.lat,
            van_location_id=row.van_location_id,
            calendar_id=row.calendar_id,
            territory=Area.of(row.territory) if row.territory is not None else None,
            active=row.active,
            version=row.version,
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


class ShiftIn(Body):
    """The working time of one day, in place of the weekly pattern."""

    day: Day
    starts_at: Instant
    ends_at: Instant
    breaks: Annotated[tuple[tuple[Instant, Instant], ...], Field(max_length=10)] = ()


class ShiftOut(Out):
    """The working time of one day."""

    id: UUID
    technician_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    breaks: list[tuple[datetime, datetime]]


class AbsenceIn(Body):
    """Time off."""

    starts_at: Instant
    ends_at: Instant
    kind: AbsenceKind = AbsenceKind.OTHER
    reason: OptionalLine = ""


class AbsenceOut(Out):
    """Time off."""

    id: UUID
    technician_id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: AbsenceKind
    state: AbsenceState
    reason: str
    decided_at: datetime | None
    decision_note: str


class ListedAbsenceOut(AbsenceOut):
    """Time off, with whose it is."""

    technician_name: str


class DecisionIn(Body):
    """Yes or no to an absence."""

    approve: bool
    note: OptionalLine = ""


class ExpiringOut(BaseModel):
    """A certificate that comes to its end."""

    technician_id: UUID
    technician_name: str
    skill: str
    certificate: str | None
    expires_on: date
    days_left: int


class MemberIn(Body):
    """Who belongs to a crew, from one day to another, the last one included."""

    technician_id: UUID
    lead: bool = False
    valid_from: Day
    valid_to: Day | None = None


class MemberOut(BaseModel):
    """Who belongs to a crew."""

    technician_id: UUID
    technician_name: str
    lead: bool
    valid_from: date
    valid_to: date | None


class CrewIn(Body):
    """A new crew."""

    name: Line
    members: Annotated[tuple[MemberIn, ...], Field(max_length=50)] = ()


class CrewPatch(Body):
    """What changes of a crew; what is not named stays, members are replaced as a whole."""

    version: Version
    name: Line | None = None
    active: bool | None = None
    members: Annotated[tuple[MemberIn, ...], Field(max_length=50)] | None = None


class CrewOut(BaseModel):
    """A crew, with what its members of today can do together."""

    id: UUID
    name: str
    active: bool
    version: int
    members: list[MemberOut]
    skills: dict[str, int]


class TechnicianRow(Body):
    """A row of the table of technicians."""

    number: Code | None = None
    name: Line
    phone: Phone | None = None
    lon: Lon
    lat: Lat
    active: bool = True


class SkillRow(Body):
    """A row of the table of skills."""

    technician: Line
    """The staff number, or the name where it is the only one."""
    skill: Code
    level: Level
    certificate: Line | None = None
    expires_on: Day | None = None


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
