"""Customers and sites that change: edited by version, and duplicates that become one."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from backend.customers import repository, service
from backend.customers.errors import CannotMerge, CustomerUnknown, SiteUnknown, StaleVersion
from backend.customers.events import CustomerMerged
from backend.customers.models import Customer, Site
from backend.customers.repository import Alike
from kernel import audit
from kernel.outbox import publish

RowT = TypeVar("RowT", Customer, Site)


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
