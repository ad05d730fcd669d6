"""Tables of technicians, skills, shifts, absences and crews."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, extra_ddl, refers, tenant_args
from kernel.geo import AreaType, LonLat, PointType, Ring

NEAR_FUNCTION = """
CREATE OR REPLACE FUNCTION technicians_near(
    from_lon double precision, from_lat double precision, within_m double precision,
                                 at_most integer)
RETURNS TABLE (technician_id uuid, metres double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id, ST_Distance(home::geography, ST_SetSRID(ST_MakePoint(from_lon, from_lat), 4326)::geography)
      FROM technician
     WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid
       AND active
       AND ST_DWithin(home::geography, ST_SetSRID(ST_MakePoint(from_lon, from_lat), 4326)::geography, within_m)
     ORDER BY 2, 1
     LIMIT least(at_most, 500)
$$
"""

COVERING_FUNCTION = """
CREATE OR REPLACE FUNCTION technicians_covering(
    at_lon double precision, at_lat double precision, at_most integer)
RETURNS TABLE (technician_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id
      FROM technician
     WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid
       AND active
       AND ST_Covers(territory, ST_SetSRID(ST_MakePoint(at_lon, at_lat), 4326))
     ORDER BY name, id
     LIMIT least(at_most, 500)
$$
"""


class AbsenceKind(StrEnum):
    """Why somebody is away."""

    VACATION = "vacation"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


class AbsenceState(StrEnum):
    """Whether somebody may be away; only an approved absence goes off the shifts."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


class Technician(TenantRow):
    """A person who does visits."""

    __tablename__ = "technician"
    __table_args__ = tenant_args(
        Index("ix_technician_name", "tenant_id", "name"),
        Index("ix_technician_outlet_id", "tenant_id", "outlet_id"),
        refers("outlet_id", "outlet"),
        refers("calendar_id", "business_calendar"),
        UniqueConstraint("tenant_id", "number"),
    )

    number: Mapped[str | None]
    """What the staff office calls the person; a file of technicians knows them by it."""
    name: Mapped[str]
    phone: Mapped[str | None]
    home: Mapped[LonLat] = mapped_column(PointType())
    """Where the day starts and ends."""
    van_location_id: Mapped[UUID | None]
    """The stock location of the van; opaque here."""
    territory: Mapped[Ring | None] = mapped_column(AreaType())
    """Where the person works by preference; None: anywhere."""
    calendar_id: Mapped[UUID | None]
    """Whose holidays and make-up days the weekly pattern yields to; None: no day differs."""
    outlet_id: Mapped[UUID | None]
    """The partner whose person it is; none: the house's own."""
    active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)


extra_ddl(
    Technician,
    "CREATE INDEX ix_technician_home ON technician USING gist ((home::geography))",
    NEAR_FUNCTION,
    "REVOKE ALL ON FUNCTION technicians_near FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION technicians_near TO fieldhand_app",
    "CREATE INDEX ix_technician_territory ON technician USING gist (territory)",
    COVERING_FUNCTION,
    "REVOKE ALL ON FUNCTION technicians_covering FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION technicians_covering TO fieldhand_app",
)


class TechnicianSkill(TenantRow):
    """What a technician may do, at which level, and until when."""

    __tablename__ = "technician_skill"
    __table_args__ = tenant_args(
        refers("technician_id", "technician", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "technician_id", "skill"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level_1_to_3"),
        Index("ix_technician_skill_expires_on", "tenant_id", "expires_on"),
    )

    technician_id: Mapped[UUID]
    skill: Mapped[str]
    level: Mapped[int]
    certificate: Mapped[str | None]
    expires_on: Mapped[date | None]
    """Last day on which the certificate holds; None: it does not end."""
    reminded_days: Mapped[int | None]
    """The last reminder that was sent of this end, as days before it."""


class ShiftPattern(TenantRow):
    """A weekly working time in local time; one that ends before it starts runs over midnight."""

    __tablename__ = "shift_pattern"
    __table_args__ = tenant_args(
        refers("technician_id", "technician", ondelete="CASCADE"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_0_to_6"),
        CheckConstraint("valid_to >= valid_from", name="validity_in_order"),
        Index("ix_shift_pattern_technician_id", "tenant_id", "technician_id", "weekday"),
    )

    technician_id: Mapped[UUID]
    weekday: Mapped[int]
    """Monday is 0."""
    starts: Mapped[time]
    ends: Mapped[time]
    breaks: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """Local pairs `["12:00", "13:00"]`."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Shift(TenantRow):
    """The working time of one day, in place of the weekly pattern."""

    __tablename__ = "shift"
    __table_args__ = tenant_args(
        refers("technician_id", "technician", ondelete="CASCADE"),
        CheckConstraint("ends_at > starts_at", name="starts_before_end"),
        Index("ix_shift_day", "tenant_id", "day", "technician_id"),
    )

    technician_id: Mapped[UUID]
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    breaks: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """Pairs of instants, ISO 8601."""


class Absence(TenantRow):
    """Time off, whatever the shifts say."""

    __tablename__ = "absence"
    __table_args__ = tenant_args(
        refers("technician_id", "technician", ondelete="CASCADE"),
        CheckConstraint("ends_at > starts_at", name="starts_before_end"),
        Index("ix_absence_technician_id", "tenant_id", "technician_id", "ends_at"),
        Index("ix_absence_state", "tenant_id", "state", "starts_at", "id"),
    )

    technician_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    kind: Mapped[AbsenceKind] = mapped_column(server_default="other", default=AbsenceKind.OTHER)
    state: Mapped[AbsenceState] = mapped_column(server_default="approved", default=AbsenceState.APPROVED)
    reason: Mapped[str]
    requested_by: Mapped[UUID | None]
    decided_by: Mapped[UUID | None]
    """Who approved or refused it; opaque here."""
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(server_default="", default="")


class Crew(TenantRow):
    """Technicians who go together, under a name."""

    __tablename__ = "crew"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "name"))

    name: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default=text("true"), default=True)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)


class CrewMember(TenantRow):
    """Who belongs to a crew, from one day to another."""

    __tablename__ = "crew_member"
    __table_args__ = tenant_args(
        refers("crew_id", "crew", ondelete="CASCADE"),
        refers("technician_id", "technician", ondelete="CASCADE"),
        CheckConstraint("valid_to >= valid_from", name="validity_in_order"),
        Index("ix_crew_member_crew_id", "tenant_id", "crew_id"),
        Index("ix_crew_member_technician_id", "tenant_id", "technician_id"),
    )

    crew_id: Mapped[UUID]
    technician_id: Mapped[UUID]
    lead: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The last day; None: it does not end."""
