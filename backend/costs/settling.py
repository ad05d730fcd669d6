"""Settlement 结算: what customers owe, what outlets get, what the house bears, order by order, each order once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.costs import repository
from backend.costs.errors import NothingToSettle, PeriodTooLong, SettlementUnknown, WrongParty
from backend.costs.models import CostSheet, Party, SettledAs, Settlement, SettlementLine
from backend.costs.service import MOST_SHEETS, between
from backend.costs.sheet import NOTHING
from backend.customers import service as customers
from backend.outlets import service as outlets
from backend.prices import service as prices
from backend.work.service import views
from kernel import audit
from kernel.numbers import next_number
from kernel.sheets import Cell, Format, write

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Period:
    """What is settled: orders closed from one local day to another, with one sort of party or one of them."""

    party: Party
    starts_on: date
    ends_on: date
    customer_id: UUID | None = None
    outlet_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is to be settled for one order."""

    sheet: CostSheet
    outlet_id: UUID | None
    settled_as: SettledAs
    amount: Decimal


def due(session: Session, period: Period) -> list[Due]:
    """Return what is not settled yet of a period: orders that never were, and what has changed of those that were.

    Raises:
        CustomerUnknown, OutletUnknown: they do not exist here.
        WrongParty: a customer or outlet is named, and the settlement is with others.
        PeriodTooLong: it has more than `MOST_SHEETS` orders.
    """
    _check(session, period)
    start, end = between(session, period.starts_on, period.ends_on)
    sheets = repository.sheets_closed(
        session, start=start, end=end, customer_id=period.customer_id, limit=MOST_SHEETS + 1
    )
    if len(sheets) > MOST_SHEETS:
        raise PeriodTooLong(f"The period has more than {MOST_SHEETS} orders.", limit=MOST_SHEETS)
    found = []
    for first in range(0, len(sheets), BATCH):
        found += _due(session, sheets[first : first + BATCH], period)
    return found


def _check(session: Session, period: Period) -> None:
    if (period.customer_id and period.party is not Party.CUSTOMER) or (
        period.outlet_id and period.party is not Party.OUTLET
    ):
        raise WrongParty("A customer or an outlet is named, and the settlement is with others.", party=period.party)
    if period.customer_id is not None:
        customers.get_customer(session, period.customer_id)
    if period.outlet_id is not None:
        outlets.get_outlet(session, period.outlet_id)


def _due(session: Session, sheets: Sequence[CostSheet], period: Period) -> list[Due]:
    by_order = {sheet.work_order_id: sheet for sheet in sheets}
    owed: dict[tuple[UUID, UUID | None], Decimal] = {}
    if period.party is Party.OUTLET:
        of = {sheet.id: sheet.work_order_id for sheet in sheets}
        for sheet_id, outlet_id, amount in repository.outlet_sums(session, list(of), period.outlet_id):
            owed[of[sheet_id], outlet_id] = amount
    else:
        column = "customer" if period.party is Party.CUSTOMER else "house"
        owed = {(sheet.work_order_id, None): getattr(sheet, column) for sheet in sheets}
    settled = repository.settled(session, list(by_order), period.party, period.outlet_id)
    return [
        Due(
            sheet=by_order[key[0]],
            outlet_id=key[1],
            settled_as=SettledAs.ADJUSTMENT if key in settled else SettledAs.ORDER,
            amount=owed.get(key, NOTHING) - settled.get(key, NOTHING),
        )
        for key in dict.fromkeys([*owed, *settled])
        if owed.get(key, NOTHING) != settled.get(key, NOTHING)
    ]


def settle(session: Session, period: Period, *, by: UUID | None, at: datetime) -> Settlement:
    """Settle what is due of a period; what was settled before is not settled again.

    Raises:
        NothingToSettle: everything is settled.
        CustomerUnknown, OutletUnknown, WrongParty, PeriodTooLong: as `due` says.
    """
    repository.one_at_a_time(session)
    lines = due(session, period)
    if not lines:
        raise NothingToSettle("Everything of this period is settled.")
    row = Settlement(
        number=next_number(session, "ST", at=at),
        party=period.party,
        customer_id=period.customer_id,
        outlet_id=period.outlet_id,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        currency=prices.currency_of(session),
        total=sum((line.amount for line in lines), NOTHING),
        line_count=len(lines),
        actor_id=by,
    )
    session.add(row)
    session.flush()
    session.add_all(
        SettlementLine(
            settlement_id=row.id,
            work_order_id=line.sheet.work_order_id,
            sheet_id=line.sheet.id,
            party=period.party,
            customer_id=line.sheet.customer_id if period.party is Party.CUSTOMER else None,
            outlet_id=line.outlet_id,
            settled_as=line.settled_as,
            amount=line.amount,
        )
        for line in lines
    )
    audit.record(session, action="settlement.run", subject="settlement", subject_id=row.id, actor_id=by)
    session.flush()
    return row


def get_settlement(session: Session, settlement_id: UUID) -> Settlement:
    """Return a settlement.

    Raises:
        SettlementUnknown: there is none with this id.
    """
    row = repository.settlement(session, settlement_id)
    if row is None:
        raise SettlementUnknown("No settlement has this id.", settlement_id=settlement_id)
    return row


def list_settlements(session: Session, *, party: Party | None, after: UUID | None, limit: int) -> Sequence[Settlement]:
    """Return settlements, the latest first, behind one."""
    return repository.settlements(session, party=party, after=after, limit=limit)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One line of a settlement with the names of what it is about."""

    id: UUID
    work_order_id: UUID
    order_number: str
    summary: str
    closed_at: datetime
    customer_name: str
    outlet_name: str | None
    settled_as: SettledAs
    amount: Decimal


def lines_of(session: Session, settlement_id: UUID, *, after: UUID | None, limit: int) -> list[Settled]:
    """Return the lines of a settlement, behind one.

    Raises:
        SettlementUnknown: there is none with this id.
    """
    get_settlement(session, settlement_id)
    rows = repository.settlement_lines(session, settlement_id, after=after, limit=limit)
    orders = views.orders_by_id(session, {line.work_order_id for line, _ in rows})
    people = customers.customers_by_id(session, {sheet.customer_id for _, sheet in rows})
    partners = outlets.outlets_by_id(session, {line.outlet_id for line, _ in rows if line.outlet_id})
    return [
        Settled(
            id=line.id,
            work_order_id=line.work_order_id,
            order_number=orders[line.work_order_id].number,
            summary=orders[line.work_order_id].summary,
            closed_at=sheet.closed_at,
            customer_name=people[sheet.customer_id].name,
            outlet_name=partners[line.outlet_id].name if line.outlet_id else None,
            settled_as=line.settled_as,
            amount=line.amount,
        )
        for line, sheet in rows
    ]


HEADERS = {
    "zh": ("结算单", "工单", "内容", "完成日期", "客户", "网点", "类型", "币种", "金额"),
    "en": ("settlement", "work order", "summary", "closed on", "customer", "outlet", "kind", "currency", "amount"),
}
KINDS = {
    "zh": {SettledAs.ORDER: "工单", SettledAs.ADJUSTMENT: "调整"},
    "en": {SettledAs.ORDER: "order", SettledAs.ADJUSTMENT: "adjustment"},
}


def export(session: Session, settlement_id: UUID, written_as: Format, *, locale: str) -> bytes:
    """Return a settlement as a table, one line for each order and adjustment, the sum below.

    Raises:
        SettlementUnknown: there is none with this id.
    """
    row = get_settlement(session, settlement_id)
    start, _ = between(session, row.starts_on, row.ends_on)
    table: list[list[Cell]] = []
    after: UUID | None = None
    while True:
        lines = lines_of(session, settlement_id, after=after, limit=BATCH)
        table += [
            [
                row.number,
                line.order_number,
                line.summary,
                line.closed_at.astimezone(start.tzinfo).date(),
                line.customer_name,
                line.outlet_name,
                KINDS[locale][line.settled_as],
                row.currency,
                f"{line.amount:f}",
            ]
            for line in lines
        ]
        if len(lines) < BATCH:
            break
        after = lines[-1].id
    table.append([row.number, None, None, None, None, None, None, row.currency, f"{row.total:f}"])
    return write(written_as, HEADERS[locale], table)
