"""Tables of price lists: a list keeps its code, its prices come in versions that never change."""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, refers, tenant_args


class Purpose(StrEnum):
    """What a price list is for where nothing else is said."""

    STANDARD = "standard"
    OWN_COST = "own_cost"
    SPECIAL = "special"


class PriceList(TenantRow):
    """A set of prices; contracts and outlets name the list, orders keep the version."""

    __tablename__ = "price_list"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("version > 0", name="version"),
        Index(
            "uq_price_list_purpose", "tenant_id", "purpose", unique=True, postgresql_where=text("purpose <> 'special'")
        ),
    )

    code: Mapped[str]
    name: Mapped[str]
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.SPECIAL)
    """`standard`: for customers without a contract's list; `own_cost`: what the house's own people cost it."""
    version: Mapped[int] = mapped_column(default=1)


class PriceListVersion(TenantRow):
    """The prices of a list from one edit to the next."""

    __tablename__ = "price_list_version"
    __table_args__ = tenant_args(
        refers("price_list_id", "price_list"),
        UniqueConstraint("tenant_id", "price_list_id", "version"),
        CheckConstraint("per_kilometre >= 0 AND per_visit >= 0", name="not_negative"),
        CheckConstraint("travel_time_percent BETWEEN 0 AND 100", name="travel_time_percent"),
        CheckConstraint("parts_markup_percent BETWEEN 0 AND 1000", name="parts_markup_percent"),
        info={"append_only": True},
    )

    price_list_id: Mapped[UUID]
    version: Mapped[int]
    per_kilometre: Mapped[Decimal]
    per_visit: Mapped[Decimal]
    """Flat, for coming once."""
    travel_time_percent: Mapped[int]
    """How much of the labour price an hour of travel costs."""
    parts_markup_percent: Mapped[int]
    """On what the part has cost, where it has no price of its own."""
    actor_id: Mapped[UUID | None]


class LabourRate(TenantRow):
    """What an hour of labour costs, for a skill, a level and a time of the week where they are named."""

    __tablename__ = "labour_rate"
    __table_args__ = tenant_args(
        refers("price_list_version_id", "price_list_version"),
        CheckConstraint("per_hour >= 0", name="not_negative"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level_1_to_3"),
        CheckConstraint("level IS NULL OR skill IS NOT NULL", name="level_of_a_skill"),
        CheckConstraint("(starts IS NULL) = (ends IS NULL)", name="starts_and_ends"),
        Index("ix_labour_rate_version", "tenant_id", "price_list_version_id"),
        info={"append_only": True},
    )

    price_list_version_id: Mapped[UUID]
    skill: Mapped[str | None]
    level: Mapped[int | None]
    weekdays: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Monday is 0; none: every day."""
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    """Local; at or before `starts`: over midnight."""
    per_hour: Mapped[Decimal]


class PartPrice(TenantRow):
    """What one unit of a part costs by a list, whatever it has cost the house."""

    __tablename__ = "part_price"
    __table_args__ = tenant_args(
        refers("price_list_version_id", "price_list_version"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "price_list_version_id", "part_id"),
        CheckConstraint("unit_price >= 0", name="not_negative"),
        info={"append_only": True},
    )

    price_list_version_id: Mapped[UUID]
    part_id: Mapped[UUID]
    unit_price: Mapped[Decimal]
