"""Samples of many devices behind one another, each device's behind what was known of it before them."""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Flags, Ints, Table

APART = 2**32
"""Larger than anything that grows along a lane, so that a running maximum starts anew with each."""


@dataclass(frozen=True)
class Lanes:
    """Places of the samples (n,) of some devices (d,) in one row of d + n: a head per device, then its samples."""

    heads: Ints
    """(d,) places of what was known before."""
    samples: Ints
    """(n,) places of the samples."""
    lane: Ints
    """(d + n,) the device of each place, from 0."""
    is_head: Flags

    @property
    def ends(self) -> Ints:
        """Return the last place of each device (d,)."""
        return np.append(self.heads, len(self.lane))[1:] - 1

    def join(self, before: Table, now: Table) -> Table:
        """Return what was known (d, ...) and the samples (n, ...) in their places (d + n, ...)."""
        joined = np.empty((len(self.lane), *now.shape[1:]), dtype=now.dtype)
        joined[self.heads], joined[self.samples] = before, now
        return joined

    def running_max(self, values: Ints) -> Ints:
        """Return the highest value so far of each lane; values (d + n, ...) from 0 up to `APART`."""
        base = (self.lane * APART).reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(np.maximum.accumulate(values + base, axis=0) - base)


def lanes_of(rows: Ints) -> tuple[Ints, Lanes]:
    """Return the devices (d,) of samples whose rows (n,) lie together, and their lanes."""
    first = np.flatnonzero(np.diff(rows, prepend=rows[0] - 1)) if len(rows) else np.zeros(0, dtype=np.int64)
    counts = np.diff(np.append(first, len(rows)))
    heads = first + np.arange(len(first))
    lane = np.repeat(np.arange(len(first)), counts + 1)
    is_head = np.zeros(len(lane), dtype=np.bool_)
    is_head[heads] = True
    return rows[first], Lanes(heads, np.flatnonzero(~is_head), lane, is_head)
