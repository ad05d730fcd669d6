"""Price lists over HTTP."""

from uuid import UUID

from backend.prices import service
from backend.prices.errors import PriceListTaken, PriceListUnknown, StalePrices
from backend.prices.schemas import PriceListChange, PriceListIn, PriceListLine, PriceListOut
from inventory.errors import UnknownPart
from kernel import http
from kernel.auth import OFFICE, Role
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_name_cursor, encode_cursor

router = http.router("prices")

WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_price_lists": OFFICE,
    "create_price_list": WRITERS,
    "get_price_list": OFFICE,
    "replace_price_list": WRITERS,
}


@router.get("/price-lists", responses=problems(BadCursor))
def list_price_lists(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[PriceListLine]:
    """Return price lists by name."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_price_lists(db, after=after, limit=limit + 1), limit)
    items = [PriceListLine.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/price-lists", status_code=201, responses=problems(PriceListTaken, UnknownPart))
def create_price_list(body: PriceListIn, db: Db, me: Me) -> PriceListOut:
    """Add a price list."""
    row = service.create_price_list(db, body.code, body.draft(), by=me.user_id)
    return PriceListOut.of(*service.get_price_list(db, row.id))


@router.get("/price-lists/{price_list_id}", responses=problems(PriceListUnknown))
def get_price_list(price_list_id: UUID, db: Db) -> PriceListOut:
    """Return a price list with what it says now."""
    return PriceListOut.of(*service.get_price_list(db, price_list_id))


@router.put(
    "/price-lists/{price_list_id}", responses=problems(PriceListUnknown, StalePrices, PriceListTaken, UnknownPart)
)
def replace_price_list(price_list_id: UUID, body: PriceListChange, db: Db, me: Me) -> PriceListOut:
    """Give a price list a new version; orders that were opened before keep the one that held then."""
    service.replace_price_list(db, price_list_id, body.draft(), expected_version=body.version, by=me.user_id)
    return PriceListOut.of(*service.get_price_list(db, price_list_id))
