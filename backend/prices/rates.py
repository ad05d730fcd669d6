"""What time costs: spans of work cut at the hours where the price of an hour changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The price of an hour, for whatever is named; a time that ends at or before it starts runs over midnight."""

    per_hour: Decimal
    skill: str | None = None
    level: int | None = None
    weekdays: frozenset[int] | None = None
    starts: time | None = None
    ends: time | None = None

    def fits(self, skill: str, level: int, local: datetime) -> bool:
        """Tell whether it is the price of an instant in local time."""
        return (
            self.skill in (None, skill)
            and self.level in (None, level)
            and (self.weekdays is None or local.weekday() in self.weekdays)
            and self._at(local.time())
        )

    def _at(self, wall: time) -> bool:
        if self.starts is None or self.ends is None:
            return True
        if self.starts < self.ends:
            return self.starts <= wall < self.ends
        return wall >= self.starts or wall < self.ends

    def rank(self) -> tuple[bool, bool, bool, bool]:
        """Return how special it is: a time of day before a weekday, then the skill, then its level."""
        return (self.starts is not None, self.weekdays is not None, self.skill is not None, self.level is not None)


@dataclass(frozen=True, kw_only=True)
class Charge:
    """So many seconds at one price of an hour."""

    seconds: int
    per_hour: Decimal

    def amount(self) -> Decimal:
        """Return what they cost, not rounded."""
        return self.per_hour * self.seconds / 3600


def price_of_hour(rates: Sequence[Rate], *, skill: str, level: int, local: datetime) -> Decimal:
    """Return the price of the most special rate that fits, the first of equals; nothing if none does."""
    fitting = [rate for rate in rates if rate.fits(skill, level, local)]
    return max(fitting, key=Rate.rank).per_hour if fitting else Decimal(0)


def charges(rates: Sequence[Rate], spans: Sequence[Span], *, skill: str, level: int, zone: ZoneInfo) -> list[Charge]:
    """Return whole seconds by price of spans that do not share time, the dearest first."""
    found: dict[Decimal, timedelta] = {}
    for start, end in spans:
        for piece_start, piece_end in pairwise([start, *_cuts(rates, start, end, zone), end]):
            price = price_of_hour(rates, skill=skill, level=level, local=piece_start.astimezone(zone))
            found[price] = found.get(price, timedelta()) + (piece_end - piece_start)
    return [
        Charge(seconds=round(found[price].total_seconds()), per_hour=price) for price in sorted(found, reverse=True)
    ]


def _cuts(rates: Sequence[Rate], start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    walls = {time(0)} | {wall for rate in rates for wall in (rate.starts, rate.ends) if wall is not None}
    return sorted({cut for cut in _instants(walls, start, end, zone) if start < cut < end})


def _instants(walls: set[time], start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        for wall in walls:
            yield datetime.combine(day, wall, zone).astimezone(UTC)
        day += timedelta(days=1)
