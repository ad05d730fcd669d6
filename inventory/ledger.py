"""Rules of the stock ledger: double entry over places, physical stock never negative.

A line takes a quantity from one place to another. Its effect on the balance of each place is a `Change`; `apply` says
which changes a balance bears. The database does the same with conditional updates; a state machine test compares both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from inventory.errors import InsufficientStock, InvalidMove

ZERO = Decimal(0)
STEP = Decimal("0.0001")
MOST = Decimal(10) ** 10


class LocationKind(StrEnum):
    """What sort of place stock can be in."""

    WAREHOUSE = "warehouse"
    BIN = "bin"
    VAN = "van"
    SITE = "site"
    IN_TRANSIT = "in_transit"
    QUARANTINE = "quarantine"
    VENDOR = "vendor"
    INSTALLED = "installed"
    SCRAP = "scrap"
    COUNT = "count"
    REPAIR = "repair"


VIRTUAL = frozenset(
    {LocationKind.VENDOR, LocationKind.INSTALLED, LocationKind.SCRAP, LocationKind.COUNT, LocationKind.REPAIR}
)
"""Places outside our shelves: the other side of the books, where a balance may be negative."""
PHYSICAL = frozenset(LocationKind) - VIRTUAL
STORES = frozenset({LocationKind.WAREHOUSE, LocationKind.BIN, LocationKind.VAN, LocationKind.SITE})
"""Places that good stock may be taken and reserved from; what is under way or in quarantine is not free."""


class Condition(StrEnum):
    """The state of the goods; only good stock is ever free."""

    GOOD = "good"
    DEFECTIVE = "defective"
    REFURBISHED = "refurbished"
    SCRAP = "scrap"


class MoveKind(StrEnum):
    """Why stock moved."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    TRANSFER = "transfer"
    ADJUSTMENT = "adjustment"
    RETURN = "return"
    SWAP = "swap"


class ReservationState(StrEnum):
    """Where a reservation stands; only `held` holds stock."""

    HELD = "held"
    CONSUMED = "consumed"
    RELEASED = "released"
    EXPIRED = "expired"


_INSTALLED = frozenset({LocationKind.INSTALLED})
_COUNT = frozenset({LocationKind.COUNT})
_SHOPS = frozenset({LocationKind.VENDOR, LocationKind.REPAIR})

FLOWS: Mapping[MoveKind, Sequence[tuple[frozenset[LocationKind], frozenset[LocationKind]]]] = {
    MoveKind.RECEIPT: [(_SHOPS, PHYSICAL)],
    MoveKind.ISSUE: [(PHYSICAL, _INSTALLED)],
    MoveKind.TRANSFER: [(PHYSICAL, PHYSICAL)],
    MoveKind.ADJUSTMENT: [(_COUNT, PHYSICAL), (PHYSICAL, _COUNT | {LocationKind.SCRAP})],
    MoveKind.RETURN: [(_INSTALLED, PHYSICAL), (PHYSICAL, _SHOPS)],
    MoveKind.SWAP: [(PHYSICAL, _INSTALLED), (_INSTALLED, PHYSICAL)],
}
"""From where to where each kind of move may go; a reversal goes the other way."""


class Key(NamedTuple):
    """What one balance is kept for."""

    part_id: UUID
    location_id: UUID
    condition: Condition


class Change(NamedTuple):
    """What happens to one balance: goods come or go, stock is held or let go."""

    on_hand: Decimal = ZERO
    held: Decimal = ZERO


@dataclass(frozen=True)
class Balance:
    """Stock of one part in one place and condition, in the part's unit."""

    on_hand: Decimal = ZERO
    held: Decimal = ZERO
    virtual: bool = False

    @property
    def free(self) -> Decimal:
        """What nobody holds."""
        return self.on_hand - self.held


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the ledger before it is written."""

    kind: MoveKind
    part_id: UUID
    quantity: Decimal
    from_location_id: UUID
    to_location_id: UUID
    condition: Condition = Condition.GOOD
    lot: str | None = None
    serial: str | None = None

    @property
    def source(self) -> Key:
        """The balance that pays."""
        return Key(self.part_id, self.from_location_id, self.condition)

    @property
    def target(self) -> Key:
        """The balance that gains."""
        return Key(self.part_id, self.to_location_id, self.condition)


class Tracking(NamedTuple):
    """How closely a part is followed."""

    serial: bool = False
    lot: bool = False


class Hold(NamedTuple):
    """What a reservation still holds."""

    id: UUID
    quantity: Decimal


def apply(balance: Balance, change: Change) -> Balance:
    """Return the balance after the change.

    Raises:
        InsufficientStock: physical stock would fall below what is held, or what is held below zero.
    """
    after = replace(balance, on_hand=balance.on_hand + change.on_hand, held=balance.held + change.held)
    if after.held < 0 or (after.held > 0 if after.virtual else after.held > after.on_hand):
        raise InsufficientStock("Not enough free stock.", free=balance.free)
    return after


def changes(lines: Iterable[Line], held: Mapping[Key, Decimal] | None = None) -> dict[Key, Change]:
    """Return the net change of each balance in locking order; `held` changes the holds. Zeros are left out."""
    net: dict[Key, Change] = {}
    for line in lines:
        for key, quantity in ((line.source, -line.quantity), (line.target, line.quantity)):
            net[key] = Change(net.get(key, Change()).on_hand + quantity)
    for key, quantity in (held or {}).items():
        net[key] = net.get(key, Change())._replace(held=quantity)
    return {key: net[key] for key in sorted(net) if net[key] != Change()}


def post(
    stock: Mapping[Key, Balance],
    lines: Sequence[Line],
    *,
    virtual: frozenset[UUID],
    held: Mapping[Key, Decimal] | None = None,
) -> dict[Key, Balance]:
    """Return all balances after one operation, which happens whole or not at all.

    Raises:
        InsufficientStock: a physical balance does not bear it.
    """
    after = dict(stock)
    for key, change in changes(lines, held).items():
        after[key] = apply(after.get(key, Balance(virtual=key.location_id in virtual)), change)
    return after


def draw(holds: Iterable[Hold], quantity: Decimal) -> list[Hold]:
    """Return how much each hold gives towards `quantity`, the first ones first; what is missing is free stock's."""
    taken: list[Hold] = []
    for hold in holds:
        part = min(hold.quantity, quantity)
        if part > 0:
            taken.append(Hold(hold.id, part))
            quantity -= part
    return taken


def check_quantity(quantity: Decimal) -> None:
    """Accept a positive quantity that the ledger can write down exactly.

    Raises:
        InvalidMove: it is zero, negative, too large or finer than four places.
    """
    if not quantity.is_finite() or not 0 < quantity < MOST or quantity != quantity.quantize(STEP):
        raise InvalidMove("A quantity is positive, with at most four decimal places.", quantity=str(quantity))


def check_line(line: Line, tracking: Tracking, origin: LocationKind, goal: LocationKind) -> None:
    """Accept a line that fits its part and the places it goes between.

    Raises:
        InvalidMove: the quantity, the serial or lot number, or the way does not fit.
    """
    check_quantity(line.quantity)
    if tracking.serial != (line.serial is not None):
        raise InvalidMove(
            "This part moves by serial number." if tracking.serial else "This part has no serial numbers.",
            part_id=line.part_id,
        )
    if line.serial is not None and line.quantity != 1:
        raise InvalidMove("A serial number is one piece.", part_id=line.part_id, serial=line.serial)
    if tracking.lot != (line.lot is not None):
        raise InvalidMove(
            "This part moves by lot number." if tracking.lot else "This part has no lot numbers.", part_id=line.part_id
        )
    if line.from_location_id == line.to_location_id:
        raise InvalidMove("A move goes from one place to another.", location_id=line.from_location_id)
    if not any(origin in froms and goal in tos for froms, tos in FLOWS[line.kind]):
        raise InvalidMove(f"A {line.kind} does not go from {origin} to {goal}.", kind=line.kind)


def mirrored(lines: Iterable[Line]) -> list[Line]:
    """Return the lines that undo these, the last one first."""
    return [
        replace(line, from_location_id=line.to_location_id, to_location_id=line.from_location_id)
        for line in reversed(list(lines))
    ]
