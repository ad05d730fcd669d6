"""Tables of business calendars, policies and running clocks."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class ClockKind(StrEnum):
    """What is promised."""

    RESPONSE = "response"
    ON_SITE = "on_site"
    RESTORE = "restore"


class BusinessCalendar(TenantRow):
    """When time counts; in local time of its zone."""

    __tablename__ = "business_calendar"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "code"))

    code: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str]


class CalendarInterval(TenantRow):
    """Working time on a weekday; lunch is the gap between two of them. Midnight at the end is 00:00."""

    __tablename__ = "calendar_interval"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "calendar_id", "weekday", "starts"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_0_to_6"),
        CheckConstraint("ends > starts OR ends = '00:00'", name="starts_before_end"),
    )

    calendar_id: Mapped[UUID]
    weekday: Mapped[int]
    """Monday is 0."""
    starts: Mapped[time]
    ends: Mapped[time]


class CalendarDay(TenantRow):
    """A day that differs from its weekday: a holiday, or a make-up day that works as another weekday does."""

    __tablename__ = "calendar_day"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "calendar_id", "day"),
        CheckConstraint("works_as BETWEEN 0 AND 6", name="weekday_0_to_6"),
    )

    calendar_id: Mapped[UUID]
    day: Mapped[date]
    works_as: Mapped[int | None]
    """Weekday whose working time holds; None: nobody works."""
    name: Mapped[str]


class SlaPolicy(TenantRow):
    """Promised minutes for a priority, and for a criticality if it is given."""

    __tablename__ = "sla_policy"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority_1_to_4"),
        CheckConstraint("response_minutes > 0 AND on_site_minutes > 0 AND restore_minutes > 0", name="positive"),
        Index("uq_sla_policy_case", "tenant_id", "priority", text("COALESCE(criticality, '')"), unique=True),
    )

    priority: Mapped[int]
    """1 is the most urgent."""
    criticality: Mapped[str | None]
    """A, B or C; None: for all that have no policy of their own."""
    response_minutes: Mapped[int]
    on_site_minutes: Mapped[int]
    restore_minutes: Mapped[int]
    calendar_id: Mapped[UUID | None]
    """None: every minute counts."""


class SlaClock(TenantRow):
    """One promise to one subject, running independently of its others."""

    __tablename__ = "sla_clock"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar"),
        UniqueConstraint("tenant_id", "subject_id", "clock"),
        CheckConstraint("paused_seconds >= 0", name="paused_not_negative"),
        Index(
            "ix_sla_clock_running",
            "due_at",
            postgresql_where=text(
                "met_at IS NULL AND breached_at IS NULL AND stopped_at IS NULL AND paused_at IS NULL"
            ),
        ),
    )

    subject_id: Mapped[UUID]
    """A ticket or a work order; opaque here."""
    clock: Mapped[ClockKind]
    target_minutes: Mapped[int]
    calendar_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    paused_seconds: Mapped[int] = mapped_column(default=0)
    """Counted time that fell into pauses."""
    paused_at: Mapped[datetime | None]
    """Start of the pause that lasts; None: it runs."""
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    """When the promise fell away, such as by cancelling."""
