"""The detectors of a fleet without a database: samples in, suspicions out, as the scorer has it.

Here the caller keeps the cases and tells what became of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from iot_gateway import purpose
from iot_gateway.detect import catalogue, engine, hours, learning
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.hours import Closed
from iot_gateway.detect.memory import Memory
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


@dataclass(frozen=True)
class Batch:
    """Samples of one device: instants (n,) in epoch milliseconds, values (n, metrics) with NaN for what is missing."""

    device: str
    ts: Ints
    values: Floats


@dataclass
class _Place:
    """Where a device lies, and what is known of it beside."""

    device: Driven
    bank: Bank
    row: int
    profiles: dict[str, MetricProfile] = field(default_factory=dict)
    purposes: list[Purpose] = field(default_factory=list)
    healthy: list[tuple[int, Floats]] = field(default_factory=list)

    @property
    def memory(self) -> Memory:
        return self.bank.memory(self.row)


class Drive:
    """Many devices, a batch of samples of each at a time."""

    def __init__(self, devices: Sequence[Driven], *, hour: int, act: Callable[[str, HourResult], None]) -> None:
        """Begin with devices never heard of before `hour`; `act` hears at once of each hour with an alarm."""
        self._act = act
        self._banks: dict[tuple[str, tuple[str, ...]], Bank] = {}
        self._places: dict[str, _Place] = {}
        for number, device in enumerate(devices):
            key = (device.model, device.metrics)
            bank = self._banks.setdefault(key, Bank(catalogue.model(*key), device.metrics))
            self._places[device.name] = _Place(device, bank, bank.add(number, hour=hour))
        self._by_row = {(id(place.bank), place.row): place for place in self._places.values()}

    def announce(self, device: str, change: Purpose) -> None:
        """Take note of something done on purpose."""
        self._places[device].purposes.append(change)

    def take(self, batches: Sequence[Batch]) -> None:
        """Take in one batch each of some devices."""
        for bank in self._banks.values():
            own = [
                (self._places[b.device].row, b) for b in batches if self._places[b.device].bank is bank and len(b.ts)
            ]
            if own:
                self._take(bank, sorted(own, key=lambda pair: pair[0]))

    def active(self, device: str, group: str, *, case: str, severity: int) -> None:
        """Tell that a case of this group is open."""
        memory = self._places[device].memory
        memory.active[group], memory.severity[group] = case, severity

    def forget(self, device: str, group: str, *, hour: int, false_metric: str | None) -> None:
        """Tell that the case of this group has ended; a false one raises the limit of the metric that led to it."""
        place = self._places[device]
        engine.forget_case(place.memory, group, hour=hour)
        if false_metric in place.bank.metrics:
            column = place.bank.metrics.index(false_metric)
            place.memory.limit_factor[column] = raised(float(place.memory.limit_factor[column]))

    def refit(self, device: str, spans: Sequence[tuple[int, int]]) -> None:
        """Learn anew what is normal, from the last weeks outside of these spans of hours, as the nightly fit does."""
        place = self._places[device]
        old, metrics, known = place.profiles, place.bank.metrics, place.bank.known
        if not old or not place.healthy:
            return
        latest = place.healthy[-1][0]
        place.healthy = [(hour, means) for hour, means in place.healthy if hour > latest - FIT_HOURS]
        changed = purpose.relearns(place.purposes, latest) or 0
        kept = [
            one for one in place.healthy if one[0] > changed and not any(start <= one[0] <= end for start, end in spans)
        ]
        if len(kept) < SHORTEST_HOURS:
            return
        at, means = np.array([hour for hour, _ in kept]), np.array([means for _, means in kept])
        weeks = np.array([hours.hour_of_week(hour, place.device.zone) for hour in at.tolist()])
        runs = [old[name].longest_run_ms if name in old else 0 for name in metrics]
        history = learning.History(at, weeks, means, np.full_like(means, np.nan), np.array(runs))
        place.profiles = {
            name: learning.with_spread_of(found, old.get(name))
            for name, found in learning.fit_all(known, metrics, history).items()
        }
        place.bank.learn(place.row, place.profiles, fitted_at=float(latest))

    def _take(self, bank: Bank, own: Sequence[tuple[int, Batch]]) -> None:
        orders = [np.argsort(batch.ts, kind="stable") for _, batch in own]
        rows = np.concatenate([np.full(len(batch.ts), row) for row, batch in own])
        ts = np.concatenate([batch.ts[order] for (_, batch), order in zip(own, orders, strict=True)])
        values = np.concatenate([batch.values[order] for (_, batch), order in zip(own, orders, strict=True)])
        closed = bank.take(rows, ts, values)
        sampling = [self._by_row[id(bank), row].device.sampling_seconds for row in closed.rows.tolist()]
        for turn in closed.full_enough(np.array(sampling)).rounds():
            self._close(bank, turn)

    def _close(self, bank: Bank, closed: Closed) -> None:
        places = [self._by_row[id(bank), row] for row in closed.rows.tolist()]
        moments = list(zip(places, closed.hours.tolist(), strict=True))
        for place, hour in moments:
            changed = purpose.relearns(place.purposes, hour)
            if changed is not None and place.profiles and hour <= changed + engine.RELEARN_HOURS:
                engine.relearn(place.memory, changed)
        judged = engine.advance(
            bank,
            closed,
            weeks=np.array([hours.hour_of_week(hour, place.device.zone) for place, hour in moments]),
            masked=np.array([purpose.masks(place.purposes, hour) for place, hour in moments]),
            muted=np.zeros(len(moments), dtype=np.bool_),
        )
        for index, (place, hour) in enumerate(moments):
            place.profiles = judged.fitted.get(index, place.profiles)
            if index in judged.found:
                self._act(place.device.name, judged.found[index])
            else:
                place.healthy.append((hour, closed.means[index]))
