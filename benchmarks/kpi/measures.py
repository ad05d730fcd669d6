"""Rates, durations and shares, made once more."""

import math
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from benchmarks.kpi.books import to


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the score interval of a share, at 95 %."""
    z, share = 1.959964, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def rate(lines: Iterable[tuple[bool, bool, str | None]]) -> dict[str, Any]:
    """Make a rate of (counts, hit, reason)."""
    lines = list(lines)
    n = sum(counts for counts, _, _ in lines)
    hits = sum(counts and hit for counts, hit, _ in lines)
    low, high = wilson(hits, n) if n else (None, None)
    return {
        "n": n,
        "hits": hits,
        "value": to(hits / n, 6) if n else None,
        "low": None if low is None else to(low, 6),
        "high": None if high is None else to(high, 6),
        "excluded": dict(Counter(why or "other" for counts, _, why in lines if not counts)),
        "reasons": dict(Counter(why for counts, _, why in lines if counts and why)),
    }


def duration(lines: Iterable[tuple[Decimal | None, str | None]]) -> dict[str, Any]:
    """Make a duration of (seconds, why not)."""
    lines = list(lines)
    found = sorted(value for value, _ in lines if value is not None)
    excluded = dict(Counter(why or "other" for value, why in lines if value is None))
    n = len(found)
    if n == 0:
        return {"n": 0, "value": None, "excluded": excluded}
    rank = math.floor(n / 2.0 - 0.979982 * math.sqrt(n))
    return {
        "n": n,
        "value": to((found[(n - 1) // 2] + found[n // 2]) / 2, 3),
        "low": to(found[rank - 1], 3) if rank >= 1 else None,
        "high": to(found[n - rank], 3) if rank >= 1 else None,
        "mean": to(sum(found, Decimal(0)) / n, 3),
        "p90": to(found[math.ceil(Decimal(9 * n) / 10) - 1], 3),
        "excluded": excluded,
    }


def share(lines: Iterable[tuple[Decimal, Decimal]], n: int) -> dict[str, Any]:
    """Make a share of sums."""
    lines = list(lines)
    value, weight = (sum((pair[place] for pair in lines), Decimal(0)) for place in (0, 1))
    shown = to(value / weight, 6) if weight else None
    return {"n": n, "value": shown, "numerator": to(value, 3), "denominator": to(weight, 3)}
