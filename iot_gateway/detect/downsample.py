"""Fewer points for a chart, without losing its extremes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

Point = tuple[int, float]


def thin(points: Sequence[Point], max_points: int) -> list[Point]:
    """Return at most `max_points` of the points: the lowest and highest of equal slices, first and last kept."""
    if len(points) <= max_points or max_points < 4:
        return list(points[:: max(1, -(-len(points) // max(1, max_points)))])
    values = np.array([value for _, value in points])
    edges = np.linspace(1, len(points) - 1, (max_points - 2) // 2 + 1).astype(int)
    keep = {0, len(points) - 1}
    for start, end in pairwise(edges.tolist()):
        if end > start:
            keep.add(start + int(np.argmin(values[start:end])))
            keep.add(start + int(np.argmax(values[start:end])))
    return [points[i] for i in sorted(keep)]
