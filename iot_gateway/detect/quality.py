"""Sensors before machines: a value out of range or stuck says nothing about the machine."""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Flags, Floats, Ints
from iot_gateway.detect.lanes import Lanes

STUCK_MS = 4 * 3_600_000
STUCK_SAMPLES = 24
STUCK_FACTOR = 4
SILENT_HOURS, SILENT_FACTOR = 6, 3
MOST_MS = 2**31 - 1


@dataclass(frozen=True)
class Runs:
    """How long each metric has kept its value; all (devices, metrics)."""

    value: Floats
    since: Ints
    """Epoch milliseconds."""
    count: Ints
    longest: Ints
    """The longest run so far, in ms."""

    @classmethod
    def none(cls, devices: int, metrics: int) -> "Runs":
        """Return runs before the first sample."""
        zeros = np.zeros((devices, metrics), dtype=np.int64)
        return cls(np.full((devices, metrics), np.nan), zeros, zeros, zeros)

    def at(self, places: Ints) -> "Runs":
        """Return the runs at some places of the first axis."""
        return Runs(self.value[places], self.since[places], self.count[places], self.longest[places])


def out_of_range(values: Floats, low: Floats, high: Floats) -> Flags:
    """Tell which values (n, metrics) no working sensor of that kind can report."""
    with np.errstate(invalid="ignore"):
        return np.asarray((values < low) | (values > high))


def follow_runs(lanes: Lanes, before: Runs, ts: Ints, values: Floats) -> Runs:
    """Return the runs at every place of the lanes: before each device's samples and after each of them.

    `ts` (n,) and `values` (n, metrics) are in the order of arrival, NaN for what was not measured.
    """
    value = lanes.join(before.value, values)
    stamps = lanes.join(np.zeros(len(lanes.heads), dtype=np.int64), ts)[:, None]
    head = lanes.is_head[:, None]
    measured = ~np.isnan(value) & ~head
    places = np.arange(len(value))[:, None]
    held = np.take_along_axis(value, _last(measured | head, places), axis=0)
    previous = np.vstack([held[:1], held[:-1]])
    start = _last(measured & (value != previous) | head, places)
    begun = np.where(head, 0, stamps) + np.zeros_like(start)
    begun[lanes.heads] = before.since
    since = np.take_along_axis(begun, start, axis=0)
    seen = np.cumsum(measured, axis=0)
    earlier: Ints = seen - measured
    earlier[lanes.heads] -= before.count
    count = seen - np.take_along_axis(earlier, start, axis=0)
    spans = np.where(measured, np.clip(stamps - since, 0, MOST_MS), 0)
    spans[lanes.heads] = before.longest
    return Runs(held, since, count, lanes.running_max(spans))


def _last(flags: Flags, places: Ints) -> Ints:
    """Return for each place the last one up to it that is flagged."""
    return np.asarray(np.maximum.accumulate(np.where(flags, places, 0), axis=0))


def stuck(runs: Runs, at: Ints, healthy_ms: Floats) -> Flags:
    """Tell which metrics (n, metrics) have not moved at `at` (n,) for far longer than they ever did while healthy."""
    needed = np.maximum(STUCK_MS, STUCK_FACTOR * healthy_ms)
    return np.asarray((runs.count >= STUCK_SAMPLES) & (at[:, None] - runs.since >= needed))


def longest_gap(missing: Flags) -> int:
    """Return the longest row of hours (n,) that are flagged."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def silent(hours: Ints, healthy_hours: Floats) -> Flags:
    """Tell which metrics have sent nothing for so many hours in which others did, far longer than while healthy."""
    return np.asarray(hours >= np.maximum(SILENT_HOURS, SILENT_FACTOR * healthy_hours))
