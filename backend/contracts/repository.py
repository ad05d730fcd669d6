"""Queries of contracts, entitlements and coverage."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from backend.contracts.ledger import EntryKind, Unit
from backend.contracts.models import (
    Allowance,
    AllowanceEntry,
    Contract,
    ContractScope,
    ContractVersion,
    Entitlement,
    OrderCoverage,
)
from kernel.db import Tenant, tenant_of
from kernel.ids import new_id

MOST = 500
"""Contracts of one customer that a decision looks at."""


def time_zone(session: Session) -> str:
    """Return the tenant's time zone."""
    return session.scalars(select(Tenant.time_zone).where(Tenant.id == tenant_of(session))).one()


def contract(session: Session, contract_id: UUID, *, lock: bool = False) -> Contract | None:
    """Return a contract."""
    query = select(Contract).where(Contract.id == contract_id)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


def by_number(session: Session, number: str) -> Contract | None:
    """Return the contract with a number."""
    return session.scalar(select(Contract).where(Contract.number == number))


def listed(
    session: Session,
    *,
    customer_id: UUID | None,
    text: str | None,
    in_force_on: date | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[Contract]:
    """Return contracts by their last day, the next to end first, behind a key."""
    query = select(Contract).order_by(Contract.ends_on, Contract.id).limit(limit)
    if customer_id is not None:
        query = query.where(Contract.customer_id == customer_id)
    if text:
        query = query.where(
            or_(*(column.icontains(text, autoescape=True) for column in (Contract.number, Contract.name)))
        )
    if in_force_on is not None:
        query = query.where(Contract.starts_on <= in_force_on, Contract.ends_on >= in_force_on)
    if after is not None:
        query = query.where(tuple_(Contract.ends_on, Contract.id) > after)
    return session.scalars(query).all()


def version(session: Session, contract_id: UUID, number: int) -> ContractVersion:
    """Return one version of a contract."""
    return session.scalars(
        select(ContractVersion).where(ContractVersion.contract_id == contract_id, ContractVersion.version == number)
    ).one()


def versions(session: Session, contract_id: UUID) -> Sequence[ContractVersion]:
    """Return the versions of a contract, the latest first."""
    return session.scalars(
        select(ContractVersion)
        .where(ContractVersion.contract_id == contract_id)
        .order_by(ContractVersion.version.desc())
        .limit(MOST)
    ).all()


def versions_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, ContractVersion]:
    """Return versions by their own ids."""
    return {row.id: row for row in session.scalars(select(ContractVersion).where(ContractVersion.id.in_(ids)))}


def current_of_customer(session: Session, customer_id: UUID) -> Sequence[ContractVersion]:
    """Return the terms of a customer's contracts as they stand, those that end last first."""
    return session.scalars(
        select(ContractVersion)
        .join(Contract, Contract.id == ContractVersion.contract_id)
        .where(Contract.customer_id == customer_id, Contract.version == ContractVersion.version)
        .order_by(ContractVersion.ends_on.desc(), ContractVersion.id)
        .limit(MOST)
    ).all()


def scopes(session: Session, version_ids: Collection[UUID]) -> Sequence[ContractScope]:
    """Return what versions are for."""
    return session.scalars(
        select(ContractScope).where(ContractScope.contract_version_id.in_(version_ids)).order_by(ContractScope.id)
    ).all()


def entitlements(session: Session, version_ids: Collection[UUID]) -> Sequence[Entitlement]:
    """Return what versions entitle to."""
    return session.scalars(
        select(Entitlement).where(Entitlement.contract_version_id.in_(version_ids)).order_by(Entitlement.unit)
    ).all()


def hand_over(session: Session, customer_id: UUID, into_id: UUID) -> None:
    """Give the contracts of a customer to another."""
    session.execute(update(Contract).where(Contract.customer_id == customer_id).values(customer_id=into_id))


def add_allowance(session: Session, contract_id: UUID, unit: Unit, starts_on: date, ends_on: date) -> UUID | None:
    """Write the empty allowance of a period; return its id, or None if it is there."""
    return session.scalar(
        insert(Allowance)
        .values(
            id=new_id(),
            tenant_id=tenant_of(session),
            contract_id=contract_id,
            unit=unit,
            starts_on=starts_on,
            ends_on=ends_on,
            balance=Decimal(0),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "contract_id", "unit", "starts_on"])
        .returning(Allowance.id)
    )


def allowance(session: Session, contract_id: UUID, unit: Unit, starts_on: date) -> Allowance:
    """Return the allowance of a period, as it stands now."""
    return session.scalars(
        select(Allowance)
        .where(Allowance.contract_id == contract_id, Allowance.unit == unit, Allowance.starts_on == starts_on)
        .execution_options(populate_existing=True)
    ).one()


def allowances(session: Session, contract_id: UUID, *, limit: int) -> Sequence[Allowance]:
    """Return the allowances of a contract, the latest period first."""
    return session.scalars(
        select(Allowance)
        .where(Allowance.contract_id == contract_id)
        .order_by(Allowance.starts_on.desc(), Allowance.unit)
        .limit(limit)
    ).all()


def over(session: Session, *, before: date, limit: int) -> Sequence[Allowance]:
    """Return allowances of periods that ended before a day and have something left, locked."""
    return session.scalars(
        select(Allowance)
        .where(Allowance.balance > 0, Allowance.ends_on < before)
        .order_by(Allowance.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def change_balance(session: Session, allowance_id: UUID, by: Decimal) -> Decimal | None:
    """Change what is left if it bears it; return what is left now, or None."""
    return session.scalar(
        update(Allowance)
        .where(Allowance.id == allowance_id, Allowance.balance + by >= 0)
        .values(balance=Allowance.balance + by)
        .returning(Allowance.balance)
    )


def take_up_to(session: Session, allowance_id: UUID, most: Decimal) -> Decimal:
    """Lock an allowance and return how much of `most` it bears."""
    query = select(Allowance.balance).where(Allowance.id == allowance_id).with_for_update()
    return min(session.scalars(query).one(), most)


def entry(session: Session, key: str) -> AllowanceEntry | None:
    """Return the entry that was written for something."""
    return session.scalar(select(AllowanceEntry).where(AllowanceEntry.key == key))


def entries_of_order(session: Session, work_order_ids: Collection[UUID]) -> Sequence[tuple[AllowanceEntry, Unit]]:
    """Return what orders have used and given back, with its unit, as it was written."""
    rows = session.execute(
        select(AllowanceEntry, Allowance.unit)
        .join(Allowance, Allowance.id == AllowanceEntry.allowance_id)
        .where(AllowanceEntry.work_order_id.in_(work_order_ids))
        .order_by(AllowanceEntry.id)
    )
    return [(row[0], row[1]) for row in rows]


def entries(
    session: Session, contract_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[AllowanceEntry, Unit]]:
    """Return the ledger of a contract, the latest entry first, behind one."""
    query = (
        select(AllowanceEntry, Allowance.unit)
        .join(Allowance, Allowance.id == AllowanceEntry.allowance_id)
        .where(Allowance.contract_id == contract_id)
        .order_by(AllowanceEntry.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(AllowanceEntry.id < after)
    return [(row[0], row[1]) for row in session.execute(query)]


def add_entry(session: Session, row: AllowanceEntry) -> None:
    """Write a line of the ledger."""
    session.add(row)
    session.flush()


def granted(session: Session, allowance_ids: Collection[UUID]) -> dict[UUID, Decimal]:
    """Return how much was granted by allowance."""
    found: dict[UUID, Decimal] = {}
    rows = session.scalars(
        select(AllowanceEntry).where(
            AllowanceEntry.allowance_id.in_(allowance_ids), AllowanceEntry.kind == EntryKind.GRANT
        )
    )
    for row in rows:
        found[row.allowance_id] = found.get(row.allowance_id, Decimal(0)) + row.quantity
    return found


def coverage(session: Session, work_order_ids: Collection[UUID]) -> dict[UUID, OrderCoverage]:
    """Return the coverage that holds by order; undecided ones are missing."""
    rows = session.scalars(
        select(OrderCoverage)
        .where(OrderCoverage.work_order_id.in_(work_order_ids))
        .order_by(OrderCoverage.work_order_id, OrderCoverage.seq.desc())
        .ext(distinct_on(OrderCoverage.work_order_id))
    )
    return {row.work_order_id: row for row in rows}


def coverage_history(session: Session, work_order_id: UUID) -> Sequence[OrderCoverage]:
    """Return what was decided about an order, the latest first."""
    return session.scalars(
        select(OrderCoverage)
        .where(OrderCoverage.work_order_id == work_order_id)
        .order_by(OrderCoverage.seq.desc())
        .limit(MOST)
    ).all()
