"""Sudden faults of devices that report every few seconds: the fast chart on what the profiles leave unexplained.

The hourly sums need hours for a fault that everybody can see. Here the moving means of all metrics are judged
together, and what opens a case is not an alarm but three quarters of an hour of it: alarms fill a bucket by the time
they last, and time without alarm empties it. A case takes the chart away; after it the chart begins anew.
"""

import numpy as np

from iot_gateway.detect import fast_chart, fusion
from iot_gateway.detect.arrays import HOUR_MS, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.catalogue import DeviceModel, Group
from iot_gateway.detect.fast_chart import Chart
from iot_gateway.detect.memory import Watch
from iot_gateway.detect.suspicion import HourResult, Reading, Suspected

FAST_SECONDS = 5
"""Devices that report at least this often have a chart."""
LEARN_SAMPLES = 600
PROFILE_SPREAD = 1.0
"""How far an hourly mean is off without a fault, in its own scales: no chart is narrower than the profile is sure."""
CONFIRM_MS = 45 * 60_000
GAP_MS = 60_000
"""Samples further apart than this say nothing about the time between them."""
LEAST_SHARE = 0.05
"""Metrics with less of the score explain nothing."""


def watch(state: Watch, ts: Ints, residuals: Floats, factors: Floats) -> Floats | None:
    """Take in samples of one device; return the deviations (metrics,) with which a fault is certain, None before.

    `ts` (n,) are epoch milliseconds, `residuals` (n, metrics) in scales of an hourly mean, NaN where nothing was
    expected; `factors` (metrics,) widen the limits of series that gave false cases. A sample that is not later than
    the last one is left out.
    """
    for at, row in zip(ts.tolist(), residuals, strict=True):
        step = at - state.last_ts
        if step <= 0:
            continue
        state.last_ts = at
        if state.samples < LEARN_SAMPLES:
            fast_chart.learn(state.chart, row)
            state.samples += not np.isnan(row).all()
            continue
        deviation = _deviation(state.chart, row, factors)
        if _confirmed(state, deviation, at, step if step <= GAP_MS else 0):
            return deviation
    return None


def _deviation(chart: Chart, row: Floats, factors: Floats) -> Floats:
    fast_chart.follow(chart, row)
    spread = chart.spread()
    return np.where(spread > 0, chart.level / np.sqrt(spread**2 + PROFILE_SPREAD**2) / factors, 0.0)


def _confirmed(state: Watch, deviation: Floats, at: int, step: int) -> bool:
    alarm = bool(fast_chart.alarmed(state.chart, fast_chart.strength(state.chart, deviation)))
    if alarm and not state.alarm_ms:
        state.since = at
    state.alarm_ms = state.alarm_ms + step if alarm else max(state.alarm_ms - step, 0)
    return alarm and state.alarm_ms >= CONFIRM_MS


def suspect(bank: Bank, row: int, week: int, values: Floats, deviation: Floats) -> HourResult | None:
    """Return what a certain fault makes suspected, None where the device has no failure group that moves this way.

    `values` (metrics,) are the last sample, by which the expected values are told, `week` its hour of the week.
    """
    memory, state = bank.memory(row), bank.notes[row].watch
    if state is None:
        return None
    shares = fast_chart.shares(deviation)
    group = _group(bank.known, dict(zip(bank.metrics, (shares * np.sign(deviation)).tolist(), strict=True)))
    if group is None:
        return None
    expected, scale = bank.expect(row, np.array([week]), values[None, :])
    score = float(fast_chart.strength(state.chart, deviation)) / fast_chart.LIMIT
    readings = {
        name: Reading(
            metric=name,
            observed=float(expected[0, column] + state.chart.level[column] * scale[0, column]),
            expected=float(expected[0, column]),
            scale=float(scale[0, column]),
            z=float(state.chart.level[column]),
            score=score,
        )
        for column, name in enumerate(bank.metrics)
        if shares[column] >= LEAST_SHARE and not np.isnan(expected[0, column])
    }
    told = {name: float(shares[bank.metrics.index(name)]) for name in readings}
    leads = [lead.metric for lead in group.leads if lead.metric in readings]
    if not leads:
        return None
    leading = max((readings[name] for name in leads), key=lambda reading: told[reading.metric])
    found = Suspected(
        group=group,
        started_hour=state.since // HOUR_MS,
        severity=fusion.severity(max(abs(reading.z) for reading in readings.values()), None),
        window=None,
        low_confidence=memory.provisional,
        leading=leading,
        shares=told,
        alarm_hours=0,
    )
    return HourResult(state.last_ts // HOUR_MS, readings, opened=[found])


def _group(known: DeviceModel, signed: dict[str, float]) -> Group | None:
    """Return the failure group that most of the score speaks for; a lead that moves the other way counts nothing."""
    spoken = {
        group.name: sum(
            lead.weight * max(signed.get(lead.metric, 0.0) * lead.direction, 0.0)
            if lead.direction
            else lead.weight * abs(signed.get(lead.metric, 0.0))
            for lead in group.leads
            if not lead.rough
        )
        for group in known.groups
    }
    best = max(known.groups, key=lambda group: spoken[group.name], default=None)
    return best if best is not None and spoken[best.name] > 0 else None
