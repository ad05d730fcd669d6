"""The detectors of one device without a database: samples in, suspicions out, as the scorer has it.

Here the caller keeps the cases and tells what became of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from iot_gateway import purpose
from iot_gateway.detect import catalogue, engine, hours, learning
from iot_gateway.detect.arrays import HOUR_MS, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.hours import Closed
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.detect.suspicion import HourResult
from iot_gateway.precision import raised
from iot_gateway.purpose import Purpose

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
        """Begin with a device never heard of before; `act` hears at once of each hour with an alarm."""
        self._device, self._act = device, act
        self._bank = Bank(catalogue.model(device.model, device.metrics), device.metrics)
        self._row = self._bank.add(0, hour=first_ms // HOUR_MS)
        self._profiles: dict[str, MetricProfile] = {}
        self._purposes: list[Purpose] = []
        self._healthy: list[tuple[int, Floats]] = []

    def announce(self, change: Purpose) -> None:
        """Take note of something done on purpose."""
        self._purposes.append(change)

    def take(self, ts: Ints, values: Floats) -> None:
        """Take in one batch: instants (n,) in epoch milliseconds, values (n, metrics) with NaN for what is missing."""
        order = np.argsort(ts, kind="stable")
        closed = self._bank.take(np.full(len(ts), self._row), ts[order], values[order])
        for hour in closed.full_enough(np.full(len(closed), self._device.sampling_seconds)).rounds():
            self._close(hour)

    def active(self, group: str, case: str, severity: int) -> None:
        """Tell that a case of this group is open."""
        memory = self._bank.memory(self._row)
        memory.active[group] = case
        memory.severity[group] = severity

    def forget(self, group: str, *, hour: int, false_metric: str | None) -> None:
        """Tell that the case of this group has ended; a false one raises the limit of the metric that led to it."""
        memory = self._bank.memory(self._row)
        engine.forget_case(memory, self._bank.known, group, hour=hour)
        if false_metric in self._bank.metrics:
            column = self._bank.metrics.index(false_metric)
            memory.limit_factor[column] = raised(float(memory.limit_factor[column]))

    def refit(self, spans: Sequence[tuple[int, int]]) -> None:
        """Learn anew what is normal, from the last weeks outside of these spans of hours, as the nightly fit does."""
        old, metrics = self._profiles, self._bank.metrics
        if not old:
            return
        latest = self._healthy[-1][0] if self._healthy else 0
        self._healthy = [(hour, means) for hour, means in self._healthy if hour > latest - FIT_HOURS]
        kept = [(hour, means) for hour, means in self._healthy if not any(start <= hour <= end for start, end in spans)]
        if len(kept) < SHORTEST_HOURS:
            return
        at, means = np.array([hour for hour, _ in kept]), np.array([means for _, means in kept])
        weeks = np.array([hours.hour_of_week(hour, self._device.zone) for hour in at.tolist()])
        runs = [old[name].longest_run_ms if name in old else 0 for name in metrics]
        history = learning.History(at, weeks, means, np.full_like(means, np.nan), np.array(runs))
        self._profiles = {
            name: learning.with_spread_of(found, old.get(name))
            for name, found in learning.fit_all(self._bank.known, metrics, history).items()
        }
        self._bank.learn(self._row, self._profiles, fitted_at=float(latest))

    def _close(self, closed: Closed) -> None:
        hour = int(closed.hours[0])
        changed = purpose.relearns(self._purposes, hour)
        if changed is not None and self._profiles and hour <= changed + engine.RELEARN_HOURS:
            engine.relearn(self._bank.memory(self._row), changed)
        judged = engine.advance(
            self._bank,
            closed,
            weeks=np.array([hours.hour_of_week(hour, self._device.zone)]),
            masked=np.array([purpose.masks(self._purposes, hour)]),
            muted=np.zeros(1, dtype=np.bool_),
        )
        self._profiles = judged.fitted.get(0, self._profiles)
        if 0 in judged.found:
            self._act(judged.found[0])
        else:
            self._healthy.append((hour, closed.means[0]))
