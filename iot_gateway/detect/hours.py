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

    `bincount` adds strictly in the order of the samples, so that it does not matter where a series is cut.
    """
    hours = ts // HOUR_MS
    fresh = hours >= current.hour
    hours, values = hours[fresh], values[fresh]
    closed: list[ClosedHour] = []
    if not len(hours):
        return current, closed
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    rows = np.concatenate([filled, filled**2, known], axis=1)
    if hours[0] == current.hour:
        before = np.concatenate([current.sums, current.squares, current.counts])
        rows, hours = np.vstack([before, rows]), np.concatenate([hours[:1], hours])
    elif current.counts.any():
        closed.append(close(current))
    starts = np.concatenate([[0], np.flatnonzero(np.diff(hours)) + 1])
    slots = np.cumsum(np.concatenate([[0], np.diff(hours) != 0]))
    totals = np.stack([np.bincount(slots, weights=column) for column in rows.T], axis=1)
    size = values.shape[1]
    filled_hours = [
        OpenHour(hour, total[:size], total[size : 2 * size], total[2 * size :].astype(np.int64))
        for hour, total in zip(hours[starts].tolist(), totals, strict=True)
    ]
    closed += [close(hour) for hour in filled_hours[:-1] if hour.counts.any()]
    return filled_hours[-1], closed


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
