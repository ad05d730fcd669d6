"""From an hour of one device with alarms to suspected faults: since when, how grave, until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal

import numpy as np

from iot_gateway.detect import fusion
from iot_gateway.detect.arrays import HOUR_MS, Flags, Floats, Ints
from iot_gateway.detect.catalogue import DeviceModel, Group, Lead
from iot_gateway.detect.forecast import trend_window
from iot_gateway.detect.fusion import GroupState, MetricState
from iot_gateway.detect.memory import Memory
from iot_gateway.detect.window import FailureWindow

How = Literal["level", "rough", "stuck", "silent"]
"""What is wrong with the leading metric: where it is, how restless it is, that it stands still or says nothing."""


@dataclass(frozen=True)
class Reading:
    """One metric in one hour against what was expected."""

    metric: str
    observed: float
    expected: float
    scale: float
    z: float
    score: float
    """Sum in limits, in the stronger direction."""


@dataclass(frozen=True)
class Suspected:
    """A failure group that has alarmed long enough."""

    group: Group
    started_hour: int
    severity: int
    window: FailureWindow | None
    low_confidence: bool
    leading: Reading
    shares: dict[str, float]
    alarm_hours: int
    how: How = "level"


@dataclass
class HourResult:
    """What an hour of a device with an alarm has shown."""

    hour: int
    readings: dict[str, Reading]
    rough: dict[str, Reading] = field(default_factory=dict)
    """Spreads within the hour"""
    alarming: dict[str, GroupState] = field(default_factory=dict)
    opened: list[Suspected] = field(default_factory=list)
    ongoing: list[Suspected] = field(default_factory=list)


@dataclass(frozen=True)
class Strengths:
    """Upper and lower sums and restlessness in limits, and which metrics were not read; all (n, metrics)."""

    high: Floats
    low: Floats
    slow: Floats
    """Sums of the slow charts, in limits (n, groups)"""
    rough: Floats
    unread: Flags

    def at(self, place: int) -> "Strengths":
        """Return those of one device (metrics,)."""
        return Strengths(self.high[place], self.low[place], self.slow[place], self.rough[place], self.unread[place])


@dataclass(frozen=True)
class Sensors:
    """Metrics that stand still, are not sent or jump about, the last value, since when (epoch ms); (n, metrics)."""

    stuck: Flags
    silent: Flags
    restless: Flags
    """Where that tells of no fault of the machine."""
    off: Flags
    """Over a limit, of a machine that is known; a sensor is suspected where no failure group explains it."""
    value: Floats
    since: Ints
    scale: Floats

    def at(self, place: int) -> "Sensors":
        """Return those of one device (metrics,)."""
        return Sensors(*(getattr(self, part.name)[place] for part in fields(self)))

    @property
    def failed(self) -> Flags:
        """Return which metrics are to be mistrusted."""
        return np.asarray(self.stuck | self.silent | self.restless)


def alarming(known: DeviceModel, metrics: tuple[str, ...], found: Strengths) -> Flags:
    """Tell which devices (n,) have a failure group in alarm: its first lead over its limit in its direction."""
    alarm = np.asarray((found.slow >= 1.0).any(axis=1))
    for lead in {group.leads[0] for group in known.groups}:
        if lead.metric in metrics:
            column = metrics.index(lead.metric)
            rough = lead.rough & (found.rough[:, column] >= 1.0)
            high, low = found.high[:, column] >= 1.0, found.low[:, column] >= 1.0
            over = high if lead.direction > 0 else low if lead.direction < 0 else high | low
            alarm |= (rough if lead.rough else over) & ~found.unread[:, column]
    return alarm


def suspect(
    memory: Memory,
    known: DeviceModel,
    result: HourResult,
    found: Strengths,
    sensors: Sensors,
    *,
    muted: bool,
) -> None:
    """Add to `result` what the sums (metrics,) and the sensors of one device make suspected."""
    states = {
        name: MetricState(reading.z, float(found.high[column]), float(found.low[column]), float(found.rough[column]))
        for column, name in enumerate(memory.metrics)
        if (reading := result.readings.get(name)) is not None
    }
    judged = [fusion.judge(group, states, float(slow)) for group, slow in zip(known.groups, found.slow, strict=True)]
    judged += _failed_sensors(memory, sensors, _told(memory, known, judged))
    result.alarming = {state.name: state for state in judged if state.alarming}
    for name in result.alarming:
        kept = [hour for hour in memory.alarms.get(name, []) if hour > result.hour - 2 * fusion.WITHIN_HOURS]
        memory.alarms[name] = [*kept, result.hour]
    ready = [state for state in result.alarming.values() if fusion.ripe(memory.alarms[state.name], result.hour)]
    with_sensor = extended(known)
    explained = {group.name for group in known.groups if group.leads[0].metric in memory.notes.explained}
    ready = [state for state in ready if state.name not in explained]
    held = memory.notes.held
    graver = {
        state.name
        for state in ready
        if state.name in held
        and _describe(memory, with_sensor, state, result, sensors).severity > held[state.name].severity
    }
    called_off = [name for name, rest in held.items() if rest.until >= result.hour and name not in graver]
    fresh = [] if muted else fusion.choose(with_sensor, ready, [*memory.active, *called_off])
    for state in fresh:
        result.opened.append(_describe(memory, with_sensor, state, result, sensors))
        if state.name == fusion.SENSOR_GROUP:
            explain(memory, state.shares)
    for state in result.alarming.values():
        if state.name in memory.active:
            result.ongoing.append(_describe(memory, with_sensor, state, result, sensors))


def explain(memory: Memory, metrics: Collection[str]) -> None:
    """Note that the case just opened accounts for these metrics: no group that one of them leads opens another."""
    memory.notes.explained = sorted({*memory.notes.explained, *metrics})


def _told(memory: Memory, known: DeviceModel, judged: Sequence[GroupState]) -> set[str]:
    """Return the metrics of the groups that are in alarm or have a case."""
    names = {state.name for state in judged if state.alarming} | set(memory.active)
    return {lead.metric for group in known.groups if group.name in names for lead in group.leads}


def _failed_sensors(memory: Memory, sensors: Sensors, told: Collection[str]) -> list[GroupState]:
    names = [name for name, failed in zip(memory.metrics, sensors.failed, strict=True) if failed]
    odd = [name for name, off in zip(memory.metrics, sensors.off, strict=True) if off and name not in told]
    names += [name for name in odd if name not in names]
    if not names:
        return []
    return [GroupState(fusion.SENSOR_GROUP, True, 1.0, {name: 1.0 / len(names) for name in names})]


def extended(known: DeviceModel) -> DeviceModel:
    """Return the model with the group of its own sensors."""
    sensor = Group(fusion.SENSOR_GROUP, (Lead("", 0),))
    return replace(known, groups=(*known.groups, sensor))


def _describe(memory: Memory, known: DeviceModel, state: GroupState, result: HourResult, sensors: Sensors) -> Suspected:
    place = next(place for place, group in enumerate(known.groups) if group.name == state.name)
    group = known.groups[place]
    alarm_hours = len(memory.alarms.get(group.name, []))
    if group.name == fusion.SENSOR_GROUP:
        metric = next(iter(state.shares))
        column = memory.metrics.index(metric)
        if sensors.restless[column]:
            return _restless(memory, group, state, result, metric)
        if not sensors.failed[column]:
            reading = result.readings[metric]
            begun = int((memory.high_since if memory.high[column] > memory.low[column] else memory.low_since)[column])
            return Suspected(group, begun, 2, None, memory.provisional, reading, dict(state.shares), alarm_hours)
        value = float(sensors.value[column])
        still = Reading(metric, value, value, float(sensors.scale[column]), 0.0, 1.0)
        since = int(sensors.since[column]) // HOUR_MS
        how: How = "silent" if sensors.silent[column] else "stuck"
        return Suspected(group, since, 2, None, memory.provisional, still, dict(state.shares), alarm_hours, how)
    lead = group.leads[0]
    if lead.rough:
        return _restless(memory, group, state, result, lead.metric)
    column = memory.metrics.index(lead.metric)
    upward = lead.direction > 0 or (lead.direction == 0 and memory.high[column] >= memory.low[column])
    started = int(memory.high_since[column] if upward else memory.low_since[column])
    if not state.sure:
        started = int(memory.slow_since[place])
    hours = np.array(memory.notes.trend_hours, dtype=np.float64)
    index = np.array([row[column] for row in memory.notes.trend], dtype=np.float64) * (1.0 if upward else -1.0)
    risen = hours >= started
    window = trend_window(hours[risen], index[risen], fails_at=group.fails_at, cold=memory.provisional)
    seen = index[risen][~np.isnan(index[risen])]
    deviation = float(np.mean(seen[-6:])) if len(seen) else 0.0
    return Suspected(
        group=group,
        started_hour=started,
        severity=fusion.severity(deviation, window.p50_hours if window else None),
        window=window,
        low_confidence=window.low_confidence if window else memory.provisional,
        leading=result.readings[lead.metric],
        shares=dict(state.shares),
        alarm_hours=alarm_hours,
    )


def _restless(memory: Memory, group: Group, state: GroupState, result: HourResult, metric: str) -> Suspected:
    """Describe a metric that varies within the hour: there is no trend to a failure in it."""
    reading, alarms = result.rough[metric], memory.alarms[group.name]
    return Suspected(
        group=group,
        started_hour=alarms[0],
        severity=fusion.severity(reading.observed / reading.expected, None),
        window=None,
        low_confidence=memory.provisional,
        leading=reading,
        shares=dict(state.shares),
        alarm_hours=len(alarms),
        how="rough",
    )


def told_by_roughness(known: DeviceModel, metrics: tuple[str, ...]) -> Flags:
    """Tell which metrics (metrics,) speak for a fault of the machine by their spread within the hour."""
    names = {lead.metric for group in known.groups for lead in group.leads if lead.rough}
    return np.array([name in names for name in metrics])
