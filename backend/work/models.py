"""Tables of work orders, visits, their events, and operations that nobody could apply."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.work.kinds import ConflictState, DueBasis, EventSource, FindingResult, OrderSource
from backend.work.lifecycle import OrderState, VisitState
from kernel.db import TenantRow, refers, tenant_args
from kernel.geo import LonLat, PointType

__all__ = ["ConflictState", "DueBasis", "EventSource", "FindingResult", "OrderSource"]

ACTIVE_VISIT = "state IN ('planned', 'dispatched', 'accepted', 'travelling', 'on_site', 'in_progress', 'on_hold')"


class WorkOrder(TenantRow):
    """Work on one asset (or at one site), done in one or more visits."""

    __tablename__ = "work_order"
    __table_args__ = tenant_args(
        refers("customer_id", "customer"),
        refers("site_id", "site"),
        refers("asset_id", "asset"),
        refers("checklist_id", "checklist_template"),
        refers("found_by_id", "work_order"),
        refers("parent_id", "work_order"),
        refers("follow_up_of_id", "work_order"),
        ForeignKeyConstraint(
            ["tenant_id", "state", "substatus"],
            ["order_substatus.tenant_id", "order_substatus.state", "order_substatus.code"],
            name="fk_work_order_substatus_of_state",
        ),
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "source_key"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority_1_to_4"),
        CheckConstraint("skill_level BETWEEN 1 AND 3", name="level_1_to_3"),
        CheckConstraint("duration_minutes > 0", name="duration_positive"),
        CheckConstraint("parent_id < id AND follow_up_of_id < id", name="kin_is_older"),
        CheckConstraint("(due_at IS NULL) = (due_basis IS NULL)", name="due_has_basis"),
        Index("ix_work_order_list", "tenant_id", "created_at", "id"),
        Index("ix_work_order_state", "tenant_id", "state", "created_at", "id"),
        Index("ix_work_order_ticket", "tenant_id", "ticket_id"),
        Index("ix_work_order_case", "tenant_id", "case_id"),
        Index("ix_work_order_asset", "tenant_id", "asset_id"),
        Index("ix_work_order_site", "tenant_id", "site_id"),
        Index("ix_work_order_parent", "tenant_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index(
            "ix_work_order_follow_up",
            "tenant_id",
            "follow_up_of_id",
            postgresql_where=text("follow_up_of_id IS NOT NULL"),
        ),
        Index("ix_work_order_customer", "tenant_id", "customer_id"),
        Index("ix_work_order_found_by", "tenant_id", "found_by_id", postgresql_where=text("found_by_id IS NOT NULL")),
    )

    number: Mapped[str]
    ticket_id: Mapped[UUID | None]
    """The ticket it was opened for; opaque here."""
    case_id: Mapped[UUID | None]
    """The case of the device; opaque here."""
    source: Mapped[OrderSource]
    source_key: Mapped[str | None]
    """Names what it was made from, so that a second delivery makes no second order: `case:<id>`."""
    parent_id: Mapped[UUID | None]
    """The order that it is a part of. A parent is older than its children, so that no circle can arise."""
    follow_up_of_id: Mapped[UUID | None]
    """The order that left what is done by it."""
    customer_id: Mapped[UUID]
    site_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    work_type: Mapped[str]
    summary: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    priority: Mapped[int]
    """1 is the most urgent."""
    skill: Mapped[str]
    skill_level: Mapped[int]
    state: Mapped[OrderState] = mapped_column(default=OrderState.DRAFT)
    waiting_cause: Mapped[str | None]
    """Why it waits for parts, as a code."""
    substatus: Mapped[str | None]
    """What the tenant calls the state more exactly; it ends with the state."""
    queue: Mapped[str | None]
    """The team that looks after it; escalation may pass it on."""
    labels: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    duration_minutes: Mapped[int]
    checklist_id: Mapped[UUID | None]
    """The version of the checklist that its visits answer; None: the one that fits when a visit is made."""
    signature_required: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whoever completes a visit names who signed for it."""
    found_by_id: Mapped[UUID | None]
    """The order whose checklist found what this one puts right."""
    earliest_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_basis: Mapped[DueBasis | None]
    opened_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    """When the last visit ended, by the technician's clock."""
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    finding_result: Mapped[FindingResult | None]
    finding_failure_mode: Mapped[str | None]
    finding_cause: Mapped[str | None]
    finding_activity: Mapped[str | None]
    finding_note: Mapped[str | None]
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What telemetry said when it was opened; shown to the technician."""


class WorkOrderPart(TenantRow):
    """A part that the work is expected to take."""

    __tablename__ = "work_order_part"
    __table_args__ = tenant_args(
        refers("work_order_id", "work_order"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "work_order_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_work_order_part_part", "tenant_id", "part_id"),
    )

    work_order_id: Mapped[UUID]
    part_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    basis: Mapped[str]
    """Why it is expected: `failure_group`, `person`, `plan`, `template`."""


class WorkOrderEvent(TenantRow):
    """One step of a work order, never changed."""

    __tablename__ = "work_order_event"
    __table_args__ = tenant_args(
        refers("work_order_id", "work_order"),
        UniqueConstraint("tenant_id", "work_order_id", "seq"),
        UniqueConstraint("tenant_id", "client_op_id"),
        Index("ix_work_order_event_occurred", "tenant_id", "occurred_at", "work_order_id"),
        info={"append_only": True},
    )

    work_order_id: Mapped[UUID]
    seq: Mapped[int]
    action: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    role: Mapped[str]
    source: Mapped[EventSource]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    reason: Mapped[str | None]
    client_op_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Visit(TenantRow):
    """One trip of one technician or crew for one work order."""

    __tablename__ = "visit"
    __table_args__ = tenant_args(
        refers("work_order_id", "work_order"),
        refers("checklist_id", "checklist_template"),
        UniqueConstraint("tenant_id", "work_order_id", "visit_no"),
        CheckConstraint("planned_end > planned_start", name="starts_before_end"),
        CheckConstraint("travel_seconds >= 0", name="travel_not_negative"),
        Index("uq_visit_active", "tenant_id", "work_order_id", unique=True, postgresql_where=text(ACTIVE_VISIT)),
        Index("ix_visit_planned", "tenant_id", "planned_start", "id"),
        Index("ix_visit_changed", "tenant_id", "changed_at", "id"),
    )

    work_order_id: Mapped[UUID]
    visit_no: Mapped[int]
    state: Mapped[VisitState] = mapped_column(default=VisitState.PLANNED)
    planned_start: Mapped[datetime]
    planned_end: Mapped[datetime]
    travel_seconds: Mapped[int] = mapped_column(default=0)
    pinned: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """The optimiser leaves it alone."""
    plan_id: Mapped[UUID | None]
    """The plan that made or moved it; opaque here."""
    checklist_id: Mapped[UUID | None]
    """The version of the checklist that was in use when the visit was made."""
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    """Of the present or last state: why it is on hold, incomplete, rejected."""
    signature_name: Mapped[str | None]
    dispatched_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    travel_started_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    work_started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class VisitTechnician(TenantRow):
    """Who goes; kept when the visit is given to somebody else."""

    __tablename__ = "visit_technician"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        refers("technician_id", "technician"),
        Index(
            "uq_visit_technician_now",
            "tenant_id",
            "visit_id",
            "technician_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(
            "uq_visit_technician_lead",
            "tenant_id",
            "visit_id",
            unique=True,
            postgresql_where=text("lead AND released_at IS NULL"),
        ),
        Index("ix_visit_technician_technician", "tenant_id", "technician_id", "visit_id"),
    )

    visit_id: Mapped[UUID]
    technician_id: Mapped[UUID]
    lead: Mapped[bool]
    released_at: Mapped[datetime | None]
    """When the visit was taken from the technician; none: it is theirs."""


class VisitEvent(TenantRow):
    """One step of a visit, never changed; the visit's state is the fold of these in order of `occurred_at`."""

    __tablename__ = "visit_event"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        UniqueConstraint("tenant_id", "visit_id", "seq"),
        UniqueConstraint("tenant_id", "client_op_id"),
        Index("ix_visit_event_occurred", "tenant_id", "occurred_at", "visit_id"),
        info={"append_only": True},
    )

    visit_id: Mapped[UUID]
    seq: Mapped[int]
    action: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    role: Mapped[str]
    source: Mapped[EventSource]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    position: Mapped[LonLat | None] = mapped_column(PointType())
    accuracy_m: Mapped[float | None]
    reason: Mapped[str | None]
    client_op_id: Mapped[UUID | None]
    flagged: Mapped[str | None]
    """What is odd about it: `clock_ahead`, `before_last_sync`, `far_from_site`."""
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class VisitAnswer(TenantRow):
    """The latest answer to one checklist item of a visit."""

    __tablename__ = "visit_answer"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        UniqueConstraint("tenant_id", "visit_id", "item"),
        UniqueConstraint("tenant_id", "client_op_id"),
    )

    visit_id: Mapped[UUID]
    item: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB)
    unit: Mapped[str | None]
    note: Mapped[str | None]
    passed: Mapped[bool | None]
    """Within the item's limits; none: it has none."""
    actor_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    client_op_id: Mapped[UUID | None]


class VisitPart(TenantRow):
    """A part that a visit took, or took out."""

    __tablename__ = "visit_part"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "client_op_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_visit_part_visit", "tenant_id", "visit_id"),
        info={"app": "SELECT, INSERT"},
    )

    visit_id: Mapped[UUID]
    part_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    serial: Mapped[str | None]
    old_serial: Mapped[str | None]
    """The serial that it replaced."""
    move_id: Mapped[UUID | None]
    """The ledger's move; opaque here."""
    actor_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    client_op_id: Mapped[UUID]


class VisitNote(TenantRow):
    """A remark written during a visit."""

    __tablename__ = "visit_note"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        UniqueConstraint("tenant_id", "client_op_id"),
        Index("ix_visit_note_visit", "tenant_id", "visit_id"),
        info={"append_only": True},
    )

    visit_id: Mapped[UUID]
    text: Mapped[str]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    client_op_id: Mapped[UUID | None]


class ConflictItem(TenantRow):
    """An operation from the field that could not be applied, whole, until a dispatcher decides."""

    __tablename__ = "conflict_item"
    __table_args__ = tenant_args(
        refers("visit_id", "visit"),
        UniqueConstraint("tenant_id", "client_op_id"),
        Index("ix_conflict_item_open", "tenant_id", "created_at", "id", postgresql_where=text("state = 'open'")),
        Index("ix_conflict_item_visit", "tenant_id", "visit_id"),
    )

    visit_id: Mapped[UUID]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    problem: Mapped[str]
    """Slug of the refusal."""
    reason: Mapped[str]
    members: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    technician_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    client_op_id: Mapped[UUID]
    state: Mapped[ConflictState] = mapped_column(default=ConflictState.OPEN)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
