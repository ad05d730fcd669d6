"""What an order costs, from the stamps of its visits, the moves of its parts and what was entered by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.contracts import allowances, deciding
from backend.contracts import service as contracts
from backend.contracts.coverage import Basis, Kind
from backend.contracts.ledger import Unit
from backend.contracts.models import OrderCoverage
from backend.costs import repository
from backend.costs.models import EntryKind
from backend.costs.sheet import NOTHING, Caps, Line, Source, as_agreed, covered, hours_wanted, totals
from backend.outlets import service as outlets
from backend.prices import service as prices
from backend.prices.rates import Span, charges
from backend.prices.service import Prices
from backend.quotes import service as quotes
from backend.technicians import service as technicians
from backend.work.models import WorkOrder
from backend.work.service import labour
from backend.work.service.labour import Trip
from inventory import service as stock
from kernel.money import HUNDRED, payable

CONSUMABLE = "consumable"
"""Category of parts that count as consumables."""
HOUR = Decimal(3600)
STEP = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The sheet of an order as it stands."""

    currency: str
    lines: Sequence[Line]
    coverage: OrderCoverage | None


@dataclass(frozen=True, kw_only=True)
class Rates:
    """By which prices an order is counted: those that held when it was opened."""

    currency: str
    zone: ZoneInfo
    sale: Prices | None
    own: Prices | None
    by_outlet: dict[UUID, Prices]
    outlet_of: dict[UUID, UUID | None]
    """Whose person a technician is."""

    def cost(self, technician_id: UUID) -> tuple[UUID | None, Prices | None]:
        """Return whose person a technician is, and what the time costs the house."""
        outlet_id = self.outlet_of.get(technician_id)
        return outlet_id, self.by_outlet.get(outlet_id) if outlet_id else self.own


def count(session: Session, order: WorkOrder, *, draw: bool = False, at: datetime) -> Counted:
    """Count an order as it stands; `draw` uses up what its contract entitles to, once.

    Before that the sheet shows what would be used if the order was closed now.
    """
    coverage = deciding.coverage_of_many(session, [order.id]).get(order.id)
    trips = labour.trips_of(session, order.id)
    rates = _rates(session, order, coverage, trips)
    lines = [
        *(line for trip in trips for line in _trip(order, trip, rates)),
        *_parts(session, trips, rates),
        *_entries(session, order, rates),
    ]
    shares = deciding.shares_of(coverage) if coverage else {}
    caps = _caps(session, order, coverage, lines, currency=rates.currency, draw=draw, at=at)
    split = covered(lines, shares, caps, rates.currency)
    agreed = quotes.agreed(session, [order.id]).get(order.id)
    return Counted(currency=rates.currency, lines=as_agreed(split, agreed), coverage=coverage)


def _rates(session: Session, order: WorkOrder, coverage: OrderCoverage | None, trips: Sequence[Trip]) -> Rates:
    at = order.opened_at or order.created_at
    driven = [entry.technician_id for entry in repository.entries(session, order.id) if entry.technician_id]
    people = technicians.technicians_by_id(session, {key for trip in trips for key in trip.technician_ids} | {*driven})
    partners = outlets.outlets_by_id(session, {row.outlet_id for row in people.values() if row.outlet_id})
    lists = {row.price_list_id for row in partners.values() if row.price_list_id}
    said = prices.as_of(session, lists, at)
    version_id = coverage.price_list_version_id if coverage else prices.current_version(session, None)
    return Rates(
        currency=prices.currency_of(session),
        zone=contracts.zone(session),
        sale=prices.by_version(session, [version_id]).get(version_id) if version_id else None,
        own=prices.own_cost(session, at),
        by_outlet={key: said[row.price_list_id] for key, row in partners.items() if row.price_list_id in said},
        outlet_of={key: row.outlet_id for key, row in people.items()},
    )


def _trip(order: WorkOrder, trip: Trip, rates: Rates) -> Iterator[Line]:
    """Yield what each of the crew has spent on the way and at work, and the call-out once for the visit."""
    for number, technician_id in enumerate(trip.technician_ids):
        outlet_id, paid = rates.cost(technician_id)
        for source, spans in ((Source.TRAVEL_TIME, trip.travel), (Source.WORK, trip.work)):
            if not spans:
                continue
            yield Line(
                source=source,
                kind=Kind.LABOUR if source is Source.WORK else Kind.TRAVEL,
                quantity=_hours(spans),
                unit="h",
                cost=_of_time(paid, source, spans, order, rates),
                price=_of_time(rates.sale, source, spans, order, rates),
                cost_known=paid is not None,
                visit_id=trip.visit_id,
                technician_id=technician_id,
                outlet_id=outlet_id,
            )
        flat = [said.per_visit if said and trip.arrived and not number else NOTHING for said in (paid, rates.sale)]
        if any(flat):
            cost, price = (payable(amount, rates.currency) for amount in flat)
            yield Line(
                source=Source.CALL_OUT,
                kind=Kind.TRAVEL,
                quantity=Decimal(1),
                unit="visit",
                cost=cost,
                price=price,
                visit_id=trip.visit_id,
                technician_id=technician_id,
                outlet_id=outlet_id,
            )


def _hours(spans: Sequence[Span]) -> Decimal:
    seconds = sum((round((end - start).total_seconds()) for start, end in spans), 0)
    return (seconds / HOUR).quantize(STEP)


def _of_time(said: Prices | None, source: Source, spans: Sequence[Span], order: WorkOrder, rates: Rates) -> Decimal:
    if said is None:
        return NOTHING
    found = charges(said.rates, spans, skill=order.skill, level=order.skill_level, zone=rates.zone)
    whole = sum((charge.amount() for charge in found), NOTHING)
    if source is Source.TRAVEL_TIME:
        whole = whole * said.travel_time_percent / HUNDRED
    return payable(whole, rates.currency)


def _parts(session: Session, trips: Sequence[Trip], rates: Rates) -> Iterator[Line]:
    used = stock.used_for(session, [trip.visit_id for trip in trips], currency=rates.currency)
    parts = stock.parts_by_id(session, {line.part_id for line in used})
    for line in used:
        part = parts[line.part_id]
        price = rates.sale.of_part(part.id, line.unit_cost) if rates.sale else line.unit_cost
        yield Line(
            source=Source.PART,
            kind=Kind.CONSUMABLES if part.category == CONSUMABLE else Kind.PARTS,
            text=f"{part.number} {part.name}",
            quantity=line.quantity,
            unit=part.unit,
            cost=payable((line.unit_cost or NOTHING) * line.quantity, rates.currency),
            price=payable((price or NOTHING) * line.quantity, rates.currency),
            visit_id=line.demand_id,
            part_id=part.id,
            cost_known=line.unit_cost is not None,
        )


def _entries(session: Session, order: WorkOrder, rates: Rates) -> Iterator[Line]:
    for entry in repository.entries(session, order.id):
        if entry.entry is EntryKind.OUTSIDE:
            yield Line(
                source=Source.OUTSIDE,
                kind=entry.kind,
                text=entry.text,
                quantity=Decimal(1),
                unit="",
                cost=entry.cost or NOTHING,
                price=entry.price or NOTHING,
            )
        elif entry.technician_id is not None and entry.kilometres is not None:
            outlet_id, paid = rates.cost(entry.technician_id)
            yield Line(
                source=Source.DISTANCE,
                kind=entry.kind,
                text=entry.text,
                quantity=entry.kilometres,
                unit="km",
                cost=payable((paid.per_kilometre if paid else NOTHING) * entry.kilometres, rates.currency),
                price=payable((rates.sale.per_kilometre if rates.sale else NOTHING) * entry.kilometres, rates.currency),
                technician_id=entry.technician_id,
                outlet_id=outlet_id,
                cost_known=paid is not None,
            )


def _caps(
    session: Session,
    order: WorkOrder,
    coverage: OrderCoverage | None,
    lines: Sequence[Line],
    *,
    currency: str,
    draw: bool,
    at: datetime,
) -> Caps:
    """Return how much the contract pays at most: what the order has used, or would use, of its hours and amounts."""
    if coverage is None or coverage.basis is not Basis.CONTRACT or coverage.contract_version_id is None:
        return Caps()
    version = contracts.version_by_id(session, coverage.contract_version_id)
    shares = deciding.shares_of(coverage)
    purse = allowances.Purse(version=version, work_order_id=order.id, day=coverage.decided_on, draw=draw, at=at)
    hours = purse.take(session, Unit.HOUR, hours_wanted(lines, shares))
    house = totals(covered(lines, shares, Caps(hours=hours), currency)).house
    return Caps(hours=hours, amount=purse.take(session, Unit.AMOUNT, house))
