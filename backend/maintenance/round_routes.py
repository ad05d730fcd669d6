"""HTTP of inspection routes and their rounds."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets.errors import AssetUnknown, NodeUnknown
from backend.customers.errors import SiteUnknown
from backend.maintenance.errors import RouteInUse, RouteNameTaken, RouteUnknown, StalePlan, UnfitRoute
from backend.maintenance.models import InspectionRoute
from backend.maintenance.schemas import RoundIn, RoundOut, RouteChange, RouteIn, RouteOut, StopOut
from backend.maintenance.service import rounds, views
from backend.work.actors import staff
from kernel import clock, http
from kernel.auth import OFFICE, Role
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_name_cursor, encode_cursor

router = http.router("inspections")

WRITERS = frozenset({Role.ASSET_MANAGER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_routes": OFFICE,
    "create_route": WRITERS,
    "get_route": OFFICE,
    "replace_route": WRITERS,
    "delete_route": WRITERS,
    "start_round": WRITERS | {Role.DISPATCHER},
}


def _route(db: Session, row: InspectionRoute) -> RouteOut:
    return _route_out(views.route_views(db, [row])[0])


def _route_out(view: views.RouteView) -> RouteOut:
    own = {name: getattr(view.route, name) for name in RouteOut.model_fields if hasattr(view.route, name)}
    stops = [
        StopOut(
            seq=stop.seq,
            asset_id=stop.asset_id,
            location_id=stop.location_id,
            name=name,
            checklist_code=stop.checklist_code,
        )
        for stop, name in view.stops
    ]
    return RouteOut.model_validate({**own, "site_name": view.site_name, "stops": stops})


@router.get("/inspections/routes")
def list_routes(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[RouteOut]:
    """Return inspection routes by name."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(rounds.list_routes(db, after=after, limit=limit + 1), limit)
    items = [_route_out(view) for view in views.route_views(db, rows)]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post(
    "/inspections/routes",
    status_code=201,
    responses=problems(RouteNameTaken, UnfitRoute, SiteUnknown, AssetUnknown, NodeUnknown),
)
def create_route(body: RouteIn, db: Db, me: Me) -> RouteOut:
    """Write an inspection route."""
    return _route(db, rounds.create_route(db, body.draft(), by=me.user_id))


@router.get("/inspections/routes/{route_id}", responses=problems(RouteUnknown))
def get_route(route_id: UUID, db: Db) -> RouteOut:
    """Return an inspection route."""
    return _route(db, rounds.get_route(db, route_id))


@router.put(
    "/inspections/routes/{route_id}",
    responses=problems(RouteUnknown, StalePlan, RouteNameTaken, UnfitRoute, SiteUnknown, AssetUnknown, NodeUnknown),
)
def replace_route(route_id: UUID, body: RouteChange, db: Db, me: Me) -> RouteOut:
    """Replace an inspection route; open rounds keep their stops."""
    return _route(db, rounds.replace_route(db, route_id, body.draft(), expected_version=body.version, by=me.user_id))


@router.delete("/inspections/routes/{route_id}", status_code=204, responses=problems(RouteUnknown, RouteInUse))
def delete_route(route_id: UUID, db: Db, me: Me) -> None:
    """Remove an inspection route that no plan walks."""
    rounds.delete_route(db, route_id, by=me.user_id)


@router.post("/inspections/routes/{route_id}/rounds", status_code=201, responses=problems(RouteUnknown, UnfitRoute))
def start_round(route_id: UUID, body: RoundIn, db: Db, me: Me) -> RoundOut:
    """Open the order of a round that is to be walked today; the same operation again returns the order it has."""
    order = rounds.start_round(db, route_id, client_op_id=body.client_op_id, actor=staff(me), at=clock.now())
    return RoundOut(work_order_id=order.id, number=order.number)
