"""The samples and events of one device: history in blocks, then live, one at a time."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from firmware_sim.delivery import MODES, Arrival, Courier, Disturbance
from firmware_sim.effects import PUSHING, Effect, How
from firmware_sim.faults import FAULT_MODES, FaultMode
from firmware_sim.lures import (
    FIRMWARE_AFTER,
    FIRMWARE_BEFORE,
    LURES,
    PUSHES,
    REPAIR_BASELINE,
    SEASON_DEGREES,
    LureKind,
)
from firmware_sim.machines import MACHINES, MAY_FREEZE, Conditions
from firmware_sim.scenario import DeviceSpec, FaultSpec, LureSpec, Scenario
from firmware_sim.signals import Flags, Floats, Lags, Noise, Waves
from firmware_sim.weather import Site

Values = dict[str, float]


@dataclass(frozen=True)
class Block:
    """Consecutive samples of one device; a NaN is a value that was not measured."""

    device: str
    names: tuple[str, ...]
    ts: tuple[int, ...]
    """Epoch milliseconds (samples,)."""
    matrix: Floats
    """Values (samples, metrics)."""

    def rows(self) -> Iterator[tuple[int, Values]]:
        """Yield each sample as timestamp and named values."""
        for ts, row in zip(self.ts, self.matrix.tolist(), strict=True):
            values = {name: x for name, x in zip(self.names, row, strict=True) if not math.isnan(x)}
            if values:
                yield ts, values


@dataclass(frozen=True)
class Mark:
    """Something a device reports or does beside measuring, at one instant."""

    ts: int
    kind: str
    detail: dict[str, str | float | int] = field(default_factory=dict)
    event: bool = True
    reboots: bool = False
    firmware: str = ""
    """The version from here on, when it changes."""


class DeviceStream:
    """One device of a scenario, from the start of its history into the live phase.

    The same scenario, seed and end give the same samples, whatever the block size.
    """

    def __init__(self, scenario: Scenario, spec: DeviceSpec, *, seed: int, end_ms: int, speed: float = 1.0) -> None:
        """Draw the individual machine; `end_ms` is the instant at which the history ends."""
        self.spec = spec
        self.machine = MACHINES[spec.model]
        self._end_ms = end_ms
        self._speed = speed
        self._history = scenario.history
        self._faults = [_Sick(fault, spec.model, seed) for fault in scenario.faults_of(spec.name)]
        self._lures = scenario.lures_of(spec.name)
        self._column = {name: index for index, name in enumerate(self.machine.names)}
        self._site = Site(seed, scenario.utc_offset_hours)
        root = np.random.SeedSequence([seed, crc32(spec.name.encode())])
        self_seed, noise_seed, wave_seed = root.spawn(3)
        rng = np.random.default_rng(self_seed)
        columns = len(self.machine.metrics)
        self._phase = float(rng.uniform(0.0, spec.sampling_seconds))
        self._economy_below = float(rng.uniform(0.28, 0.4))
        self._bias = 1.0 + 0.03 * rng.standard_normal(columns)
        self._bias[[i for i, name in enumerate(self.machine.names) if name == "ambient_c"]] = 1.0
        self._use = float(rng.uniform(0.92, 1.06))
        self._habit = Waves(np.random.default_rng(wave_seed), hours=(2.0, 16.0), deviation=0.045)
        self._noise = Noise(noise_seed, columns, spikes=spec.spikes, missing=spec.missing)
        self._sigma = spec.noise * np.array([metric.sigma for metric in self.machine.metrics])
        self._decimals = [metric.decimals for metric in self.machine.metrics]
        self._lags = Lags()
        self._held: dict[tuple[How, int], float] = {}
        self._cleared = -np.inf
        self._last_live: float | None = None
        ways = [sick.spec for sick in self._faults if sick.spec.mode in MODES]
        self.courier = Courier(
            [Disturbance(way.mode, self._ms(way.onset), self._ms(way.failure), way.severity) for way in ways],
            [seed, crc32(spec.name.encode()), 0xC0],
        )
        """The way to the platform."""

    def history(self, block: int = 1024) -> Iterator[Block]:
        """Yield the whole history, oldest first; lost samples are left out."""
        step = self.spec.sampling_seconds
        count = max(0, int((self._history - self._phase) // step) + 1) if self._history else 0
        for start in range(0, count, block):
            index = np.arange(start, min(start + block, count))
            moments = -self._phase - (count - 1 - index) * step
            matrix, sent = self._measure(moments.astype(np.float64), step)
            ts = np.rint(self._end_ms + 1000.0 * moments[sent]).astype(np.int64)
            yield Block(self.spec.name, self.machine.names, tuple(ts.tolist()), matrix[sent])

    def arrivals(self, block: int = 256) -> Iterator[Arrival]:
        """Yield the history as the platform gets it, in order of arrival.

        What is still under way at its end stays with the courier.
        """
        for part in self.history(block):
            for at, values in part.rows():
                self.courier.take(at, values)
                yield from self.courier.due(at)
        yield from self.courier.due(self._end_ms)

    def live(self, wall_ms: int) -> Values:
        """Return the sample of now; empty when the device is silent or the sample is lost."""
        moment = self._moment(wall_ms)
        before = self._last_live if self._last_live is not None else moment - self._speed
        self._last_live = moment
        matrix, sent = self._measure(np.array([moment]), max(moment - before, 0.001))
        if not sent[0]:
            return {}
        row = zip(self.machine.names, matrix[0].tolist(), strict=True)
        return {name: value for name, value in row if not math.isnan(value)}

    def marks(self) -> list[Mark]:
        """Return what the device reports and does over its life, earliest first."""
        found = [mark for lure in self._lures for mark in self._marks_of(lure)]
        return sorted(found, key=lambda mark: mark.ts)

    def repair(self, wall_ms: int) -> None:
        """End every fault that has begun; later ones still come."""
        self._cleared = self._moment(wall_ms)
        self._held.clear()
        self.courier.repair(wall_ms)

    def _moment(self, wall_ms: int) -> float:
        passed = (wall_ms - self._end_ms) / 1000.0
        return passed * self._speed if passed > 0 else passed

    def _ms(self, moment: float) -> int:
        return round(self._end_ms + 1000.0 * (moment / self._speed if moment > 0 else moment))

    def _measure(self, moments: Floats, dt_seconds: float) -> tuple[Floats, Flags]:
        """Return values (samples, metrics) with NaN for blanks, and which samples are sent."""
        conditions = self._conditions(moments, dt_seconds)
        columns = self.machine.respond(conditions, self._lags)
        noise = self._noise.draw(len(moments), dt_seconds)
        lost, blank = self._noise.gaps(len(moments))
        push = noise * (0.3 + 0.7 * conditions.running[:, None])
        self._push_faults(push, moments, conditions.load)
        self._push_lures(push, moments)
        healthy = np.column_stack(columns) * self._bias
        self._hold(How.HOLD, healthy, moments)
        matrix = healthy + push * self._sigma
        floor = [-60.0 if name in MAY_FREEZE else 0.0 for name in self._column]
        matrix = np.maximum(matrix, floor)
        for index, decimals in enumerate(self._decimals):
            matrix[:, index] = np.round(matrix[:, index], decimals)
        self._hold(How.FREEZE, matrix, moments)
        matrix[blank] = np.nan
        return matrix, ~(lost | self._silent(moments))

    def _conditions(self, moments: Floats, dt_seconds: float) -> Conditions:
        seconds = self._end_ms / 1000.0 + moments
        demand = self.machine.demand
        ambient = self._site.ambient_c(seconds)
        setpoint = np.zeros_like(moments)
        running = np.ones_like(moments)
        step = np.zeros_like(moments)
        for lure in self._lures:
            kind = LURES[lure.kind]
            during = self._during(lure, moments)
            if lure.kind is LureKind.SEASON:
                ambient = ambient + SEASON_DEGREES * lure.size * np.clip((moments - lure.at) / lure.lasts, 0.0, 1.0)
            if lure.kind is LureKind.SETPOINT_CHANGE:
                setpoint += lure.size * during
            if kind.stops:
                running[during] = 0.0
            step += kind.load_step * lure.size * during
        load = self._use * self._site.load(demand, seconds, ambient) + self._habit.at(seconds)
        return Conditions(
            dt_seconds=dt_seconds,
            load=np.clip(load + step, 0.03, 1.1),
            ambient=ambient,
            normal=(self._site.level(demand, seconds) > self._economy_below).astype(np.float64),
            running=running,
            setpoint=setpoint,
        )

    def _push_faults(self, push: Floats, moments: Floats, load: Floats) -> None:
        for sick in self._faults:
            wild = sick.wild.random((len(moments), 2))
            if sick.spec.onset <= self._cleared:
                continue
            progress = sick.progress(moments)
            for effect in sick.effects(PUSHING):
                size = sick.spec.severity * effect.push(progress, load, sick.mode.shape)
                push[:, self._column[effect.metric]] += effect.carried(size, moments, wild)

    def _push_lures(self, push: Floats, moments: Floats) -> None:
        for lure in self._lures:
            during = self._during(lure, moments)
            for metric, size in PUSHES.get(lure.kind, {}).get(self.spec.model, ()):
                push[:, self._column[metric]] += lure.size * size * during
            if lure.kind is LureKind.REPAIR:
                after = moments >= lure.at + lure.lasts
                for name, index in self._column.items():
                    if name not in ("load_pct", "ambient_c"):
                        push[:, index] += REPAIR_BASELINE * lure.size * after

    def _hold(self, how: How, matrix: Floats, moments: Floats) -> None:
        """Keep the metrics of a holding or freezing fault at what they were at its onset."""
        for sick in self._faults:
            since = moments >= sick.spec.onset
            if sick.spec.onset <= self._cleared or not since.any():
                continue
            for effect in sick.effects({how}):
                column = self._column[effect.metric]
                first = float(matrix[int(np.argmax(since)), column])
                matrix[since, column] = self._held.setdefault((how, column), first)

    def _silent(self, moments: Floats) -> Flags:
        silent = np.zeros(len(moments), dtype=np.bool_)
        for lure in self._lures:
            if LURES[lure.kind].silent:
                silent |= self._during(lure, moments)
        return silent

    def _during(self, lure: LureSpec, moments: Floats) -> Flags:
        return (moments >= lure.at) & (moments < lure.at + lure.lasts)

    def _marks_of(self, lure: LureSpec) -> Iterator[Mark]:
        kind = LURES[lure.kind]
        starts, ends = self._ms(lure.at), self._ms(lure.at + lure.lasts)
        update = lure.kind is LureKind.FIRMWARE_UPDATE
        if kind.event:
            detail: dict[str, str | float | int] = {"until": ends}
            if lure.kind is LureKind.SETPOINT_CHANGE:
                change = self.machine.setpoint_step * lure.size
                detail |= {"metric": self.machine.setpoint, "change": change}
            if update:
                detail |= {"from": FIRMWARE_BEFORE, "to": FIRMWARE_AFTER}
            yield Mark(starts, lure.kind.value, detail)
        if kind.reboots:
            firmware = FIRMWARE_AFTER if update else ""
            yield Mark(ends, "restart", event=False, reboots=True, firmware=firmware)


class _Sick:
    """One fault of one device, with chances of its own."""

    def __init__(self, spec: FaultSpec, model: str, seed: int) -> None:
        self.spec = spec
        self.mode: FaultMode = FAULT_MODES[spec.mode]
        self.wild = np.random.default_rng([seed, crc32(spec.device.encode()), crc32(spec.mode.encode())])
        self._effects = self.mode.on(model, spec.metric)

    def effects(self, hows: Collection[How]) -> list[Effect]:
        return [effect for effect in self._effects if effect.how in hows]

    def progress(self, moments: Floats) -> Floats:
        """Return how far the fault has come (samples,), 0 before the onset to 1 at failure."""
        length = max(self.spec.failure - self.spec.onset, 1.0)
        return np.clip((moments - self.spec.onset) / length, 0.0, 1.0)
