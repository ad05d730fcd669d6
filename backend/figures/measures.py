"""From sums to figures: rates with their interval, durations, shares. Rules of plain values, rounded in one place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from math import sqrt
from typing import Any, Protocol

from iot_gateway.precision import Z_95, rate

SECOND, SHARE = Decimal("0.001"), Decimal("0.000001")
"""What figures are rounded to: milliseconds, millionths."""
DETRACTOR = "detractor"


@dataclass(frozen=True, kw_only=True)
class Point:
    """A figure with its interval and what it is made from."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


@dataclass(frozen=True, kw_only=True)
class Figure(Point):
    """A figure as it is shown."""

    hits: int | None = None
    mean: float | None = None
    p90: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    more_than: bool = False
    """Nothing has failed: the true value is beyond this one."""
    excluded: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    trend: Mapping[date, Point] = field(default_factory=dict)


class Tally(Protocol):
    """Facts put together."""

    bucket: date | None
    counted: bool
    hit: bool | None
    reason: str | None
    n: int
    value: Decimal | None
    weight: Decimal | None


def rounded(value: Decimal | float | None, step: Decimal = SHARE) -> float | None:
    """Return a value to so many digits, halves to the even one."""
    return None if value is None else float(Decimal(value).quantize(step, rounding=ROUND_HALF_EVEN))


def rate_point(hits: int, n: int) -> Point:
    """Return hits of n with the score interval."""
    found = rate(hits, n)
    if found is None:
        return Point(value=None)
    return Point(value=rounded(found.value), low=rounded(found.low), high=rounded(found.high), n=n)


def score_point(hits: int, detractors: int, n: int) -> Point:
    """Return the share of hits less that of detractors, times 100, with the interval of a mean."""
    if n == 0:
        return Point(value=None)
    mean = (hits - detractors) / n
    half = Z_95 * sqrt(max(0.0, (hits + detractors) / n - mean * mean) / n)
    low, high = max(-1.0, mean - half), min(1.0, mean + half)
    return Point(value=rounded(100 * mean), low=rounded(100 * low), high=rounded(100 * high), n=n)


def share_point(value: Decimal, weight: Decimal, n: int) -> Point:
    """Return a sum by a sum."""
    return Point(value=rounded(value / weight) if weight else None, n=n)


def ratio(numerator: Decimal, denominator: Decimal) -> float | None:
    """Return a quotient; None of nothing."""
    return rounded(numerator / denominator) if denominator else None


class Sums:
    """What a figure needs of its tallies, of the whole or of one stretch."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.n = self.hits = self.detractors = 0
        self.value = self.weight = Decimal(0)

    def add(self, row: Tally) -> None:
        """Add a tally that counts."""
        self.n += row.n
        self.hits += row.n if row.hit else 0
        self.detractors += row.n if row.reason == DETRACTOR else 0
        self.value += row.value or 0
        self.weight += row.weight or 0


def _rate(sums: Sums) -> Point:
    return rate_point(sums.hits, sums.n)


def _score(sums: Sums) -> Point:
    return score_point(sums.hits, sums.detractors, sums.n)


def _share(sums: Sums) -> Point:
    return share_point(sums.value, sums.weight, sums.n)


POINTS = {"rate": _rate, "score": _score, "share": _share}


def of_tallies(kind: str, rows: Iterable[Tally]) -> Figure:
    """Return a rate, a score or a share with its trend, what is left out, and the reasons."""
    point = POINTS[kind]
    whole, stretches = Sums(), defaultdict[date | None, Sums](Sums)
    excluded: dict[str, int] = defaultdict(int)
    reasons: dict[str, int] = defaultdict(int)
    for row in rows:
        if not row.counted:
            excluded[row.reason or "other"] += row.n
            continue
        whole.add(row)
        stretches[row.bucket].add(row)
        if row.reason is not None:
            reasons[row.reason] += row.n
    found = point(whole)
    return Figure(
        **vars(found),
        hits=whole.hits if kind != "share" else None,
        numerator=rounded(whole.value, SECOND) if kind == "share" else None,
        denominator=rounded(whole.weight, SECOND) if kind == "share" else None,
        excluded=dict(sorted(excluded.items())),
        reasons=dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
        trend={bucket: point(sums) for bucket, sums in sorted(stretches.items(), key=str) if bucket},
    )


def of_durations(rows: Iterable[Any], excluded: Mapping[str, int]) -> Figure:
    """Return a duration with its trend; the row without a bucket is the whole."""
    points: dict[date | None, Any] = {row.bucket: row for row in rows}
    whole = points.pop(None, None)
    if whole is None:
        return Figure(value=None, excluded=excluded)
    return Figure(
        **vars(_median(whole)),
        mean=rounded(whole.total / whole.n, SECOND),
        p90=rounded(whole.p90, SECOND),
        excluded=excluded,
        trend={bucket: _median(row) for bucket, row in sorted(points.items(), key=str) if bucket},
    )


def _median(row: Any) -> Point:
    low, high = rounded(row.low, SECOND), rounded(row.high, SECOND)
    return Point(value=rounded(row.median, SECOND), low=low, high=high, n=row.n)
