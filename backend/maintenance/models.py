"""Tables of maintenance plans, of what comes due by them, and of inspection routes."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.maintenance.due import Anchor, Combinator
from backend.maintenance.lifecycle import PlanState
from kernel.db import TenantRow, refers, tenant_args


class Limit(StrEnum):
    """On which side of its value a condition holds."""

    ABOVE = "above"
    BELOW = "below"


class OccurrenceState(StrEnum):
    """What became of an occurrence."""

    OPEN = "open"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


class InspectionRoute(TenantRow):
    """A round over assets and places of one site."""

    __tablename__ = "inspection_route"
    __table_args__ = tenant_args(
        refers("site_id", "site"),
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint("skill_level BETWEEN 1 AND 3", name="level_1_to_3"),
        CheckConstraint("duration_minutes > 0", name="duration_positive"),
        CheckConstraint("version > 0", name="version_positive"),
    )

    name: Mapped[str]
    site_id: Mapped[UUID]
    skill: Mapped[str]
    skill_level: Mapped[int]
    duration_minutes: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)


class InspectionStop(TenantRow):
    """One stop of a round: an asset, or a place without one."""

    __tablename__ = "inspection_stop"
    __table_args__ = tenant_args(
        refers("route_id", "inspection_route", ondelete="CASCADE"),
        refers("asset_id", "asset"),
        refers("location_id", "location_node"),
        UniqueConstraint("tenant_id", "route_id", "seq"),
        CheckConstraint("(asset_id IS NULL) <> (location_id IS NULL)", name="asset_or_place"),
        CheckConstraint("seq > 0", name="seq_positive"),
    )

    route_id: Mapped[UUID]
    seq: Mapped[int]
    """Where it comes on the round, from 1."""
    asset_id: Mapped[UUID | None]
    location_id: Mapped[UUID | None]
    checklist_code: Mapped[str]


class MaintenancePlan(TenantRow):
    """What is to be done, on which assets, and when it comes due."""

    __tablename__ = "maintenance_plan"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        refers("class_id", "asset_class"),
        refers("site_id", "site"),
        refers("route_id", "inspection_route"),
        UniqueConstraint("tenant_id", "name"),
        CheckConstraint(
            "num_nonnulls(asset_id, route_id) + (num_nonnulls(class_id, site_id) > 0)::int = 1", name="one_scope"
        ),
        CheckConstraint("num_nonnulls(rule, every, metric) > 0", name="some_trigger"),
        CheckConstraint("(meter IS NULL) = (every IS NULL)", name="meter_has_interval"),
        CheckConstraint("every >= 1", name="interval_at_least_1"),
        CheckConstraint("num_nonnulls(metric, metric_limit, metric_value) IN (0, 3)", name="condition_whole"),
        CheckConstraint("metric_value > '-Infinity' AND metric_value < 'Infinity'", name="value_finite"),
        CheckConstraint("metric_seconds BETWEEN 0 AND 604800", name="for_within_a_week"),
        CheckConstraint("route_id IS NULL OR num_nonnulls(every, metric) = 0", name="rounds_by_calendar"),
        CheckConstraint("tolerance_days BETWEEN 0 AND 365", name="tolerance_within_a_year"),
        CheckConstraint("lead_days BETWEEN 0 AND 365", name="lead_within_a_year"),
        CheckConstraint("skill_level BETWEEN 1 AND 3", name="level_1_to_3"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority_1_to_4"),
        CheckConstraint("version > 0", name="version_positive"),
        Index("ix_maintenance_plan_enrol", "tenant_id", "enrol_at", postgresql_where=text("state = 'active'")),
    )

    name: Mapped[str]
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    asset_id: Mapped[UUID | None]
    class_id: Mapped[UUID | None]
    """All assets of a class; with a site, those that stand there."""
    site_id: Mapped[UUID | None]
    route_id: Mapped[UUID | None]
    """A round instead of an asset."""
    rule: Mapped[str | None]
    """RFC 5545, in the tenant's time zone."""
    starts_on: Mapped[date]
    due_time: Mapped[time]
    meter: Mapped[str | None]
    """Code of the meter on each asset."""
    every: Mapped[Decimal | None]
    """Units of the meter."""
    metric: Mapped[str | None]
    metric_limit: Mapped[Limit | None]
    metric_value: Mapped[float | None]
    metric_seconds: Mapped[int]
    """How long the condition holds before it counts."""
    combinator: Mapped[Combinator]
    anchor: Mapped[Anchor]
    season: Mapped[list[Any]] = mapped_column(JSONB)
    """Months; empty: all year."""
    tolerance_days: Mapped[int]
    lead_days: Mapped[int]
    summary: Mapped[str]
    description: Mapped[str]
    skill: Mapped[str]
    skill_level: Mapped[int]
    priority: Mapped[int]
    signature_required: Mapped[bool]
    mute_device: Mapped[bool]
    """Its device opens no cases while somebody works on the asset."""
    activated_at: Mapped[datetime | None]
    enrol_at: Mapped[datetime | None]
    """When the sweeper looks next which assets belong to it."""


class MaintenanceLevel(TenantRow):
    """What is done at every so many occurrences; the highest that falls due takes the place of the lower ones."""

    __tablename__ = "maintenance_level"
    __table_args__ = tenant_args(
        refers("plan_id", "maintenance_plan", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "plan_id", "every"),
        CheckConstraint("every BETWEEN 1 AND 1000", name="every_1_to_1000"),
        CheckConstraint("duration_minutes BETWEEN 1 AND 480", name="duration_of_a_day"),
    )

    plan_id: Mapped[UUID]
    every: Mapped[int]
    """1: the plain one."""
    name: Mapped[str]
    checklist_code: Mapped[str | None]
    duration_minutes: Mapped[int]


class MaintenanceKitPart(TenantRow):
    """A part that the work of a level takes."""

    __tablename__ = "maintenance_kit_part"
    __table_args__ = tenant_args(
        refers("level_id", "maintenance_level", ondelete="CASCADE"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "level_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    level_id: Mapped[UUID]
    part_id: Mapped[UUID]
    quantity: Mapped[Decimal]


class MaintenanceSubject(TenantRow):
    """How far a plan has got with one asset, or with its round."""

    __tablename__ = "maintenance_subject"
    __table_args__ = tenant_args(
        refers("plan_id", "maintenance_plan"),
        refers("asset_id", "asset"),
        Index("uq_maintenance_subject_asset", "tenant_id", "plan_id", text("COALESCE(asset_id, plan_id)"), unique=True),
        CheckConstraint("handled >= 0 AND number >= handled", name="counted_upwards"),
        CheckConstraint("missed >= 0", name="missed_not_negative"),
        Index("ix_maintenance_subject_asset", "tenant_id", "asset_id"),
        Index("ix_maintenance_subject_opens", "tenant_id", "opens_at", postgresql_where=text("opens_at IS NOT NULL")),
        Index("ix_maintenance_subject_look", "tenant_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    plan_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    entered_at: Mapped[datetime]
    fresh: Mapped[bool]
    """It was there when the plan was activated."""
    left_at: Mapped[datetime | None]
    """The asset is out of the plan's scope, or out of use."""
    passed_at: Mapped[datetime | None]
    """None: nobody has looked yet."""
    passed_total: Mapped[Decimal | None]
    number: Mapped[int] = mapped_column(default=0)
    handled: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    last_ended_at: Mapped[datetime | None]
    """When its last occurrence was done or called off."""
    due_at: Mapped[datetime | None]
    why: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    """What each trigger says: `{"trigger", "at", "why", "figures"}`."""
    level: Mapped[int] = mapped_column(default=1)
    opens_at: Mapped[datetime | None]
    """When the sweeper opens the order; None: one is open, or nobody knows when."""
    look_at: Mapped[datetime | None]
    """When the sweeper reckons anew."""


class MaintenanceOccurrence(TenantRow):
    """One time that maintenance came due."""

    __tablename__ = "maintenance_occurrence"
    __table_args__ = tenant_args(
        refers("plan_id", "maintenance_plan"),
        refers("subject_id", "maintenance_subject"),
        refers("asset_id", "asset"),
        refers("class_id", "asset_class"),
        refers("site_id", "site"),
        refers("work_order_id", "work_order"),
        UniqueConstraint("tenant_id", "subject_id", "number"),
        Index(
            "uq_maintenance_occurrence_open",
            "tenant_id",
            "subject_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("uq_maintenance_occurrence_order", "tenant_id", "work_order_id", unique=True),
        CheckConstraint("(state = 'missed') = (work_order_id IS NULL)", name="missed_has_no_order"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="open_until_ended"),
        CheckConstraint("window_to > window_from", name="window_forwards"),
        Index("ix_maintenance_occurrence_due", "tenant_id", "due_at", "id"),
        Index("ix_maintenance_occurrence_plan", "tenant_id", "plan_id", "due_at"),
    )

    plan_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    class_id: Mapped[UUID | None]
    """Of the asset, as it was then."""
    site_id: Mapped[UUID]
    number: Mapped[int]
    level: Mapped[int]
    state: Mapped[OccurrenceState]
    due_at: Mapped[datetime]
    window_from: Mapped[datetime]
    """First instant at which it counts as done in time: the start of a local day."""
    window_to: Mapped[datetime]
    """First instant at which it does not any more."""
    why: Mapped[list[Any]] = mapped_column(JSONB)
    work_order_id: Mapped[UUID | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it was done, by the technician's clock, or called off, or found to be missed."""
