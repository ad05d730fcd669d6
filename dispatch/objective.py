"""Prices in integer cents, and the sum they make; the table is explained in `docs/dispatch.md`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

SHIFT_CENTS = 48_000
"""Eight paid hours at the default wage; priorities are multiples of it."""


@dataclass(frozen=True)
class Weights:
    """A tenant's prices; all whole cents and never negative."""

    unserved_cents: tuple[int, int, int, int] = (20 * SHIFT_CENTS, 8 * SHIFT_CENTS, 3 * SHIFT_CENTS, SHIFT_CENTS)
    """Not planning a request, by priority 1 to 4."""
    locked_factor: int = 10
    """An unserved request that is locked to a technician costs this many times its price."""
    wage_cents_per_hour: int = 6_000
    """Departure to return: travel, waiting, work and handling."""
    overtime_cents_per_hour: int = 3_000
    """On top of the wage, after the end of the shift."""
    distance_cents_per_km: int = 80
    pickup_cents: int = 500
    """Each stop at a warehouse, on top of its minutes."""
    change_cents: int = 2_400
    """A published visit that changes technician; 5 % of a day."""
    moved_cents_per_minute: int = 10
    """A published visit that starts earlier or later than told, beyond the tolerance."""
    moved_tolerance: int = 900
    """Seconds a published start may move at no price."""


class Cost(NamedTuple):
    """What a plan costs, in cents by kind."""

    unserved: int = 0
    lateness: int = 0
    wage: int = 0
    overtime: int = 0
    distance: int = 0
    pickups: int = 0
    preference: int = 0
    """`Requests.bias` of the technicians chosen."""
    stability: int = 0
    """Changes to the published plan."""

    @property
    def total(self) -> int:
        """The one figure plans are compared by."""
        return sum(self)

    def plus(self, other: Cost) -> Cost:
        """The sum, kind by kind."""
        return Cost(*(a + b for a, b in zip(self, other, strict=True)))


def charge(amount: int, rate: int, per: int) -> int:
    """`amount` at `rate` cents for each `per` units, rounded half up to whole cents."""
    return (2 * amount * rate + per) // (2 * per)
