"""Bodies and answers of costs and settlements."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from backend.contracts.coverage import Kind
from backend.costs.models import EntryKind, Party, SettledAs
from backend.costs.service import AssetCost, Draft, Sheet
from backend.costs.settling import Due, Period
from backend.costs.sheet import Source
from kernel.fields import Amount, Body, Day, Figure, OptionalLine, Out, Paid, example


class EntryIn(Body):
    """An outside service with what it cost and is worth, or kilometres that somebody drove."""

    model_config = example(
        entry="outside",
        kind="labour",
        text="Crane",
        cost="300.00",
        price="380.00",
        client_op_id="019a3c52-7b1e-7cc4-9d0f-3f6a4d2b8e10",
    )

    entry: EntryKind
    kind: Kind = Kind.LABOUR
    text: OptionalLine = ""
    cost: Amount | None = None
    price: Amount | None = None
    kilometres: Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=2)] | None = None
    technician_id: UUID | None = None
    client_op_id: UUID

    @model_validator(mode="after")
    def _fits(self) -> Self:
        driven = self.kilometres is not None and self.technician_id is not None
        priced = self.cost is not None and self.price is not None
        wrong = (self.cost, self.price) if self.entry is EntryKind.DISTANCE else (self.kilometres, self.technician_id)
        if not (driven if self.entry is EntryKind.DISTANCE else priced) or any(item is not None for item in wrong):
            raise ValueError("a service has a cost and a price; a distance has kilometres and who drove them")
        return self

    def draft(self) -> Draft:
        """Return it as the service takes it; kilometres are travel."""
        values = self.model_dump(exclude={"client_op_id"})
        return Draft(**values | ({"kind": Kind.TRAVEL} if self.entry is EntryKind.DISTANCE else {}))


class EntryOut(Out):
    """What somebody has entered."""

    id: UUID
    entry: EntryKind
    kind: Kind
    text: str
    cost: Paid | None
    price: Paid | None
    kilometres: Figure | None
    technician_id: UUID | None


class TotalsOut(Out):
    """Sums; customer and house together are the price."""

    cost: Paid
    price: Paid
    customer: Paid
    house: Paid


class SheetLineOut(Out):
    """One line of a cost sheet."""

    source: Source
    kind: Kind
    text: str
    quantity: Figure
    unit: str
    cost: Paid
    cost_known: bool
    price: Paid
    customer: Paid
    house: Paid
    technician_id: UUID | None
    technician_name: str | None
    outlet_id: UUID | None
    outlet_name: str | None


class SheetOut(Out):
    """The cost sheet of an order."""

    work_order_id: UUID
    currency: str
    closed_at: datetime | None
    """When it was kept; none: it still changes with the order."""
    seq: int | None
    lines: list[SheetLineOut]
    totals: TotalsOut
    entries: list[EntryOut]

    @classmethod
    def of(cls, sheet: Sheet, *, people: dict[UUID, str], partners: dict[UUID, str]) -> "SheetOut":
        """Return the answer for a sheet, with names by id."""
        return cls(
            work_order_id=sheet.order.id,
            currency=sheet.currency,
            closed_at=sheet.kept.closed_at if sheet.kept else None,
            seq=sheet.kept.seq if sheet.kept else None,
            lines=[
                SheetLineOut(
                    source=line.source,
                    kind=line.kind,
                    text=line.text,
                    quantity=line.quantity,
                    unit=line.unit,
                    cost=line.cost,
                    cost_known=line.cost_known,
                    price=line.price,
                    customer=line.customer,
                    house=line.house,
                    technician_id=line.technician_id,
                    technician_name=people.get(line.technician_id) if line.technician_id else None,
                    outlet_id=line.outlet_id,
                    outlet_name=partners.get(line.outlet_id) if line.outlet_id else None,
                )
                for line in sheet.lines
            ],
            totals=TotalsOut.model_validate(sheet.totals),
            entries=[EntryOut.model_validate(row) for row in sheet.entries],
        )


class AssetOrderCost(Out):
    """What one order of an asset has cost."""

    work_order_id: UUID
    closed_at: datetime
    cost: Paid
    price: Paid
    customer: Paid
    house: Paid


class AssetCostOut(Out):
    """What work on an asset has cost in a time."""

    currency: str
    totals: TotalsOut
    orders: list[AssetOrderCost]

    @classmethod
    def of(cls, found: AssetCost) -> "AssetCostOut":
        """Return the answer for an asset."""
        return cls(
            currency=found.currency,
            totals=TotalsOut.model_validate(found.totals),
            orders=[AssetOrderCost.model_validate(row) for row in found.sheets],
        )


class PeriodIn(Body):
    """What is settled: orders closed from one day to another, with one sort of party or one of them."""

    model_config = example(party="customer", starts_on="2026-04-01", ends_on="2026-04-30")

    party: Party
    starts_on: Day
    ends_on: Day
    customer_id: UUID | None = None
    outlet_id: UUID | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 <= (self.ends_on - self.starts_on).days <= 366:
            raise ValueError("a period ends after it starts, within a year")
        return self

    def period(self) -> Period:
        """Return it as the service takes it."""
        return Period(**self.model_dump())


class DueOut(Out):
    """What is to be settled for one order."""

    work_order_id: UUID
    closed_at: datetime
    outlet_id: UUID | None
    settled_as: SettledAs
    amount: Paid

    @classmethod
    def of(cls, due: Due) -> "DueOut":
        """Return the answer for an order."""
        return cls(
            work_order_id=due.sheet.work_order_id,
            closed_at=due.sheet.closed_at,
            outlet_id=due.outlet_id,
            settled_as=due.settled_as,
            amount=due.amount,
        )


class TrialOut(Out):
    """What a settlement would hold."""

    currency: str
    total: Paid
    line_count: int
    adjustment_count: int
    first: list[DueOut]
    """The first of the lines."""


class SettlementOut(Out):
    """A settlement."""

    id: UUID
    number: str
    party: Party
    customer_id: UUID | None
    outlet_id: UUID | None
    starts_on: date
    ends_on: date
    currency: str
    total: Paid
    line_count: int
    created_at: datetime


class SettlementLineOut(Out):
    """One line of a settlement."""

    id: UUID
    work_order_id: UUID
    order_number: str
    summary: str
    closed_at: datetime
    customer_name: str
    outlet_name: str | None
    settled_as: SettledAs
    amount: Paid
