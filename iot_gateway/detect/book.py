"""What is normal for all devices of a bank, in little room: one record per device.

A profile has 73 coefficients and 48 factors in double precision. Here the two sets of hour terms are added up to one
table of 48 hours; offsets, load curve and seen range are half floats in units of the profile's scale, factors are
bytes. What that rounds away is below a hundredth of a scale.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from iot_gateway.detect import common
from iot_gateway.detect.arrays import HOURS_PER_DAY, Flags, Floats, Ints, Table
from iot_gateway.detect.catalogue import DeviceModel, drivers_of
from iot_gateway.detect.profile import (
    BEYOND_FACTOR,
    FAR,
    WIDEST,
    MetricProfile,
    driver_names,
    slot_of,
)

SLOTS = 2 * HOURS_PER_DAY
MOST_HALF = 6e4
MOST_GAP = 255
LEAST_WIDTH = 1e-3
"""Width of the seen range, in deviations of the driver: one that never moved must not make every hour strange."""


def layout(judged: int, drivers: int, groups: int) -> np.dtype[np.void]:
    """Return the record of one device: so many judged metrics, at most so many drivers of each, failure groups."""
    return np.dtype(
        [
            ("scale", "f4", (judged,)),
            ("sample_scale", "f4", (judged,)),
            ("limit", "f4", (judged,)),
            ("middle", "f4", (judged,)),
            ("healthy_ms", "f4", (judged,)),
            ("healthy_gap", "u1", (judged,)),
            ("rough_limit", "f4", (judged,)),
            ("loading", "f4", (judged,)),
            ("narrowed", "f4", (judged,)),
            ("mixture", "f4", (2, groups)),  # deviation, limit
            ("centre", "f4", (judged, drivers)),
            ("deviation", "f4", (judged, drivers)),
            ("low", "f2", (judged, drivers)),
            ("high", "f2", (judged, drivers)),
            ("curve", "f2", (3, judged, drivers)),
            ("offsets", "f2", (judged, SLOTS)),
            ("factors", "u1", (judged, SLOTS)),
        ],
        align=True,
    )


class Book:
    """The profiles of many devices that measure the same metrics."""

    def __init__(self, known: DeviceModel, metrics: Sequence[str]) -> None:
        """Begin without devices. What explains other metrics is not judged itself."""
        self.metrics = tuple(metrics)
        self.judged = np.array([c for c, name in enumerate(metrics) if name not in known.regressors], dtype=np.int64)
        self._names = [
            driver_names([name for name in drivers_of(known, metrics[column]) if name in metrics])
            for column in self.judged.tolist()
        ]
        most = max((len(names) for names in self._names), default=0)
        self._column = np.zeros((len(self.judged), most), dtype=np.int64)
        self._lagged = np.zeros((len(self.judged), most), dtype=np.bool_)
        for place, names in enumerate(self._names):
            for k, name in enumerate(names):
                metric, _, lag = name.partition("@")
                self._column[place, k], self._lagged[place, k] = metrics.index(metric), bool(lag)
        self._empty = np.zeros(1, dtype=layout(len(self.judged), most, len(known.groups)))
        self._groups = {group.name: place for place, group in enumerate(known.groups)}
        self._empty["scale"] = np.nan
        for name in ("limit", "healthy_ms", "rough_limit", "mixture"):
            self._empty[name] = np.inf
        self.table: Table = self._empty[:0].copy()

    def grow(self, size: int) -> None:
        """Make room for so many devices; the new ones have no profile."""
        self.table = np.concatenate([self.table, np.repeat(self._empty, size - len(self.table))])

    def put(self, row: int, profiles: Mapping[str, MetricProfile]) -> None:
        """Replace what is normal for a device; a profile by drivers that are not known here is left out."""
        record = self._empty.copy()
        for place, column in enumerate(self.judged.tolist()):
            found = profiles.get(self.metrics[column])
            if found is not None and set(found.regressors) <= set(self._names[place]):
                self._write(record[0], place, found)
        self.table[row] = record[0]

    def _write(self, record: np.void, place: int, found: MetricProfile) -> None:
        k = len(found.regressors)
        where = [self._names[place].index(name) for name in found.regressors]
        terms = np.array(found.coefficients)
        centre, deviation = np.array(found.centre[:k]), np.array(found.centre[k:])
        record["scale"][place], record["sample_scale"][place] = found.scale, found.sample_scale
        record["limit"][place], record["middle"][place] = found.limit, terms[0]
        record["healthy_ms"][place] = found.longest_run_ms
        record["rough_limit"][place] = np.inf if found.rough_limit is None else found.rough_limit
        record["loading"][place], record["narrowed"][place] = found.loading, found.narrowed
        for name, figures in found.groups.items():
            if name in self._groups:
                record["mixture"][:, self._groups[name]] = figures
        record["healthy_gap"][place] = min(found.longest_gap_hours, MOST_GAP)
        record["centre"][place, where], record["deviation"][place, where] = centre, deviation
        record["low"][place, where] = (np.array(found.low) - centre) / deviation
        record["high"][place, where] = (np.array(found.high) - centre) / deviation
        record["curve"][:, place, where] = _half(terms[1 : 1 + 3 * k].reshape(3, k) / found.scale)
        hours = terms[1 + 3 * k :]
        offsets = np.tile(hours[:HOURS_PER_DAY], 2) + hours[HOURS_PER_DAY:]
        record["offsets"][place] = _half(offsets / found.scale)
        record["factors"][place] = np.rint((np.array(found.slots) - 1.0) * 255.0 / (WIDEST - 1.0))

    def fitted(self, rows: Ints) -> Flags:
        """Tell which devices have a profile of at least one metric."""
        return np.asarray(~np.isnan(self.table["scale"][rows]).all(axis=1))

    def column(self, field: str, rows: Ints, blank: float) -> Floats:
        """Return one figure of the profiles (n, metrics); `blank` for metrics that are not judged."""
        wide = np.full((len(rows), len(self.metrics)), blank)
        wide[:, self.judged] = self.table[field][rows]
        return wide

    def expect(self, rows: Ints, weeks: Ints, now: Floats, before: Floats, *, level: Floats) -> tuple[Floats, Floats]:
        """Return expected values and scales (n, metrics), NaN without profile or without a driver's value.

        `rows` may name a device several times; `now` and `before` (n, metrics) are the means of the hour and of the
        one before it, `weeks` (n,) hours of the week, `level` (n or 1, metrics) how far the series have moved since
        the fit. Where no metric measures the load, what the others have in common moves the expected value too.
        """
        table = self.table
        drivers = np.where(self._lagged, before[:, self._column], now[:, self._column])
        deviation = table["deviation"][rows]
        used = deviation > 0
        x = np.where(used, (drivers - table["centre"][rows]) / np.where(used, deviation, 1.0), 0.0)
        clipped = np.clip(x, -FAR, FAR)
        first, second, third = np.moveaxis(table["curve"][rows].astype(np.float64), 1, 0)
        curve = (((third / 3.0 * clipped + second) * clipped + first) * clipped).sum(axis=2)
        cell = rows[:, None], np.arange(len(self.judged)), slot_of(weeks)[:, None]
        factors = 1.0 + table["factors"][cell] * ((WIDEST - 1.0) / 255.0)
        if x.shape[2]:
            low, high = table["low"][rows].astype(np.float64), table["high"][rows].astype(np.float64)
            beyond = np.maximum(low - x, x - high) / np.maximum(high - low, LEAST_WIDTH)
            factors = factors * (1.0 + BEYOND_FACTOR * np.clip(np.where(used, beyond, 0.0), 0.0, 1.0).max(axis=2))
        expected, scale = np.full_like(now, np.nan), np.full_like(now, np.nan)
        expected[:, self.judged] = table["middle"][rows] + table["scale"][rows] * (curve + table["offsets"][cell])
        scale[:, self.judged] = table["scale"][rows] * factors
        scale = np.where(np.isnan(expected), np.nan, scale)
        return self._with_common_factor(rows, now, expected + level, scale)

    def _with_common_factor(self, rows: Ints, now: Floats, expected: Floats, scale: Floats) -> tuple[Floats, Floats]:
        loading = self.column("loading", rows, 0.0)
        if not loading.any():
            return expected, scale
        with np.errstate(invalid="ignore"):
            moved = common.shift((now - expected) / scale, loading)
        told = ~np.isnan(moved) & (loading != 0)
        narrowed = np.where(told, self.column("narrowed", rows, 1.0), 1.0)
        return expected + np.where(told, moved, 0.0) * scale, scale * narrowed


def _half(values: Floats) -> Floats:
    return np.asarray(np.clip(values, -MOST_HALF, MOST_HALF))
