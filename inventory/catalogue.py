"""Parts and places: what stock is of, and where it can be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from inventory import repository
from inventory.errors import NumberTaken, UnknownLocation, UnknownPart
from inventory.ledger import STORES, VIRTUAL, LocationKind
from inventory.models import Part, StockLocation
from kernel.geo import LonLat


@dataclass(frozen=True, kw_only=True)
class Store:
    """A place that a visit can take parts from, as planning needs it."""

    location_id: UUID
    code: str
    name: str
    kind: LocationKind
    lonlat: LonLat | None
    opening_hours: tuple[dict[str, Any], ...]


def create_part(
    session: Session,
    *,
    number: str,
    name: str,
    unit: str = "pcs",
    serial_tracked: bool = False,
    lot_tracked: bool = False,
    gtin: str | None = None,
    category: str | None = None,
    supersedes_id: UUID | None = None,
) -> Part:
    """Add a part to the catalogue.

    Raises:
        NumberTaken: another part has this number or GTIN.
        UnknownPart: there is no part that it could supersede.
    """
    if supersedes_id is not None:
        parts_by_id(session, [supersedes_id])
    statement = insert(Part).values(
        number=number,
        name=name,
        unit=unit,
        serial_tracked=serial_tracked,
        lot_tracked=lot_tracked,
        gtin=gtin,
        category=category,
        supersedes_id=supersedes_id,
    )
    part: Part | None = session.scalar(statement.on_conflict_do_nothing().returning(Part))
    if part is None:
        raise NumberTaken(f"Another part has the number {number} or the same GTIN.", number=number, gtin=gtin)
    return part


def create_location(
    session: Session,
    *,
    code: str,
    name: str,
    kind: LocationKind,
    parent_id: UUID | None = None,
    lonlat: tuple[float, float] | None = None,
    opening_hours: Sequence[dict[str, Any]] = (),
) -> StockLocation:
    """Add a place for stock.

    Raises:
        NumberTaken: another place has this code.
        UnknownLocation: there is no such parent.
    """
    if parent_id is not None:
        locations_by_id(session, [parent_id])
    repository.add_own_places(session, _OWN)
    statement = insert(StockLocation).values(
        code=code,
        name=name,
        kind=kind,
        virtual=kind in VIRTUAL,
        parent_id=parent_id,
        position=None if lonlat is None else LonLat(*lonlat),
        opening_hours=list(opening_hours),
    )
    place: StockLocation | None = session.scalar(statement.on_conflict_do_nothing().returning(StockLocation))
    if place is None:
        raise NumberTaken(f"Another stock location has the code {code}.", code=code)
    return place


def own_place(session: Session, kind: LocationKind) -> StockLocation:
    """Return the tenant's one place of a kind that needs no address: in transit, installed, vendor, count and so on.

    They are made with the tenant's first location: made by the first move, they would have moves wait for each other.
    """
    place = repository.location_by_code(session, _code(kind))
    if place is None:
        repository.add_own_places(session, _OWN)
        place = repository.location_by_code(session, _code(kind))
    if place is None or place.kind is not kind:
        raise NumberTaken("The code is needed for the place of this kind.", code=_code(kind))
    return place


def _code(kind: LocationKind) -> str:
    return kind.value.upper()


_OWN = [
    {"code": _code(kind), "name": kind.value.replace("_", " ").capitalize(), "kind": kind, "virtual": kind in VIRTUAL}
    for kind in LocationKind
    if kind not in STORES
]


def parts_by_id(session: Session, part_ids: Collection[UUID]) -> dict[UUID, Part]:
    """Return parts by id.

    Raises:
        UnknownPart: one of them does not exist.
    """
    found = repository.parts(session, set(part_ids))
    for part_id in part_ids:
        if part_id not in found:
            raise UnknownPart("There is no such part.", part_id=part_id)
    return found


def parts_by_number(session: Session, numbers: Collection[str]) -> dict[str, Part]:
    """Return parts by their number; unknown numbers are missing."""
    return {part.number: part for part in session.scalars(select(Part).where(Part.number.in_(numbers)))}


def locations_by_id(session: Session, location_ids: Collection[UUID]) -> dict[UUID, StockLocation]:
    """Return stock locations by id.

    Raises:
        UnknownLocation: one of them does not exist.
    """
    found = repository.locations(session, set(location_ids))
    for location_id in location_ids:
        if location_id not in found:
            raise UnknownLocation("There is no such stock location.", location_id=location_id)
    return found


def location_by_code(session: Session, code: str) -> StockLocation:
    """Return a stock location by its code.

    Raises:
        UnknownLocation: there is none.
    """
    place = repository.location_by_code(session, code)
    if place is None:
        raise UnknownLocation("There is no such stock location.", code=code)
    return place


def stores(session: Session, kinds: Collection[LocationKind] = STORES) -> list[Store]:
    """Return the places of these kinds with their position, by code."""
    rows = session.scalars(select(StockLocation).where(StockLocation.kind.in_(kinds)).order_by(StockLocation.code))
    return [
        Store(
            location_id=row.id,
            code=row.code,
            name=row.name,
            kind=row.kind,
            lonlat=row.position,
            opening_hours=tuple(row.opening_hours),
        )
        for row in rows
    ]
