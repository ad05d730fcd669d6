"""Customers, contacts and sites as files: what was exported is imported as it was, and twice is once.

A row is known by what people write: a customer by its number, or its name where no number is given; a contact and a
site by their customer's number and their own name. A column or cell that is not there leaves what is there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from backend.customers import repository, service
from backend.customers.changes import current_customer
from backend.customers.errors import Ambiguous, CustomerUnknown
from backend.customers.models import Contact, Customer, Site
from backend.customers.schemas import ContactRow, CustomerRow, SiteRow
from kernel import imports
from kernel.fields import Body
from kernel.geo import LonLat
from kernel.imports import ImportReport, Outcome, Template
from kernel.sheets import Cell, Format, write

MOST_EXPORTED = 100_000
RowT = TypeVar("RowT", Customer, Contact, Site)


class Kind(StrEnum):
    """The tables that can be exchanged."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    SITES = "sites"


NAMES = {"phone": ("电话", "Phone"), "email": ("邮箱", "E-mail")}
CUSTOMERS = Template(
    "customers",
    CustomerRow,
    {"number": ("客户编号", "Number"), "name": ("客户名称", "Name")}
    | NAMES
    | {"locale": ("语言", "Language"), "note": ("备注", "Note"), "tier": ("客户等级", "Tier")},
)
CONTACTS = Template(
    "contacts",
    ContactRow,
    {"customer": ("客户编号", "Customer number"), "name": ("姓名", "Name"), "title": ("职务", "Title")}
    | NAMES
    | {"is_primary": ("主要联系人", "Primary")},
)
SITES = Template(
    "sites",
    SiteRow,
    {
        "customer": ("客户编号", "Customer number"),
        "name": ("站点名称", "Name"),
        "address": ("地址", "Address"),
        "lon": ("经度", "Longitude"),
        "lat": ("纬度", "Latitude"),
        "access_notes": ("进场说明", "Access notes"),
    },
)


def put_customer(session: Session, row: CustomerRow) -> Outcome:
    """Make or change the customer of a row.

    Raises:
        Ambiguous: more than one customer has the name, and the row has no number.
    """
    if row.number is not None:
        known = repository.customer_of_number(session, row.number)
    else:
        known = _only(repository.customers_of_name(session, row.name))
    if known is None:
        service.create_customer(session, **row.model_dump())
        return Outcome.CREATED
    return _overwrite(known, _said(row))


def put_contact(session: Session, row: ContactRow) -> Outcome:
    """Make or change the contact of a row.

    Raises:
        CustomerUnknown: no customer has the number.
        Ambiguous: the customer has more than one contact of this name.
    """
    customer = _customer(session, row.customer)
    known = _only(repository.contacts_of_name(session, customer.id, row.name))
    if known is None:
        service.create_contact(session, customer.id, **row.model_dump(exclude={"customer"}))
        return Outcome.CREATED
    said = _said(row)
    becomes_primary = said.get("is_primary", False) and not known.is_primary
    if becomes_primary:
        service.make_primary(session, known)
    outcome = _overwrite(known, said)
    return Outcome.UPDATED if becomes_primary else outcome


def put_site(session: Session, row: SiteRow) -> Outcome:
    """Make or change the site of a row.

    Raises:
        CustomerUnknown: no customer has the number.
        Ambiguous: the customer has more than one site of this name.
    """
    customer = _customer(session, row.customer)
    known = _only(repository.sites_of_name(session, customer.id, row.name))
    said = _said(row)
    said["position"] = LonLat(said.pop("lon"), said.pop("lat"))
    if known is None:
        service.create_site(session, customer.id, **said)
        return Outcome.CREATED
    return _overwrite(known, said)


def _said(row: Body) -> dict[str, Any]:
    return row.model_dump(exclude_unset=True, exclude={"customer"})


def _customer(session: Session, number: str) -> Customer:
    customer = repository.customer_of_number(session, number)
    if customer is None:
        raise CustomerUnknown(f"No customer has the number {number}.", number=number)
    return current_customer(session, customer.id)


def _only(rows: Sequence[RowT]) -> RowT | None:
    if len(rows) > 1:
        raise Ambiguous(f"More than one is called {rows[0].name}.", name=rows[0].name)
    return rows[0] if rows else None


def _overwrite(row: Customer | Contact | Site, said: dict[str, Any]) -> Outcome:
    changed = {field: value for field, value in said.items() if getattr(row, field) != value}
    for field, value in changed.items():
        setattr(row, field, value)
    if changed:
        row.version += 1
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _customer_cells(session: Session) -> list[Sequence[Cell]]:
    rows = repository.every_customer(session, limit=MOST_EXPORTED)
    return [(row.number, row.name, row.phone, row.email, row.locale, row.note, row.tier) for row in rows]


def _contact_cells(session: Session) -> list[Sequence[Cell]]:
    rows = repository.every_contact(session, limit=MOST_EXPORTED)
    return [(number, row.name, row.title, row.phone, row.email, row.is_primary) for number, row in rows]


def _site_cells(session: Session) -> list[Sequence[Cell]]:
    rows = repository.every_site(session, limit=MOST_EXPORTED)
    return [
        (number, row.name, row.address, row.position.lon, row.position.lat, row.access_notes) for number, row in rows
    ]


@dataclass(frozen=True)
class Exchange:
    """A table's columns, what puts a row away, and what reads all rows."""

    template: Template[Any]
    put: Callable[[Session, Any], Outcome]
    cells: Callable[[Session], list[Sequence[Cell]]]


EXCHANGES = {
    Kind.CUSTOMERS: Exchange(CUSTOMERS, put_customer, _customer_cells),
    Kind.CONTACTS: Exchange(CONTACTS, put_contact, _contact_cells),
    Kind.SITES: Exchange(SITES, put_site, _site_cells),
}


def run_import(session: Session, kind: Kind, data: bytes, *, dry_run: bool, take_good_rows: bool) -> ImportReport:
    """Import a file, or try to.

    Raises:
        Unreadable, TooManyRows, NoSuchColumn: the file is no such table.
    """
    exchange = EXCHANGES[kind]
    return imports.run(session, data, exchange.template, exchange.put, dry_run=dry_run, take_good_rows=take_good_rows)


def export(session: Session, kind: Kind, written_as: Format, *, locale: str) -> bytes:
    """Return all rows as a file, at most `MOST_EXPORTED`."""
    exchange = EXCHANGES[kind]
    return write(written_as, exchange.template.header(locale), exchange.cells(session))
