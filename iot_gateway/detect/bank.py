"""All devices of one model: what is remembered of each is one record of an array, what is normal another."""

from collections.abc import Mapping

import numpy as np

from iot_gateway.detect import charts, hours, memory, quality
from iot_gateway.detect.arrays import Floats, Ints, Table
from iot_gateway.detect.book import Book
from iot_gateway.detect.catalogue import DeviceModel
from iot_gateway.detect.hours import Closed, OpenHours
from iot_gateway.detect.lanes import lanes_of
from iot_gateway.detect.memory import NO_NOTES, Body, Memory, Notes
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.detect.quality import Runs

FIRST_ROWS = 8


class Bank:
    """The detectors' state of many devices that measure the same metrics."""

    def __init__(self, known: DeviceModel, metrics: tuple[str, ...]) -> None:
        """Begin without devices."""
        self.known, self.metrics = known, metrics
        self.book = Book(known, metrics)
        self.weights = charts.weights(known, metrics)
        self.table: Table = memory.blank(len(metrics))[:0]
        self.notes: dict[int, Notes] = {}
        self.numbers: list[int] = []
        """The device of each row."""
        limits = [known.metrics.get(name) for name in metrics]
        self.low = np.array([limit.low if limit else -np.inf for limit in limits])
        self.high = np.array([limit.high if limit else np.inf for limit in limits])

    def add(self, number: int, *, hour: int) -> int:
        """Return the row of a device never heard of before, whose first sample lies in `hour`."""
        row = len(self.numbers)
        if row == len(self.table):
            size = max(FIRST_ROWS, 2 * row)
            self.table = np.concatenate([self.table, np.repeat(memory.blank(len(self.metrics)), size - row)])
            self.book.grow(size)
        self.numbers.append(number)
        self.table["hour"][row] = hour
        return row

    def restore(self, number: int, body: Body) -> int:
        """Return the row of a device from its checkpoint; what is normal for it comes by `learn`."""
        row = self.add(number, hour=0)
        self.table[row] = np.frombuffer(body.record, dtype=self.table.dtype)[0]
        if body.notes != NO_NOTES:
            self.notes[row] = body.notes
        return row

    def dump(self, row: int) -> bytes:
        """Return the checkpoint of a device. Its profiles are not in it: they have a table of their own."""
        self.tidy(row)
        return memory.dump(self.metrics, self.table[row], self.notes.get(row, NO_NOTES))

    def tidy(self, row: int) -> None:
        """Give up the notes of a device when there is nothing in them."""
        if self.notes.get(row) == NO_NOTES:
            del self.notes[row]

    def memory(self, row: int) -> Memory:
        """Return the memory of one device."""
        return Memory(self.metrics, self.table, self.notes, row)

    def learn(self, row: int, profiles: Mapping[str, MetricProfile], *, fitted_at: float) -> None:
        """Put a nightly fit in the place of older profiles, unless it is in use already."""
        self.book.put(row, profiles)
        if fitted_at <= self.table["fitted_at"][row]:
            return
        self.table["fitted_at"][row], self.table["provisional"][row] = fitted_at, False
        self.table["level"][row] = 0.0
        notes = self.notes.get(row)
        if notes is not None:
            notes.learned_hours, notes.learned_weeks = [], []
            notes.learned_means, notes.learned_spreads = [], []

    def expect(self, row: int, weeks: Ints, values: Floats) -> tuple[Floats, Floats]:
        """Return expected values and scales (n, metrics) of samples of a device at hours of the week (n,)."""
        memory = self.memory(row)
        previous = memory.previous.astype(np.float64)
        before = np.where(np.isnan(previous), values, previous)
        return self.book.expect(np.full(len(values), row), weeks, values, before, level=memory.level[None, :])

    def bytes_used(self) -> int:
        """Return how many bytes the devices take in the arrays."""
        return len(self.numbers) * (self.table.itemsize + self.book.table.itemsize)

    def take(self, rows: Ints, ts: Ints, values: Floats) -> Closed:
        """Take in samples of many devices; return the hours that closed, by device and time.

        `rows` (n,) lie together by device, and within a device in the order of arrival; `ts` (n,) is epoch
        milliseconds, `values` (n, metrics) NaN for what was not measured.
        """
        values = np.where(quality.out_of_range(values, self.low, self.high), np.nan, values)
        devices, lanes = lanes_of(rows)
        table = self.table
        before = Runs(*(table[name][devices] for name in ("value", "since", "run", "longest")))
        runs = quality.follow_runs(lanes, before, ts, values)
        opened = OpenHours(*(table[name][devices] for name in ("hour", "sums", "squares", "count")))
        after, closed = hours.accumulate(lanes, devices, opened, ts, values, runs=runs)
        last = runs.at(lanes.ends)
        new = {
            "value": last.value,
            "since": last.since,
            "run": last.count,
            "longest": last.longest,
            "hour": after.hour,
            "sums": after.sums,
            "squares": after.squares,
            "count": after.counts,
        }
        for name, values_now in new.items():
            table[name][devices] = values_now
        if len(ts):
            latest = np.maximum.reduceat(ts, lanes.heads - np.arange(len(devices)))
            table["last_ts"][devices] = np.maximum(table["last_ts"][devices], latest)
        return closed
