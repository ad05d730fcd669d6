"""Bodies and answers of assets."""

from datetime import date, datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import Field, model_validator

from backend.assets.models import Asset, AssetComponent, AssetState, CodeKind, Criticality, FailureRecord, NodeKind
from backend.assets.service import Words
from kernel.errors import Problem
from kernel.fields import Body, Code, Day, Instant, Lat, Line, Lon, OptionalLine, Out, Prose
from kernel.geo import LonLat


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


class AssetPatch(Body):
    """What changes of an asset; a member that is not there leaves what is there."""

    version: int
    name: Line | None = None
    class_code: Code | None = None
    location_id: UUID | None = None
    parent_id: UUID | None = None
    maker: OptionalLine | None = None
    model: OptionalLine | None = None
    serial: Line | None = None
    criticality: Criticality | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    installed_on: Day | None = None

    @model_validator(mode="after")
    def fitting(self) -> "AssetPatch":
        """Refuse half a position, and to take away what every asset has."""
        if (self.lon is None) != (self.lat is None) or ("lon" in self.model_fields_set) != (
            "lat" in self.model_fields_set
        ):
            raise ValueError("lon and lat come together")
        for field in ("name", "class_code", "maker", "model", "criticality"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be taken away")
        return self

    def changes(self) -> dict[str, Any]:
        """Return the fields that are named, with the position as one."""
        said = self.model_dump(exclude={"version"}, exclude_unset=True)
        if "lon" in said:
            lon, lat = said.pop("lon"), said.pop("lat")
            said["position"] = None if lon is None else LonLat(lon, lat)
        return said


class BulkChanges(Body):
    """What changes of many assets alike."""

    class_code: Code | None = None
    location_id: UUID | None = None
    maker: Line | None = None
    model: Line | None = None
    criticality: Criticality | None = None
    installed_on: Day | None = None


class BulkIn(Body):
    """Assets, and what changes of all of them."""

    asset_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    changes: BulkChanges


class BulkLine(Out):
    """What became of one asset: changed, or why not."""

    asset_id: UUID
    changed: bool
    type: str | None
    text: str | None

    @classmethod
    def of(cls, asset_id: UUID, problem: Problem | None) -> "BulkLine":
        """Return the answer for one asset."""
        if problem is None:
            return cls(asset_id=asset_id, changed=True, type=None, text=None)
        text = problem.detail or problem.title()
        return cls(asset_id=asset_id, changed=False, type=f"urn:fieldhand:problem:{problem.slug}", text=text)


class BulkOut(Out):
    """One line per asset, in the order of the request."""

    results: list[BulkLine]


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
    site_name: str
    customer_id: UUID
    customer_name: str
    location_id: UUID | None
    parent_id: UUID | None
    device_id: UUID | None
    lon: float | None
    lat: float | None
    installed_on: date | None
    version: int

    @classmethod
    def of(cls, asset: Asset, words: Words) -> "AssetOut":
        """Return the answer for a row."""
        return cls(
            id=asset.id,
            asset_no=asset.asset_no,
            name=asset.name,
            class_code=words.class_code,
            maker=asset.maker,
            model=asset.model,
            serial=asset.serial,
            criticality=asset.criticality,
            state=asset.state,
            site_id=asset.site_id,
            site_name=words.site_name,
            customer_id=asset.customer_id,
            customer_name=words.customer_name,
            location_id=asset.location_id,
            parent_id=asset.parent_id,
            device_id=asset.device_id,
            lon=asset.position.lon if asset.position else None,
            lat=asset.position.lat if asset.position else None,
            installed_on=asset.installed_on,
            version=asset.version,
        )


class KnownPart(Protocol):
    """What people know of a part."""

    number: str
    name: str


class ComponentOut(Out):
    """A serialised part inside an asset."""

    id: UUID
    part_id: UUID
    part_number: str
    part_name: str
    serial: str
    place: str
    installed_at: datetime | None
    removed_at: datetime | None

    @classmethod
    def of(cls, row: AssetComponent, part: KnownPart) -> "ComponentOut":
        """Return the answer for a row."""
        return cls(
            id=row.id,
            part_id=row.part_id,
            part_number=part.number,
            part_name=part.name,
            serial=row.serial,
            place=row.place,
            installed_at=row.installed_at,
            removed_at=row.removed_at,
        )


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
    former_at: Annotated[datetime | None, Field(description="the same mode at most 90 days before: it is recurring")]

    @classmethod
    def of(cls, row: FailureRecord, former_at: datetime | None) -> "FailureOut":
        """Return the answer for a row."""
        return cls(
            id=row.id,
            order_id=row.order_id,
            at=row.at,
            mode=row.mode,
            mechanism=row.mechanism,
            cause=row.cause,
            activity=row.activity,
            note=row.note,
            former_at=former_at,
        )


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
    """Whether an asset does its work; `at` is now unless it is given."""

    state: AssetState
    planned: Annotated[bool, Field(description="of a time down: it was meant to be, as for maintenance")] = False
    at: Instant | None = None
    note: Prose = ""


class QrOut(Out):
    """What the QR code on an asset says."""

    qr_token: str


class FailureCodeIn(Body):
    """The names of a failure code, and whether it is offered no more."""

    name_zh: Line
    name_en: Line
    retired: bool = False


class FailureCodeOut(Out):
    """One word by which failures of a class are written down."""

    kind: CodeKind
    code: str
    name_zh: str
    name_en: str
    retired: bool
