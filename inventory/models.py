"""Tables of the stock ledger.

`stock_move` is the truth: append-only double entry. `stock_balance`, `stock_lot` and `stock_serial` are its sums, kept
in the same transaction so that a constraint can refuse what must never be.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from inventory.ledger import Condition, LocationKind, MoveKind, ReservationState
from kernel.db import TenantRow, extra_ddl, refers, tenant_args
from kernel.geo import LonLat, PointType

VIRTUAL_KINDS = "('vendor', 'installed', 'scrap', 'count', 'repair')"


class Part(TenantRow):
    """A kind of spare part, counted in one unit."""

    __tablename__ = "part"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "number"),
        refers("supersedes_id", "part"),
        CheckConstraint("supersedes_id <> id", name="supersedes_another"),
        Index("uq_part_gtin", "tenant_id", "gtin", unique=True, postgresql_where=text("gtin IS NOT NULL")),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    number: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str] = mapped_column(server_default="pcs")
    category: Mapped[str | None]
    gtin: Mapped[str | None]
    """GS1 trade item number, 14 digits."""
    serial_tracked: Mapped[bool] = mapped_column(server_default=text("false"))
    lot_tracked: Mapped[bool] = mapped_column(server_default=text("false"))
    supersedes_id: Mapped[UUID | None]
    """The older part that this one replaces."""


class StockLocation(TenantRow):
    """A place where stock can be; virtual ones are the other side of the books."""

    __tablename__ = "stock_location"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "id", "virtual"),
        refers("parent_id", "stock_location"),
        CheckConstraint(f"virtual = (kind IN {VIRTUAL_KINDS})", name="virtual_by_kind"),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[LocationKind]
    virtual: Mapped[bool]
    parent_id: Mapped[UUID | None]
    position: Mapped[LonLat | None] = mapped_column(PointType())
    opening_hours: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    """`{"weekday": 1..7, "opens": "08:30", "closes": "18:00"}`, in the tenant's time zone; empty: always open."""


class StockMove(TenantRow):
    """One append-only ledger line; a mistake is reversed, never edited."""

    __tablename__ = "stock_move"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "client_op_id", "line"),
        refers("part_id", "part"),
        refers("from_location_id", "stock_location"),
        refers("to_location_id", "stock_location"),
        refers("reverses_id", "stock_move"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("from_location_id <> to_location_id", name="moves"),
        CheckConstraint("serial IS NULL OR quantity = 1", name="serial_is_one"),
        CheckConstraint("(unit_cost IS NULL) = (currency IS NULL)", name="money_has_currency"),
        CheckConstraint("unit_cost >= 0", name="cost_not_negative"),
        Index(
            "uq_stock_move_reversed_once",
            "tenant_id",
            "reverses_id",
            unique=True,
            postgresql_where=text("reverses_id IS NOT NULL"),
        ),
        Index("ix_stock_move_at", "tenant_id", "moved_at", "id"),
        Index("ix_stock_move_part_at", "tenant_id", "part_id", "moved_at", "id"),
        Index("ix_stock_move_from_at", "tenant_id", "from_location_id", "moved_at", "id"),
        Index("ix_stock_move_to_at", "tenant_id", "to_location_id", "moved_at", "id"),
        Index("ix_stock_move_ref", "tenant_id", "ref_id", postgresql_where=text("ref_id IS NOT NULL")),
        Index("ix_stock_move_serial", "tenant_id", "part_id", "serial", postgresql_where=text("serial IS NOT NULL")),
        info={"append_only": True},
    )

    client_op_id: Mapped[UUID]
    """The operation that wrote it; made by the client, so that a replay writes nothing."""
    line: Mapped[int]
    kind: Mapped[MoveKind]
    part_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    condition: Mapped[Condition]
    lot: Mapped[str | None]
    serial: Mapped[str | None]
    from_location_id: Mapped[UUID]
    to_location_id: Mapped[UUID]
    unit_cost: Mapped[Decimal | None]
    currency: Mapped[str | None]
    ref_kind: Mapped[str | None]
    ref_id: Mapped[UUID | None]
    """What the stock was moved for; opaque here."""
    reason: Mapped[str | None]
    actor_id: Mapped[UUID | None]
    moved_at: Mapped[datetime]
    """When it happened; `created_at` is when we heard of it."""
    reverses_id: Mapped[UUID | None]


extra_ddl(
    StockMove,
    """CREATE OR REPLACE FUNCTION stock_move_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stock_move is append-only: reverse the move' USING ERRCODE = 'restrict_violation';
END $$""",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_move "
    "FOR EACH STATEMENT EXECUTE FUNCTION stock_move_is_append_only()",
)


class StockBalance(TenantRow):
    """The sum of all moves of a part into and out of a shelf, and how much of it is held.

    Virtual places have none: every visit of the tenant would queue for the one row of what is installed, and two visits
    with several parts would lock each other out. Their sums are folded from the moves.
    """

    __tablename__ = "stock_balance"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "part_id", "location_id", "condition"),
        refers("part_id", "part"),
        ForeignKeyConstraint(
            ["tenant_id", "location_id", "virtual"],
            ["stock_location.tenant_id", "stock_location.id", "stock_location.virtual"],
        ),
        CheckConstraint("NOT virtual", name="on_our_shelves"),
        CheckConstraint("on_hand >= 0", name="never_negative"),
        CheckConstraint("held BETWEEN 0 AND on_hand", name="never_over_reserved"),
        CheckConstraint("held = 0 OR condition = 'good'", name="only_good_stock_is_held"),
        Index("ix_stock_balance_location", "tenant_id", "location_id"),
        info={"app": "SELECT, INSERT, UPDATE"},
        postgresql_with={"fillfactor": 70},
    )

    part_id: Mapped[UUID]
    location_id: Mapped[UUID]
    virtual: Mapped[bool] = mapped_column(server_default=text("false"))
    """Copied from the location by the foreign key, so that the check above can see it."""
    condition: Mapped[Condition]
    on_hand: Mapped[Decimal]
    held: Mapped[Decimal] = mapped_column(server_default=text("0"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StockLot(TenantRow):
    """How much of a balance belongs to one lot, for parts that are followed by lot."""

    __tablename__ = "stock_lot"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "part_id", "location_id", "condition", "lot"),
        refers("part_id", "part"),
        ForeignKeyConstraint(
            ["tenant_id", "location_id", "virtual"],
            ["stock_location.tenant_id", "stock_location.id", "stock_location.virtual"],
        ),
        CheckConstraint("NOT virtual", name="on_our_shelves"),
        CheckConstraint("on_hand >= 0", name="never_negative"),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    part_id: Mapped[UUID]
    location_id: Mapped[UUID]
    virtual: Mapped[bool] = mapped_column(server_default=text("false"))
    condition: Mapped[Condition]
    lot: Mapped[str]
    on_hand: Mapped[Decimal]


class StockSerial(TenantRow):
    """Where the one piece with this serial number is."""

    __tablename__ = "stock_serial"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "part_id", "serial"),
        refers("part_id", "part"),
        refers("location_id", "stock_location"),
        Index("ix_stock_serial_location", "tenant_id", "location_id"),
        Index("ix_stock_serial_serial", "tenant_id", "serial"),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    part_id: Mapped[UUID]
    serial: Mapped[str]
    lot: Mapped[str | None]
    location_id: Mapped[UUID]
    condition: Mapped[Condition]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Reservation(TenantRow):
    """Good stock of a place, held for one demand until it is used, let go or out of date."""

    __tablename__ = "reservation"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "client_op_id", "line"),
        refers("part_id", "part"),
        refers("location_id", "stock_location"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("consumed BETWEEN 0 AND quantity", name="consumed_in_bounds"),
        CheckConstraint("state <> 'consumed' OR consumed = quantity", name="consumed_is_whole"),
        CheckConstraint("state <> 'held' OR consumed < quantity", name="held_is_open"),
        Index("ix_reservation_demand", "tenant_id", "demand_id"),
        Index("ix_reservation_held", "tenant_id", "part_id", "location_id", postgresql_where=text("state = 'held'")),
        Index("ix_reservation_due", "expires_at", postgresql_where=text("state = 'held'")),
        info={"app": "SELECT, INSERT, UPDATE"},
    )

    client_op_id: Mapped[UUID]
    line: Mapped[int]
    demand_id: Mapped[UUID]
    """What it is held for; opaque here."""
    part_id: Mapped[UUID]
    location_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    consumed: Mapped[Decimal] = mapped_column(server_default=text("0"))
    state: Mapped[ReservationState] = mapped_column(server_default=text("'held'"))
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class PlannedDemand(TenantRow):
    """A part that will be wanted: an open case or a maintenance plan says so."""

    __tablename__ = "planned_demand"
    __table_args__ = tenant_args(
        UniqueConstraint("tenant_id", "source_ref", "part_id"),
        refers("part_id", "part"),
        refers("location_id", "stock_location"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_planned_demand_due", "tenant_id", "part_id", "due_on"),
    )

    part_id: Mapped[UUID]
    location_id: Mapped[UUID | None]
    """Where it will be taken from; unknown as long as nobody is assigned."""
    due_on: Mapped[date]
    quantity: Mapped[Decimal]
    source_ref: Mapped[str] = mapped_column(Text())
    """What wants it, as its owner writes it: `case:<id>`, `plan:<id>:<date>`."""
