"""Tables of the rules by which a suspected fault becomes work, and of what each case became."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


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
    """What became of one case: written once, whatever else happens."""

    __tablename__ = "case_intake"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "case_id"),
        refers("ticket_id", "ticket"),
        refers("work_order_id", "work_order"),
        Index("ix_case_intake_ticket", "tenant_id", "ticket_id"),
        Index("ix_case_intake_order", "tenant_id", "work_order_id"),
    )

    case_id: Mapped[UUID]
    """The gateway's case; opaque here."""
    ticket_id: Mapped[UUID | None]
    """None: the device belongs to no asset."""
    work_order_id: Mapped[UUID | None]
    rolled_up: Mapped[bool]
    """It joined a ticket that was open already."""
