"""Plans and what each of them says about each work order."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class PlanState(StrEnum):
    """Where a plan stands."""

    QUEUED = "queued"
    SOLVING = "solving"
    DRAFT = "draft"
    COMMITTED = "committed"
    DISCARDED = "discarded"
    FAILED = "failed"


class PlanMode(StrEnum):
    """Who accepts a plan."""

    AUTO = "auto"
    DRAFT = "draft"


class Plan(TenantRow):
    """One run of the optimiser over the open work."""

    __tablename__ = "plan"
    __table_args__ = tenant_args(
        Index("uq_plan_waiting", "tenant_id", "mode", unique=True, postgresql_where=text("state = 'queued'"))
    )

    mode: Mapped[PlanMode]
    state: Mapped[PlanState] = mapped_column(default=PlanState.QUEUED)
    cause: Mapped[str]
    """What asked for it: an event's topic, or a person."""
    requested_by: Mapped[UUID | None]
    engine: Mapped[str | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    """In the currency of the tenant's weights."""
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    solved_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]
    error: Mapped[str | None]


class PlanVisit(TenantRow):
    """One work order in one plan: who, when, with which parts, and why."""

    __tablename__ = "plan_visit"
    __table_args__ = tenant_args(
        refers("plan_id", "plan"),
        refers("work_order_id", "work_order"),
        refers("technician_id", "technician"),
        Index("uq_plan_visit_order", "plan_id", "work_order_id", unique=True),
        Index("ix_plan_visit_order", "tenant_id", "work_order_id", "id"),
    )

    plan_id: Mapped[UUID]
    work_order_id: Mapped[UUID]
    order_version: Mapped[int]
    """The order as the optimiser saw it; a commit against another version is refused for this visit alone."""
    technician_id: Mapped[UUID]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    travel_seconds: Mapped[int]
    parts: Mapped[list[Any]]
    """Lines `{part_id, location_id, quantity}` to reserve for the visit."""
    pickup: Mapped[dict[str, Any] | None]
    reasons: Mapped[list[Any]]
    refused: Mapped[list[Any]]
    visit_id: Mapped[UUID | None]
    note: Mapped[str | None]
    """Why the visit was not made although the plan had it."""


class PlanUnserved(TenantRow):
    """One work order that a plan could not place, with the cause."""

    __tablename__ = "plan_unserved"
    __table_args__ = tenant_args(
        refers("plan_id", "plan"),
        refers("work_order_id", "work_order"),
        Index("uq_plan_unserved_order", "plan_id", "work_order_id", unique=True),
    )

    plan_id: Mapped[UUID]
    work_order_id: Mapped[UUID]
    code: Mapped[str]
    text_en: Mapped[str]
    text_zh: Mapped[str]
    refused: Mapped[list[Any]]
