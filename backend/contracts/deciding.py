"""The coverage of orders: decided when one is opened, kept, changed only by a person who says why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets import tree, warranties
from backend.contracts import allowances, repository, service
from backend.contracts.coverage import Basis, Decision, Kind, Reason, Shares, Terms, Warranty, decide
from backend.contracts.errors import AllowanceSpent, CoverageUndecided
from backend.contracts.events import CoverageOverridden
from backend.contracts.ledger import Unit
from backend.contracts.models import ContractScope, ContractVersion, OrderCoverage
from backend.prices import service as prices
from kernel import audit
from kernel.outbox import publish


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What work is on."""

    customer_id: UUID
    site_id: UUID
    asset_id: UUID | None


def freeze(session: Session, work_order_id: UUID, subject: Subject, *, at: datetime) -> OrderCoverage:
    """Decide who pays for an order that is being opened, use a visit of the contract if it counts them, and keep it.

    Once more returns what was decided.
    """
    known = repository.coverage(session, [work_order_id]).get(work_order_id)
    if known is not None:
        return known
    day = service.local_day(session, at)
    spent: set[UUID] = set()
    while True:
        decision = judge(session, subject, day=day, at=at, spent=spent)
        contract = decision.contract
        if decision.basis is not Basis.CONTRACT or contract is None:
            break
        version = repository.versions_by_id(session, [contract.version_id])[contract.version_id]
        if allowances.use_visit(session, version, work_order_id, day=day, at=at):
            break
        spent.add(contract.version_id)  # somebody else took the last one meanwhile
    return _keep(session, work_order_id, _row(session, decision, day), at=at)


def judge(session: Session, subject: Subject, *, day: date, at: datetime, spent: Collection[UUID] = ()) -> Decision:
    """Return what would be decided on a local day; keeps nothing but the periods of entitlements that it opens."""
    versions = repository.current_of_customer(session, subject.customer_id)
    contracts = _terms(session, versions, subject, day=day, at=at, spent=spent)
    return decide(day, warranties=_warranties(session, subject.asset_id), contracts=contracts)


def _warranties(session: Session, asset_id: UUID | None) -> list[Warranty]:
    if asset_id is None:
        return []
    return [
        Warranty(
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            shares={
                kind: 100
                for kind, covered in ((Kind.LABOUR, row.labour), (Kind.PARTS, row.parts), (Kind.TRAVEL, row.travel))
                if covered
            },
        )
        for row in warranties.warranties_of(session, asset_id)
    ]


def _terms(
    session: Session,
    versions: Sequence[ContractVersion],
    subject: Subject,
    *,
    day: date,
    at: datetime,
    spent: Collection[UUID],
) -> list[Terms]:
    scopes: dict[UUID, list[ContractScope]] = {}
    for row in repository.scopes(session, [version.id for version in versions]):
        scopes.setdefault(row.contract_version_id, []).append(row)
    asset = assets.get_asset(session, subject.asset_id) if subject.asset_id else None
    above = tree.assets_above(session, asset.id) if asset else []
    named = {asset.id, *above} if asset else set()
    class_id = asset.class_id if asset else None
    found = []
    for version in versions:
        close = _closeness(scopes.get(version.id, []), named=named, class_id=class_id, site_id=subject.site_id)
        left = version.id not in spent
        if left and close is not None and version.starts_on <= day <= version.ends_on:
            visits = allowances.open_period(session, version, Unit.VISIT, day=day, at=at)
            left = visits is None or visits.balance >= 1
        found.append(
            Terms(
                contract_id=version.contract_id,
                version_id=version.id,
                starts_on=version.starts_on,
                ends_on=version.ends_on,
                shares=shares_of(version),
                closeness=close,
                visits_left=left,
                tier=version.tier,
                price_list_id=version.price_list_id,
            )
        )
    return found


def _closeness(scope: Sequence[ContractScope], *, named: set[UUID], class_id: UUID | None, site_id: UUID) -> int | None:
    """Return how closely a scope names what work is on; an asset is named with everything inside it."""
    if not scope:
        return 0
    ranks = [
        rank
        for row in scope
        for rank, hit in (
            (3, row.asset_id in named),
            (2, row.class_id is not None and row.class_id == class_id),
            (1, row.site_id == site_id),
        )
        if hit
    ]
    return max(ranks, default=None)


def shares_of(row: ContractVersion | OrderCoverage) -> Shares:
    """Return the percentages of a row by kind."""
    return {kind: getattr(row, f"{kind}_percent") for kind in Kind}


def _row(session: Session, decision: Decision, day: date) -> OrderCoverage:
    contract = decision.contract
    return OrderCoverage(
        seq=1,
        basis=decision.basis,
        reason=decision.reason,
        reason_on=decision.reason_on,
        decided_on=day,
        contract_version_id=contract.version_id if contract else None,
        tier=contract.tier if contract else None,
        price_list_version_id=prices.current_version(session, contract.price_list_id if contract else None),
        **{f"{kind}_percent": decision.shares.get(kind, 0) for kind in Kind},
    )


def _keep(session: Session, work_order_id: UUID, row: OrderCoverage, *, at: datetime) -> OrderCoverage:
    row.work_order_id, row.at = work_order_id, at
    session.add(row)
    session.flush()
    return row


def override(
    session: Session,
    work_order_id: UUID,
    *,
    basis: Basis,
    shares: Shares,
    contract_id: UUID | None = None,
    note: str,
    by: UUID,
    at: datetime,
) -> OrderCoverage:
    """Decide otherwise who pays for an order, with the reason; what it used of another contract is given back.

    Raises:
        CoverageUndecided: nothing was decided about the order before.
        ContractUnknown: there is no such contract.
        AllowanceSpent: the contract counts visits, and none is left.
    """
    former = coverage_of(session, work_order_id)
    version = service.version_in_force(session, contract_id) if contract_id else None
    counted = version if basis is Basis.CONTRACT else None
    if former.basis is Basis.CONTRACT and former.contract_version_id != (counted.id if counted else None):
        allowances.give_back(session, work_order_id, at=at, reason=note)
    if (
        counted is not None
        and former.contract_version_id != counted.id
        and not allowances.use_visit(session, counted, work_order_id, day=former.decided_on, at=at)
    ):
        raise AllowanceSpent("No visit is left of the contract.", contract_id=contract_id)
    row = OrderCoverage(
        seq=former.seq + 1,
        basis=basis,
        reason=Reason.OVERRIDDEN,
        reason_on=None,
        decided_on=former.decided_on,
        contract_version_id=version.id if version else None,
        tier=former.tier,
        price_list_version_id=former.price_list_version_id,
        **{f"{kind}_percent": shares.get(kind, 0) for kind in Kind},
        note=note,
        actor_id=by,
    )
    detail = {"from": former.basis, "to": basis, "reason": note, "shares": dict(shares)}
    audit.record(
        session,
        action="coverage.override",
        subject="work_order",
        subject_id=work_order_id,
        actor_id=by,
        detail=detail,
    )
    _keep(session, work_order_id, row, at=at)
    publish(session, CoverageOverridden(work_order_id=work_order_id, seq=row.seq, basis=basis, at=at))
    return row


def coverage_of(session: Session, work_order_id: UUID) -> OrderCoverage:
    """Return who pays for an order.

    Raises:
        CoverageUndecided: nothing was decided about it.
    """
    row = repository.coverage(session, [work_order_id]).get(work_order_id)
    if row is None:
        raise CoverageUndecided("Nothing was decided about this order.", work_order_id=work_order_id)
    return row


def history(session: Session, work_order_id: UUID) -> Sequence[OrderCoverage]:
    """Return what was decided about an order, the latest first.

    Raises:
        CoverageUndecided: nothing was decided about it.
    """
    rows = repository.coverage_history(session, work_order_id)
    if not rows:
        raise CoverageUndecided("Nothing was decided about this order.", work_order_id=work_order_id)
    return rows


def coverage_of_many(session: Session, work_order_ids: Collection[UUID]) -> dict[UUID, OrderCoverage]:
    """Return who pays, by order; undecided ones are missing."""
    return repository.coverage(session, work_order_ids)


def release(session: Session, work_order_id: UUID, *, at: datetime) -> None:
    """Give back what a cancelled order has used."""
    allowances.give_back(session, work_order_id, at=at)
