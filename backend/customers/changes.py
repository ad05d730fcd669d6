"""Customers and sites that change: edited by version, and duplicates that become one."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from backend.customers import repository, service
from backend.customers.errors import CannotMerge, ContactUnknown, CustomerUnknown, SiteUnknown, StaleVersion
from backend.customers.events import CustomerMerged
from backend.customers.models import Contact, Customer, Site
from backend.customers.repository import Alike
from kernel import audit
from kernel.outbox import publish

RowT = TypeVar("RowT", Customer, Contact, Site)


def update_customer(session: Session, customer_id: UUID, *, version: int, changes: Mapping[str, Any]) -> Customer:
    """Change fields of a customer.

    Raises:
        CustomerUnknown: there is no such customer.
        StaleVersion: it changed since it was read.
    """
    customer = repository.customer(session, customer_id, lock=True)
    if customer is None:
        raise CustomerUnknown("No customer has this id.", customer_id=customer_id)
    return _changed(session, customer, version=version, changes=changes)


def update_site(session: Session, site_id: UUID, *, version: int, changes: Mapping[str, Any]) -> Site:
    """Change fields of a site.

    Raises:
        SiteUnknown: there is no such site.
        StaleVersion: it changed since it was read.
    """
    site = repository.site(session, site_id, lock=True)
    if site is None:
        raise SiteUnknown("No site has this id.", site_id=site_id)
    return _changed(session, site, version=version, changes=changes)


def update_contact(session: Session, contact_id: UUID, *, version: int, changes: Mapping[str, Any]) -> Contact:
    """Change fields of a contact; a new primary one takes the place of the old.

    Raises:
        ContactUnknown: there is no such contact.
        StaleVersion: it changed since it was read.
    """
    contact = _contact(session, contact_id)
    if contact.version == version and changes.get("is_primary") and not contact.is_primary:
        service.make_primary(session, contact)
    return _changed(session, contact, version=version, changes=changes)


def remove_contact(session: Session, contact_id: UUID) -> None:
    """Forget a contact.

    Raises:
        ContactUnknown: there is no such contact.
    """
    session.delete(_contact(session, contact_id))
    session.flush()


def _contact(session: Session, contact_id: UUID) -> Contact:
    contact = repository.contact(session, contact_id, lock=True)
    if contact is None:
        raise ContactUnknown("No contact has this id.", contact_id=contact_id)
    return contact


def _changed(session: Session, row: RowT, *, version: int, changes: Mapping[str, Any]) -> RowT:
    if row.version != version:
        raise StaleVersion("Read it again before changing it.", version=row.version)
    for field, value in changes.items():
        setattr(row, field, value)
    row.version = version + 1
    session.flush()
    return row


def merge(session: Session, customer_id: UUID, *, into_id: UUID, actor_id: UUID | None = None) -> Customer:
    """Make a duplicate a part of another customer, with its contacts and sites; return the one that stays.

    Other rooms follow when they hear of it. Once more changes nothing.

    Raises:
        CustomerUnknown: one of them does not exist.
        CannotMerge: they are the same, or one is a part of another customer already.
    """
    # Both in the order of their ids: two merges at once, in opposite directions, would wait for each other.
    held = {key: repository.customer(session, key, lock=True) for key in sorted((customer_id, into_id))}
    duplicate, into = held[customer_id], held[into_id]
    if duplicate is None or into is None:
        raise CustomerUnknown("No customer has this id.", customer_id=customer_id if duplicate is None else into_id)
    if customer_id == into_id:
        raise CannotMerge("A customer cannot be merged into itself.")
    if duplicate.merged_into_id == into_id:
        return into
    if duplicate.merged_into_id or into.merged_into_id:
        raise CannotMerge("One of them is a part of another customer already.")
    repository.hand_over(session, customer_id, into_id)
    for field in ("phone", "email"):
        if getattr(into, field) is None:
            setattr(into, field, getattr(duplicate, field))
    into.note = "\n".join(filter(None, [into.note, duplicate.note]))[:4_000]
    duplicate.merged_into_id = into_id
    for customer in (duplicate, into):
        customer.version += 1
    audit.record(
        session,
        actor_id=actor_id,
        action="customer.merge",
        subject="customer",
        subject_id=customer_id,
        detail={"into_id": str(into_id), "number": duplicate.number, "into": into.number},
    )
    publish(session, CustomerMerged(customer_id=customer_id, into_id=into_id))
    session.flush()
    return into


def current_customer(session: Session, customer_id: UUID) -> Customer:
    """Return a customer, or the one that it has become a part of.

    Raises:
        CustomerUnknown: there is none with this id.
    """
    customer = service.get_customer(session, customer_id)
    while customer.merged_into_id is not None:
        customer = service.get_customer(session, customer.merged_into_id)
    return customer


def duplicates(session: Session, *, limit: int) -> Sequence[Alike]:
    """Return customers that share a phone line, an e-mail address or a name, at most `limit` groups of each."""
    return repository.alike(session, limit=limit)
