"""Assets, their locations and their devices over HTTP."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import changes, failures, service, states, tree
from backend.assets.errors import (
    AlreadyKnown,
    AssetUnknown,
    ClassUnknown,
    NodeUnknown,
    ReadInFuture,
    StaleVersion,
    StateExists,
    WrongPlace,
)
from backend.assets.models import Asset, AssetState, Criticality
from backend.assets.repository import AssetFilter
from backend.assets.schemas import (
    AssetClassIn,
    AssetClassOut,
    AssetDetail,
    AssetIn,
    AssetOut,
    AssetPatch,
    BulkIn,
    BulkLine,
    BulkOut,
    ComponentOut,
    DeviceLink,
    FailureOut,
    LocationIn,
    LocationOut,
    QrOut,
    StateIn,
)
from backend.customers import service as customers
from backend.customers.errors import SiteUnknown
from inventory import service as stock
from iot_gateway.errors import DeviceNotFound
from iot_gateway.schemas.claims import ClaimIn, ClaimMade, OneClaimIn
from iot_gateway.service import claims
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.fields import Instant, Search
from kernel.geo import LonLat
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_cursor, encode_cursor

router = http.router("assets")

READERS = STAFF | {Role.INTEGRATOR}
WRITERS = frozenset({Role.ASSET_MANAGER, Role.SUPERVISOR, Role.ADMIN, Role.INTEGRATOR})
CLAIMERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER})
ACCESS = {
    "list_asset_classes": READERS,
    "create_asset_class": WRITERS,
    "list_locations": READERS,
    "create_location": WRITERS,
    "list_assets": READERS,
    "create_asset": WRITERS,
    "get_asset": READERS,
    "update_asset": WRITERS,
    "update_assets": WRITERS,
    "list_components": READERS,
    "link_device": WRITERS,
    "claim_for_asset": CLAIMERS,
    "claim_for_site": CLAIMERS,
    "set_state": WRITERS | {Role.DISPATCHER},
    "renew_qr": WRITERS,
    "revoke_qr": WRITERS,
}


@router.get("/asset-classes")
def list_asset_classes(db: Db) -> Page[AssetClassOut]:
    """Return all kinds of assets."""
    items = [AssetClassOut.model_validate(row) for row in service.list_asset_classes(db)]
    return Page(items=items, next_cursor=None)


@router.post("/asset-classes", status_code=201, responses=problems(AlreadyKnown))
def create_asset_class(body: AssetClassIn, db: Db) -> AssetClassOut:
    """Add a kind of asset."""
    row = service.create_asset_class(db, body.code, name_zh=body.name_zh, name_en=body.name_en)
    return AssetClassOut.model_validate(row)


@router.get("/sites/{site_id}/locations", responses=problems(SiteUnknown))
def list_locations(site_id: UUID, db: Db) -> Page[LocationOut]:
    """Return the functional locations of a site, parents first."""
    items = [LocationOut.model_validate(row) for row in tree.location_nodes_of(db, site_id)]
    return Page(items=items, next_cursor=None)


@router.post("/locations", status_code=201, responses=problems(NodeUnknown, SiteUnknown, WrongPlace))
def create_location(body: LocationIn, db: Db) -> LocationOut:
    """Add a functional location."""
    node = tree.create_location_node(db, name=body.name, kind=body.kind, site_id=body.site_id, parent_id=body.parent_id)
    return LocationOut.model_validate(node)


@router.get("/assets", responses=problems(BadCursor))
def list_assets(
    db: Db,
    *,
    q: Search = None,
    site_id: UUID | None = None,
    customer_id: UUID | None = None,
    parent_id: UUID | None = None,
    location_id: UUID | None = None,
    class_code: Search = None,
    criticality: Criticality | None = None,
    state: AssetState | None = None,
    qr_token: Search = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[AssetOut]:
    """Return assets by number, those whose number, name, model or serial contains `q`."""
    after = decode_cursor(cursor, parts=1)[0] if cursor else None
    wanted = AssetFilter(
        text=q,
        site_id=site_id,
        customer_id=customer_id,
        parent_id=parent_id,
        location_id=location_id,
        class_code=class_code,
        criticality=criticality,
        state=state,
        qr_token=qr_token,
    )
    found = service.list_assets(db, wanted, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    words = service.words_of(db, rows)
    items = [AssetOut.of(row, words[row.id]) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].asset_no) if more else None)


@router.post(
    "/assets",
    status_code=201,
    responses=problems(SiteUnknown, ClassUnknown, NodeUnknown, AssetUnknown, WrongPlace, AlreadyKnown),
)
def create_asset(body: AssetIn, db: Db) -> AssetOut:
    """Add an asset."""
    asset = service.create_asset(
        db,
        body.name,
        class_code=body.class_code,
        site_id=body.site_id,
        asset_no=body.asset_no,
        location_id=body.location_id,
        parent_id=body.parent_id,
        maker=body.maker,
        model=body.model,
        serial=body.serial,
        criticality=body.criticality,
        position=LonLat(body.lon, body.lat) if body.lon is not None and body.lat is not None else None,
        installed_on=body.installed_on,
    )
    return _out(db, asset)


def _out(db: Session, asset: Asset) -> AssetOut:
    return AssetOut.of(asset, service.words_of(db, [asset])[asset.id])


def _components(db: Session, asset_id: UUID, *, at: datetime | None) -> list[ComponentOut]:
    rows = service.components_of(db, asset_id, at=at)
    parts = stock.parts_by_id(db, {row.part_id for row in rows})
    return [ComponentOut.of(row, parts[row.part_id]) for row in rows]


def _failures(db: Session, asset_id: UUID) -> list[FailureOut]:
    rows = service.failures_of(db, asset_id)
    former = failures.former_failures(db, rows)
    return [FailureOut.of(row, former.get(row.id)) for row in rows]


@router.patch(
    "/assets/{asset_id}", responses=problems(AssetUnknown, ClassUnknown, NodeUnknown, WrongPlace, StaleVersion)
)
def update_asset(asset_id: UUID, body: AssetPatch, db: Db, me: Me) -> AssetOut:
    """Change what the body names of an asset."""
    asset = changes.update_asset(db, asset_id, version=body.version, changes=body.changes(), by=me.user_id)
    return _out(db, asset)


@router.post("/assets/bulk")
def update_assets(body: BulkIn, db: Db, me: Me) -> BulkOut:
    """Change many assets alike, with a result for each; what is refused for one leaves the others changed."""
    said = body.changes.model_dump(exclude_none=True)
    done = changes.update_many(db, body.asset_ids, changes=said, by=me.user_id)
    return BulkOut(results=[BulkLine.of(row.asset_id, row.problem) for row in done])


@router.get("/assets/{asset_id}", responses=problems(AssetUnknown))
def get_asset(asset_id: UUID, db: Db) -> AssetDetail:
    """Return an asset with where it stands, what is inside and how it failed."""
    asset = service.get_asset(db, asset_id)
    return AssetDetail(
        **_out(db, asset).model_dump(),
        path=service.asset_path(db, asset_id),
        qr_token=asset.qr_token,
        components=_components(db, asset_id, at=None),
        failures=_failures(db, asset_id),
    )


@router.get("/assets/{asset_id}/components", responses=problems(AssetUnknown))
def list_components(asset_id: UUID, db: Db, at: Instant | None = None) -> Page[ComponentOut]:
    """Return what is inside an asset, now or at an instant."""
    return Page(items=_components(db, asset_id, at=at), next_cursor=None)


@router.put("/assets/{asset_id}/device", responses=problems(AssetUnknown, DeviceNotFound, AlreadyKnown))
def link_device(asset_id: UUID, body: DeviceLink, db: Db) -> AssetOut:
    """Say which device reports on an asset, or none."""
    return _out(db, service.link_device(db, asset_id, device_id=body.device_id))


@router.post("/assets/{asset_id}/device-claims", status_code=201, responses=problems(AssetUnknown))
def claim_for_asset(asset_id: UUID, body: OneClaimIn, db: Db, me: Me) -> ClaimMade:
    """Make a claim whose device is linked with an asset as soon as it is claimed."""
    service.get_asset(db, asset_id)
    at = clock.now()
    return ClaimMade.of(claims.make_claim(db, asset_id=asset_id, by=me.user_id, at=at, **body.terms()), at=at)


@router.post("/sites/{site_id}/device-claims", status_code=201, responses=problems(SiteUnknown))
def claim_for_site(site_id: UUID, body: ClaimIn, db: Db, me: Me) -> ClaimMade:
    """Make a claim whose devices are placed at a site as soon as they are claimed."""
    customers.get_site(db, site_id)
    at = clock.now()
    return ClaimMade.of(claims.make_claim(db, site_id=site_id, by=me.user_id, at=at, **body.terms()), at=at)


@router.put("/assets/{asset_id}/state", responses=problems(AssetUnknown, StateExists, ReadInFuture))
def set_state(asset_id: UUID, body: StateIn, db: Db, me: Me) -> AssetOut:
    """Say since when an asset is in a state, now or afterwards."""
    now = clock.now()
    asset = states.set_state(
        db,
        asset_id,
        state=body.state,
        planned=body.planned,
        note=body.note,
        at=body.at or now,
        now=now,
        by=me.user_id,
    )
    return _out(db, asset)


@router.delete("/assets/{asset_id}/qr", status_code=204, responses=problems(AssetUnknown))
def revoke_qr(asset_id: UUID, db: Db) -> None:
    """Take the QR token of an asset away; codes printed before lead nowhere."""
    service.revoke_qr(db, asset_id)


@router.post("/assets/{asset_id}/qr", responses=problems(AssetUnknown))
def renew_qr(asset_id: UUID, db: Db) -> QrOut:
    """Replace the QR token of an asset; codes printed before lead nowhere."""
    return QrOut.model_validate(service.renew_qr(db, asset_id))
