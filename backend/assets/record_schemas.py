"""Bodies and answers of what is on record for an asset: states, warranties, parts, what stands above and below."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer, model_validator

from backend.assets.bom import Line as BomPart
from backend.assets.models import Asset, AssetState, BomLine
from backend.assets.schemas import KnownPart
from backend.assets.warranties import Terms
from kernel.fields import Body, Day, OptionalLine, Out, Prose

Quantity = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]


class StateChangeOut(Out):
    """A state of an asset from an instant on."""

    id: UUID
    at: datetime
    state: AssetState
    planned: bool | None
    note: str
    actor_id: UUID | None


class WarrantyIn(Body):
    """A new warranty, both days included."""

    starts_on: Day
    ends_on: Day
    labour: Annotated[bool, Field(examples=[True])]
    parts: bool
    travel: bool
    note: Prose = ""

    @model_validator(mode="after")
    def covers_something(self) -> "WarrantyIn":
        """Refuse a warranty of nothing or of no day."""
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        if not (self.labour or self.parts or self.travel):
            raise ValueError("it covers nothing")
        return self

    def terms(self) -> Terms:
        """Return it as the use case takes it."""
        return Terms(**self.model_dump())


class WarrantyOut(Out):
    """A warranty, both days included."""

    id: UUID
    starts_on: date
    ends_on: date
    labour: bool
    parts: bool
    travel: bool
    note: str


class WarrantyCoverOut(Out):
    """What warranties cover on a day, taken together."""

    on: date
    covered: bool
    labour: bool
    parts: bool
    travel: bool
    ends_on: date | None


class WarrantiesOut(Out):
    """The warranties of an asset, and what they cover on a day."""

    items: list[WarrantyOut]
    cover: WarrantyCoverOut


class BomLineIn(Body):
    """A part that an asset is built of."""

    part_id: UUID
    quantity: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4)]
    position: OptionalLine = ""


class BomIn(Body):
    """All parts that an asset is built of."""

    version: int
    lines: Annotated[list[BomLineIn], Field(max_length=500)]

    def parts(self) -> list[BomPart]:
        """Return them as the use case takes them."""
        return [BomPart(line.part_id, line.quantity, line.position) for line in self.lines]


class BomLineOut(Out):
    """A part that an asset is built of."""

    id: UUID
    part_id: UUID
    number: str
    name: str
    quantity: Quantity
    position: str

    @classmethod
    def of(cls, row: BomLine, part: KnownPart) -> "BomLineOut":
        """Return the answer for a row."""
        return cls(
            id=row.id,
            part_id=row.part_id,
            number=part.number,
            name=part.name,
            quantity=row.quantity,
            position=row.position,
        )


class BomOut(Out):
    """All parts that an asset is built of, and the version of the asset that they belong to."""

    version: int
    lines: list[BomLineOut]


class AssetBrief(Out):
    """An asset in few words."""

    id: UUID
    asset_no: str
    name: str
    state: AssetState
    parent_id: UUID | None

    @classmethod
    def of(cls, row: Asset) -> "AssetBrief":
        """Return the answer for a row."""
        return cls(id=row.id, asset_no=row.asset_no, name=row.name, state=row.state, parent_id=row.parent_id)


class HierarchyOut(Out):
    """What an asset is a part of, from the top down, and all that is below it."""

    above: list[AssetBrief]
    below: list[AssetBrief]


class InstallationOut(Out):
    """Where a serial was, from one instant to another."""

    asset_id: UUID
    asset_no: str
    asset_name: str
    place: str
    installed_at: datetime | None
    removed_at: datetime | None
