"""From an hour of one device with alarms to suspected faults: since when, how grave, until when."""

from dataclasses import dataclass, field

import numpy as np

from iot_gateway.detect import fusion
from iot_gateway.detect.arrays import HOUR_MS, Flags, Floats, Ints
from iot_gateway.detect.catalogue import DeviceModel, Group, Lead
from iot_gateway.detect.fusion import GroupState, MetricState
from iot_gateway.detect.memory import Memory
from iot_gateway.detect.window import FailureWindow, failure_window


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


@dataclass
class HourResult:
    """What an hour of a device with an alarm has shown."""

    hour: int
    readings: dict[str, Reading]
    alarming: dict[str, GroupState] = field(default_factory=dict)
    opened: list[Suspected] = field(default_factory=list)
    ongoing: list[Suspected] = field(default_factory=list)


@dataclass(frozen=True)
class Strengths:
    """Upper and lower sums in limits, and which metrics were not read; all (n, metrics)."""

    high: Floats
    low: Floats
    unread: Flags


@dataclass(frozen=True)
class Stuck:
    """Metrics of one device that do not move: which (metrics,), at what, since when (epoch ms), and their scales."""

    metrics: Flags
    value: Floats
    since: Ints
    scale: Floats


def alarming(known: DeviceModel, metrics: tuple[str, ...], found: Strengths) -> Flags:
    """Tell which devices (n,) have a failure group in alarm: its first lead over its limit in its direction."""
    alarm = np.zeros(len(found.high), dtype=np.bool_)
    for lead in {group.leads[0] for group in known.groups}:
        if lead.metric in metrics:
            column = metrics.index(lead.metric)
            high, low = found.high[:, column] >= 1.0, found.low[:, column] >= 1.0
            over = high if lead.direction > 0 else low if lead.direction < 0 else high | low
            alarm |= over & ~found.unread[:, column]
    return alarm


def suspect(
    memory: Memory,
    known: DeviceModel,
    result: HourResult,
    found: Strengths,
    stuck: Stuck,
    *,
    muted: bool,
) -> None:
    """Add to `result` what the sums (metrics,) and the sensors of one device make suspected."""
    states = {
        name: MetricState(reading.z, float(found.high[column]), float(found.low[column]))
        for column, name in enumerate(memory.metrics)
        if (reading := result.readings.get(name)) is not None
    }
    judged = [fusion.judge(group, states) for group in known.groups]
    judged += _stuck_sensor(memory, stuck)
    result.alarming = {state.name: state for state in judged if state.alarming}
    for name in result.alarming:
        kept = [hour for hour in memory.alarms.get(name, []) if hour > result.hour - 2 * fusion.WITHIN_HOURS]
        memory.alarms[name] = [*kept, result.hour]
    ready = [state for state in result.alarming.values() if fusion.ripe(memory.alarms[state.name], result.hour)]
    with_sensor = extended(known)
    explained = {group.name for group in known.groups if group.leads[0].metric in memory.notes.explained}
    ready = [state for state in ready if state.name not in explained]
    fresh = [] if muted else fusion.choose(with_sensor, ready, list(memory.active))
    groups = {group.name: group for group in with_sensor.groups}
    for state in fresh:
        result.opened.append(_describe(memory, groups[state.name], state, result, stuck))
    for state in result.alarming.values():
        if state.name in memory.active:
            result.ongoing.append(_describe(memory, groups[state.name], state, result, stuck))


def _stuck_sensor(memory: Memory, stuck: Stuck) -> list[GroupState]:
    names = [name for name, still in zip(memory.metrics, stuck.metrics, strict=True) if still]
    if not names:
        return []
    return [GroupState(fusion.SENSOR_GROUP, True, 1.0, {name: 1.0 / len(names) for name in names})]


def extended(known: DeviceModel) -> DeviceModel:
    """Return the model with the group of its own sensors."""
    sensor = Group(fusion.SENSOR_GROUP, (Lead("", 0),))
    return DeviceModel(known.metrics, (*known.groups, sensor), known.regressors, known.beside)


def _describe(memory: Memory, group: Group, state: GroupState, result: HourResult, stuck: Stuck) -> Suspected:
    alarm_hours = len(memory.alarms.get(group.name, []))
    if group.name == fusion.SENSOR_GROUP:
        metric = next(iter(state.shares))
        column = memory.metrics.index(metric)
        value = float(stuck.value[column])
        still = Reading(metric, value, value, float(stuck.scale[column]), 0.0, 1.0)
        since = int(stuck.since[column]) // HOUR_MS
        return Suspected(group, since, 2, None, memory.provisional, still, dict(state.shares), alarm_hours)
    lead = group.leads[0]
    column = memory.metrics.index(lead.metric)
    upward = lead.direction > 0 or (lead.direction == 0 and memory.high[column] >= memory.low[column])
    started = int(memory.high_since[column] if upward else memory.low_since[column])
    hours = np.array(memory.notes.trend_hours, dtype=np.float64)
    index = np.array([row[column] for row in memory.notes.trend], dtype=np.float64) * (1.0 if upward else -1.0)
    risen = hours >= started
    window = failure_window(hours[risen], index[risen], fails_at=group.fails_at, cold=memory.provisional)
    known = index[risen][~np.isnan(index[risen])]
    deviation = float(np.mean(known[-6:])) if len(known) else 0.0
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
