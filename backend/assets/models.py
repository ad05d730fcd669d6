"""Tables of functional locations, assets, what is inside them, and their failures."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import TenantRow, extra_ddl, refers, tenant_args
from kernel.geo import LonLat, PointType


class NodeKind(StrEnum):
    """Levels of the functional location tree."""

    SITE = "site"
    AREA = "area"
    UNIT = "unit"


class Criticality(StrEnum):
    """What a failure of the asset costs its owner; A is the worst."""

    A = "A"
    B = "B"
    C = "C"


class AssetState(StrEnum):
    """Whether the asset does its work (EN 13306)."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    IDLE = "idle"
    STANDBY = "standby"
    DECOMMISSIONED = "decommissioned"


class MeterKind(StrEnum):
    """How a meter is read."""

    CUMULATIVE = "cumulative"
    """It only rises, as hours and starts do; its total goes on through rollovers and replacements."""
    GAUGE = "gauge"
    """It shows how things are now, as a pressure or a wall thickness."""


class ReadingSource(StrEnum):
    """Where a reading comes from."""

    MANUAL = "manual"
    VISIT = "visit"
    TELEMETRY = "telemetry"
    IMPORT = "import"


class ReadingFault(StrEnum):
    """Why a reading is kept and does not count."""

    FELL_BACK = "fell_back"
    """It is lower than the one before, or the next one lower than it, and nothing says why."""
    SAME_INSTANT = "same_instant"
    """Another reading of the same instant says something else."""
    OUT_OF_RANGE = "out_of_range"
    """The counter cannot show that."""
    FUTURE = "future"
    """It was read later than it was heard of."""
    VOIDED = "voided"
    """Somebody said that it is wrong."""


class AssetClass(TenantRow):
    """A kind of asset, such as chiller or pump."""

    __tablename__ = "asset_class"
    __table_args__ = tenant_args(UniqueConstraint("tenant_id", "code"))

    code: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]


class LocationNode(TenantRow):
    """A functional location: where something stands, whatever stands there now."""

    __tablename__ = "location_node"
    __table_args__ = tenant_args(
        refers("site_id", "site"),
        refers("parent_id", "location_node"),
        UniqueConstraint("tenant_id", "path"),
        CheckConstraint("(kind = 'site') = (parent_id IS NULL)", name="site_on_top"),
        Index("ix_location_node_parent_id", "tenant_id", "parent_id"),
        Index("uq_location_node_top", "tenant_id", "site_id", unique=True, postgresql_where=text("parent_id IS NULL")),
    )

    site_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    kind: Mapped[NodeKind]
    name: Mapped[str]
    path: Mapped[str]
    """Ids from the site down, `/<id>/<id>/`."""


class Asset(TenantRow):
    """One piece of equipment that is looked after."""

    __tablename__ = "asset"
    __table_args__ = tenant_args(
        refers("class_id", "asset_class"),
        refers("site_id", "site"),
        refers("customer_id", "customer"),
        refers("location_id", "location_node"),
        refers("parent_id", "asset"),
        UniqueConstraint("tenant_id", "asset_no"),
        UniqueConstraint("tenant_id", "device_id"),
        UniqueConstraint("qr_token"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        Index("ix_asset_site_id", "tenant_id", "site_id"),
        Index("ix_asset_customer_id", "tenant_id", "customer_id"),
        Index("ix_asset_location_id", "tenant_id", "location_id"),
        Index("ix_asset_parent_id", "tenant_id", "parent_id"),
        Index("ix_asset_serial", "tenant_id", "serial"),
    )

    asset_no: Mapped[str]
    name: Mapped[str]
    class_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    site_id: Mapped[UUID]
    location_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None]
    maker: Mapped[str] = mapped_column(server_default="")
    model: Mapped[str] = mapped_column(server_default="")
    serial: Mapped[str | None]
    criticality: Mapped[Criticality] = mapped_column(default=Criticality.B)
    state: Mapped[AssetState] = mapped_column(default=AssetState.UP)
    position: Mapped[LonLat | None] = mapped_column(PointType())
    """Where it stands if that differs from the site's gate."""
    device_id: Mapped[UUID | None]
    """The device that reports on it; opaque here."""
    qr_token: Mapped[str | None]
    """What the QR code on it says; opaque, replaced to revoke."""
    installed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class AssetStateChange(TenantRow):
    """An asset's state from an instant on, until the next change."""

    __tablename__ = "asset_state_change"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        UniqueConstraint("tenant_id", "asset_id", "at"),
        CheckConstraint("(state = 'down') = (planned IS NOT NULL)", name="down_is_planned_or_not"),
    )

    asset_id: Mapped[UUID]
    at: Mapped[datetime]
    state: Mapped[AssetState]
    planned: Mapped[bool | None]
    """Of a time down: whether it was meant to be, as for maintenance."""
    note: Mapped[str] = mapped_column(server_default="")
    actor_id: Mapped[UUID | None]
    """Who said so; opaque here."""


class Warranty(TenantRow):
    """What the maker or seller of an asset answers for, both days included."""

    __tablename__ = "warranty"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        CheckConstraint("ends_on >= starts_on", name="starts_before_end"),
        CheckConstraint("labour OR parts OR travel", name="covers_something"),
        Index("ix_warranty_asset_id", "tenant_id", "asset_id", "ends_on"),
    )

    asset_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    labour: Mapped[bool]
    parts: Mapped[bool]
    travel: Mapped[bool]
    note: Mapped[str] = mapped_column(server_default="")


class BomLine(TenantRow):
    """A part that an asset is built of."""

    __tablename__ = "bom_line"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        refers("part_id", "part"),
        UniqueConstraint("tenant_id", "asset_id", "part_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_bom_line_part_id", "tenant_id", "part_id"),
    )

    asset_id: Mapped[UUID]
    part_id: Mapped[UUID]
    quantity: Mapped[Decimal]
    position: Mapped[str] = mapped_column(server_default="")


class AssetComponent(TenantRow):
    """A serialised part inside an asset, from one instant to another."""

    __tablename__ = "asset_component"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        UniqueConstraint("tenant_id", "client_op_id"),
        CheckConstraint("removed_at >= installed_at", name="installed_before_removed"),
        Index(
            "uq_asset_component_inside",
            "tenant_id",
            "asset_id",
            "place",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_asset_component_serial", "tenant_id", "part_id", "serial"),
        Index("ix_asset_component_asset_id", "tenant_id", "asset_id", "installed_at"),
    )

    asset_id: Mapped[UUID]
    part_id: Mapped[UUID]
    """The part it is one of; opaque here."""
    serial: Mapped[str]
    place: Mapped[str]
    """Which of several equal places inside the asset."""
    installed_at: Mapped[datetime | None]
    """None: it was inside before anybody wrote it down."""
    removed_at: Mapped[datetime | None]
    client_op_id: Mapped[UUID | None]
    """The operation that installed it."""


class FailureRecord(TenantRow):
    """What was found on a failed asset and what was done (ISO 14224 words)."""

    __tablename__ = "failure_record"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        UniqueConstraint("tenant_id", "order_id", "asset_id"),
        Index("ix_failure_record_asset_id", "tenant_id", "asset_id", "at"),
    )

    asset_id: Mapped[UUID]
    order_id: Mapped[UUID]
    """The work order it was found under; opaque here."""
    at: Mapped[datetime]
    mode: Mapped[str]
    mechanism: Mapped[str] = mapped_column(server_default="")
    cause: Mapped[str] = mapped_column(server_default="")
    activity: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")


class Meter(TenantRow):
    """What counts or shows the use of an asset."""

    __tablename__ = "meter"
    __table_args__ = tenant_args(
        refers("asset_id", "asset"),
        UniqueConstraint("tenant_id", "asset_id", "code"),
        CheckConstraint("rolls_over_at > 0", name="rolls_over_above_zero"),
        CheckConstraint("rolls_over_at IS NULL OR kind = 'cumulative'", name="only_counters_roll_over"),
        Index("ix_meter_metric", "tenant_id", "id", postgresql_where=text("metric IS NOT NULL")),
    )

    asset_id: Mapped[UUID]
    code: Mapped[str]
    """What meters of the same meaning are called on all assets, such as `run_hours`."""
    name: Mapped[str]
    unit: Mapped[str]
    kind: Mapped[MeterKind]
    rolls_over_at: Mapped[Decimal | None]
    """Where the first counter starts again at zero: 100000 for five digits; none: it never does."""
    metric: Mapped[str | None]
    """The metric of the asset's device that it is read from; none: people read it."""
    version: Mapped[int] = mapped_column(server_default=text("1"))


class MeterReading(TenantRow):
    """What a meter showed at an instant; a counter that was replaced then has a first value, too."""

    __tablename__ = "meter_reading"
    __table_args__ = tenant_args(
        refers("meter_id", "meter"),
        UniqueConstraint("tenant_id", "client_op_id"),
        CheckConstraint("fault IS NULL OR total IS NULL", name="faulty_has_no_total"),
        CheckConstraint("new_first IS NOT NULL OR new_rolls_over_at IS NULL", name="new_counter_has_a_first_value"),
        CheckConstraint("new_rolls_over_at > 0", name="new_rolls_over_above_zero"),
        Index(
            "uq_meter_reading_at",
            "tenant_id",
            "meter_id",
            "at",
            unique=True,
            postgresql_where=text("fault IS NULL"),
        ),
        Index("ix_meter_reading_meter_id", "tenant_id", "meter_id", "at", "id"),
        Index(
            "ix_meter_reading_replaced",
            "tenant_id",
            "meter_id",
            "at",
            postgresql_where=text("new_first IS NOT NULL AND fault IS NULL"),
        ),
        Index("ix_meter_reading_faulty", "tenant_id", "meter_id", "at", postgresql_where=text("fault IS NOT NULL")),
    )

    meter_id: Mapped[UUID]
    at: Mapped[datetime]
    value: Mapped[Decimal]
    """Of a replaced counter: the last that it showed."""
    new_first: Mapped[Decimal | None]
    """What the counter that took its place at that instant showed first."""
    new_rolls_over_at: Mapped[Decimal | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    """All that was counted up to this instant, over rollovers and replacements; counters only."""
    fault: Mapped[ReadingFault | None]
    """None: it counts."""
    source: Mapped[ReadingSource]
    note: Mapped[str] = mapped_column(server_default="")
    actor_id: Mapped[UUID | None]
    """Who read it; opaque here."""
    client_op_id: Mapped[UUID | None]


class CodeKind(StrEnum):
    """What a failure code says (ISO 14224): how it failed, by what process, why, and what was done about it."""

    MODE = "mode"
    MECHANISM = "mechanism"
    CAUSE = "cause"
    ACTIVITY = "activity"


class FailureCode(TenantRow):
    """One word of the catalogue by which failures of a class of assets are written down."""

    __tablename__ = "failure_code"
    __table_args__ = tenant_args(
        refers("class_id", "asset_class"),
        UniqueConstraint("tenant_id", "class_id", "kind", "code"),
    )

    class_id: Mapped[UUID]
    kind: Mapped[CodeKind]
    code: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    retired: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """It stands in old records and is offered no more."""


extra_ddl(LocationNode, "CREATE INDEX ix_location_node_below ON location_node (tenant_id, path text_pattern_ops)")
