"""What the stock ledger tells: moves, reservations, and free stock that came or ran out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class StockReceived(Event):
    """Stock came in from a vendor or a repair shop."""

    topic: ClassVar[str] = "inventory.received.v1"
    operation_id: UUID
    part_id: UUID
    location_id: UUID
    quantity: Decimal
    condition: str
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class StockIssued(Event):
    """A part was used up for a demand: it is installed now."""

    topic: ClassVar[str] = "inventory.issued.v1"
    move_id: UUID
    part_id: UUID
    location_id: UUID
    quantity: Decimal
    serial: str | None
    demand_id: UUID
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class StockTakenBack(Event):
    """A part came off an installation, most often defective: the old half of a swap."""

    topic: ClassVar[str] = "inventory.taken_back.v1"
    move_id: UUID
    part_id: UUID
    location_id: UUID
    quantity: Decimal
    serial: str | None
    condition: str
    demand_id: UUID
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class StockTransferred(Event):
    """Stock went from one of our places to another."""

    topic: ClassVar[str] = "inventory.transferred.v1"
    operation_id: UUID
    part_id: UUID
    from_location_id: UUID
    to_location_id: UUID
    quantity: Decimal
    demand_id: UUID | None
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class StockAdjusted(Event):
    """The books were brought in line with what is there; `quantity` is signed."""

    topic: ClassVar[str] = "inventory.adjusted.v1"
    operation_id: UUID
    part_id: UUID
    location_id: UUID
    quantity: Decimal
    condition: str
    reason: str
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class MoveReversed(Event):
    """An operation was undone by its mirror image."""

    topic: ClassVar[str] = "inventory.reversed.v1"
    operation_id: UUID
    reversed_operation_id: UUID
    reason: str
    moved_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReservationMade(Event):
    """Free stock is now held for a demand."""

    topic: ClassVar[str] = "inventory.reservation_made.v1"
    reservation_id: UUID
    demand_id: UUID
    part_id: UUID
    location_id: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class ReservationReleased(Event):
    """Held stock is free again; `state` says whether it was released or expired."""

    topic: ClassVar[str] = "inventory.reservation_released.v1"
    reservation_id: UUID
    demand_id: UUID
    part_id: UUID
    location_id: UUID
    quantity: Decimal
    state: str


@dataclass(frozen=True, kw_only=True)
class StockArrived(Event):
    """Free stock of a part has risen at a place: waiting demand may try to reserve again."""

    topic: ClassVar[str] = "inventory.arrived.v1"
    part_id: UUID
    location_id: UUID


@dataclass(frozen=True, kw_only=True)
class StockShort(Event):
    """The last free piece of a part at a place is taken or held."""

    topic: ClassVar[str] = "inventory.short.v1"
    part_id: UUID
    location_id: UUID
