"""How alike two cases of one model and failure group are, by what they were opened with. No input or output here."""

from collections.abc import Mapping
from typing import Any


def deviation(summary: Mapping[str, Any]) -> float | None:
    """Return how far the leading metric had left its band, in half widths of it, with its sign."""
    try:
        observed, expected, high = (float(summary[name]) for name in ("observed", "expected", "high"))
    except (KeyError, TypeError, ValueError):
        return None
    half = high - expected
    return (observed - expected) / half if half > 0 else None


def distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return 0 for two summaries with the same shares and deviation, 2 for two that have nothing in common.

    Half of it is the shares of the metrics (total variation), half the deviations, relative to the greater one. What
    is not known of either counts as different.
    """
    mine, theirs = (_shares(summary) for summary in (one, other))
    names = {*mine, *theirs}
    apart = sum(abs(mine.get(name, 0.0) - theirs.get(name, 0.0)) for name in names) / 2 if names else 1.0
    first, second = deviation(one), deviation(other)
    if first is None or second is None:
        return min(1.0, apart) + 1.0
    greater = max(abs(first), abs(second))
    return min(1.0, apart) + (min(1.0, abs(first - second) / greater) if greater > 0 else 0.0)


def _shares(summary: Mapping[str, Any]) -> dict[str, float]:
    said = summary.get("shares")
    if not isinstance(said, Mapping):
        return {}
    known = {str(name): float(share) for name, share in said.items() if isinstance(share, (int, float)) and share > 0}
    total = sum(known.values())
    return {name: share / total for name, share in known.items()}
