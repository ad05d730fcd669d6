"""Customers, contacts and sites over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Path, Query, Response

from backend.customers import changes, exchange, service
from backend.customers.errors import (
    CannotMerge,
    ContactUnknown,
    CustomerUnknown,
    NumberTaken,
    SiteUnknown,
    StaleVersion,
)
from backend.customers.exchange import Kind
from backend.customers.schemas import (
    ContactIn,
    ContactOut,
    ContactPatch,
    CustomerIn,
    CustomerOut,
    CustomerPatch,
    DuplicateOut,
    Likeness,
    Locale,
    MergeIn,
    SiteIn,
    SiteOut,
    SitePatch,
)
from kernel import audit, http, sheets
from kernel.auth import OFFICE, STAFF, Role
from kernel.fields import Code, Search
from kernel.geo import LonLat
from kernel.http import Db, Me, problems
from kernel.imports import ImportReport, NoSuchColumn
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
IMPORTERS = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.INTEGRATOR})
EXPORTERS = IMPORTERS | {Role.AUDITOR}
ACCESS = {
    "list_customers": READERS,
    "create_customer": WRITERS,
    "list_duplicates": WRITERS,
    "export_table": EXPORTERS,
    "import_table": IMPORTERS,
    "get_customer": READERS,
    "update_customer": WRITERS,
    "merge_customer": IMPORTERS,
    "list_contacts": READERS,
    "create_contact": WRITERS,
    "update_contact": WRITERS,
    "remove_contact": WRITERS,
    "list_sites": READERS,
    "create_site": WRITERS,
    "get_site": STAFF | {Role.INTEGRATOR},
    "update_site": WRITERS,
}


@router.get("/customers", responses=problems(BadCursor))
def list_customers(
    db: Db, *, q: Search = None, tier: Code | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[CustomerOut]:
    """Return customers by name, those whose name, number or phone contains `q`, or of one class of service."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_customers(db, text=q, tier=tier, after=after, limit=limit + 1), limit)
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


@router.get("/customers/duplicates")
def list_duplicates(db: Db, limit: Limit = DEFAULT_LIMIT) -> list[DuplicateOut]:
    """Return customers that share a phone line, an e-mail address or a name; at most `limit` groups of each."""
    return [
        DuplicateOut(
            by=Likeness(group.by),
            value=group.value,
            customers=[CustomerOut.model_validate(row) for row in group.customers],
        )
        for group in changes.duplicates(db, limit=limit)
    ]


@router.get(
    "/customers/tables/{kind}",
    response_class=Response,
    responses={200: {"description": "The file.", "content": {media: {} for media in sheets.MEDIA.values()}}},
)
def export_table(
    db: Db,
    me: Me,
    kind: Annotated[Kind, Path()],
    *,
    written_as: Annotated[sheets.Format, Query(alias="format")] = sheets.Format.XLSX,
    locale: Locale = "zh",
) -> Response:
    """Send all customers, contacts or sites as a file that `import_table` takes."""
    audit.record(db, actor_id=me.user_id, action="customers.export", subject=kind, subject_id=None)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.{written_as}"', "Cache-Control": "no-store"}
    content = exchange.export(db, kind, written_as, locale=locale)
    return Response(content, headers=headers, media_type=sheets.MEDIA[written_as])


@router.post("/customers/tables/{kind}", responses=problems(sheets.Unreadable, sheets.TooManyRows, NoSuchColumn))
def import_table(
    db: Db,
    me: Me,
    kind: Annotated[Kind, Path()],
    data: Annotated[bytes, Body(media_type="application/octet-stream", description="A CSV file or a workbook (XLSX).")],
    *,
    dry_run: bool = False,
    take_good_rows: bool = False,
) -> ImportReport:
    """Make or change customers, contacts or sites by the rows of a file; a dry run only tells what would happen.

    One bad row and nothing changes, unless `take_good_rows` is set. The same file twice changes nothing.
    """
    report = exchange.run_import(db, kind, data, dry_run=dry_run, take_good_rows=take_good_rows)
    if report.applied:
        counts = report.model_dump(include={"rows", "created", "updated", "failed"})
        audit.record(db, actor_id=me.user_id, action="customers.import", subject=kind, subject_id=None, detail=counts)
    return report


@router.patch("/customers/{customer_id}", responses=problems(CustomerUnknown, StaleVersion))
def update_customer(customer_id: UUID, body: CustomerPatch, db: Db) -> CustomerOut:
    """Change what the body names of a customer."""
    said = body.model_dump(exclude={"version"}, exclude_unset=True)
    return CustomerOut.model_validate(changes.update_customer(db, customer_id, version=body.version, changes=said))


@router.post("/customers/{customer_id}/merge", responses=problems(CustomerUnknown, CannotMerge))
def merge_customer(customer_id: UUID, body: MergeIn, db: Db, me: Me) -> CustomerOut:
    """Make this customer, a duplicate, a part of another, which is returned: contacts, sites, assets, all work."""
    return CustomerOut.model_validate(changes.merge(db, customer_id, into_id=body.into_id, actor_id=me.user_id))


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


@router.patch("/contacts/{contact_id}", responses=problems(ContactUnknown, StaleVersion))
def update_contact(contact_id: UUID, body: ContactPatch, db: Db) -> ContactOut:
    """Change what the body names of a contact; a new primary one takes the place of the old."""
    said = body.model_dump(exclude={"version"}, exclude_unset=True)
    return ContactOut.model_validate(changes.update_contact(db, contact_id, version=body.version, changes=said))


@router.delete("/contacts/{contact_id}", status_code=204, responses=problems(ContactUnknown))
def remove_contact(contact_id: UUID, db: Db) -> None:
    """Forget a contact."""
    changes.remove_contact(db, contact_id)


@router.get("/sites", responses=problems(BadCursor))
def list_sites(
    db: Db, *, q: Search = None, customer_id: UUID | None = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SiteOut]:
    """Return sites by name, of one customer or of all, those whose name or address contains `q`."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(service.list_sites(db, text=q, customer_id=customer_id, after=after, limit=limit + 1), limit)
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


@router.patch("/sites/{site_id}", responses=problems(SiteUnknown, StaleVersion))
def update_site(site_id: UUID, body: SitePatch, db: Db) -> SiteOut:
    """Change what the body names of a site."""
    said = body.model_dump(mode="json", exclude={"version"}, exclude_unset=True)
    if "lon" in said:
        said["position"] = LonLat(said.pop("lon"), said.pop("lat"))
    return SiteOut.model_validate(changes.update_site(db, site_id, version=body.version, changes=said))


@router.get("/sites/{site_id}", responses=problems(SiteUnknown))
def get_site(site_id: UUID, db: Db) -> SiteOut:
    """Return a site."""
    return SiteOut.model_validate(service.get_site(db, site_id))
