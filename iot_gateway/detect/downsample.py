"""Fewer points for a chart, without losing its extremes."""

import numpy as np

from iot_gateway.detect.arrays import Floats, Ints

LEAST_POINTS = 4


def thin(ts: Ints, values: Floats, max_points: int) -> Ints:
    """Return the places (m,) of at most `max_points` samples that draw like all of them, in order.

    Kept are the first, the last, and the lowest and highest of equal slices of time: at a pixel's width per slice the
    line covers the same pixels (min-max and M4 aggregation, Jugel et al. 2014, doi:10.14778/2732951.2732953).
    `ts` is sorted, `values` are finite; `max_points` is at least 4.
    """
    count = len(ts)
    if count <= max_points:
        return np.arange(count)
    slices = (max(max_points, LEAST_POINTS) - 2) // 2
    span = max(int(ts[-1] - ts[0]), 1)
    slot = np.minimum((ts - ts[0]) * slices // span, slices - 1)
    order = np.lexsort((values, slot))
    starts = np.concatenate([[0], np.flatnonzero(np.diff(slot)) + 1])
    ends = np.concatenate([starts[1:], [count]]) - 1
    return np.unique(np.concatenate([[0], order[starts], order[ends], [count - 1]]))
