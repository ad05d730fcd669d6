"""One device, one hour further: residuals, sums, alarms, suspicions. No input or output here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from iot_gateway.detect import cusum, fusion, learning, profile, quality
from iot_gateway.detect.arrays import HOUR_MS, Floats
from iot_gateway.detect.catalogue import DeviceModel, Group, Lead
from iot_gateway.detect.fusion import GroupState, MetricState
from iot_gateway.detect.hours import ClosedHour
from iot_gateway.detect.memory import TREND_HOURS, Memory
from iot_gateway.detect.window import FailureWindow, failure_window

QUIET_FACTOR, QUIET_HOURS = 1.5, 48
RELEARN_HOURS = 24
SETTLING_HOURS = 1


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
    """What one hour of one device has shown."""

    hour: int
    means: dict[str, float]
    count: int
    readings: dict[str, Reading] = field(default_factory=dict)
    alarming: dict[str, GroupState] = field(default_factory=dict)
    opened: list[Suspected] = field(default_factory=list)
    ongoing: list[Suspected] = field(default_factory=list)
    fitted: bool = False


def advance(
    memory: Memory, known: DeviceModel, closed: ClosedHour, *, hour_of_week: int, masked: bool, muted: bool
) -> HourResult:
    """Take in a closed hour. `masked`: the machine was stopped or opened on purpose; `muted`: no new cases."""
    metrics = memory.metrics
    means = {name: float(v) for name, v in zip(metrics, closed.means, strict=True) if not np.isnan(v)}
    result = HourResult(closed.hour, means, int(closed.counts.max()))
    if not memory.profiles:
        if not masked:
            learning.learn(memory, closed, hour_of_week=hour_of_week)
        if learning.learned_enough(memory, known):
            learning.finish(memory, known)
            result.fitted = bool(memory.profiles)
    elif not masked:
        _judge_hour(memory, known, closed, hour_of_week, result)
        _suspect(memory, known, result, muted=muted)
    memory.previous, memory.previous_hour = closed.means, closed.hour
    return result


def residuals(memory: Memory, closed: ClosedHour, hour_of_week: int) -> dict[str, Reading]:
    """Return each judged metric of an hour against its expectation."""
    stuck = quality.stuck(memory.runs, (closed.hour + 1) * HOUR_MS, _healthy_runs(memory))
    gap = memory.previous_hour != closed.hour - 1
    means = np.where(stuck, np.nan, closed.means)
    before = np.where(gap | np.isnan(memory.previous), means, memory.previous)
    week = np.array([hour_of_week])
    found: dict[str, Reading] = {}
    for column, metric in enumerate(memory.metrics):
        known, observed = memory.profiles.get(metric), float(means[column])
        if known is None or np.isnan(observed):
            continue
        drivers = _drivers(memory, known.regressors, means, before)
        if np.isnan(drivers).any():
            continue
        expected, scale = profile.expect(known, week, drivers)
        middle = float(expected[0] + memory.level[column])
        found[metric] = Reading(
            metric, observed, middle, float(scale[0]), (observed - middle) / float(scale[0]), score=0.0
        )
    return found


def _drivers(memory: Memory, names: Sequence[str], now: Floats, before: Floats) -> Floats:
    row = []
    for name in names:
        metric, _, lag = name.partition("@")
        row.append((before if lag else now)[memory.metrics.index(metric)])
    return np.array([row], dtype=np.float64)


def _healthy_runs(memory: Memory) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array(
        [memory.profiles[name].longest_run_ms if name in memory.profiles else 2**50 for name in memory.metrics],
        dtype=np.int64,
    )


def _judge_hour(memory: Memory, known: DeviceModel, closed: ClosedHour, hour_of_week: int, result: HourResult) -> None:
    readings = residuals(memory, closed, hour_of_week)
    z = np.array([readings[name].z if name in readings else np.nan for name in memory.metrics])
    if closed.hour - memory.previous_hour > SETTLING_HOURS:
        z[:] = np.nan
    if closed.hour <= memory.relearn_until:
        _relearn(memory, readings)
        result.readings = readings
        return
    _end_relearning(memory)
    limits = limits_of(memory, closed.hour)
    sums = cusum.step(cusum.Sums(memory.high, memory.low), z, limits)
    memory.high_since = np.where((memory.high <= 0) & (sums.high > 0), closed.hour, memory.high_since)
    memory.low_since = np.where((memory.low <= 0) & (sums.low > 0), closed.hour, memory.low_since)
    memory.high, memory.low = sums.high, sums.low
    _follow(memory, known, readings, limits)
    memory.trend_hours, memory.trend = memory.trend_hours[1 - TREND_HOURS :], memory.trend[1 - TREND_HOURS :]
    memory.trend_hours.append(closed.hour)
    memory.trend.append(z)
    strongest = np.maximum(sums.high, sums.low) / limits
    result.readings = {
        name: Reading(
            name,
            reading.observed,
            reading.expected,
            reading.scale,
            reading.z,
            float(strongest[memory.metrics.index(name)]),
        )
        for name, reading in readings.items()
    }


def limits_of(memory: Memory, hour: int) -> Floats:
    """Return the limit of each metric now; without a profile it is out of reach."""
    base = np.array([memory.profiles[name].limit if name in memory.profiles else np.inf for name in memory.metrics])
    return np.asarray(base * memory.limit_factor * (QUIET_FACTOR if hour <= memory.quiet_until else 1.0))


def _follow(memory: Memory, known: DeviceModel, readings: dict[str, Reading], limits: Floats) -> None:
    """Let the level of a wandering series follow, but not while it is suspicious."""
    if known.adapt_days is None:
        return
    rate = 1.0 / (24.0 * known.adapt_days)
    for name, reading in readings.items():
        column = memory.metrics.index(name)
        if max(memory.high[column], memory.low[column]) < limits[column] / 2:
            memory.level[column] += rate * reading.scale * float(np.clip(reading.z, -3.0, 3.0))


def _relearn(memory: Memory, readings: dict[str, Reading]) -> None:
    row = [readings[name].observed - readings[name].expected if name in readings else np.nan for name in memory.metrics]
    memory.relearned.append(np.array(row))


def _end_relearning(memory: Memory) -> None:
    if not memory.relearned:
        return
    found = np.array(memory.relearned)
    known = ~np.isnan(found).all(axis=0)
    memory.level[known] += np.nanmedian(found[:, known], axis=0)
    memory.relearned = []


def _suspect(memory: Memory, known: DeviceModel, result: HourResult, *, muted: bool) -> None:
    limits = limits_of(memory, result.hour)
    states = {
        name: MetricState(
            reading.z,
            float(memory.high[memory.metrics.index(name)] / limits[memory.metrics.index(name)]),
            float(memory.low[memory.metrics.index(name)] / limits[memory.metrics.index(name)]),
        )
        for name, reading in result.readings.items()
    }
    if result.hour <= memory.relearn_until:
        return
    judged = [fusion.judge(group, states) for group in known.groups]
    judged += _stuck_sensor(memory, result)
    result.alarming = {state.name: state for state in judged if state.alarming}
    for name in result.alarming:
        kept = [hour for hour in memory.alarms.get(name, []) if hour > result.hour - 2 * fusion.WITHIN_HOURS]
        memory.alarms[name] = [*kept, result.hour]
    ready = [state for state in result.alarming.values() if fusion.ripe(memory.alarms[state.name], result.hour)]
    with_sensor = extended(known)
    fresh = [] if muted else fusion.choose(with_sensor, ready, list(memory.active))
    groups = {group.name: group for group in with_sensor.groups}
    for state in fresh:
        result.opened.append(_describe(memory, groups[state.name], state, result))
    for state in result.alarming.values():
        if state.name in memory.active:
            result.ongoing.append(_describe(memory, groups[state.name], state, result))


def _stuck_sensor(memory: Memory, result: HourResult) -> list[GroupState]:
    stuck = quality.stuck(memory.runs, (result.hour + 1) * HOUR_MS, _healthy_runs(memory))
    names = [name for name, still in zip(memory.metrics, stuck, strict=True) if still and name in memory.profiles]
    if not names:
        return []
    return [GroupState(fusion.SENSOR_GROUP, True, 1.0, {name: 1.0 / len(names) for name in names})]


def extended(known: DeviceModel) -> DeviceModel:
    """Return the model with the group of its own sensors."""
    sensor = Group(fusion.SENSOR_GROUP, (Lead("", 0),))
    return DeviceModel(known.metrics, (*known.groups, sensor), known.regressors, known.beside)


def _describe(memory: Memory, group: Group, state: GroupState, result: HourResult) -> Suspected:
    if group.name == fusion.SENSOR_GROUP:
        metric = next(iter(state.shares))
        value = float(memory.runs.value[memory.metrics.index(metric)])
        since = int(memory.runs.since[memory.metrics.index(metric)]) // HOUR_MS
        still = Reading(metric, value, value, memory.profiles[metric].scale, 0.0, 1.0)
        alarms = len(memory.alarms.get(group.name, []))
        return Suspected(group, since, 2, None, memory.provisional, still, dict(state.shares), alarms)
    lead = group.leads[0]
    column = memory.metrics.index(lead.metric)
    upward = lead.direction > 0 or (lead.direction == 0 and memory.high[column] >= memory.low[column])
    started = int(memory.high_since[column] if upward else memory.low_since[column])
    hours = np.array(memory.trend_hours, dtype=np.float64)
    index = np.array([row[column] for row in memory.trend]) * (1.0 if upward else -1.0)
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
        alarm_hours=len(memory.alarms.get(group.name, [])),
    )


def forget_case(memory: Memory, known: DeviceModel, group_name: str, *, hour: int) -> None:
    """Start the metrics of a group anew after its case has ended."""
    memory.active.pop(group_name, None)
    memory.alarms.pop(group_name, None)
    memory.severity.pop(group_name, None)
    memory.quiet_until = max(memory.quiet_until, hour + QUIET_HOURS)
    for group in known.groups:
        if group.name != group_name:
            continue
        for lead in group.leads:
            if lead.metric in memory.metrics:
                column = memory.metrics.index(lead.metric)
                memory.high[column] = memory.low[column] = 0.0


def relearn(memory: Memory, hour: int) -> None:
    """Learn the level anew over the hours after a change that was meant."""
    if hour + RELEARN_HOURS > memory.relearn_until:
        memory.relearn_until, memory.relearned = hour + RELEARN_HOURS, []
        memory.high[:] = memory.low[:] = 0.0
