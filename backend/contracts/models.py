"""Tables of contracts, what they entitle to, and the coverage that orders keep."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.contracts.coverage import Basis, Kind, Reason
from backend.contracts.ledger import Cycle, EntryKind, Unit
from kernel.db import TenantRow, refers, tenant_args

PERCENTS = " AND ".join(f"{kind}_percent BETWEEN 0 AND 100" for kind in Kind)


class Contract(TenantRow):
    """An agreement with a customer; its terms come in versions that never change."""

    __tablename__ = "contract"
    __table_args__ = tenant_args(
        refers("customer_id", "customer"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("ends_on >= starts_on", name="starts_before_end"),
        Index("ix_contract_customer_id", "tenant_id", "customer_id"),
        Index("ix_contract_ends_on", "tenant_id", "ends_on", "id"),
    )

    number: Mapped[str]
    customer_id: Mapped[UUID]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """Name and days of the version in force, to list by."""
    version: Mapped[int] = mapped_column(default=1)


class ContractVersion(TenantRow):
    """The terms of a contract from one edit to the next."""

    __tablename__ = "contract_version"
    __table_args__ = tenant_args(
        refers("contract_id", "contract"),
        refers("price_list_id", "price_list"),
        UniqueConstraint("tenant_id", "contract_id", "version"),
        CheckConstraint("ends_on >= starts_on", name="starts_before_end"),
        CheckConstraint(PERCENTS, name="percents"),
        info={"append_only": True},
    )

    contract_id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day on which it holds, in the tenant's time zone."""
    labour_percent: Mapped[int]
    """How much of labour the customer does not pay: 100 is covered, 0 excluded."""
    parts_percent: Mapped[int]
    travel_percent: Mapped[int]
    consumables_percent: Mapped[int]
    tier: Mapped[str | None]
    """Class of service, by which policies of promises hold for its orders; none: the customer's own."""
    price_list_id: Mapped[UUID | None]
    """Prices of what it does not cover; none: the standard list."""
    note: Mapped[str]
    actor_id: Mapped[UUID | None]


class ContractScope(TenantRow):
    """An asset, a class of assets or a site that a version of a contract is for; none: all of the customer."""

    __tablename__ = "contract_scope"
    __table_args__ = tenant_args(
        refers("contract_version_id", "contract_version"),
        refers("asset_id", "asset"),
        refers("class_id", "asset_class"),
        refers("site_id", "site"),
        CheckConstraint("num_nonnulls(asset_id, class_id, site_id) = 1", name="names_one_thing"),
        Index("ix_contract_scope_version", "tenant_id", "contract_version_id"),
        info={"append_only": True},
    )

    contract_version_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    class_id: Mapped[UUID | None]
    site_id: Mapped[UUID | None]


class Entitlement(TenantRow):
    """How much of something a version of a contract grants in each of its periods."""

    __tablename__ = "contract_entitlement"
    __table_args__ = tenant_args(
        refers("contract_version_id", "contract_version"),
        UniqueConstraint("tenant_id", "contract_version_id", "unit"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        info={"append_only": True},
    )

    contract_version_id: Mapped[UUID]
    unit: Mapped[Unit]
    quantity: Mapped[Decimal]
    cycle: Mapped[Cycle]


class Allowance(TenantRow):
    """What is left of an entitlement in one period: the sum of its entries."""

    __tablename__ = "contract_allowance"
    __table_args__ = tenant_args(
        refers("contract_id", "contract"),
        UniqueConstraint("tenant_id", "contract_id", "unit", "starts_on"),
        CheckConstraint("balance >= 0", name="never_negative"),
        CheckConstraint("ends_on >= starts_on", name="starts_before_end"),
        Index("ix_contract_allowance_ends_on", "tenant_id", "ends_on", postgresql_where=text("balance > 0")),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    contract_id: Mapped[UUID]
    unit: Mapped[Unit]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    balance: Mapped[Decimal]


class AllowanceEntry(TenantRow):
    """One line of the ledger of entitlements, never changed."""

    __tablename__ = "contract_allowance_entry"
    __table_args__ = tenant_args(
        refers("allowance_id", "contract_allowance"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_contract_allowance_entry_allowance", "tenant_id", "allowance_id", "id"),
        Index(
            "ix_contract_allowance_entry_order",
            "tenant_id",
            "work_order_id",
            postgresql_where=text("work_order_id IS NOT NULL"),
        ),
        info={"append_only": True},
    )

    allowance_id: Mapped[UUID]
    kind: Mapped[EntryKind]
    quantity: Mapped[Decimal]
    work_order_id: Mapped[UUID | None]
    """The order it was used for; opaque here."""
    key: Mapped[str]
    """Names what it was written for, so that a second delivery writes nothing."""
    reason: Mapped[str]
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime]


class OrderCoverage(TenantRow):
    """Who pays for an order as it was decided when it was opened, or by a person later; the last line holds."""

    __tablename__ = "order_coverage"
    __table_args__ = tenant_args(
        refers("contract_version_id", "contract_version"),
        refers("price_list_version_id", "price_list_version"),
        UniqueConstraint("tenant_id", "work_order_id", "seq"),
        CheckConstraint(PERCENTS, name="percents"),
        CheckConstraint("basis <> 'contract' OR contract_version_id IS NOT NULL", name="contract_is_named"),
        CheckConstraint("(reason = 'overridden') = (note IS NOT NULL)", name="override_says_why"),
        Index("ix_order_coverage_contract", "tenant_id", "contract_version_id", "id"),
        info={"append_only": True},
    )

    work_order_id: Mapped[UUID]
    """The order; opaque here."""
    seq: Mapped[int]
    basis: Mapped[Basis]
    reason: Mapped[Reason]
    reason_on: Mapped[date | None]
    decided_on: Mapped[date]
    """The day in the tenant's time zone on which the order was opened."""
    contract_version_id: Mapped[UUID | None]
    tier: Mapped[str | None]
    price_list_version_id: Mapped[UUID | None]
    labour_percent: Mapped[int]
    parts_percent: Mapped[int]
    travel_percent: Mapped[int]
    consumables_percent: Mapped[int]
    note: Mapped[str | None]
    """Why a person decided otherwise."""
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime]
