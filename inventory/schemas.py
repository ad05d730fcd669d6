"""Bodies and answers of the stock routes."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, PlainSerializer, StringConstraints, model_validator

from inventory.ledger import Condition, LocationKind, MoveKind, ReservationState
from inventory.models import StockLocation
from kernel import clock
from kernel.fields import Body, Code, Instant, Lat, Line, LocalTime, Lon, OptionalLine, Out
from kernel.ids import new_id

QuantityIn = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4)]
Quantity = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]
"""Written without trailing zeros: `5`, not `5.0000`."""
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Gtin = Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$")]
Serials = Annotated[list[Line], Field(max_length=200)]


class PartIn(Body):
    """A part to add."""

    number: Code
    name: Line
    unit: Code = "pcs"
    serial_tracked: bool = False
    lot_tracked: bool = False
    gtin: Gtin | None = None
    category: OptionalLine | None = None
    supersedes_id: UUID | None = None


class PartOut(Out):
    """A part."""

    id: UUID
    number: str
    name: str
    unit: str
    category: str | None
    gtin: str | None
    serial_tracked: bool
    lot_tracked: bool
    supersedes_id: UUID | None


class Opening(Body):
    """When a place is open on one weekday (Monday is 1), in the tenant's time zone."""

    weekday: Annotated[int, Field(ge=1, le=7)]
    opens: LocalTime
    closes: LocalTime


class LocationIn(Body):
    """A place for stock to add."""

    code: Code
    name: Line
    kind: LocationKind
    parent_id: UUID | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    opening_hours: Annotated[list[Opening], Field(max_length=28)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole_position(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a position has lon and lat")
        return self

    def lonlat(self) -> tuple[float, float] | None:
        """Return the position, if there is one."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


class LocationOut(Out):
    """A place for stock."""

    id: UUID
    code: str
    name: str
    kind: LocationKind
    virtual: bool
    parent_id: UUID | None
    lon: float | None
    lat: float | None
    opening_hours: list[Opening]

    @classmethod
    def of(cls, row: StockLocation) -> Self:
        """Return the answer for a row."""
        return cls(
            id=row.id,
            code=row.code,
            name=row.name,
            kind=row.kind,
            virtual=row.virtual,
            parent_id=row.parent_id,
            lon=row.position.lon if row.position else None,
            lat=row.position.lat if row.position else None,
            opening_hours=row.opening_hours,
        )


class BalanceOut(Out):
    """What a place has of a part in one condition."""

    part_id: UUID
    part_number: str
    part_name: str
    location_id: UUID
    location_name: str
    location_kind: LocationKind
    condition: Condition
    on_hand: Quantity
    reserved: Quantity
    free: Quantity


class MoveOut(Out):
    """One line of the ledger."""

    id: UUID
    client_op_id: UUID
    moved_at: datetime
    created_at: datetime
    kind: MoveKind
    part_id: UUID
    part_number: str
    quantity: Quantity
    lot: str | None
    serial: str | None
    condition: Condition
    from_location_id: UUID
    from_name: str
    from_kind: LocationKind
    to_location_id: UUID
    to_name: str
    to_kind: LocationKind
    unit_cost: Quantity | None
    currency: str | None
    ref_kind: str | None
    ref_id: UUID | None
    reason: str | None
    actor: UUID | None
    reverses: UUID | None


class OperationOut(Out):
    """What one operation wrote."""

    client_op_id: UUID
    moves: list[MoveOut]


class Operation(Body):
    """What every operation on stock says."""

    client_op_id: UUID = Field(default_factory=new_id)
    occurred_at: Instant = Field(default_factory=clock.now)


class ReceiptIn(Operation):
    """Stock that came in."""

    part_id: UUID
    location_id: UUID
    quantity: QuantityIn
    condition: Condition = Condition.GOOD
    lot: Code | None = None
    serials: Serials = Field(default_factory=list)
    unit_cost: Money | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _whole_price(self) -> Self:
        if (self.unit_cost is None) != (self.currency is None):
            raise ValueError("a price has an amount and a currency")
        return self


class TransferIn(Operation):
    """Stock handed over between two places."""

    part_id: UUID
    from_location_id: UUID
    to_location_id: UUID
    quantity: QuantityIn
    condition: Condition = Condition.GOOD
    lot: Code | None = None
    serials: Serials = Field(default_factory=list)
    demand_id: UUID | None = None
    reason: OptionalLine | None = None


class AdjustmentIn(Operation):
    """What was found (positive) or is missing (negative)."""

    part_id: UUID
    location_id: UUID
    quantity: Annotated[Decimal, Field(max_digits=14, decimal_places=4)]
    reason: Line
    condition: Condition = Condition.GOOD
    lot: Code | None = None
    serial: Line | None = None


class ReversalIn(Operation):
    """Why an operation is undone."""

    reason: Line


class ReservationIn(Body):
    """Stock to hold for a demand."""

    part_id: UUID
    location_id: UUID
    quantity: QuantityIn
    demand_id: UUID
    expires_at: Instant | None = None
    client_op_id: UUID = Field(default_factory=new_id)


class ReservationOut(Out):
    """Stock held for a demand, now or once."""

    id: UUID
    part_id: UUID
    part_number: str
    location_id: UUID
    location_name: str
    demand_id: UUID
    quantity: Quantity
    consumed: Quantity
    state: ReservationState
    expires_at: datetime | None
    created_at: datetime
    ended_at: datetime | None


class DiscrepancyOut(Out):
    """A figure of the books that is not what the moves say."""

    kind: str
    part_id: UUID
    location_id: UUID | None
    condition: str | None
    detail: str | None
    expected: Quantity
    found: Quantity


class SerialOut(Out):
    """One serialised piece, and where it is."""

    id: UUID
    part_id: UUID
    serial: str
    lot: str | None
    condition: Condition
    location_id: UUID
    location_name: str
