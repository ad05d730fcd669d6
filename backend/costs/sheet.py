"""The cost sheet of an order: lines with cost and price, split between the customer and the house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from backend.contracts.coverage import Kind
from kernel.money import payable, portion

NOTHING = Decimal(0)


class Source(StrEnum):
    """Where a line of the sheet comes from."""

    WORK = "work"
    TRAVEL_TIME = "travel_time"
    CALL_OUT = "call_out"
    DISTANCE = "distance"
    PART = "part"
    OUTSIDE = "outside"
    QUOTE = "quote"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line; `cost` is what the house pays for it, `price` what it is worth to whoever pays."""

    source: Source
    kind: Kind
    quantity: Decimal
    unit: str
    cost: Decimal
    price: Decimal
    text: str = ""
    visit_id: UUID | None = None
    technician_id: UUID | None = None
    outlet_id: UUID | None = None
    """The partner whose person did it, and who gets its cost."""
    part_id: UUID | None = None
    cost_known: bool = True
    customer: Decimal = NOTHING
    """What the customer pays of the price; the house bears the rest."""

    @property
    def house(self) -> Decimal:
        """What the house bears of the price, by warranty or contract."""
        return self.price - self.customer


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How much a contract pays at most; None: without limit."""

    hours: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The sums of a sheet; customer and house together are the price."""

    cost: Decimal
    price: Decimal
    customer: Decimal
    house: Decimal


def covered(lines: Sequence[Line], shares: Mapping[Kind, int], caps: Caps, currency: str) -> list[Line]:
    """Split each price between house and customer by the percentages, the house's part within the caps, line by line.

    Hours beyond the cap are the customer's. Shares are rounded to what can be paid, and add up to the price.
    """
    hours, amount = caps.hours, caps.amount
    found = []
    for line in lines:
        worth = line.price
        if line.source is Source.WORK and hours is not None and line.quantity > 0:
            within = min(line.quantity, hours) if shares.get(line.kind, 0) else NOTHING
            hours -= within
            worth = payable(line.price * within / line.quantity, currency)
        house, _ = portion(worth, shares.get(line.kind, 0), currency)
        if amount is not None:
            house = min(house, payable(amount, currency))
            amount -= house
        found.append(replace(line, customer=line.price - house))
    return found


def hours_wanted(lines: Sequence[Line], shares: Mapping[Kind, int]) -> Decimal:
    """Return the hours of work that a contract would pay for."""
    return sum((line.quantity for line in lines if line.source is Source.WORK and shares.get(line.kind, 0)), NOTHING)


def as_agreed(lines: Sequence[Line], agreed: Decimal | None) -> list[Line]:
    """Add the line that makes the customer pay what was agreed by a quote, if anything was."""
    due = totals(lines).customer
    if agreed is None or agreed == due:
        return list(lines)
    change = agreed - due
    line = Line(
        source=Source.QUOTE,
        kind=Kind.LABOUR,
        quantity=Decimal(1),
        unit="",
        cost=NOTHING,
        price=change,
        customer=change,
    )
    return [*lines, line]


def totals(lines: Sequence[Line]) -> Totals:
    """Return the sums of a sheet."""
    return Totals(
        cost=sum((line.cost for line in lines), NOTHING),
        price=sum((line.price for line in lines), NOTHING),
        customer=sum((line.customer for line in lines), NOTHING),
        house=sum((line.house for line in lines), NOTHING),
    )


def owed_to_outlets(lines: Sequence[Line]) -> dict[UUID, Decimal]:
    """Return what is owed to outlets for what their people did."""
    owed: dict[UUID, Decimal] = {}
    for line in lines:
        if line.outlet_id is not None:
            owed[line.outlet_id] = owed.get(line.outlet_id, NOTHING) + line.cost
    return owed
