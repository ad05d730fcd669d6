"""Outlets over HTTP."""

from uuid import UUID

from backend.outlets import service
from backend.outlets.errors import OutletTaken, OutletUnknown, StaleOutlet
from backend.outlets.schemas import OutletChange, OutletIn, OutletOut
from backend.prices.errors import PriceListUnknown
from kernel import http
from kernel.auth import OFFICE, Role
from kernel.fields import Search
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_name_cursor, encode_cursor

router = http.router("outlets")

WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ACCESS = {"list_outlets": OFFICE, "create_outlet": WRITERS, "get_outlet": OFFICE, "replace_outlet": WRITERS}


@router.get("/outlets", responses=problems(BadCursor))
def list_outlets(
    db: Db, q: Search = None, active: bool | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[OutletOut]:
    """Return outlets by name, those whose code, name or region contains `q`."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_outlets(db, text=q, active=active, after=after, limit=limit + 1), limit)
    items = [OutletOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/outlets", status_code=201, responses=problems(OutletTaken, PriceListUnknown))
def create_outlet(body: OutletIn, db: Db, me: Me) -> OutletOut:
    """Add an outlet."""
    return OutletOut.model_validate(service.create_outlet(db, body.code, body.draft(), by=me.user_id))


@router.get("/outlets/{outlet_id}", responses=problems(OutletUnknown))
def get_outlet(outlet_id: UUID, db: Db) -> OutletOut:
    """Return an outlet."""
    return OutletOut.model_validate(service.get_outlet(db, outlet_id))


@router.put("/outlets/{outlet_id}", responses=problems(OutletUnknown, StaleOutlet, PriceListUnknown))
def replace_outlet(outlet_id: UUID, body: OutletChange, db: Db, me: Me) -> OutletOut:
    """Write down anew what is known of an outlet."""
    row = service.replace_outlet(db, outlet_id, body.draft(), expected_version=body.version, by=me.user_id)
    return OutletOut.model_validate(row)
