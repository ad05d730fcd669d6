"""What is on record for an asset, over HTTP: states, warranties, parts, what stands above and below."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from backend.assets import bom, service, states, warranties
from backend.assets.errors import AssetUnknown, StaleVersion, TwiceInBom, WarrantyUnknown
from backend.assets.models import Asset
from backend.assets.record_schemas import (
    AssetBrief,
    BomIn,
    BomLineOut,
    BomOut,
    HierarchyOut,
    InstallationOut,
    StateChangeOut,
    WarrantiesOut,
    WarrantyCoverOut,
    WarrantyIn,
    WarrantyOut,
)
from backend.assets.routes import READERS, WRITERS
from inventory import service as stock
from inventory.errors import UnknownPart
from kernel import clock, http
from kernel.fields import Day, Line
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = http.router("asset_records")

ACCESS = {
    "list_states": READERS,
    "list_warranties": READERS,
    "add_warranty": WRITERS,
    "remove_warranty": WRITERS,
    "get_bom": READERS,
    "replace_bom": WRITERS,
    "get_hierarchy": READERS,
    "list_installations": READERS,
}


@router.get("/assets/{asset_id}/states", responses=problems(AssetUnknown, BadCursor))
def list_states(asset_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[StateChangeOut]:
    """Return the changes of an asset's state, the latest first."""
    service.get_asset(db, asset_id)
    before = decode_time_cursor(cursor)[0] if cursor else None
    rows, more = cut(states.state_changes_of(db, asset_id, before=before, limit=limit + 1), limit)
    items = [StateChangeOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].at.isoformat(), rows[-1].id) if more else None)


@router.get("/assets/{asset_id}/warranties", responses=problems(AssetUnknown))
def list_warranties(asset_id: UUID, db: Db, on: Annotated[Day | None, Query()] = None) -> WarrantiesOut:
    """Return the warranties of an asset, and what they cover on a day, today unless it is given."""
    day: date = on or clock.now().date()
    cover = warranties.warranty_of(db, asset_id, day)
    return WarrantiesOut(
        items=[WarrantyOut.model_validate(row) for row in warranties.warranties_of(db, asset_id)],
        cover=WarrantyCoverOut(
            on=day,
            covered=cover is not None,
            labour=cover is not None and cover.labour,
            parts=cover is not None and cover.parts,
            travel=cover is not None and cover.travel,
            ends_on=cover.ends_on if cover else None,
        ),
    )


@router.post("/assets/{asset_id}/warranties", status_code=201, responses=problems(AssetUnknown))
def add_warranty(asset_id: UUID, body: WarrantyIn, db: Db, me: Me) -> WarrantyOut:
    """Add a warranty to an asset."""
    return WarrantyOut.model_validate(warranties.add_warranty(db, asset_id, body.terms(), by=me.user_id))


@router.delete("/warranties/{warranty_id}", status_code=204, responses=problems(WarrantyUnknown))
def remove_warranty(warranty_id: UUID, db: Db, me: Me) -> None:
    """Remove a warranty that was entered wrongly."""
    warranties.remove_warranty(db, warranty_id, by=me.user_id)


def _bom(db: Session, asset: Asset) -> BomOut:
    rows = bom.bom_of(db, asset.id)
    parts = stock.parts_by_id(db, {row.part_id for row in rows})
    return BomOut(version=asset.version, lines=[BomLineOut.of(row, parts[row.part_id]) for row in rows])


@router.get("/assets/{asset_id}/bom", responses=problems(AssetUnknown))
def get_bom(asset_id: UUID, db: Db) -> BomOut:
    """Return the parts that an asset is built of, by position."""
    return _bom(db, service.get_asset(db, asset_id))


@router.put("/assets/{asset_id}/bom", responses=problems(AssetUnknown, StaleVersion, UnknownPart, TwiceInBom))
def replace_bom(asset_id: UUID, body: BomIn, db: Db) -> BomOut:
    """Say what an asset is built of; what was said before is replaced."""
    return _bom(db, bom.replace_bom(db, asset_id, body.parts(), version=body.version))


@router.get("/assets/{asset_id}/hierarchy", responses=problems(AssetUnknown))
def get_hierarchy(asset_id: UUID, db: Db) -> HierarchyOut:
    """Return what an asset is a part of, from the top down, and what is below it."""
    above, below = service.hierarchy(db, asset_id)
    return HierarchyOut(above=[AssetBrief.of(row) for row in above], below=[AssetBrief.of(row) for row in below])


@router.get("/parts/{part_id}/installations")
def list_installations(part_id: UUID, db: Db, serial: Annotated[Line, Query()]) -> Page[InstallationOut]:
    """Return the assets that a serialised part was in, the latest first."""
    rows = service.installations_of(db, part_id, serial)
    assets = service.assets_by_id(db, {row.asset_id for row in rows})
    items = [
        InstallationOut(
            asset_id=row.asset_id,
            asset_no=assets[row.asset_id].asset_no,
            asset_name=assets[row.asset_id].name,
            place=row.place,
            installed_at=row.installed_at,
            removed_at=row.removed_at,
        )
        for row in rows
    ]
    return Page(items=items, next_cursor=None)
