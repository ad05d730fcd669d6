"""The detectors of one device without a database: samples in, suspicions out, as the scorer has it.

Here the caller keeps the cases and tells what became of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from iot_gateway import purpose
from iot_gateway.detect import catalogue, engine, hours, learning, quality
from iot_gateway.detect.arrays import HOUR_MS, Floats, Ints
from iot_gateway.detect.engine import HourResult
from iot_gateway.detect.hours import ClosedHour
from iot_gateway.detect.memory import new_memory
from iot_gateway.precision import raised
from iot_gateway.purpose import Purpose

LEAST_SHARE = 0.25
"""An hour with less than this part of its samples is not judged."""
FIT_HOURS, SHORTEST_HOURS = 28 * 24, 14 * 24


@dataclass(frozen=True)
class Driven:
    """What the detectors must know of a device."""

    name: str
    model: str
    metrics: tuple[str, ...]
    sampling_seconds: float
    zone: ZoneInfo


class Drive:
    """One device, one batch of samples at a time."""

    def __init__(self, device: Driven, *, first_ms: int, act: Callable[[HourResult], None]) -> None:
        """Begin with a device never heard of before; `act` hears of each judged hour at once."""
        self._device, self._act = device, act
        self._model = catalogue.model(device.model, device.metrics)
        self._memory = new_memory(device.model, device.metrics, hour=first_ms // HOUR_MS)
        limits = [self._model.metrics.get(name) for name in device.metrics]
        self._low = np.array([limit.low if limit else -np.inf for limit in limits])
        self._high = np.array([limit.high if limit else np.inf for limit in limits])
        self._purposes: list[Purpose] = []
        self._healthy: list[tuple[int, Floats]] = []

    def announce(self, change: Purpose) -> None:
        """Take note of something done on purpose."""
        self._purposes.append(change)

    def take(self, ts: Ints, values: Floats) -> None:
        """Take in one batch: instants (n,) in epoch milliseconds, values (n, metrics) with NaN for what is missing."""
        memory = self._memory
        order = np.argsort(ts, kind="stable")
        ts, values = ts[order], values[order]
        values[quality.out_of_range(values, self._low, self._high)] = np.nan
        memory.runs, longest = quality.follow_runs(memory.runs, ts, values)
        if not memory.profiles:
            memory.longest_runs = np.maximum(memory.longest_runs, longest)
        memory.open_hour, closed = hours.accumulate(memory.open_hour, ts, values)
        for hour in closed:
            self._close(hour)

    def active(self, group: str, case: str, severity: int) -> None:
        """Tell that a case of this group is open."""
        self._memory.active[group] = case
        self._memory.severity[group] = severity

    def forget(self, group: str, *, hour: int, false_alarm: bool) -> None:
        """Tell that the case of this group has ended; a false one raises the limit of the series that led to it."""
        memory = self._memory
        engine.forget_case(memory, self._model, group, hour=hour)
        first = next((one.leads[0].metric for one in self._model.groups if one.name == group), None)
        if false_alarm and first in memory.metrics:
            column = memory.metrics.index(first)
            memory.limit_factor[column] = raised(float(memory.limit_factor[column]))

    def refit(self, spans: Sequence[tuple[int, int]]) -> None:
        """Learn anew what is normal, from the last weeks outside of these spans of hours, as the nightly fit does."""
        memory = self._memory
        if not memory.profiles:
            return
        latest = self._healthy[-1][0] if self._healthy else 0
        self._healthy = [(hour, means) for hour, means in self._healthy if hour > latest - FIT_HOURS]
        kept = [(hour, means) for hour, means in self._healthy if not any(start <= hour <= end for start, end in spans)]
        if len(kept) < SHORTEST_HOURS:
            return
        at, means = np.array([hour for hour, _ in kept]), np.array([means for _, means in kept])
        weeks = np.array([hours.hour_of_week(hour, self._device.zone) for hour in at.tolist()])
        runs = [memory.profiles[name].longest_run_ms if name in memory.profiles else 0 for name in memory.metrics]
        history = learning.History(at, weeks, means, np.full_like(means, np.nan), np.array(runs))
        old = memory.profiles
        memory.profiles = {
            name: replace(found, sample_scale=old[name].sample_scale if name in old else 0.0)
            for name, found in learning.fit_all(self._model, memory.metrics, history).items()
        }
        memory.level[:] = 0.0
        memory.provisional = False

    def _close(self, closed: ClosedHour) -> None:
        if closed.counts.max() < LEAST_SHARE * 3600 / self._device.sampling_seconds:
            return
        memory = self._memory
        changed = purpose.relearns(self._purposes, closed.hour)
        if changed is not None and memory.profiles and closed.hour <= changed + engine.RELEARN_HOURS:
            engine.relearn(memory, changed)
        masked = purpose.masks(self._purposes, closed.hour)
        week = hours.hour_of_week(closed.hour, self._device.zone)
        result = engine.advance(memory, self._model, closed, hour_of_week=week, masked=masked, muted=False)
        if not result.alarming:
            self._healthy.append((closed.hour, closed.means))
        self._act(result)
