"""Tables of the rules by which a suspected fault becomes work, and of what each case became and why."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.assets.models import Criticality
from kernel.db import TenantRow, refers, tenant_args


class IntakeState(StrEnum):
    """What a case has become."""

    TICKET = "ticket"
    WAITING = "waiting"
    GONE = "gone"


class DecisionKind(StrEnum):
    """What intake decides about a case: its own ticket, joined to one, held by an incident, later, or not at all.

    `dismissed`: somebody has called off the work for it.
    """

    TICKET = "ticket"
    ROLLED_UP = "rolled_up"
    INCIDENT = "incident"
    WAITING = "waiting"
    GONE = "gone"
    DISMISSED = "dismissed"


class IncidentScope(StrEnum):
    """What the devices of an incident have in common."""

    SITE = "site"
    MODEL = "model"


class FailureGroupRule(TenantRow):
    """What a failure group of a model asks for: skill, part, time, urgency by criticality."""

    __tablename__ = "failure_group_rule"
    __table_args__ = tenant_args(
        refers("part_id", "part"),
        CheckConstraint("skill_level BETWEEN 1 AND 3", name="level_1_to_3"),
        CheckConstraint("priority_a BETWEEN 1 AND 4", name="priority_a_1_to_4"),
        CheckConstraint("priority_b BETWEEN 1 AND 4", name="priority_b_1_to_4"),
        CheckConstraint("priority_c BETWEEN 1 AND 4", name="priority_c_1_to_4"),
        CheckConstraint("(part_id IS NULL) = (quantity IS NULL)", name="part_with_quantity"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("duration_minutes > 0", name="duration_positive"),
        CheckConstraint("verify_samples > 0 AND verify_seconds >= 0", name="proof_positive"),
        Index(
            "uq_failure_group_rule",
            "tenant_id",
            "failure_group",
            text("COALESCE(model, '')"),
            unique=True,
        ),
    )

    failure_group: Mapped[str]
    model: Mapped[str | None]
    """Device model; none: for all models without a rule of their own."""
    skill: Mapped[str]
    skill_level: Mapped[int]
    priority_a: Mapped[int]
    priority_b: Mapped[int]
    priority_c: Mapped[int]
    part_id: Mapped[UUID | None]
    quantity: Mapped[Decimal | None]
    duration_minutes: Mapped[int]
    work_type: Mapped[str]
    verify_samples: Mapped[int] = mapped_column(server_default="120", default=120)
    """How many samples after the repair have to lie within the band."""
    verify_seconds: Mapped[int] = mapped_column(server_default="3600", default=3600)
    """Over which time at least."""
    text_zh: Mapped[str]
    text_en: Mapped[str]


class CaseIntake(TenantRow):
    """What became of one case: one row for each, whatever else happens."""

    __tablename__ = "case_intake"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "case_id"),
        refers("ticket_id", "ticket"),
        refers("work_order_id", "work_order"),
        refers("incident_id", "incident"),
        refers("site_id", "site"),
        refers("asset_id", "asset"),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity_1_to_4"),
        CheckConstraint("state <> 'waiting' OR ticket_id IS NULL", name="waits_without_ticket"),
        Index("ix_case_intake_ticket", "tenant_id", "ticket_id"),
        Index("ix_case_intake_order", "tenant_id", "work_order_id"),
        Index("ix_case_intake_incident", "tenant_id", "incident_id", "id"),
        Index("ix_case_intake_site", "tenant_id", "site_id", "happened_at"),
        Index("ix_case_intake_model", "tenant_id", "model", "happened_at"),
        Index("ix_case_intake_waiting", "tenant_id", "rank", "id", postgresql_where=text("state = 'waiting'")),
    )

    case_id: Mapped[UUID]
    """The gateway's case; opaque here."""
    device_id: Mapped[UUID]
    """The gateway's device; opaque here."""
    model: Mapped[str]
    failure_group: Mapped[str]
    severity: Mapped[int]
    happened_at: Mapped[datetime]
    """When telemetry opened it, by the device's clock."""
    asset_id: Mapped[UUID | None]
    site_id: Mapped[UUID | None]
    ticket_id: Mapped[UUID | None]
    """None: it waits, or has gone."""
    work_order_id: Mapped[UUID | None]
    rolled_up: Mapped[bool]
    """It joined a ticket that was open already."""
    incident_id: Mapped[UUID | None]
    state: Mapped[IntakeState] = mapped_column(default=IntakeState.TICKET)
    rank: Mapped[int] = mapped_column(server_default="0", default=0)
    """Its place among those that wait: lower comes first, then the older."""
    split_at: Mapped[datetime | None]
    """When a dispatcher took it out of an incident; no other one takes it in again."""


class IntakePolicy(TenantRow):
    """When cases of a tenant become tickets of their own; one row for each tenant."""

    __tablename__ = "intake_policy"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id"),
        CheckConstraint("sibling_minutes >= 0", name="sibling_minutes_not_negative"),
        CheckConstraint("incident_percent BETWEEN 1 AND 100", name="incident_percent_1_to_100"),
        CheckConstraint("incident_devices >= 2", name="incident_devices_at_least_2"),
        CheckConstraint("incident_minutes > 0", name="incident_minutes_positive"),
        CheckConstraint(
            "LEAST(tickets_per_day, tickets_per_week, site_tickets_per_day, site_tickets_per_week) >= 0",
            name="budgets_not_negative",
        ),
        CheckConstraint("severity_at_once BETWEEN 1 AND 5", name="severity_at_once_1_to_5"),
    )

    sibling_minutes: Mapped[int] = mapped_column(server_default="1440", default=1440)
    """So long after a case of an asset a case of its sibling joins the same ticket."""
    incident_percent: Mapped[int] = mapped_column(server_default="5", default=5)
    """More than this share of a site's or a model's devices is an incident ..."""
    incident_devices: Mapped[int] = mapped_column(server_default="3", default=3)
    """... if there are at least so many of them ..."""
    incident_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    """... within this time."""
    tickets_per_day: Mapped[int | None] = mapped_column(server_default="50", default=50)
    """Predictive tickets from midnight to midnight of the tenant's zone; none: no limit."""
    tickets_per_week: Mapped[int | None] = mapped_column(server_default="200", default=200)
    site_tickets_per_day: Mapped[int | None] = mapped_column(server_default="10", default=10)
    site_tickets_per_week: Mapped[int | None] = mapped_column(server_default="40", default=40)
    severity_at_once: Mapped[int] = mapped_column(server_default="3", default=3)
    """From this severity on a case waits for no budget; 5: never at once."""
    criticality_at_once: Mapped[Criticality | None] = mapped_column(server_default="A", default=Criticality.A)
    """Assets as critical as this wait for no budget either; none: criticality alone does not help."""
    version: Mapped[int] = mapped_column(server_default="1", default=1)


class AssetHold(TenantRow):
    """Which predictive ticket looks after an asset: at most one, so cases along the tree find each other."""

    __tablename__ = "asset_hold"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "asset_id"), refers("asset_id", "asset"), refers("ticket_id", "ticket")
    )

    asset_id: Mapped[UUID]
    ticket_id: Mapped[UUID]
    own: Mapped[bool]
    """The ticket has a case of this very asset, not only of one below it."""
    last_case_at: Mapped[datetime]


class Incident(TenantRow):
    """Many devices of a site or a model failing at once: one ticket holds their cases."""

    __tablename__ = "incident"
    __table_args__ = tenant_args(
        refers("ticket_id", "ticket"),
        Index(
            "uq_incident_open",
            "tenant_id",
            "scope",
            "scope_key",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_incident_ticket", "tenant_id", "ticket_id"),
    )

    scope: Mapped[IncidentScope]
    scope_key: Mapped[str]
    """The site's id, or the model."""
    scope_name: Mapped[str]
    ticket_id: Mapped[UUID]
    began_at: Mapped[datetime]
    last_case_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """From then on a new case begins another one."""
    fleet_count: Mapped[int]
    """Devices of the site or the model when it began."""


class IntakeDecision(TenantRow):
    """One decision about a case, with its reason; never changed."""

    __tablename__ = "intake_decision"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "case_id", "seq"),
        refers("ticket_id", "ticket"),
        refers("site_id", "site"),
        Index("ix_intake_decision_at", "tenant_id", "at"),
        info={"append_only": True},
    )

    case_id: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[DecisionKind]
    reason: Mapped[str]
    """A code, such as `severe`, `sibling` or `site_day_budget`."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """The figures behind the reason."""
    opened: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    """A ticket was opened by this: it counts against the budget."""
    ticket_id: Mapped[UUID | None]
    site_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
