"""Queries over customers, contacts and sites."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Text, func, literal, literal_column, or_, select, update
from sqlalchemy.orm import Session

from backend.customers.models import PHONE_DIGITS, Contact, Customer, Site

RowT = TypeVar("RowT", Customer, Contact, Site)


@dataclass(frozen=True)
class Alike:
    """Customers that share the value of a field."""

    by: str
    value: str
    customers: Sequence[Customer]


LIKENESS: dict[str, ColumnElement[str]] = {
    "phone": literal_column(PHONE_DIGITS, Text),
    "email": func.lower(Customer.email),
    "name": func.lower(Customer.name),
}
MOST_ALIKE = 20


def customer(session: Session, customer_id: UUID, *, lock: bool = False) -> Customer | None:
    """Return a customer, to change it if locked."""
    return _row(session, Customer, customer_id, lock=lock)


def _row(session: Session, table: type[RowT], row_id: UUID, *, lock: bool) -> RowT | None:
    if not lock:
        return session.get(table, row_id)
    query = select(table).where(table.id == row_id).with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def contact(session: Session, contact_id: UUID, *, lock: bool = False) -> Contact | None:
    """Return a contact, to change it if locked."""
    return _row(session, Contact, contact_id, lock=lock)


def customer_of_number(session: Session, number: str) -> Customer | None:
    """Return the customer with this number."""
    return session.scalar(select(Customer).where(Customer.number == number))


def customers_of_name(session: Session, name: str) -> Sequence[Customer]:
    """Return at most two customers of exactly this name, without those that became a part of another."""
    query = select(Customer).where(Customer.name == name, Customer.merged_into_id.is_(None)).limit(2)
    return session.scalars(query).all()


def contacts_of_name(session: Session, customer_id: UUID, name: str) -> Sequence[Contact]:
    """Return at most two contacts of exactly this name."""
    return session.scalars(
        select(Contact).where(Contact.customer_id == customer_id, Contact.name == name).limit(2)
    ).all()


def sites_of_name(session: Session, customer_id: UUID, name: str) -> Sequence[Site]:
    """Return at most two sites of exactly this name."""
    return session.scalars(select(Site).where(Site.customer_id == customer_id, Site.name == name).limit(2)).all()


def hand_over(session: Session, customer_id: UUID, into_id: UUID) -> None:
    """Give a customer's contacts and sites to another; who has a primary contact keeps it."""
    moved = {
        "customer_id": into_id,
        "is_primary": Contact.is_primary & literal(primary_contact(session, into_id) is None),
    }
    session.execute(update(Contact).where(Contact.customer_id == customer_id).values(moved))
    session.execute(update(Site).where(Site.customer_id == customer_id).values(customer_id=into_id))


def alike(session: Session, *, limit: int) -> Sequence[Alike]:
    """Return groups of customers that share a phone line, an e-mail address or a name; at most `limit` of each kind."""
    found: list[Alike] = []
    for by, field in LIKENESS.items():
        groups = session.execute(
            select(field, func.array_agg(Customer.id))
            .where(Customer.merged_into_id.is_(None), field.is_not(None), field != "")
            .group_by(field)
            .having(func.count() > 1)
            .order_by(func.count().desc(), field)
            .limit(limit)
        ).all()
        rows = {
            row.id: row for row in customers_by_id(session, [key for _, keys in groups for key in keys[:MOST_ALIKE]])
        }
        found += [Alike(by, value, [rows[key] for key in sorted(keys[:MOST_ALIKE])]) for value, keys in groups]
    return found


def every_customer(session: Session, *, limit: int) -> Sequence[Customer]:
    """Return customers by number, without those that became a part of another."""
    query = select(Customer).where(Customer.merged_into_id.is_(None)).order_by(Customer.number).limit(limit)
    return session.scalars(query).all()


def every_contact(session: Session, *, limit: int) -> Sequence[tuple[str, Contact]]:
    """Return contacts with their customer's number, by both."""
    query = (
        select(Customer.number, Contact)
        .join(Customer, Customer.id == Contact.customer_id)
        .order_by(Customer.number, Contact.name, Contact.id)
        .limit(limit)
    )
    return [(number, contact) for number, contact in session.execute(query)]


def every_site(session: Session, *, limit: int) -> Sequence[tuple[str, Site]]:
    """Return sites with their customer's number, by both."""
    query = (
        select(Customer.number, Site)
        .join(Customer, Customer.id == Site.customer_id)
        .order_by(Customer.number, Site.name, Site.id)
        .limit(limit)
    )
    return [(number, site) for number, site in session.execute(query)]


def number_is_taken(session: Session, number: str) -> bool:
    """Tell whether a customer has this number."""
    return session.scalar(select(Customer.id).where(Customer.number == number)) is not None


def customers(
    session: Session, *, text: str | None, tier: str | None, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Customer]:
    """Return customers by name, behind a key, whose name, number or phone contains `text`.

    A customer that became a part of another one is not there any more.
    """
    query = select(Customer).where(Customer.merged_into_id.is_(None)).order_by(Customer.name, Customer.id).limit(limit)
    if text:
        fields = (Customer.name, Customer.number, func.coalesce(Customer.phone, ""))
        found = [func.strpos(func.lower(field), text.lower()) > 0 for field in fields]
        query = query.where(or_(*found))
    if tier:
        query = query.where(Customer.tier == tier)
    if after:
        query = query.where(or_(Customer.name > after[0], (Customer.name == after[0]) & (Customer.id > after[1])))
    return session.scalars(query).all()


def customers_by_id(session: Session, ids: Collection[UUID]) -> Sequence[Customer]:
    """Return the customers with these ids."""
    return session.scalars(select(Customer).where(Customer.id.in_(ids))).all()


def contacts(session: Session, customer_id: UUID) -> Sequence[Contact]:
    """Return the contacts of a customer, the primary one first."""
    return session.scalars(
        select(Contact)
        .where(Contact.customer_id == customer_id)
        .order_by(Contact.is_primary.desc(), Contact.name, Contact.id)
    ).all()


def primary_contact(session: Session, customer_id: UUID) -> Contact | None:
    """Return the contact to call first."""
    return session.scalar(select(Contact).where(Contact.customer_id == customer_id, Contact.is_primary))


def site(session: Session, site_id: UUID, *, lock: bool = False) -> Site | None:
    """Return a site, to change it if locked."""
    return _row(session, Site, site_id, lock=lock)


def sites(
    session: Session,
    *,
    text: str | None,
    customer_id: UUID | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Site]:
    """Return sites by name, behind a key, of one customer or of all, whose name or address contains `text`."""
    query = select(Site).order_by(Site.name, Site.id).limit(limit)
    if text:
        found = [func.strpos(func.lower(field), text.lower()) > 0 for field in (Site.name, Site.address)]
        query = query.where(or_(*found))
    if customer_id is not None:
        query = query.where(Site.customer_id == customer_id)
    if after:
        query = query.where(or_(Site.name > after[0], (Site.name == after[0]) & (Site.id > after[1])))
    return session.scalars(query).all()


def sites_by_id(session: Session, ids: Collection[UUID]) -> Sequence[Site]:
    """Return the sites with these ids."""
    return session.scalars(select(Site).where(Site.id.in_(ids))).all()
