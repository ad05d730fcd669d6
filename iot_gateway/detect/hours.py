"""From samples to hourly means, in event time; late samples of a closed hour are left out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from iot_gateway.detect.arrays import HOUR_MS, HOURS_PER_DAY, Floats, Ints


@dataclass(frozen=True)
class ClosedHour:
    """One hour that is over: means (metrics,) with NaN where there was nothing, counts, spread within the hour."""

    hour: int
    """Hours since the epoch."""
    means: Floats
    counts: Ints
    spread: Floats


@dataclass
class OpenHour:
    """The hour being filled."""

    hour: int
    sums: Floats
    squares: Floats
    counts: Ints

    @classmethod
    def empty(cls, hour: int, metrics: int) -> "OpenHour":
        """Return an hour without samples."""
        return cls(hour, np.zeros(metrics), np.zeros(metrics), np.zeros(metrics, dtype=np.int64))


def accumulate(current: OpenHour, ts: Ints, values: Floats) -> tuple[OpenHour, list[ClosedHour]]:
    """Add samples (n,) x (n, metrics), sorted by time, NaN for what was not measured; return what closed.

    Sums are kept about the first value of the hour's metric would cost a pass more; float64 is precise enough here.
    """
    hours = ts // HOUR_MS
    fresh = hours >= current.hour
    hours, values = hours[fresh], values[fresh]
    if not len(hours):
        return current, []
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(hours)) + 1])
    sums = np.add.reduceat(filled, starts, axis=0)
    squares = np.add.reduceat(filled**2, starts, axis=0)
    counts = np.add.reduceat(known.astype(np.int64), starts, axis=0)
    closed: list[ClosedHour] = []
    for index, hour in enumerate(hours[starts].tolist()):
        if hour != current.hour:
            if current.counts.any():
                closed.append(close(current))
            current = OpenHour.empty(hour, values.shape[1])
        current.sums = current.sums + sums[index]
        current.squares = current.squares + squares[index]
        current.counts = current.counts + counts[index]
    return current, closed


def close(hour: OpenHour) -> ClosedHour:
    """Return the means and spreads of an hour."""
    counts = hour.counts.astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 0, hour.sums / counts, np.nan)
        spread = np.where(counts > 1, np.sqrt(np.maximum(hour.squares / counts - means**2, 0.0)), np.nan)
    return ClosedHour(hour.hour, means, hour.counts, spread)


def hour_of_week(hour: int, zone: ZoneInfo) -> int:
    """Return 0..167 from Monday midnight for an hour since the epoch, by the clock on the wall."""
    local = datetime.fromtimestamp(hour * 3600, tz=UTC).astimezone(zone)
    return local.weekday() * HOURS_PER_DAY + local.hour
