"""Many devices, one hour further: residuals, sums, alarms, suspicions. No input or output here.

All devices are judged at once in arrays; only those that learn, alarm or have a sum above nothing for a while are
looked at one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from iot_gateway.detect import charts, cusum, learning, quality, roughness, suspicion
from iot_gateway.detect.arrays import HOUR_MS, Flags, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.catalogue import BAND_SCALES
from iot_gateway.detect.fusion import WITHIN_HOURS
from iot_gateway.detect.hours import Closed
from iot_gateway.detect.learning import Allowance
from iot_gateway.detect.memory import TREND_HOURS, Held, Memory
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.detect.suspicion import HourResult, Reading, Sensors, Strengths

QUIET_FACTOR, QUIET_HOURS = 1.5, 48
HELD_HOURS = 48
"""What a person has called off is not brought up again within this time."""
RELEARN_HOURS = 72
"""A level learned from fewer hours is off by so much that slow charts see it."""
WANDER_DAYS = 1.0
"""Time constant of the level of a wandering metric."""
WATCHED_SHARE = 0.5
"""From this part of its limit on the slow chart of a group is watched too."""
SETTLING_HOURS = 1
WATCHED_SUM = 1.0
"""From this sum on, in scales, the residuals of a device are kept: they are the trend of a fault to come."""


@dataclass(frozen=True)
class Judged:
    """What one hour of each of some devices has shown; arrays (n, metrics)."""

    closed: Closed
    expected: Floats
    """NaN where nothing was expected."""
    scale: Floats
    found: dict[int, HourResult] = field(default_factory=dict)
    """place -> alarms, and what they make suspected"""
    fitted: dict[int, dict[str, MetricProfile]] = field(default_factory=dict)
    """place -> the first profiles of the device"""


def advance(
    bank: Bank, closed: Closed, *, weeks: Ints, masked: Flags, muted: Flags, fits: Allowance | None = None
) -> Judged:
    """Take in closed hours, one of each device.

    `weeks` (n,) are the hours of the week; `masked` (n,): the machine was stopped or opened on purpose; `muted` (n,):
    no new cases; `fits`: how many devices may end their cold start.
    """
    judged = Judged(closed, np.full_like(closed.means, np.nan), np.full_like(closed.means, np.nan))
    fitted = bank.book.fitted(closed.rows)
    for place in np.flatnonzero(~fitted & ~masked).tolist():
        profiles = _learn(bank, closed, place, int(weeks[place]), fits)
        if profiles:
            judged.fitted[place] = profiles
    live = np.flatnonzero(fitted & ~masked)
    if len(live):
        _judge(bank, judged, live, weeks, muted)
    bank.table["previous"][closed.rows] = closed.means
    bank.table["previous_hour"][closed.rows] = closed.hours
    return judged


def _learn(bank: Bank, closed: Closed, place: int, week: int, fits: Allowance | None) -> dict[str, MetricProfile]:
    row = int(closed.rows[place])
    notes = bank.memory(row).notes
    learning.learn(notes, int(closed.hours[place]), week, closed.means[place], closed.spreads[place])
    if not learning.learned_enough(notes, bank.known) or (fits is not None and not fits.take()):
        return {}
    profiles = learning.finish(notes, bank.known, bank.metrics, closed.runs.longest[place])
    bank.book.put(row, profiles)
    return profiles


def _judge(bank: Bank, judged: Judged, live: Ints, weeks: Ints, muted: Flags) -> None:
    closed = judged.closed.part(live)
    rows = closed.rows
    anew = closed.hours <= bank.table["relearn_until"][rows]
    for place in _noted(bank, rows):
        if not anew[place]:
            _end_relearning(bank, int(rows[place]))
    still = quality.stuck(closed.runs, (closed.hours + 1) * HOUR_MS, bank.book.column("healthy_ms", rows, np.inf))
    expected, scale = _expect(bank, closed, still, weeks[live])
    with np.errstate(invalid="ignore"):
        z = (closed.means - expected) / scale
    judged.expected[live], judged.scale[live] = np.where(np.isnan(z), np.nan, expected), scale
    for place in np.flatnonzero(anew).tolist():
        bank.memory(int(rows[place])).notes.relearned.append(closed.means[place] - expected[place])
    able = np.flatnonzero(~anew)
    if len(able):
        _watch(bank, judged, closed.part(able), Residuals(live[able], z[able], scale[able], still[able]), muted)


def _expect(bank: Bank, closed: Closed, still: Flags, weeks: Ints) -> tuple[Floats, Floats]:
    """Return what is expected of each device in its hour (n, metrics), and the scales; NaN of a stuck sensor."""
    rows, table = closed.rows, bank.table
    means = np.where(still, np.nan, closed.means)
    previous = table["previous"][rows].astype(np.float64)
    gap = (table["previous_hour"][rows] != closed.hours - 1)[:, None]
    before = np.where(gap | np.isnan(previous), means, previous)
    expected, scale = bank.book.expect(rows, weeks, means, before, level=table["level"][rows])
    return np.where(still, np.nan, expected), scale


@dataclass(frozen=True)
class Residuals:
    """Residuals of hours in scales (n, metrics), with the places of those hours (n,) among all that were judged."""

    places: Ints
    z: Floats
    scale: Floats
    stuck: Flags


def _watch(bank: Bank, judged: Judged, closed: Closed, found: Residuals, muted: Flags) -> None:
    rows, table, hours = closed.rows, bank.table, closed.hours[:, None]
    late = closed.hours - table["previous_hour"][rows] > SETTLING_HOURS
    z = np.where(late[:, None], np.nan, found.z)
    limits = limits_of(bank, rows, closed.hours)
    high, low = table["high"][rows].astype(np.float64), table["low"][rows].astype(np.float64)
    sums = cusum.step(cusum.Sums(high, low), z, limits)
    table["high_since"][rows] = np.where((high <= 0) & (sums.high > 0), hours, table["high_since"][rows])
    table["low_since"][rows] = np.where((low <= 0) & (sums.low > 0), hours, table["low_since"][rows])
    table["high"][rows], table["low"][rows] = sums.high, sums.low
    strongest = np.maximum(sums.high, sums.low)
    _follow(bank, rows, found, strongest / limits)
    slow = _follow_groups(bank, closed, z)
    watched = (strongest.max(axis=1) > WATCHED_SUM) | (slow.max(axis=1, initial=0.0) > WATCHED_SHARE)
    _keep_trends(bank, closed, z, watched)
    spreads = _follow_spreads(bank, closed)
    strengths = Strengths(sums.high / limits, sums.low / limits, slow, spreads.score, np.isnan(found.z))
    off = (strongest >= limits) & ~strengths.unread & (bank.known.adapt_days is None)
    sensors = _sensors(bank, closed, found.stuck, (spreads.score >= 1.0) & ~strengths.unread, off)
    alarm = suspicion.alarming(bank.known, bank.metrics, strengths) | sensors.failed.any(axis=1) | off.any(axis=1)
    for place in np.flatnonzero(alarm).tolist():
        at = int(found.places[place])
        result = _result(bank, judged, at, found.z[place], (strongest / limits)[place])
        result.rough = spreads.readings(bank.metrics, place)
        suspicion.suspect(
            bank.memory(int(rows[place])),
            bank.known,
            result,
            strengths.at(place),
            sensors.at(place),
            muted=bool(muted[at]),
        )
        judged.found[at] = result


def _sensors(bank: Bank, closed: Closed, stuck: Flags, rough: Flags, off: Flags) -> Sensors:
    """Count the hours in which a metric was not sent; return the sensors that are to be mistrusted."""
    rows, book = closed.rows, bank.book
    missing = np.where(closed.counts > 0, 0, bank.table["missing"][rows] + 1)
    bank.table["missing"][rows] = missing
    scales = book.column("scale", rows, np.nan)
    judged = ~np.isnan(scales)
    silent = quality.silent(missing, book.column("healthy_gap", rows, np.inf)) & judged
    restless = rough & ~suspicion.told_by_roughness(bank.known, bank.metrics)
    return Sensors(stuck & judged, silent, restless, off, closed.runs.value, closed.runs.since, scales)


@dataclass(frozen=True)
class Spreads:
    """Spreads within the hour, the usual ones, and the restlessness in limits and at its limit; (n, metrics)."""

    seen: Floats
    usual: Floats
    limit: Floats
    score: Floats

    def readings(self, metrics: Sequence[str], place: int) -> dict[str, Reading]:
        """Return the spreads of one device as readings; the band ends where the limit lies."""
        found = {}
        for column, name in enumerate(metrics):
            seen, usual = float(self.seen[place, column]), float(self.usual[place, column])
            if usual > 0 and not np.isnan(seen) and np.isfinite(self.limit[place, column]):
                scale = usual * float(np.expm1(self.limit[place, column])) / BAND_SCALES
                found[name] = Reading(
                    name, seen, usual, scale, (seen - usual) / scale, float(self.score[place, column])
                )
        return found


def _follow_spreads(bank: Bank, closed: Closed) -> Spreads:
    rows, table = closed.rows, bank.table
    usual = bank.book.column("sample_scale", rows, 0.0)
    level = roughness.follow(table["rough"][rows].astype(np.float64), closed.spreads, usual)
    table["rough"][rows] = level
    limit = _raised(bank, "rough_limit", rows, closed.hours)
    unknown = np.isnan(closed.spreads) | (usual <= 0)
    return Spreads(closed.spreads, usual, limit, np.where(unknown, 0.0, level / limit))


def _result(bank: Bank, judged: Judged, place: int, z: Floats, score: Floats) -> HourResult:
    means, expected, scale = judged.closed.means[place], judged.expected[place], judged.scale[place]
    readings = {
        name: Reading(name, float(means[c]), float(expected[c]), float(scale[c]), float(z[c]), float(score[c]))
        for c, name in enumerate(bank.metrics)
        if not np.isnan(z[c])
    }
    return HourResult(int(judged.closed.hours[place]), readings)


def limits_of(bank: Bank, rows: Ints, hours: Ints) -> Floats:
    """Return the limits (n, metrics) now; without a profile they are out of reach."""
    return _raised(bank, "limit", rows, hours)


def _raised(bank: Bank, field_name: str, rows: Ints, hours: Ints) -> Floats:
    return np.asarray(bank.book.column(field_name, rows, np.inf) * _factors(bank, rows, hours))


def _factors(bank: Bank, rows: Ints, hours: Ints) -> Floats:
    """Return by how much the limits (n, metrics) are raised now: after false alarms, and shortly after a repair."""
    quiet = np.where(hours <= bank.table["quiet_until"][rows], QUIET_FACTOR, 1.0)
    return np.asarray(bank.table["limit_factor"][rows] * quiet[:, None])


def _follow_groups(bank: Bank, closed: Closed, z: Floats) -> Floats:
    """Move the slow charts of the groups; return their sums in limits (n, groups)."""
    rows, table, size = closed.rows, bank.table, len(bank.weights)
    deviation, limit = np.moveaxis(bank.book.table["mixture"][rows].astype(np.float64), 1, 0)
    leads = [
        bank.metrics.index(g.leads[0].metric) if g.leads[0].metric in bank.metrics else 0 for g in bank.known.groups
    ]
    limit = limit * _factors(bank, rows, closed.hours)[:, leads]
    before = table["slow"][rows, :size].astype(np.float64)
    after = charts.GROUPS.step(before, charts.mixtures(bank.weights, z) / deviation, limit)
    since = table["slow_since"][rows, :size]
    table["slow_since"][rows, :size] = np.where((before <= 0) & (after > 0), closed.hours[:, None], since)
    table["slow"][rows, :size] = after
    return np.asarray(after / limit)


def _follow(bank: Bank, rows: Ints, found: Residuals, strength: Floats) -> None:
    """Let the level of a wandering series follow, but not while it is suspicious; `strength` are its sums in limits."""
    known = bank.known
    wandering = np.array([name in known.wandering for name in bank.metrics])
    if known.adapt_days is None and not wandering.any():
        return
    days = np.where(wandering, WANDER_DAYS, known.adapt_days or np.inf)
    step = found.scale * np.clip(found.z, -3.0, 3.0) / (24.0 * days)
    calm = strength < np.where(wandering, 1.0, 0.5)
    bank.table["level"][rows] += np.where(calm & ~np.isnan(step), step, 0.0)


def _keep_trends(bank: Bank, closed: Closed, z: Floats, watched: Flags) -> None:
    for place in np.flatnonzero(watched).tolist():
        notes = bank.memory(int(closed.rows[place])).notes
        notes.trend_hours, notes.trend = notes.trend_hours[1 - TREND_HOURS :], notes.trend[1 - TREND_HOURS :]
        notes.trend_hours.append(int(closed.hours[place]))
        notes.trend.append(z[place].astype(np.float32))
    for place in _noted(bank, closed.rows):
        notes = bank.notes[int(closed.rows[place])]
        if not watched[place]:
            notes.trend_hours, notes.trend = [], []
            oldest = int(closed.hours[place]) - 2 * WITHIN_HOURS
            notes.alarms = {name: alarms for name, alarms in notes.alarms.items() if alarms[-1] > oldest}
            notes.held = {name: held for name, held in notes.held.items() if held.until >= closed.hours[place]}
            bank.tidy(int(closed.rows[place]))


def _noted(bank: Bank, rows: Ints) -> list[int]:
    """Return the places of the devices that have notes."""
    notes = bank.notes
    return [place for place, row in enumerate(rows.tolist()) if row in notes]


def _end_relearning(bank: Bank, row: int) -> None:
    """Move the level to the median of what was learned."""
    notes = bank.notes[row]
    if notes.relearned:
        found = np.array(notes.relearned)
        known = ~np.isnan(found).all(axis=0)
        bank.table["level"][row, known] += np.nanmedian(found[:, known], axis=0)
        notes.relearned = []


def forget_case(memory: Memory, group_name: str, *, hour: int) -> None:
    """Start the metrics of a device anew after a case of it has ended: somebody has been there."""
    memory.active.pop(group_name, None)
    memory.alarms.pop(group_name, None)
    memory.severity.pop(group_name, None)
    if not memory.active:
        memory.notes.explained = []
    memory.quiet_until = max(memory.quiet_until, hour + QUIET_HOURS)
    memory.high[:] = memory.low[:] = memory.slow[:] = memory.rough[:] = 0.0


def hold_back(memory: Memory, group_name: str, *, severity: int, hour: int) -> None:
    """Open no case of a group for a while unless it is graver: a person has called off the one that there was."""
    memory.notes.held[group_name] = Held(hour + HELD_HOURS, severity)


def relearn(memory: Memory, hour: int) -> None:
    """Learn the level anew over the hours after a change that was meant."""
    if hour + RELEARN_HOURS > memory.relearn_until:
        memory.relearn_until, memory.notes.relearned = hour + RELEARN_HOURS, []
        memory.high[:] = memory.low[:] = memory.slow[:] = 0.0
