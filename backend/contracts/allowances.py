"""What is left of entitlements: granted by period, used by orders, given back, expired; an append-only ledger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.contracts import repository
from backend.contracts.errors import AllowanceSpent, NoAllowance
from backend.contracts.ledger import EntryKind, Unit, effect, period_of
from backend.contracts.models import Allowance, AllowanceEntry, ContractVersion

BATCH = 200
NONE_LEFT = Decimal(0)


def open_period(session: Session, version: ContractVersion, unit: Unit, *, day: date, at: datetime) -> Allowance | None:
    """Return the allowance that a day falls into, granted if it is new; None: the terms entitle to nothing of it."""
    terms = next((row for row in repository.entitlements(session, [version.id]) if row.unit is unit), None)
    if terms is None:
        return None
    period = period_of(terms.cycle, starts_on=version.starts_on, ends_on=version.ends_on, day=day)
    if period is None:
        return None
    made = repository.add_allowance(session, version.contract_id, unit, *period)
    if made is not None:
        _book(session, made, EntryKind.GRANT, terms.quantity, key=f"period:{made}", reason="", at=at)
    allowance = repository.allowance(session, version.contract_id, unit, period.starts_on)
    allowance.ends_on = max(allowance.ends_on, period.ends_on)  # the contract was prolonged
    return allowance


def use_visit(session: Session, version: ContractVersion, work_order_id: UUID, *, day: date, at: datetime) -> bool:
    """Use one visit of a contract for an order; False: none is left. True as well where visits are not counted."""
    allowance = open_period(session, version, Unit.VISIT, day=day, at=at)
    if allowance is None:
        return True
    try:
        _book(session, allowance.id, EntryKind.CONSUME, Decimal(1), key=_next_key(session, work_order_id),
              reason="", at=at, work_order_id=work_order_id)  # fmt: skip
    except AllowanceSpent:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Purse:
    """What a contract has for one order, of what is counted in hours or money."""

    version: ContractVersion
    work_order_id: UUID
    day: date
    at: datetime
    draw: bool
    """Use it up; otherwise only tell what would be used."""

    def take(self, session: Session, unit: Unit, wanted: Decimal) -> Decimal | None:
        """Return as much as is left, at most what is wanted; None: the terms set no limit. Once used it stays so."""
        key = f"order:{self.work_order_id}:{unit}"
        if (known := repository.entry(session, key)) is not None:
            return known.quantity
        allowance = open_period(session, self.version, unit, day=self.day, at=self.at)
        if allowance is None:
            return None
        if not self.draw:
            return min(allowance.balance, wanted)
        quantity = repository.take_up_to(session, allowance.id, wanted)
        if quantity > 0:
            _book(
                session,
                allowance.id,
                EntryKind.CONSUME,
                quantity,
                key=key,
                reason="",
                at=self.at,
                work_order_id=self.work_order_id,
            )
        return quantity


def give_back(session: Session, work_order_id: UUID, *, at: datetime, reason: str = "") -> None:
    """Give back what an order has used; once more changes nothing."""
    net: dict[UUID, Decimal] = {}
    for entry, _ in repository.entries_of_order(session, [work_order_id]):
        net[entry.allowance_id] = net.get(entry.allowance_id, NONE_LEFT) - effect(entry.kind, entry.quantity)
    for allowance_id in sorted(net):
        if net[allowance_id] > 0:
            key = _next_key(session, work_order_id)
            _book(
                session, allowance_id, EntryKind.GIVE_BACK, net[allowance_id], key=key, reason=reason, at=at,
                work_order_id=work_order_id,
            )  # fmt: skip


def grant(
    session: Session,
    version: ContractVersion,
    unit: Unit,
    quantity: Decimal,
    *,
    reason: str,
    client_op_id: UUID,
    by: UUID | None,
    day: date,
    at: datetime,
) -> Allowance:
    """Grant more than the terms do in the present period; the same operation again changes nothing.

    Raises:
        NoAllowance: the terms entitle to nothing of this kind today.
    """
    allowance = open_period(session, version, unit, day=day, at=at)
    if allowance is None:
        raise NoAllowance("The contract entitles to nothing of this kind today.", unit=unit)
    key = f"grant:{client_op_id}"
    if repository.entry(session, key) is None:
        _book(session, allowance.id, EntryKind.GRANT, quantity, key=key, reason=reason, at=at, actor_id=by)
        session.refresh(allowance)
    return allowance


def expire(session: Session, *, today: date, at: datetime) -> int:
    """End what is left of periods that are over; return how many."""
    rows = repository.over(session, before=today, limit=BATCH)
    for row in rows:
        left = row.balance
        _book(session, row.id, EntryKind.EXPIRE, left, key=f"expire:{row.id}:{at.isoformat()}", reason="", at=at)
    return len(rows)


def used_by(session: Session, work_order_ids: Collection[UUID]) -> dict[UUID, dict[Unit, Decimal]]:
    """Return what orders have used and not given back, by order and unit."""
    found: dict[UUID, dict[Unit, Decimal]] = {}
    for entry, unit in repository.entries_of_order(session, work_order_ids):
        if entry.work_order_id is not None:
            used = found.setdefault(entry.work_order_id, {})
            used[unit] = used.get(unit, NONE_LEFT) - effect(entry.kind, entry.quantity)
    return found


def present_balances(
    session: Session, version: ContractVersion, *, day: date, at: datetime
) -> Sequence[tuple[Allowance, Decimal]]:
    """Return the allowances of a contract with what was granted, the latest period first, the present one opened."""
    for unit in Unit:
        open_period(session, version, unit, day=day, at=at)
    rows = repository.allowances(session, version.contract_id, limit=BATCH)
    granted = repository.granted(session, [row.id for row in rows])
    return [(row, granted.get(row.id, NONE_LEFT)) for row in rows]


def _next_key(session: Session, work_order_id: UUID) -> str:
    """Return a key for an order's next entry: it is used, given back, and used again when somebody decides anew."""
    return f"order:{work_order_id}:{len(repository.entries_of_order(session, [work_order_id])) + 1}"


def _book(
    session: Session,
    allowance_id: UUID,
    kind: EntryKind,
    quantity: Decimal,
    *,
    key: str,
    reason: str,
    at: datetime,
    work_order_id: UUID | None = None,
    actor_id: UUID | None = None,
) -> None:
    if repository.change_balance(session, allowance_id, effect(kind, quantity)) is None:
        raise AllowanceSpent("Less is left of the entitlement.", quantity=str(quantity))
    entry = AllowanceEntry(
        allowance_id=allowance_id,
        kind=kind,
        quantity=quantity,
        work_order_id=work_order_id,
        key=key,
        reason=reason,
        actor_id=actor_id,
        at=at,
    )
    repository.add_entry(session, entry)
