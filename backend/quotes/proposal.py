"""What a quote would say: the price list's prices of what the order is expected to take and nobody covers."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.contracts import deciding
from backend.contracts.coverage import Kind
from backend.prices import service as prices
from backend.prices.rates import price_of_hour
from backend.quotes.service import Line
from backend.work.service import orders, views
from inventory import service as stock
from kernel.money import HUNDRED, payable

ORDINARY = datetime(2024, 1, 1, 10)  # noqa: DTZ001 - local time of no place
"""Ten o'clock on a Monday: the hour whose price an estimate takes."""
CONSUMABLE = "consumable"
"""Category of parts that count as consumables."""


def propose(session: Session, work_order_id: UUID, *, at: datetime) -> list[Line]:
    """Return the lines of a quote for an order: its planned time, one visit, its expected parts, what is not covered.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    order = views.get_order(session, work_order_id)
    coverage = deciding.coverage_of_many(session, [order.id]).get(order.id)
    version_id = coverage.price_list_version_id if coverage else prices.current_version(session, None)
    if version_id is None:
        return []
    said = prices.by_version(session, [version_id])[version_id]
    rest = {kind: 100 - (deciding.shares_of(coverage)[kind] if coverage else 0) for kind in Kind}
    hour = price_of_hour(said.rates, skill=order.skill, level=order.skill_level, local=ORDINARY)
    hours = Decimal(order.duration_minutes) / 60
    lines = [
        Line(kind=Kind.LABOUR, text="", quantity=hours, unit="h", unit_price=hour),
        Line(kind=Kind.TRAVEL, text="", quantity=Decimal(1), unit="visit", unit_price=said.per_visit),
        *_parts(session, order.id, said, at=at),
    ]
    currency = prices.currency_of(session)
    found = []
    for line in lines:
        price = line.unit_price * rest[line.kind] / HUNDRED
        if payable(price * line.quantity, currency) > 0:
            found.append(
                Line(
                    kind=line.kind,
                    text=line.text,
                    quantity=round(line.quantity, 4),
                    unit=line.unit,
                    unit_price=round(price, 4),
                    part_id=line.part_id,
                )
            )
    return found


def _parts(session: Session, work_order_id: UUID, said: prices.Prices, *, at: datetime) -> list[Line]:
    expected = orders.expected_parts(session, work_order_id)
    parts = stock.parts_by_id(session, [line.part_id for line in expected])
    costs: dict[UUID, Decimal] = stock.average_costs(session, list(parts), currency=prices.currency_of(session), at=at)
    return [
        Line(
            kind=Kind.CONSUMABLES if parts[line.part_id].category == CONSUMABLE else Kind.PARTS,
            text=f"{parts[line.part_id].number} {parts[line.part_id].name}",
            quantity=line.quantity,
            unit=parts[line.part_id].unit,
            unit_price=said.of_part(line.part_id, costs.get(line.part_id)) or Decimal(0),
            part_id=line.part_id,
        )
        for line in expected
    ]
