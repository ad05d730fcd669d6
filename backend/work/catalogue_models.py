"""Tables of what a tenant adds to orders: labels, substatuses of each state, templates of kinds of work."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.work.lifecycle import OrderState
from kernel.db import TenantRow, refers, tenant_args

COLOUR = "colour ~ '^#[0-9a-f]{6}$'"


class OrderLabel(TenantRow):
    """A word that people put on orders, with its colour."""

    __tablename__ = "order_label"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "code"), CheckConstraint(COLOUR, name="colour_is_hex"))

    code: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    colour: Mapped[str]
    retired: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """No longer offered; orders that bear it keep it."""


class OrderSubstatus(TenantRow):
    """What a state may be called more exactly; the states themselves are the same for everybody."""

    __tablename__ = "order_substatus"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "state", "code"))

    state: Mapped[OrderState]
    code: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    retired: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class WorkTemplate(TenantRow):
    """What an order of a kind of work starts with, where nobody says otherwise."""

    __tablename__ = "work_template"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "work_type"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration_within_a_day"),
        CheckConstraint("skill_level BETWEEN 1 AND 3", name="level_1_to_3"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority_1_to_4"),
    )

    work_type: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    duration_minutes: Mapped[int]
    skill: Mapped[str | None]
    """None: the words of the ticket say it."""
    skill_level: Mapped[int]
    priority: Mapped[int | None]
    """At least so urgent; None: as the ticket is."""
    labels: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'::jsonb"))
    version: Mapped[int] = mapped_column(default=1)


class WorkTemplatePart(TenantRow):
    """A part of the kit of a template."""

    __tablename__ = "work_template_part"
    __table_args__ = tenant_args(
        refers("template_id", "work_template", ondelete="CASCADE"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "template_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    template_id: Mapped[UUID]
    part_id: Mapped[UUID]
    quantity: Mapped[Decimal]
