"""Sensors before machines: a value out of range or stuck says nothing about the machine."""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Flags, Floats, Ints

STUCK_MS = 4 * 3_600_000
STUCK_SAMPLES = 24
STUCK_FACTOR = 4


@dataclass(frozen=True)
class Runs:
    """How long each metric has kept its value: the value, since when (epoch ms), over how many samples."""

    value: Floats
    since: Ints
    count: Ints

    @classmethod
    def none(cls, metrics: int) -> "Runs":
        """Return runs before the first sample."""
        return cls(np.full(metrics, np.nan), np.zeros(metrics, dtype=np.int64), np.zeros(metrics, dtype=np.int64))


def out_of_range(values: Floats, low: Floats, high: Floats) -> Flags:
    """Tell which values (n, metrics) no working sensor of that kind can report."""
    with np.errstate(invalid="ignore"):
        return np.asarray((values < low) | (values > high))


def follow_runs(runs: Runs, ts: Ints, values: Floats) -> tuple[Runs, Ints]:
    """Add samples (n, metrics) in order; return the runs now, and the longest run per metric among them (ms)."""
    value, since, count = runs.value.copy(), runs.since.copy(), runs.count.copy()
    longest = np.zeros(len(value), dtype=np.int64)
    for column in range(values.shape[1]):
        series = values[:, column]
        known = ~np.isnan(series)
        if not known.any():
            continue
        seen, stamps = series[known], ts[known]
        changes = np.flatnonzero(np.diff(seen)) + 1
        starts = np.concatenate([[0], changes])
        ends = np.concatenate([changes, [len(seen)]]) - 1
        begin = stamps[starts]
        carried = 0
        if seen[0] == value[column]:
            begin = begin.copy()
            begin[0], carried = since[column], int(count[column])
        longest[column] = int((stamps[ends] - begin).max())
        last_count = int(ends[-1] - starts[-1]) + 1 + (carried if len(starts) == 1 else 0)
        value[column], since[column], count[column] = seen[-1], begin[-1], last_count
    return Runs(value, since, count), longest


def stuck(runs: Runs, at: int, healthy_ms: Ints) -> Flags:
    """Tell which metrics (metrics,) have not moved for far longer than they ever did while healthy."""
    needed = np.maximum(STUCK_MS, STUCK_FACTOR * healthy_ms)
    return np.asarray((runs.count >= STUCK_SAMPLES) & (at - runs.since >= needed))
