"""Whether a metric was beyond a value for long enough, by the points of its series."""

from collections.abc import Sequence

Point = tuple[int, float]
"""Epoch milliseconds, value."""


def held_at(points: Sequence[Point], *, above: bool, value: float, seconds: int, gap_seconds: int) -> int | None:
    """Return when a stretch beyond the value first lasted so long, in epoch milliseconds; None: none did.

    Points are in order. Whatever happened in a gap longer than `gap_seconds` nobody knows: a stretch ends before it.
    """
    began: int | None = None
    last: int | None = None
    for at, observed in points:
        beyond = observed > value if above else observed < value
        if not beyond:
            began = None
        elif began is None or last is None or at - last > gap_seconds * 1000:
            began = at
        if began is not None and at - began >= seconds * 1000:
            return began + seconds * 1000
        last = at
    return None
