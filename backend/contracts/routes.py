"""Contracts, their entitlements, and the coverage of orders over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets.errors import AssetUnknown, ClassUnknown
from backend.contracts import allowances, deciding, service
from backend.contracts.errors import (
    AllowanceSpent,
    ContractTaken,
    ContractUnknown,
    CoverageUndecided,
    NoAllowance,
    ScopeElsewhere,
    StaleContract,
)
from backend.contracts.models import OrderCoverage
from backend.contracts.schemas import (
    AllowanceOut,
    ContractChange,
    ContractIn,
    ContractLine,
    ContractOut,
    CoverageOut,
    EntryOut,
    GrantIn,
    JudgementOut,
    OverrideIn,
    TermsOut,
)
from backend.customers import service as customers
from backend.customers.errors import CustomerUnknown, SiteUnknown
from backend.prices.errors import PriceListUnknown
from kernel import clock, http
from kernel.auth import OFFICE, STAFF, Role
from kernel.fields import Search
from kernel.http import Db, Me, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_day_cursor,
    decode_id_cursor,
    encode_cursor,
)

router = http.router("contracts")

WRITERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_contracts": OFFICE,
    "create_contract": WRITERS,
    "get_contract": OFFICE,
    "replace_contract": WRITERS,
    "list_versions": OFFICE,
    "list_allowances": OFFICE,
    "list_entries": OFFICE,
    "grant_more": WRITERS,
    "preview_coverage": STAFF,
    "list_coverage": OFFICE,
    "override_coverage": WRITERS,
}


@router.get("/contracts", responses=problems(BadCursor))
def list_contracts(
    db: Db,
    *,
    customer_id: UUID | None = None,
    q: Search = None,
    in_force: bool = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ContractLine]:
    """Return contracts by their last day, the next to end first; `in_force`: those that hold today."""
    today = service.local_day(db, clock.now())
    found = service.list_contracts(
        db,
        customer_id=customer_id,
        text=q,
        in_force_on=today if in_force else None,
        after=decode_day_cursor(cursor) if cursor else None,
        limit=limit + 1,
    )
    rows, more = cut(found, limit)
    names = service.customer_names(db, rows)
    items = [ContractLine.of(row, customer_name=names[row.customer_id], today=today) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].ends_on, rows[-1].id) if more else None)


def _whole(db: Session, contract_id: UUID) -> ContractOut:
    agreed = service.get_contract(db, contract_id)
    row = agreed.contract
    name = service.customer_names(db, [row])[row.customer_id]
    line = ContractLine.of(row, customer_name=name, today=service.local_day(db, clock.now()))
    return ContractOut(**line.model_dump(), terms=TermsOut.of(agreed))


@router.post(
    "/contracts",
    status_code=201,
    responses=problems(
        CustomerUnknown, ContractTaken, PriceListUnknown, AssetUnknown, SiteUnknown, ClassUnknown, ScopeElsewhere
    ),
)
def create_contract(body: ContractIn, db: Db, me: Me) -> ContractOut:
    """Write a contract with a customer."""
    row = service.create_contract(db, body.customer_id, body.draft(), number=body.number, by=me.user_id)
    return _whole(db, row.id)


@router.get("/contracts/{contract_id}", responses=problems(ContractUnknown))
def get_contract(contract_id: UUID, db: Db) -> ContractOut:
    """Return a contract with the terms in force."""
    return _whole(db, contract_id)


@router.put(
    "/contracts/{contract_id}",
    responses=problems(
        ContractUnknown, StaleContract, PriceListUnknown, AssetUnknown, SiteUnknown, ClassUnknown, ScopeElsewhere
    ),
)
def replace_contract(contract_id: UUID, body: ContractChange, db: Db, me: Me) -> ContractOut:
    """Give a contract new terms; orders that were opened before keep what was decided for them."""
    service.replace_contract(db, contract_id, body.draft(), expected_version=body.version, by=me.user_id)
    return _whole(db, contract_id)


@router.get("/contracts/{contract_id}/versions", responses=problems(ContractUnknown))
def list_versions(contract_id: UUID, db: Db) -> Page[TermsOut]:
    """Return all terms that a contract has had, the latest first."""
    return Page(items=[TermsOut.of(agreed) for agreed in service.versions_of(db, contract_id)], next_cursor=None)


@router.get("/contracts/{contract_id}/allowances", responses=problems(ContractUnknown))
def list_allowances(contract_id: UUID, db: Db) -> Page[AllowanceOut]:
    """Return what is left of the entitlements of a contract, the latest period first; today's is opened by asking."""
    at = clock.now()
    rows = allowances.present_balances(
        db, service.version_in_force(db, contract_id), day=service.local_day(db, at), at=at
    )
    return Page(items=[AllowanceOut.of(row, granted) for row, granted in rows], next_cursor=None)


@router.get("/contracts/{contract_id}/allowance-entries", responses=problems(ContractUnknown, BadCursor))
def list_entries(contract_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[EntryOut]:
    """Return the ledger of the entitlements of a contract, the latest entry first."""
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(service.ledger_of(db, contract_id, after=after, limit=limit + 1), limit)
    items = [EntryOut.of(row, unit) for row, unit in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1][0].id) if more else None)


@router.post(
    "/contracts/{contract_id}/allowance-entries", status_code=201, responses=problems(ContractUnknown, NoAllowance)
)
def grant_more(contract_id: UUID, body: GrantIn, db: Db, me: Me) -> Page[AllowanceOut]:
    """Grant more than the terms do in the present period; the same operation again changes nothing."""
    version, at = service.version_in_force(db, contract_id), clock.now()
    allowances.grant(
        db,
        version,
        body.unit,
        body.quantity,
        reason=body.reason,
        client_op_id=body.client_op_id,
        by=me.user_id,
        day=service.local_day(db, at),
        at=at,
    )
    return list_allowances(contract_id, db)


@router.get("/coverage-preview", responses=problems(SiteUnknown, AssetUnknown))
def preview_coverage(db: Db, site_id: UUID, asset_id: UUID | None = None) -> JudgementOut:
    """Return who would pay for work on an asset or at a site if an order was opened now."""
    at = clock.now()
    site = customers.get_site(db, site_id)
    subject = deciding.Subject(customer_id=site.customer_id, site_id=site.id, asset_id=asset_id)
    return JudgementOut.of(deciding.judge(db, subject, day=service.local_day(db, at), at=at))


def _decided(db: Session, rows: Sequence[OrderCoverage]) -> list[CoverageOut]:
    found = service.contracts_of_versions(db, {row.contract_version_id for row in rows if row.contract_version_id})
    return [CoverageOut.of(row, found[row.contract_version_id][0] if row.contract_version_id else None) for row in rows]


@router.get("/work-orders/{work_order_id}/coverage", responses=problems(CoverageUndecided))
def list_coverage(work_order_id: UUID, db: Db) -> Page[CoverageOut]:
    """Return what was decided about who pays for an order, the latest first: that one holds."""
    return Page(items=_decided(db, deciding.history(db, work_order_id)), next_cursor=None)


@router.post(
    "/work-orders/{work_order_id}/coverage",
    status_code=201,
    responses=problems(CoverageUndecided, ContractUnknown, AllowanceSpent),
)
def override_coverage(work_order_id: UUID, body: OverrideIn, db: Db, me: Me) -> CoverageOut:
    """Decide otherwise who pays for an order, with the reason; kept beside what was decided before, and audited."""
    row = deciding.override(
        db,
        work_order_id,
        basis=body.basis,
        shares=body.coverage.shares(),
        contract_id=body.contract_id,
        note=body.reason,
        by=me.user_id,
        at=clock.now(),
    )
    return _decided(db, [row])[0]
