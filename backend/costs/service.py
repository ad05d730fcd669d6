"""Use cases of costs: enter by hand, show the sheet of an order, keep it when the order closes, sum up an asset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.contracts import service as contracts
from backend.contracts.coverage import Kind
from backend.costs import counting, repository
from backend.costs.errors import EntryUnknown, NotClosed
from backend.costs.models import CostEntry, CostSheet, CostSheetLine, EntryKind
from backend.costs.sheet import NOTHING, Line, Totals, totals
from backend.prices import service as prices
from backend.technicians import service as technicians
from backend.work.lifecycle import OrderState
from backend.work.models import WorkOrder
from backend.work.service import orders, views
from kernel import audit

MOST_SHEETS = 5000
"""Orders that one sum or one settlement takes in."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody enters: an outside service with what it cost and is worth, or kilometres that somebody drove."""

    entry: EntryKind
    kind: Kind
    text: str = ""
    cost: Decimal | None = None
    price: Decimal | None = None
    kilometres: Decimal | None = None
    technician_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The sheet of an order: as it was kept when it closed, else as it stands."""

    order: WorkOrder
    currency: str
    lines: Sequence[Line]
    totals: Totals
    entries: Sequence[CostEntry]
    kept: CostSheet | None


def add_entry(
    session: Session, work_order_id: UUID, draft: Draft, *, client_op_id: UUID, by: UUID | None, at: datetime
) -> CostEntry:
    """Enter something that an order cost; a closed order is counted anew. The same operation again changes nothing.

    Raises:
        NoSuchWorkOrder, TechnicianUnknown: they do not exist here.
    """
    if (known := repository.entry_of_operation(session, client_op_id)) is not None:
        return known
    order = orders.lock(session, work_order_id)
    if draft.technician_id is not None:
        technicians.get_technician(session, draft.technician_id)
    row = CostEntry(work_order_id=order.id, **vars(draft), client_op_id=client_op_id, actor_id=by)
    session.add(row)
    session.flush()
    audit.record(session, action="cost.enter", subject="work_order", subject_id=order.id, actor_id=by)
    if order.state is OrderState.CLOSED:
        _keep(session, order, at=at)
    return row


def void_entry(session: Session, entry_id: UUID, *, by: UUID | None, at: datetime) -> None:
    """Take an entry back; a closed order is counted anew. Once more changes nothing.

    Raises:
        EntryUnknown: there is none with this id.
    """
    row = repository.entry(session, entry_id)
    if row is None:
        raise EntryUnknown("No entry has this id.", entry_id=entry_id)
    if row.voided_at is not None:
        return
    row.voided_at, row.voided_by = at, by
    session.flush()
    audit.record(session, action="cost.void", subject="work_order", subject_id=row.work_order_id, actor_id=by)
    order = orders.lock(session, row.work_order_id)
    if order.state is OrderState.CLOSED:
        _keep(session, order, at=at)


def sheet_of(session: Session, work_order_id: UUID, *, at: datetime) -> Sheet:
    """Return the sheet of an order.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    order = views.get_order(session, work_order_id)
    entries = repository.entries(session, order.id)
    kept = repository.sheet(session, order.id)
    if kept is None:
        counted = counting.count(session, order, at=at)
        return Sheet(
            order=order,
            currency=counted.currency,
            lines=counted.lines,
            totals=totals(counted.lines),
            entries=entries,
            kept=None,
        )
    return Sheet(
        order=order,
        currency=kept.currency,
        lines=[_line(row) for row in repository.sheet_lines(session, kept.id)],
        totals=Totals(cost=kept.cost, price=kept.price, customer=kept.customer, house=kept.house),
        entries=entries,
        kept=kept,
    )


def keep_on_close(session: Session, work_order_id: UUID, *, at: datetime) -> None:
    """Count a closed order, use up what its contract entitles to, and keep the sheet; once more changes nothing."""
    order = orders.lock(session, work_order_id)
    if order.state is OrderState.CLOSED and repository.sheet(session, order.id) is None:
        _keep(session, order, at=at)


def recount(session: Session, work_order_id: UUID, *, by: UUID | None, at: datetime) -> CostSheet:
    """Count a closed order anew: parts were booked late, or its coverage was decided otherwise.

    Raises:
        NoSuchWorkOrder: there is none with this id.
        NotClosed: it is counted when it closes.
    """
    order = orders.lock(session, work_order_id)
    if order.state is not OrderState.CLOSED:
        raise NotClosed("The order is counted when it closes.", state=order.state)
    audit.record(session, action="cost.recount", subject="work_order", subject_id=order.id, actor_id=by)
    return _keep(session, order, at=at)


def follow_coverage(session: Session, work_order_id: UUID, *, seq: int, at: datetime) -> None:
    """Count a closed order anew whose coverage was decided otherwise; once more changes nothing."""
    kept = repository.sheet(session, work_order_id)
    if kept is not None and (kept.coverage_seq or 0) < seq:
        _keep(session, orders.lock(session, work_order_id), at=at)


def _keep(session: Session, order: WorkOrder, *, at: datetime) -> CostSheet:
    """Keep the sheet of an order as it stands, unless it is what was kept last; the order is locked."""
    counted = counting.count(session, order, draw=True, at=at)
    former = repository.sheet(session, order.id)
    coverage_seq = counted.coverage.seq if counted.coverage else None
    if former is not None and former.coverage_seq == coverage_seq:
        known = [_line(row) for row in repository.sheet_lines(session, former.id)]
        if known == list(counted.lines):
            return former
    sums = totals(counted.lines)
    row = CostSheet(
        work_order_id=order.id,
        seq=former.seq + 1 if former else 1,
        customer_id=order.customer_id,
        asset_id=order.asset_id,
        closed_at=order.closed_at or at,
        currency=counted.currency,
        cost=sums.cost,
        price=sums.price,
        customer=sums.customer,
        house=sums.house,
        coverage_seq=coverage_seq,
    )
    session.add(row)
    session.flush()
    session.add_all(
        CostSheetLine(sheet_id=row.id, position=position, **vars(line))
        for position, line in enumerate(counted.lines, 1)
    )
    session.flush()
    return row


def _line(row: CostSheetLine) -> Line:
    return Line(
        source=row.source,
        kind=row.kind,
        quantity=row.quantity,
        unit=row.unit,
        cost=row.cost,
        price=row.price,
        text=row.text,
        visit_id=row.visit_id,
        technician_id=row.technician_id,
        outlet_id=row.outlet_id,
        part_id=row.part_id,
        cost_known=row.cost_known,
        customer=row.customer,
    )


@dataclass(frozen=True, kw_only=True)
class AssetCost:
    """What work on an asset has cost that was closed in a time, both days included."""

    currency: str
    totals: Totals
    sheets: Sequence[CostSheet]
    """By closing, at most `MOST_SHEETS`."""


def cost_of_asset(session: Session, asset_id: UUID, *, since: date, until: date) -> AssetCost:
    """Return what the orders of an asset cost that were closed from one local day to another, both included."""
    start, end = between(session, since, until)
    sheets = repository.sheets_closed(session, start=start, end=end, asset_id=asset_id, limit=MOST_SHEETS)
    return AssetCost(
        currency=prices.currency_of(session),
        totals=Totals(
            cost=sum((row.cost for row in sheets), NOTHING),
            price=sum((row.price for row in sheets), NOTHING),
            customer=sum((row.customer for row in sheets), NOTHING),
            house=sum((row.house for row in sheets), NOTHING),
        ),
        sheets=sheets,
    )


def between(session: Session, since: date, until: date) -> tuple[datetime, datetime]:
    """Return the instants from the start of one local day to the end of another."""
    zone = contracts.zone(session)
    return datetime.combine(since, time(), zone), datetime.combine(until + timedelta(days=1), time(), zone)
