"""Customers, contacts and sites over HTTP."""

from uuid import UUID

from backend.customers import service
from backend.customers.errors import CustomerUnknown, NumberTaken, SiteUnknown
from backend.customers.schemas import ContactIn, ContactOut, CustomerIn, CustomerOut, SiteIn, SiteOut, TierIn
from kernel import http
from kernel.auth import OFFICE, STAFF, Role
from kernel.fields import Search
from kernel.geo import LonLat
from kernel.http import Db, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_name_cursor,
    encode_cursor,
)

router = http.router("customers")

READERS = OFFICE | {Role.INTEGRATOR}
WRITERS = frozenset({Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN, Role.INTEGRATOR})
ACCESS = {
    "list_customers": READERS,
    "create_customer": WRITERS,
    "set_customer_tier": WRITERS,
    "get_customer": READERS,
    "list_contacts": READERS,
    "create_contact": WRITERS,
    "list_sites": READERS,
    "create_site": WRITERS,
    "get_site": STAFF | {Role.INTEGRATOR},
}


@router.get("/customers", responses=problems(BadCursor))
def list_customers(db: Db, q: Search = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CustomerOut]:
    """Return customers by name, those whose name, number or phone contains `q`."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_customers(db, text=q, after=after, limit=limit + 1), limit)
    items = [CustomerOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/customers", status_code=201, responses=problems(NumberTaken))
def create_customer(body: CustomerIn, db: Db) -> CustomerOut:
    """Add a customer."""
    customer = service.create_customer(
        db,
        body.name,
        number=body.number,
        phone=body.phone,
        email=body.email,
        locale=body.locale,
        note=body.note,
        tier=body.tier,
    )
    return CustomerOut.model_validate(customer)


@router.put("/customers/{customer_id}/tier", responses=problems(CustomerUnknown))
def set_customer_tier(customer_id: UUID, body: TierIn, db: Db) -> CustomerOut:
    """Say which class of service was agreed with a customer; what was promised before stays."""
    return CustomerOut.model_validate(service.set_tier(db, customer_id, tier=body.tier))


@router.get("/customers/{customer_id}", responses=problems(CustomerUnknown))
def get_customer(customer_id: UUID, db: Db) -> CustomerOut:
    """Return a customer."""
    return CustomerOut.model_validate(service.get_customer(db, customer_id))


@router.get("/customers/{customer_id}/contacts", responses=problems(CustomerUnknown))
def list_contacts(customer_id: UUID, db: Db) -> Page[ContactOut]:
    """Return the contacts of a customer, the primary one first."""
    items = [ContactOut.model_validate(row) for row in service.contacts_of(db, customer_id)]
    return Page(items=items, next_cursor=None)


@router.post("/customers/{customer_id}/contacts", status_code=201, responses=problems(CustomerUnknown))
def create_contact(customer_id: UUID, body: ContactIn, db: Db) -> ContactOut:
    """Add a contact; a new primary one takes the place of the old."""
    contact = service.create_contact(
        db,
        customer_id,
        name=body.name,
        title=body.title,
        phone=body.phone,
        email=body.email,
        is_primary=body.is_primary,
    )
    return ContactOut.model_validate(contact)


@router.get("/sites", responses=problems(BadCursor))
def list_sites(
    db: Db, customer_id: UUID | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SiteOut]:
    """Return sites by name, of one customer or of all."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_sites(db, customer_id=customer_id, after=after, limit=limit + 1), limit)
    items = [SiteOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post("/sites", status_code=201, responses=problems(CustomerUnknown))
def create_site(body: SiteIn, db: Db) -> SiteOut:
    """Add a site of a customer."""
    site = service.create_site(
        db,
        body.customer_id,
        name=body.name,
        address=body.address,
        position=LonLat(body.lon, body.lat),
        access_notes=body.access_notes,
        opening_hours=[hours.model_dump(mode="json") for hours in body.opening_hours],
    )
    return SiteOut.model_validate(site)


@router.get("/sites/{site_id}", responses=problems(SiteUnknown))
def get_site(site_id: UUID, db: Db) -> SiteOut:
    """Return a site."""
    return SiteOut.model_validate(service.get_site(db, site_id))
