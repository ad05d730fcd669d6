"""The failure window of a case: its hourly deviations as a life since the onset, by the rules of remaining life."""

from collections.abc import Sequence

import numpy as np

from iot_gateway.detect import passage, rul, wear
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.catalogue import Group, Lead
from iot_gateway.detect.lives import Life
from iot_gateway.detect.rul import Forecaster, Stage
from iot_gateway.detect.window import HORIZON_HOURS, MIN_HOURS, SURE_HOURS, FailureWindow

LAST_HOURS = 6
MOST_SCALES = 50.0
"""Beyond, one more scale tells nothing more; a sensor gone mad would."""


def told_by_level(group: Group) -> bool:
    """Tell whether a failure group is told by where its metrics lie, so that it has a trend."""
    return bool(group.leads[0].metric) and not group.leads[0].rough


def life_of(
    unit: str, group: Group, metrics: Sequence[str], hours: Ints, residuals: Floats, *, started: int
) -> Life | None:
    """Return the life of a fault since its onset, from residuals (n, metrics) in scales at hours (n,).

    Its values are the deviations of the group's leads, each in the direction of the fault. Hours without the first
    lead are left out, another lead keeps its last value. None where too few hours are left.
    """
    leads = [lead for lead in group.leads if lead.metric in metrics and not lead.rough]
    if not leads or leads[0] is not group.leads[0]:
        return None
    columns = [list(metrics).index(lead.metric) for lead in leads]
    since = (hours >= started) & ~np.isnan(residuals[:, columns[0]])
    if since.sum() < MIN_HOURS:
        return None
    values = np.clip(_held(residuals[since][:, columns]), -MOST_SCALES, MOST_SCALES)
    values = values * np.array([_direction(lead, values[:, place]) for place, lead in enumerate(leads)])
    return Life(unit, hours[since].astype(np.float64), values, onset=float(started))


def _direction(lead: Lead, values: Floats) -> float:
    return float(lead.direction) if lead.direction else (1.0 if values[-LAST_HOURS:].mean() >= 0 else -1.0)


def _held(values: Floats) -> Floats:
    """Return values (n, metrics) with gaps filled by the last one known, nought before the first."""
    known = ~np.isnan(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values))[:, None], -1), axis=0)
    return np.where(last >= 0, np.take_along_axis(values, np.maximum(last, 0), axis=0), 0.0)


def until_failure(life: Life, *, fails_at: float) -> Life | None:
    """Return a life until its leading deviation got to the level of failure; None where it never did.

    A machine that was repaired before has not failed. Taking its repair for its end would make each forecast earlier
    than the one before, and the next repair too.
    """
    failed = wear.deviation(life) >= fails_at
    rows = int(failed.argmax()) + 1
    return life.until(rows) if failed.any() and rows >= MIN_HOURS else None


def trend_window(hours: Floats, index: Floats, *, fails_at: float, cold: bool) -> FailureWindow | None:
    """Return the window where no failure is known, from the leading deviation (n,) at hours (n,), the last one now."""
    known = ~np.isnan(index)
    if known.sum() < MIN_HOURS:
        return None
    life = Life("", hours[known], np.minimum(index[known], MOST_SCALES)[:, None], onset=float(hours[known][0]))
    return window_of(rul.learn((), fails_at=fails_at), life, cold=cold)


def window_of(forecaster: Forecaster, life: Life, *, cold: bool) -> FailureWindow | None:
    """Return the window of a life in hours from its last one; None where nothing rises to a failure.

    Only a calibrated window may be sure, or one that has seen two days of the trend.
    """
    if forecaster.stage is Stage.TREND and not _rises(life):
        return None
    found = forecaster.ask(life)
    unsure = cold or (forecaster.stage is Stage.TREND and len(life.cycles) < SURE_HOURS)
    likely = min(max(found.p50, 1.0), float(HORIZON_HOURS))
    late = min(max(found.p90, 2.0, likely), 2.0 * HORIZON_HOURS)
    return FailureWindow(min(found.p10, likely), likely, late, unsure, forecaster.stage, forecaster.failures)


def _rises(life: Life) -> bool:
    """Tell whether the trend of the deviation may well rise: one of ten futures does."""
    state, spread = passage.trend(np.log(wear.deviation(life)), bend=passage.HOURLY_BEND)
    return bool(state[1] + 1.2816 * np.sqrt(spread[1, 1]) > 0.0)
