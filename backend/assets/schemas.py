"""Bodies and answers of assets."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from backend.assets.models import Asset, AssetState, Criticality, NodeKind
from kernel.fields import Body, Code, Day, Lat, Line, Lon, OptionalLine, Out, Prose


class AssetClassIn(Body):
    """A new kind of asset."""

    code: Code
    name_zh: Line
    name_en: Line


class AssetClassOut(Out):
    """A kind of asset."""

    id: UUID
    code: str
    name_zh: str
    name_en: str


class LocationIn(Body):
    """A new functional location; `site_id` for a site's own node, `parent_id` for all others."""

    name: Line
    kind: NodeKind
    site_id: UUID | None = None
    parent_id: UUID | None = None


class LocationOut(Out):
    """A functional location."""

    id: UUID
    site_id: UUID
    parent_id: UUID | None
    kind: NodeKind
    name: str


class AssetIn(Body):
    """A new asset."""

    name: Line
    class_code: Code
    site_id: UUID
    asset_no: Code | None = None
    location_id: UUID | None = None
    parent_id: UUID | None = None
    maker: OptionalLine = ""
    model: OptionalLine = ""
    serial: Line | None = None
    criticality: Criticality = Criticality.B
    lon: Lon | None = None
    lat: Lat | None = None
    installed_on: Day | None = None

    @model_validator(mode="after")
    def whole_position(self) -> "AssetIn":
        """Refuse half a position."""
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat come together")
        return self


class AssetOut(Out):
    """An asset."""

    id: UUID
    asset_no: str
    name: str
    class_code: str
    maker: str
    model: str
    serial: str | None
    criticality: Criticality
    state: AssetState
    site_id: UUID
    customer_id: UUID
    location_id: UUID | None
    parent_id: UUID | None
    device_id: UUID | None
    lon: float | None
    lat: float | None
    installed_on: date | None

    @classmethod
    def of(cls, asset: Asset, class_code: str) -> "AssetOut":
        """Return the answer for a row."""
        return cls(
            id=asset.id,
            asset_no=asset.asset_no,
            name=asset.name,
            class_code=class_code,
            maker=asset.maker,
            model=asset.model,
            serial=asset.serial,
            criticality=asset.criticality,
            state=asset.state,
            site_id=asset.site_id,
            customer_id=asset.customer_id,
            location_id=asset.location_id,
            parent_id=asset.parent_id,
            device_id=asset.device_id,
            lon=asset.position.lon if asset.position else None,
            lat=asset.position.lat if asset.position else None,
            installed_on=asset.installed_on,
        )


class ComponentOut(Out):
    """A serialised part inside an asset."""

    id: UUID
    part_id: UUID
    serial: str
    place: str
    installed_at: datetime | None
    removed_at: datetime | None


class FailureOut(Out):
    """What was found on a failed asset."""

    id: UUID
    order_id: UUID
    at: datetime
    mode: str
    mechanism: str
    cause: str
    activity: str
    note: str


class AssetDetail(AssetOut):
    """An asset with where it stands, what is inside and how it failed."""

    path: list[str]
    qr_token: str | None
    components: list[ComponentOut]
    failures: list[FailureOut]


class DeviceLink(Body):
    """The device that reports on an asset, or none."""

    device_id: UUID | None


class StateIn(Body):
    """Whether an asset does its work."""

    state: AssetState
    note: Annotated[Prose, Field(description="for the audit")] = ""


class QrOut(Out):
    """What the QR code on an asset says."""

    qr_token: str
