"""Use cases of contracts: write one, change its terms, read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.errors import ClassUnknown
from backend.contracts import repository
from backend.contracts.coverage import Kind
from backend.contracts.errors import ContractTaken, ContractUnknown, ScopeElsewhere, StaleContract
from backend.contracts.ledger import Cycle, Unit
from backend.contracts.models import AllowanceEntry, Contract, ContractScope, ContractVersion, Entitlement
from backend.customers import changes as customers
from backend.customers import service as customer_rows
from backend.prices import service as prices
from kernel import audit, clock
from kernel.numbers import next_number


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a contract is for; empty: everything of the customer."""

    asset_ids: Sequence[UUID] = ()
    class_codes: Sequence[str] = ()
    site_ids: Sequence[UUID] = ()


@dataclass(frozen=True, kw_only=True)
class Granted:
    """How much is granted in each period."""

    quantity: Decimal
    cycle: Cycle


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The terms of a contract."""

    name: str
    starts_on: date
    ends_on: date
    shares: Mapping[Kind, int]
    tier: str | None = None
    price_list_id: UUID | None = None
    note: str = ""
    scope: Scope = field(default_factory=Scope)
    entitlements: Mapping[Unit, Granted] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One version of a contract, whole."""

    contract: Contract
    version: ContractVersion
    scope: Scope
    entitlements: Mapping[Unit, Granted]


def create_contract(
    session: Session, customer_id: UUID, draft: Draft, *, number: str | None = None, by: UUID | None = None
) -> Contract:
    """Write a contract with a customer; without a number it gets the next one.

    Raises:
        CustomerUnknown, PriceListUnknown, AssetUnknown, SiteUnknown, ClassUnknown: they do not exist here.
        ContractTaken: another one has the number.
        ScopeElsewhere: an asset or site is another customer's.
    """
    customer = customers.current_customer(session, customer_id)
    if number is not None and repository.by_number(session, number) is not None:
        raise ContractTaken(f"There is a contract {number} already.", number=number)
    row = Contract(
        number=number or next_number(session, "CT", at=clock.now()),
        customer_id=customer.id,
        name=draft.name,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        version=1,
    )
    session.add(row)
    session.flush()
    _write(session, row, draft, by=by)
    return row


def replace_contract(
    session: Session, contract_id: UUID, draft: Draft, *, expected_version: int, by: UUID | None = None
) -> Contract:
    """Give a contract new terms; orders that were opened before keep what was decided for them.

    Raises:
        ContractUnknown: there is no such contract.
        StaleContract: it changed since it was read.
        PriceListUnknown, AssetUnknown, SiteUnknown, ClassUnknown: they do not exist here.
        ScopeElsewhere: an asset or site is another customer's.
    """
    row = repository.contract(session, contract_id, lock=True)
    if row is None:
        raise ContractUnknown("No contract has this id.", contract_id=contract_id)
    if row.version != expected_version:
        raise StaleContract("The contract was changed since you read it.", version=row.version)
    row.name, row.starts_on, row.ends_on = draft.name, draft.starts_on, draft.ends_on
    row.version += 1
    session.flush()
    _write(session, row, draft, by=by)
    return row


def _write(session: Session, row: Contract, draft: Draft, *, by: UUID | None) -> None:
    if draft.price_list_id is not None:
        prices.get_price_list(session, draft.price_list_id)
    version = ContractVersion(
        contract_id=row.id,
        version=row.version,
        name=draft.name,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        **{f"{kind}_percent": draft.shares.get(kind, 0) for kind in Kind},
        tier=draft.tier,
        price_list_id=draft.price_list_id,
        note=draft.note,
        actor_id=by,
    )
    session.add(version)
    session.flush()
    session.add_all(_scope_rows(session, version.id, row.customer_id, draft.scope))
    session.add_all(
        Entitlement(contract_version_id=version.id, unit=unit, quantity=granted.quantity, cycle=granted.cycle)
        for unit, granted in draft.entitlements.items()
    )
    audit.record(
        session,
        action="contract.write",
        subject="contract",
        subject_id=row.id,
        actor_id=by,
        detail={"version": row.version},
    )
    session.flush()


def _scope_rows(session: Session, version_id: UUID, customer_id: UUID, scope: Scope) -> list[ContractScope]:
    for asset_id in scope.asset_ids:
        if assets.get_asset(session, asset_id).customer_id != customer_id:
            raise ScopeElsewhere("The asset belongs to another customer.", asset_id=asset_id)
    for site_id in scope.site_ids:
        if customer_rows.get_site(session, site_id).customer_id != customer_id:
            raise ScopeElsewhere("The site belongs to another customer.", site_id=site_id)
    known = {row.code: row.id for row in assets.list_asset_classes(session)} if scope.class_codes else {}
    if strange := [code for code in scope.class_codes if code not in known]:
        raise ClassUnknown(f"No asset class has the code {strange[0]}.", code=strange[0])
    classes = [known[code] for code in scope.class_codes]
    return [
        *(ContractScope(contract_version_id=version_id, asset_id=key) for key in dict.fromkeys(scope.asset_ids)),
        *(ContractScope(contract_version_id=version_id, class_id=key) for key in dict.fromkeys(classes)),
        *(ContractScope(contract_version_id=version_id, site_id=key) for key in dict.fromkeys(scope.site_ids)),
    ]


def get_contract(session: Session, contract_id: UUID) -> Agreed:
    """Return a contract with the terms in force.

    Raises:
        ContractUnknown: there is none with this id.
    """
    version = version_in_force(session, contract_id)
    return _whole(session, _known(session, contract_id), [version])[0]


def versions_of(session: Session, contract_id: UUID) -> list[Agreed]:
    """Return all terms that a contract has had, the latest first.

    Raises:
        ContractUnknown: there is none with this id.
    """
    return _whole(session, _known(session, contract_id), repository.versions(session, contract_id))


def version_in_force(session: Session, contract_id: UUID) -> ContractVersion:
    """Return the terms in force of a contract.

    Raises:
        ContractUnknown: there is none with this id.
    """
    return repository.version(session, contract_id, _known(session, contract_id).version)


def _known(session: Session, contract_id: UUID) -> Contract:
    row = repository.contract(session, contract_id)
    if row is None:
        raise ContractUnknown("No contract has this id.", contract_id=contract_id)
    return row


def _whole(session: Session, contract: Contract, versions: Sequence[ContractVersion]) -> list[Agreed]:
    ids = [version.id for version in versions]
    scopes = repository.scopes(session, ids)
    granted = repository.entitlements(session, ids)
    codes = {row.id: row.code for row in assets.list_asset_classes(session)}
    return [
        Agreed(
            contract=contract,
            version=version,
            scope=Scope(
                asset_ids=[row.asset_id for row in scopes if row.contract_version_id == version.id and row.asset_id],
                class_codes=[
                    codes[row.class_id] for row in scopes if row.contract_version_id == version.id and row.class_id
                ],
                site_ids=[row.site_id for row in scopes if row.contract_version_id == version.id and row.site_id],
            ),
            entitlements={
                row.unit: Granted(quantity=row.quantity, cycle=row.cycle)
                for row in granted
                if row.contract_version_id == version.id
            },
        )
        for version in versions
    ]


def list_contracts(
    session: Session,
    *,
    customer_id: UUID | None = None,
    text: str | None = None,
    in_force_on: date | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int,
) -> Sequence[Contract]:
    """Return contracts by their last day, behind a key."""
    return repository.listed(
        session, customer_id=customer_id, text=text, in_force_on=in_force_on, after=after, limit=limit
    )


def ledger_of(
    session: Session, contract_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[tuple[AllowanceEntry, Unit]]:
    """Return the ledger of a contract's entitlements, the latest entry first.

    Raises:
        ContractUnknown: there is none with this id.
    """
    _known(session, contract_id)
    return repository.entries(session, contract_id, after=after, limit=limit)


def customer_names(session: Session, rows: Sequence[Contract]) -> dict[UUID, str]:
    """Return the names of the customers of contracts, by id."""
    found = customer_rows.customers_by_id(session, {row.customer_id for row in rows})
    return {key: row.name for key, row in found.items()}


def contracts_of_versions(session: Session, version_ids: set[UUID]) -> dict[UUID, tuple[Contract, ContractVersion]]:
    """Return versions with their contracts, by the version's id."""
    versions = repository.versions_by_id(session, version_ids)
    return {key: (_known(session, row.contract_id), row) for key, row in versions.items()}


def hand_over(session: Session, customer_id: UUID, into_id: UUID) -> None:
    """Give the contracts of a customer that became a part of another to that one."""
    repository.hand_over(session, customer_id, customers.current_customer(session, into_id).id)


def version_by_id(session: Session, version_id: UUID) -> ContractVersion:
    """Return the terms that were in force at some time, by their own id."""
    return repository.versions_by_id(session, [version_id])[version_id]


def zone(session: Session) -> ZoneInfo:
    """Return the tenant's time zone, by which days are counted."""
    return ZoneInfo(repository.time_zone(session))


def local_day(session: Session, at: datetime) -> date:
    """Return the day in the tenant's time zone that an instant falls on."""
    return at.astimezone(zone(session)).date()
