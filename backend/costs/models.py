"""Tables of costs: entries by hand, sheets that are kept when orders close, settlements and their lines."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.contracts.coverage import Kind
from backend.costs.sheet import Source
from kernel.db import TenantRow, refers, tenant_args

MONEY = Numeric(14, 2)


class EntryKind(StrEnum):
    """What somebody enters by hand."""

    OUTSIDE = "outside"
    DISTANCE = "distance"


class Party(StrEnum):
    """With whom costs are settled."""

    CUSTOMER = "customer"
    OUTLET = "outlet"
    OWN = "own"


class SettledAs(StrEnum):
    """What a line of a settlement is."""

    ORDER = "order"
    ADJUSTMENT = "adjustment"


class CostEntry(TenantRow):
    """Something that an order cost and no stamp or move tells of: somebody else's service, or kilometres driven."""

    __tablename__ = "cost_entry"
    __table_args__ = tenant_args(
        refers("work_order_id", "work_order"),
        refers("technician_id", "technician"),
        UniqueConstraint("tenant_id", "client_op_id"),
        CheckConstraint("cost >= 0 AND price >= 0 AND kilometres >= 0", name="not_negative"),
        CheckConstraint(
            "(entry = 'distance') = (kilometres IS NOT NULL AND technician_id IS NOT NULL)", name="distance"
        ),
        CheckConstraint("(entry = 'outside') = (cost IS NOT NULL AND price IS NOT NULL)", name="outside"),
        Index("ix_cost_entry_order", "tenant_id", "work_order_id", "id"),
    )

    work_order_id: Mapped[UUID]
    entry: Mapped[EntryKind]
    kind: Mapped[Kind]
    """Under which kind it is covered, or not."""
    text: Mapped[str]
    cost: Mapped[Decimal | None] = mapped_column(MONEY)
    price: Mapped[Decimal | None] = mapped_column(MONEY)
    kilometres: Mapped[Decimal | None]
    technician_id: Mapped[UUID | None]
    """Who drove."""
    client_op_id: Mapped[UUID]
    actor_id: Mapped[UUID | None]
    voided_at: Mapped[datetime | None]
    """When it was taken back."""
    voided_by: Mapped[UUID | None]


class CostSheet(TenantRow):
    """What a closed order has cost and who pays; counted anew it gets another sheet, and the last one holds."""

    __tablename__ = "cost_sheet"
    __table_args__ = tenant_args(
        refers("work_order_id", "work_order"),
        refers("customer_id", "customer"),
        refers("asset_id", "asset"),
        UniqueConstraint("tenant_id", "work_order_id", "seq"),
        CheckConstraint("customer + house = price", name="shares_are_the_price"),
        Index("ix_cost_sheet_closed", "tenant_id", "closed_at", "work_order_id"),
        Index("ix_cost_sheet_asset", "tenant_id", "asset_id", "closed_at"),
        info={"append_only": True},
    )

    work_order_id: Mapped[UUID]
    seq: Mapped[int]
    customer_id: Mapped[UUID]
    asset_id: Mapped[UUID | None]
    closed_at: Mapped[datetime]
    currency: Mapped[str]
    cost: Mapped[Decimal] = mapped_column(MONEY)
    price: Mapped[Decimal] = mapped_column(MONEY)
    customer: Mapped[Decimal] = mapped_column(MONEY)
    house: Mapped[Decimal] = mapped_column(MONEY)
    coverage_seq: Mapped[int | None]
    """The decision on coverage that it was split by."""


class CostSheetLine(TenantRow):
    """One line of a sheet that was kept."""

    __tablename__ = "cost_sheet_line"
    __table_args__ = tenant_args(
        refers("sheet_id", "cost_sheet"),
        refers("outlet_id", "outlet"),
        UniqueConstraint("tenant_id", "sheet_id", "position"),
        Index("ix_cost_sheet_line_outlet", "tenant_id", "outlet_id", postgresql_where=text("outlet_id IS NOT NULL")),
        info={"append_only": True},
    )

    sheet_id: Mapped[UUID]
    position: Mapped[int]
    source: Mapped[Source]
    kind: Mapped[Kind]
    text: Mapped[str]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    cost: Mapped[Decimal] = mapped_column(MONEY)
    price: Mapped[Decimal] = mapped_column(MONEY)
    customer: Mapped[Decimal] = mapped_column(MONEY)
    cost_known: Mapped[bool]
    visit_id: Mapped[UUID | None]
    technician_id: Mapped[UUID | None]
    outlet_id: Mapped[UUID | None]
    part_id: Mapped[UUID | None]


class Settlement(TenantRow):
    """One run over a period with one sort of party; what it settled never changes."""

    __tablename__ = "settlement"
    __table_args__ = tenant_args(
        refers("customer_id", "customer"),
        refers("outlet_id", "outlet"),
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("ends_on >= starts_on", name="starts_before_end"),
        CheckConstraint("customer_id IS NULL OR party = 'customer'", name="customer_of_customers"),
        CheckConstraint("outlet_id IS NULL OR party = 'outlet'", name="outlet_of_outlets"),
        info={"append_only": True},
    )

    number: Mapped[str]
    party: Mapped[Party]
    customer_id: Mapped[UUID | None]
    outlet_id: Mapped[UUID | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    """The last day of closing, in the tenant's time zone."""
    currency: Mapped[str]
    total: Mapped[Decimal] = mapped_column(MONEY)
    line_count: Mapped[int]
    actor_id: Mapped[UUID | None]


class SettlementLine(TenantRow):
    """What one party owes or gets for one order; settled once, corrected by adjustments."""

    __tablename__ = "settlement_line"
    __table_args__ = tenant_args(
        refers("settlement_id", "settlement"),
        refers("work_order_id", "work_order"),
        refers("sheet_id", "cost_sheet"),
        refers("customer_id", "customer"),
        refers("outlet_id", "outlet"),
        CheckConstraint("(party = 'customer') = (customer_id IS NOT NULL)", name="names_customer"),
        CheckConstraint("(party = 'outlet') = (outlet_id IS NOT NULL)", name="names_outlet"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        Index(
            "uq_settlement_line_once",
            "tenant_id",
            "work_order_id",
            "party",
            text("COALESCE(outlet_id::text, '')"),
            unique=True,
            postgresql_where=text("settled_as = 'order'"),
        ),
        Index("ix_settlement_line_order", "tenant_id", "work_order_id"),
        Index("ix_settlement_line_settlement", "tenant_id", "settlement_id", "id"),
        info={"append_only": True},
    )

    settlement_id: Mapped[UUID]
    work_order_id: Mapped[UUID]
    sheet_id: Mapped[UUID]
    party: Mapped[Party]
    customer_id: Mapped[UUID | None]
    outlet_id: Mapped[UUID | None]
    settled_as: Mapped[SettledAs]
    amount: Mapped[Decimal] = mapped_column(MONEY)
