"""The cold start: the first days of a device say what is normal for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iot_gateway.detect import charts, common, cusum, profile, quality, roughness
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.catalogue import DeviceModel, drivers_of
from iot_gateway.detect.memory import Notes
from iot_gateway.detect.profile import MetricProfile

LEAST_HOURS = 120
RELATIVE_FLOOR = 1e-3
LEAST_USUAL = 1e-6
"""What a metric that is always nought is taken for."""


@dataclass
class Allowance:
    """How many first fits there may still be; who comes too late learns one hour more and asks again."""

    left: int

    def take(self) -> bool:
        """Tell whether there may be one more, and count it."""
        self.left -= 1
        return self.left >= 0


def learn(notes: Notes, hour: int, week: int, means: Floats, spreads: Floats) -> None:
    """Keep one healthy hour for the first fit."""
    notes.learned_hours.append(hour)
    notes.learned_weeks.append(week)
    notes.learned_means.append(means)
    notes.learned_spreads.append(spreads)


def learned_enough(notes: Notes, known: DeviceModel) -> bool:
    """Tell whether the calibration is long enough for a first fit."""
    if len(notes.learned_hours) < LEAST_HOURS:
        return False
    return notes.learned_hours[-1] - notes.learned_hours[0] >= known.calibration_days * 24 - 1


def finish(notes: Notes, known: DeviceModel, metrics: Sequence[str], longest_runs: Ints) -> dict[str, MetricProfile]:
    """Return the provisional profiles, and forget the hours they came from; runs (metrics,) in ms."""
    history = History(
        np.array(notes.learned_hours),
        np.array(notes.learned_weeks),
        np.array(notes.learned_means),
        np.array(notes.learned_spreads),
        longest_runs,
    )
    notes.learned_hours, notes.learned_weeks = [], []
    notes.learned_means, notes.learned_spreads = [], []
    return fit_all(known, metrics, history)


@dataclass(frozen=True)
class History:
    """Healthy hours of a device: hours and hours of the week (n,), means and spreads (n, metrics), runs (metrics,)."""

    hours: Ints
    weeks: Ints
    means: Floats
    spreads: Floats
    longest_runs: Ints


def fit_all(known: DeviceModel, metrics: Sequence[str], history: History) -> dict[str, MetricProfile]:
    """Fit every metric of a device over its healthy hours, those with the same drivers together."""
    together: dict[tuple[str, ...], list[int]] = {}
    for column, metric in enumerate(metrics):
        if metric not in known.regressors:
            explained_by = tuple(name for name in drivers_of(known, metric) if name in metrics)
            together.setdefault(explained_by, []).append(column)
    fitted: dict[int, MetricProfile] = {}
    residuals = np.full_like(history.means, np.nan)
    for given, columns in together.items():
        names, drivers = profile.driver_names(given), drivers_over(metrics, given, history.hours, history.means)
        own = profile.fit_together(
            [_series(metrics[column], history, column) for column in columns], history.weeks, drivers, names=names
        )
        for column, one in zip(columns, own, strict=True):
            if one is not None:
                fitted[column] = _completed(one, history, column)
                expected, scale = profile.expect(one, history.weeks, np.nan_to_num(drivers))
                left = (history.means[:, column] - expected) / scale
                residuals[:, column] = np.where(np.isnan(drivers).any(axis=1), np.nan, left)
    found = {metrics[column]: fitted[column] for column in sorted(fitted)}
    found = _with_limits(known, found, residuals[:, sorted(fitted)])
    return _with_groups(found, known, metrics, residuals)


def _series(metric: str, history: History, column: int) -> profile.Series:
    y = history.means[:, column]
    usual = 0.0 if np.isnan(y).all() else float(np.nanmedian(np.abs(y)))
    return profile.Series(metric, y, history.spreads[:, column], RELATIVE_FLOOR * max(usual, LEAST_USUAL))


def _completed(fitted: MetricProfile, history: History, column: int) -> MetricProfile:
    """Return a fit with what runs, spreads and gaps of the metric tell."""
    return replace(
        fitted,
        longest_run_ms=int(history.longest_runs[column]),
        rough_limit=roughness.limit_of(history.spreads[:, column], fitted.sample_scale),
        longest_gap_hours=quality.longest_gap(np.isnan(history.means[:, column])),
    )


def _with_limits(known: DeviceModel, found: dict[str, MetricProfile], z: Floats) -> dict[str, MetricProfile]:
    """Return the profiles with what their healthy residuals (hours, metrics) call for: common factor and limits."""
    loading = np.zeros(z.shape[1]) if known.regressors else common.loadings_of(z)
    left = z - np.nan_to_num(common.shift(z, loading)) if loading.any() else z
    limited = {}
    for place, (metric, fitted) in enumerate(found.items()):
        narrowed = common.narrowed(left[:, place]) if loading[place] else 1.0
        limit = cusum.limit_of(left[:, place] / narrowed)
        limited[metric] = replace(fitted, limit=limit, loading=float(loading[place]), narrowed=narrowed)
    return limited


def _with_groups(
    found: dict[str, MetricProfile], known: DeviceModel, metrics: Sequence[str], residuals: Floats
) -> dict[str, MetricProfile]:
    """Note with the first lead of each group how noisy its mixture of residuals (n, metrics) is."""
    mixed = charts.mixtures(charts.weights(known, metrics), residuals)
    for place, group in enumerate(known.groups):
        lead, values = group.leads[0].metric, mixed[:, place]
        if lead in found and (~np.isnan(values)).sum() >= profile.MIN_HOURS:
            deviation = max(charts.LEAST_DEVIATION, float(np.nanstd(values)))
            own = {group.name: (deviation, charts.GROUPS.limit(values / deviation))}
            found[lead] = replace(found[lead], groups={**found[lead].groups, **own})
    return found


def with_spread_of(fitted: MetricProfile, old: MetricProfile | None) -> MetricProfile:
    """Return a fit to hourly means with what only samples can tell, from the profile before it."""
    if old is None:
        return fitted
    return replace(fitted, sample_scale=old.sample_scale, rough_limit=old.rough_limit)


def drivers_over(metrics: Sequence[str], names: Sequence[str], hours: Ints, means: Floats) -> Floats:
    """Return the drivers (n, 2 x names) of consecutive hours; after a gap the hour before is the hour itself."""
    columns = [list(metrics).index(name) for name in names]
    current = means[:, columns]
    before = np.vstack([current[:1], current[:-1]])
    gap = np.concatenate([[True], np.diff(hours) != 1])
    before = np.where(gap[:, None] | np.isnan(before), current, before)
    return np.hstack([current, before])
