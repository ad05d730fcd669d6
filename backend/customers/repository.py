"""Queries over customers, contacts and sites."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from backend.customers.models import Contact, Customer, Site


def customer(session: Session, customer_id: UUID) -> Customer | None:
    """Return a customer."""
    return session.get(Customer, customer_id)


def number_is_taken(session: Session, number: str) -> bool:
    """Tell whether a customer has this number."""
    return session.scalar(select(Customer.id).where(Customer.number == number)) is not None


def customers(session: Session, *, text: str | None, after: tuple[str, UUID] | None, limit: int) -> Sequence[Customer]:
    """Return customers by name, behind a key, whose name, number or phone contains `text`."""
    query = select(Customer).order_by(Customer.name, Customer.id).limit(limit)
    if text:
        fields = (Customer.name, Customer.number, func.coalesce(Customer.phone, ""))
        found = [func.strpos(func.lower(field), text.lower()) > 0 for field in fields]
        query = query.where(or_(*found))
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


def site(session: Session, site_id: UUID) -> Site | None:
    """Return a site."""
    return session.get(Site, site_id)


def sites(session: Session, *, customer_id: UUID | None, after: tuple[str, UUID] | None, limit: int) -> Sequence[Site]:
    """Return sites by name, behind a key, of one customer or of all."""
    query = select(Site).order_by(Site.name, Site.id).limit(limit)
    if customer_id is not None:
        query = query.where(Site.customer_id == customer_id)
    if after:
        query = query.where(or_(Site.name > after[0], (Site.name == after[0]) & (Site.id > after[1])))
    return session.scalars(query).all()


def sites_by_id(session: Session, ids: Collection[UUID]) -> Sequence[Site]:
    """Return the sites with these ids."""
    return session.scalars(select(Site).where(Site.id.in_(ids))).all()
