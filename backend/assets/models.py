"""Tables of functional locations, assets, what is inside them, and their failures."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
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


extra_ddl(LocationNode, "CREATE INDEX ix_location_node_below ON location_node (tenant_id, path text_pattern_ops)")
