"""What is normal: an hourly mean as a function of hour of week and operating point.

Expected value = level + load curve (with the hour before, for thermal mass) + hour of day, apart for rest days; fitted
by ridge regression, judged by the median absolute deviation. The hours of a slot with more scatter get a wider scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from iot_gateway.detect.arrays import HOURS_PER_DAY, Floats, Ints
from iot_gateway.detect.ridge import MAD, Grid, predict, robust_ridge

RIDGE_SLOTS = 0.5
RIDGE_CURVE = 1e-3
MIN_HOURS = 48
WIDEST = 4.0
FAR = 4.0
"""The load curve ends at this many deviations of a driver."""
BEYOND_FACTOR = 4.0
"""How much wider the scale is a full range beyond what the fit has seen."""


@dataclass(frozen=True)
class MetricProfile:
    """What is normal for one metric."""

    metric: str
    regressors: tuple[str, ...]
    centre: tuple[float, ...]
    """Of the regressors: mean, then deviation."""
    coefficients: tuple[float, ...]
    scale: float
    """Robust deviation of an hourly mean."""
    sample_scale: float
    """Deviation of single samples within an hour."""
    slots: tuple[float, ...]
    """Factor on the scale by hour of day, working days then rest days."""
    limit: float
    """Of the CUSUM."""
    longest_run_ms: int = 0
    """Longest time without a change while healthy."""
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    """Range of the regressors that the fit has seen."""
    rough_limit: float | None = None
    """Of the spread within an hour, see `roughness`; None where there is no usual spread."""
    loading: float = 0.0
    """How far the factor common to all metrics moves this one, in scales, see `common`."""
    narrowed: float = 1.0
    """The scale shrinks to this part where the common factor is known."""
    groups: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Failure group led by this metric -> deviation of its mixture, limit of its slow chart."""
    longest_gap_hours: int = 0
    """Longest time without a value while healthy and while the device sent others."""


def driver_names(names: Sequence[str]) -> list[str]:
    """Return the columns of the drivers: the hour itself and, for thermal mass, the hour before."""
    return [*names, *(f"{name}@-1h" for name in names)]


def slot_of(hour_of_week: Ints) -> Ints:
    """Return 0..23 for the hours of working days, 24..47 for those of rest days (Monday is day 0)."""
    return np.asarray(hour_of_week % HOURS_PER_DAY + HOURS_PER_DAY * (hour_of_week // HOURS_PER_DAY >= 5))


def curve_of(drivers: Floats) -> Floats:
    """Return the columns (n, 1 + 3 k) of the load curve of standardised drivers (n, k): constant and cubic."""
    clipped = np.clip(drivers, -FAR, FAR)
    return np.concatenate([np.ones((len(drivers), 1)), clipped, clipped**2, clipped**3 / 3.0], axis=1)


@dataclass(frozen=True)
class Series:
    """One metric over hours (n,): its means, the spreads within, and the least scale, which is what it resolves."""

    metric: str
    y: Floats
    spread: Floats
    floor: float


def fit_together(
    series: Sequence[Series], hour_of_week: Ints, drivers: Floats, *, names: Sequence[str]
) -> list[MetricProfile | None]:
    """Fit metrics that the same drivers (n, k) explain over hours (n,); None for one with too few hours.

    Those that are known in the same hours go through the regression together.
    """
    told = ~np.isnan(drivers).any(axis=1)
    alike: dict[bytes, list[int]] = {}
    for place, one in enumerate(series):
        alike.setdefault((told & ~np.isnan(one.y)).tobytes(), []).append(place)
    found: list[MetricProfile | None] = [None] * len(series)
    for mask, places in alike.items():
        good = np.frombuffer(mask, dtype=np.bool_)
        if good.sum() >= MIN_HOURS:
            own = [Series(s.metric, s.y[good], s.spread[good], s.floor) for s in (series[place] for place in places)]
            fitted = _fit(own, hour_of_week[good], drivers[good], names)
            for place, profile in zip(places, fitted, strict=True):
                found[place] = profile
    return found


def _fit(series: Sequence[Series], hour_of_week: Ints, drivers: Floats, names: Sequence[str]) -> list[MetricProfile]:
    n = len(hour_of_week)
    centre, deviation = drivers.mean(axis=0), drivers.std(axis=0)
    deviation = np.where(deviation > 1e-9, deviation, 1.0)
    curve, slots = curve_of((drivers - centre) / deviation), slot_of(hour_of_week)
    penalty = np.full(curve.shape[1], RIDGE_CURVE * n)
    penalty[0] = 0.0
    grid = Grid(curve, penalty, slots, RIDGE_SLOTS)
    y = np.stack([one.y for one in series], axis=1)
    coefficients = robust_ridge(grid, y)
    residuals = y - grid.predict(coefficients)
    inflation = float(np.sqrt(n / max(n - grid.effective_parameters(), n / 4)))
    scales = MAD * np.median(np.abs(residuals - np.median(residuals, axis=0)), axis=0) * inflation
    found = []
    for place, one in enumerate(series):
        scale = max(one.floor, float(scales[place]))
        within = one.spread[~np.isnan(one.spread)]
        found.append(
            MetricProfile(
                metric=one.metric,
                regressors=tuple(names),
                centre=(*centre.tolist(), *deviation.tolist()),
                coefficients=tuple(coefficients[place].tolist()),
                scale=scale,
                sample_scale=float(np.sqrt(np.mean(within**2))) if len(within) else 0.0,
                slots=_slot_factors(slots, residuals[:, place] / scale),
                limit=0.0,
                low=tuple(drivers.min(axis=0).tolist()),
                high=tuple(drivers.max(axis=0).tolist()),
            )
        )
    return found


def _slot_factors(slots: Ints, z: Floats) -> tuple[float, ...]:
    """Widen slots that scatter more than the whole; a slot of few hours is drawn towards 1."""
    squares = np.bincount(slots, weights=np.minimum(z**2, 36.0), minlength=2 * HOURS_PER_DAY)
    counts = np.bincount(slots, minlength=2 * HOURS_PER_DAY)
    factors = np.sqrt((squares + 4.0) / (counts + 4.0))
    return tuple(np.clip(factors, 1.0, WIDEST).tolist())


def expect(profile: MetricProfile, hour_of_week: Ints, drivers: Floats) -> tuple[Floats, Floats]:
    """Return expected value and scale (n,) for hours of the week (n,) and drivers (n, k)."""
    k = len(profile.regressors)
    centre, deviation = np.array(profile.centre[:k]), np.array(profile.centre[k:])
    slots = slot_of(hour_of_week)
    factors = np.array(profile.slots)[slots]
    if k:
        width = np.maximum(np.array(profile.high) - np.array(profile.low), 1e-9)
        beyond = np.maximum(np.array(profile.low) - drivers, drivers - np.array(profile.high)) / width
        factors = factors * (1.0 + BEYOND_FACTOR * np.clip(beyond, 0.0, 1.0).max(axis=1))
    expected = predict(curve_of((drivers - centre) / deviation), slots, np.array([profile.coefficients]))[:, 0]
    return expected, profile.scale * factors
