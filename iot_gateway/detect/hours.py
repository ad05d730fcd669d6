"""From samples to hourly means, in event time; late samples of a closed hour are left out."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from iot_gateway.detect.arrays import HOUR_MS, HOURS_PER_DAY, Flags, Floats, Ints
from iot_gateway.detect.lanes import Lanes
from iot_gateway.detect.quality import Runs

LEAST_SHARE = 0.25
"""An hour with less than this part of its samples is not judged."""


@dataclass(frozen=True)
class OpenHours:
    """The hours being filled: hour since the epoch (devices,), the rest (devices, metrics)."""

    hour: Ints
    sums: Floats
    squares: Floats
    counts: Ints


@dataclass(frozen=True)
class Closed:
    """Hours that are over, one per place: devices (n,), hours since the epoch (n,), the rest (n, metrics)."""

    rows: Ints
    hours: Ints
    means: Floats
    """NaN where there was nothing."""
    counts: Ints
    spreads: Floats
    """Deviation within the hour."""
    runs: Runs
    """As they were when the hour closed."""

    def __len__(self) -> int:
        """Return how many hours these are."""
        return len(self.rows)

    def part(self, places: Ints | Flags) -> "Closed":
        """Return some of the hours."""
        chosen: Ints = np.arange(len(self))[places]
        parts = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "runs"}
        return Closed(**{name: value[chosen] for name, value in parts.items()}, runs=self.runs.at(chosen))

    def full_enough(self, sampling_seconds: Floats) -> "Closed":
        """Return the hours with enough samples of devices that sample so often (n,)."""
        return self.part(self.counts.max(axis=1, initial=0) >= LEAST_SHARE * 3600 / sampling_seconds)

    def rounds(self) -> Iterator["Closed"]:
        """Return the hours so that each device is in a round once: first all first hours, then all second ones."""
        if not len(self):
            return
        places = np.arange(len(self))
        starts = np.diff(self.rows, prepend=self.rows[0] - 1) != 0
        turn = places - np.maximum.accumulate(np.where(starts, places, 0))
        order = np.argsort(turn, kind="stable")
        ends = np.cumsum(np.bincount(turn))
        for start, end in zip(np.concatenate([[0], ends[:-1]]).tolist(), ends.tolist(), strict=True):
            yield self.part(order[start:end])


def accumulate(
    lanes: Lanes, rows: Ints, before: OpenHours, ts: Ints, values: Floats, *, runs: Runs
) -> tuple[OpenHours, Closed]:
    """Add samples to the open hours of their devices; return the hours open then, and those that have closed.

    `rows` (devices,) are the devices of the lanes, `ts` (n,) and `values` (n, metrics) their samples in the order of
    arrival, `runs` those of every place. `bincount` adds strictly in that order, so that it does not matter where a
    series is cut.
    """
    hour = lanes.join(before.hour, ts // HOUR_MS)
    latest = lanes.running_max(hour)
    begins = lanes.is_head.copy()
    begins[1:] |= ~lanes.is_head[1:] & (latest[1:] > latest[:-1])
    slots = np.cumsum(begins) - 1
    known = lanes.join(np.zeros_like(before.counts, dtype=np.bool_), ~np.isnan(values)) & (hour == latest)[:, None]
    known[lanes.heads] = True
    value = np.where(known, lanes.join(before.sums, values), 0.0)
    square = value * value
    square[lanes.heads] = before.squares
    count = known.astype(np.float64)
    count[lanes.heads] = before.counts
    sums, squares, counts = (
        np.stack([np.bincount(slots, weights=column) for column in table.T], axis=1) for table in (value, square, count)
    )
    counts = counts.astype(np.int64)
    last = slots[lanes.ends]
    after = OpenHours(latest[lanes.ends], sums[last], squares[last], counts[last])
    over = np.flatnonzero(begins & ~lanes.is_head)
    over = over[counts[slots[over] - 1].any(axis=1)]
    done = slots[over] - 1
    means, spreads = _means(sums[done], squares[done], counts[done])
    closed = Closed(rows[lanes.lane[over]], latest[over - 1], means, counts[done], spreads, runs.at(over - 1))
    return after, closed


def _means(sums: Floats, squares: Floats, counts: Ints) -> tuple[Floats, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 0, sums / counts, np.nan)
        spreads = np.where(counts > 1, np.sqrt(np.maximum(squares / counts - means**2, 0.0)), np.nan)
    return means, spreads


@lru_cache(maxsize=100_000)
def hour_of_week(hour: int, zone: ZoneInfo) -> int:
    """Return 0..167 from Monday midnight for an hour since the epoch, by the clock on the wall."""
    local = datetime.fromtimestamp(hour * 3600, tz=UTC).astimezone(zone)
    return local.weekday() * HOURS_PER_DAY + local.hour
