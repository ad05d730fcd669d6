"""Tables of business calendars, policies, escalation ladders and running clocks."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.auth import Role
from kernel.db import TenantRow, refers, tenant_args


class ClockKind(StrEnum):
    """What is promised."""

    RESPONSE = "response"
    ON_SITE = "on_site"
    RESTORE = "restore"


class PauseReason(StrEnum):
    """Why work waits; the policy says which of its clocks stand still meanwhile."""

    CUSTOMER = "customer"
    NO_ACCESS = "no_access"
    PARTS = "parts"
    APPROVAL = "approval"
    WEATHER = "weather"
    SAFETY = "safety"


class StepAction(StrEnum):
    """What a step of a ladder does."""

    NOTIFY_ROLE = "notify_role"
    NOTIFY_USER = "notify_user"
    RAISE_PRIORITY = "raise_priority"
    SET_QUEUE = "set_queue"


STEP_TARGETS = (
    "(action = 'notify_role') = (role IS NOT NULL) AND (action = 'notify_user') = (user_id IS NOT NULL)"
    " AND (action = 'set_queue') = (queue IS NOT NULL)"
)


class BusinessCalendar(TenantRow):
    """When time counts; in local time of its zone."""

    __tablename__ = "business_calendar"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "code"), CheckConstraint("version > 0", name="version"))

    code: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str]
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    """Grows with each change of the week or of a special day."""


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


class EscalationLadder(TenantRow):
    """What is done while a promise comes near its due time, and after it."""

    __tablename__ = "escalation_ladder"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar"),
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("version > 0", name="version"),
    )

    name: Mapped[str]
    calendar_id: Mapped[UUID | None]
    """Service hours of the steps that keep to them; None: any hour is one."""
    version: Mapped[int] = mapped_column(default=1)


class EscalationStep(TenantRow):
    """One step of a ladder."""

    __tablename__ = "escalation_step"
    __table_args__ = tenant_args(
        refers("ladder_id", "escalation_ladder", ondelete="CASCADE"),
        refers("user_id", "app_user", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "ladder_id", "seq"),
        CheckConstraint("(percent IS NULL) <> (minutes IS NULL)", name="percent_or_minutes"),
        CheckConstraint("percent BETWEEN 1 AND 300", name="percent_1_to_300"),
        CheckConstraint("minutes BETWEEN -43200 AND 43200", name="minutes_within_30_days"),
        CheckConstraint(STEP_TARGETS, name="target_of_action"),
    )

    ladder_id: Mapped[UUID]
    seq: Mapped[int]
    clock: Mapped[ClockKind]
    percent: Mapped[int | None]
    """Share of the promised time."""
    minutes: Mapped[int | None]
    """After the due time; negative: before it. Counted in the clock's own time."""
    action: Mapped[StepAction]
    role: Mapped[Role | None]
    user_id: Mapped[UUID | None]
    queue: Mapped[str | None]
    in_service_hours: Mapped[bool]
    """It waits until service hours begin."""


class SlaPolicy(TenantRow):
    """One version of what is promised for a priority, and for a customer, tier, work type or criticality if given."""

    __tablename__ = "sla_policy"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar"),
        refers("customer_id", "customer"),
        refers("ladder_id", "escalation_ladder"),
        UniqueConstraint("tenant_id", "policy_id", "version"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority_1_to_4"),
        CheckConstraint("response_minutes > 0 AND on_site_minutes > 0 AND restore_minutes > 0", name="positive"),
        CheckConstraint("customer_id IS NULL OR tier IS NULL", name="customer_or_tier"),
        Index(
            "uq_sla_policy_case",
            "tenant_id",
            "priority",
            text("COALESCE(criticality, '')"),
            text("COALESCE(customer_id::text, '')"),
            text("COALESCE(tier, '')"),
            text("COALESCE(work_type, '')"),
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    policy_id: Mapped[UUID]
    """The same for all versions of one policy."""
    version: Mapped[int] = mapped_column(default=1)
    replaced_at: Mapped[datetime | None]
    """When another version took its place, or it was withdrawn; None: it is in force."""
    name: Mapped[str] = mapped_column(server_default="")
    """Of the contract, or whatever people call it."""
    priority: Mapped[int]
    """1 is the most urgent."""
    customer_id: Mapped[UUID | None]
    tier: Mapped[str | None]
    work_type: Mapped[str | None]
    criticality: Mapped[str | None]
    """A, B or C; None: for all that have no policy of their own."""
    response_minutes: Mapped[int]
    on_site_minutes: Mapped[int]
    restore_minutes: Mapped[int]
    calendar_id: Mapped[UUID | None]
    """None: every minute counts."""
    ladder_id: Mapped[UUID | None]
    pauses: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """Clocks that stand still, by reason."""


LIVE = "met_at IS NULL AND stopped_at IS NULL"
BREACHED = "breached_at IS NOT NULL"


class SlaClock(TenantRow):
    """One promise to one subject, running independently of its others."""

    __tablename__ = "sla_clock"
    __table_args__ = tenant_args(
        refers("calendar_id", "business_calendar"),
        refers("policy_version_id", "sla_policy"),
        UniqueConstraint("tenant_id", "subject_id", "clock"),
        CheckConstraint("paused_seconds >= 0", name="paused_not_negative"),
        CheckConstraint("credit_seconds >= 0", name="credit_not_negative"),
        Index(
            "ix_sla_clock_running",
            "tenant_id",
            "due_at",
            "id",
            postgresql_where=text(f"{LIVE} AND breached_at IS NULL AND paused_at IS NULL"),
        ),
        Index("ix_sla_clock_due", "tenant_id", "due_at"),
        Index("ix_sla_clock_look", "tenant_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_sla_clock_recount", "tenant_id", "id", postgresql_where=text("recount")),
        Index("ix_sla_clock_risk", "tenant_id", "due_at", "id", postgresql_where=text("at_risk_since IS NOT NULL")),
        Index(
            "ix_sla_clock_breached", "tenant_id", "breached_at", "id", postgresql_where=text("breached_at IS NOT NULL")
        ),
        Index("ix_sla_clock_calendar", "tenant_id", "calendar_id", postgresql_where=text(LIVE)),
    )

    subject_id: Mapped[UUID]
    """A work order or a ticket; opaque here."""
    clock: Mapped[ClockKind]
    target_minutes: Mapped[int]
    policy_version_id: Mapped[UUID | None]
    """The terms that were in force when it started; None: it is older than they are."""
    calendar_id: Mapped[UUID | None]
    paused_by: Mapped[list[str]] = mapped_column(JSONB, default=list)
    """Reasons for which it stands still."""
    started_at: Mapped[datetime]
    credit_seconds: Mapped[int] = mapped_column(default=0)
    """Counted time of pauses from before they were rows."""
    paused_seconds: Mapped[int] = mapped_column(default=0)
    """Counted time that fell into pauses."""
    paused_at: Mapped[datetime | None]
    """Start of the pause that lasts; None: it runs."""
    due_at: Mapped[datetime]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    """When the promise fell away, such as by cancelling."""
    recount: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Its calendar has changed since it was counted."""
    look_at: Mapped[datetime | None]
    """When the sweeper forecasts it next; None: it does not run."""
    forecast_at: Mapped[datetime | None]
    """When it will probably be met."""
    forecast: Mapped[list[Any]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    """What that is made of: `{"piece", "minutes", "cases"}`."""
    at_risk_since: Mapped[datetime | None]


class SlaPause(TenantRow):
    """A stretch in which a subject waited; which of its clocks stood still follows from the reason."""

    __tablename__ = "sla_pause"
    __table_args__ = tenant_args(
        CheckConstraint("ended_at >= started_at", name="starts_before_end"),
        Index("ix_sla_pause_subject", "tenant_id", "subject_id", "started_at"),
        Index(
            "uq_sla_pause_open",
            "tenant_id",
            "subject_id",
            "source",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    subject_id: Mapped[UUID]
    reason: Mapped[PauseReason]
    source: Mapped[str]
    """What waits: `visit:<id>`, `ticket`, `parts`, `approval`; one pause of each lasts at a time."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SlaEscalation(TenantRow):
    """One step of a ladder for one clock, as the ladder was when the clock started; it is taken at most once."""

    __tablename__ = "sla_escalation"
    __table_args__ = tenant_args(
        refers("clock_id", "sla_clock", ondelete="CASCADE"),
        refers("calendar_id", "business_calendar"),
        refers("user_id", "app_user", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "clock_id", "seq"),
        CheckConstraint("(percent IS NULL) <> (minutes IS NULL)", name="percent_or_minutes"),
        CheckConstraint(STEP_TARGETS, name="target_of_action"),
        Index(
            "ix_sla_escalation_due",
            "tenant_id",
            "due_at",
            postgresql_where=text("fired_at IS NULL AND due_at IS NOT NULL"),
        ),
    )

    clock_id: Mapped[UUID]
    seq: Mapped[int]
    ladder: Mapped[str]
    percent: Mapped[int | None]
    minutes: Mapped[int | None]
    action: Mapped[StepAction]
    role: Mapped[Role | None]
    user_id: Mapped[UUID | None]
    queue: Mapped[str | None]
    in_service_hours: Mapped[bool]
    calendar_id: Mapped[UUID | None]
    """Service hours."""
    due_at: Mapped[datetime | None]
    """None: the clock stands still or has ended."""
    fired_at: Mapped[datetime | None]
