"""Use cases of customers, their contacts and their sites."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.customers import repository
from backend.customers.errors import Ambiguous, CustomerUnknown, NumberTaken, SiteUnknown
from backend.customers.models import Contact, Customer, Site
from kernel import clock
from kernel.geo import LonLat
from kernel.numbers import next_number


def create_customer(
    session: Session,
    name: str,
    *,
    number: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    locale: str = "zh",
    note: str = "",
    tier: str | None = None,
) -> Customer:
    """Add a customer; without a number it gets the next one.

    Raises:
        NumberTaken: another customer has the number.
    """
    if number is not None and repository.number_is_taken(session, number):
        raise NumberTaken(f"Customer {number} exists already.", number=number)
    number = number or next_number(session, "CU", at=clock.now())
    customer = Customer(number=number, name=name, phone=phone, email=email, locale=locale, note=note, tier=tier)
    session.add(customer)
    session.flush()
    return customer


def create_contact(
    session: Session,
    customer_id: UUID,
    *,
    name: str,
    title: str = "",
    phone: str | None = None,
    email: str | None = None,
    is_primary: bool = False,
) -> Contact:
    """Add a contact; a new primary one takes the place of the old.

    Raises:
        CustomerUnknown: there is no such customer.
    """
    get_customer(session, customer_id)
    contact = Contact(customer_id=customer_id, name=name, title=title, phone=phone, email=email, is_primary=False)
    session.add(contact)
    if is_primary:
        make_primary(session, contact)
    session.flush()
    return contact


def make_primary(session: Session, contact: Contact) -> None:
    """Let this contact be the one to call first, in place of the former one."""
    if former := repository.primary_contact(session, contact.customer_id):
        former.is_primary = False
        session.flush()
    contact.is_primary = True


def create_site(
    session: Session,
    customer_id: UUID,
    *,
    name: str,
    address: str,
    position: LonLat,
    access_notes: str = "",
    opening_hours: Sequence[dict[str, Any]] = (),
) -> Site:
    """Add a site of a customer.

    Raises:
        CustomerUnknown: there is no such customer.
    """
    get_customer(session, customer_id)
    site = Site(
        customer_id=customer_id,
        name=name,
        address=address,
        position=position,
        access_notes=access_notes,
        opening_hours=list(opening_hours),
    )
    session.add(site)
    session.flush()
    return site


def get_customer(session: Session, customer_id: UUID) -> Customer:
    """Return a customer.

    Raises:
        CustomerUnknown: there is none with this id.
    """
    customer = repository.customer(session, customer_id)
    if customer is None:
        raise CustomerUnknown("No customer has this id.", customer_id=customer_id)
    return customer


def get_site(session: Session, site_id: UUID) -> Site:
    """Return a site.

    Raises:
        SiteUnknown: there is none with this id.
    """
    site = repository.site(session, site_id)
    if site is None:
        raise SiteUnknown("No site has this id.", site_id=site_id)
    return site


def site_of_name(session: Session, number: str, name: str) -> Site:
    """Return the site of a customer by the customer's number and its own name.

    Raises:
        CustomerUnknown: no customer has the number.
        SiteUnknown: the customer has no site of this name.
        Ambiguous: it has more than one.
    """
    customer = repository.customer_of_number(session, number)
    if customer is None:
        raise CustomerUnknown(f"No customer has the number {number}.", number=number)
    sites = repository.sites_of_name(session, customer.merged_into_id or customer.id, name)
    if not sites:
        raise SiteUnknown(f"The customer has no site {name}.", name=name)
    if len(sites) > 1:
        raise Ambiguous(f"More than one is called {name}.", name=name)
    return sites[0]


def contacts_of(session: Session, customer_id: UUID) -> Sequence[Contact]:
    """Return the contacts of a customer, the primary one first.

    Raises:
        CustomerUnknown: there is no such customer.
    """
    get_customer(session, customer_id)
    return repository.contacts(session, customer_id)


def list_customers(
    session: Session,
    *,
    text: str | None = None,
    tier: str | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int,
) -> Sequence[Customer]:
    """Return customers by name, behind a key."""
    return repository.customers(session, text=text, tier=tier, after=after, limit=limit)


def list_sites(
    session: Session,
    *,
    text: str | None = None,
    customer_id: UUID | None = None,
    after: tuple[str, UUID] | None = None,
    limit: int,
) -> Sequence[Site]:
    """Return sites by name, behind a key."""
    return repository.sites(session, text=text, customer_id=customer_id, after=after, limit=limit)


def customers_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Customer]:
    """Return those of the customers that exist, by id."""
    return {customer.id: customer for customer in repository.customers_by_id(session, ids)}


def sites_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Site]:
    """Return those of the sites that exist, by id."""
    return {site.id: site for site in repository.sites_by_id(session, ids)}
