"""What is normal: an hourly mean as a function of hour of week and operating point.

Expected value = level + load curve (with the hour before, for thermal mass) + hour of day, apart for rest days; fitted
by ridge regression, judged by the median absolute deviation. The hours of a slot with more scatter get a wider scale.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from iot_gateway.detect.arrays import HOURS_PER_DAY, Floats, Ints

RIDGE_SLOTS = 0.5
RIDGE_CURVE = 1e-3
MIN_HOURS = 48
MAD = 1.4826
ROUNDS = 4
WIDEST = 4.0
FAR = 4.0
"""The load curve ends at this many deviations of a driver."""
BEYOND_FACTOR = 4.0
"""How much wider the scale is a full range beyond what the fit has seen."""

Solver = Callable[[Floats, Floats, Floats], Floats]
"""(matrix, y, penalty) -> coefficients"""


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


def design(hour_of_week: Ints, drivers: Floats) -> Floats:
    """Return the regression matrix (n, columns) of standardised drivers (n, k) and hours of the week (n,)."""
    n = len(hour_of_week)
    day, slot = hour_of_week % HOURS_PER_DAY, slot_of(hour_of_week)
    dummies = np.zeros((n, 3 * HOURS_PER_DAY))
    dummies[np.arange(n), day] = 1.0
    dummies[np.arange(n), HOURS_PER_DAY + slot] = 1.0
    clipped = np.clip(drivers, -FAR, FAR)
    return np.concatenate([np.ones((n, 1)), clipped, clipped**2, clipped**3 / 3.0, dummies], axis=1)


def fit(
    metric: str,
    hour_of_week: Ints,
    y: Floats,
    drivers: Floats,
    spread: Floats,
    *,
    names: Sequence[str],
    floor: float,
    solve: Solver | None = None,
) -> MetricProfile | None:
    """Fit one metric over hours (n,) with its drivers (n, k); None when there are too few hours.

    `floor` is the least scale: what the sensor resolves.
    """
    good = ~np.isnan(y) & ~np.isnan(drivers).any(axis=1)
    if good.sum() < MIN_HOURS:
        return None
    hours, y, drivers, spread = hour_of_week[good], y[good], drivers[good], spread[good]
    centre, deviation = drivers.mean(axis=0), drivers.std(axis=0)
    deviation = np.where(deviation > 1e-9, deviation, 1.0)
    matrix = design(hours, (drivers - centre) / deviation)
    penalty = np.full(matrix.shape[1], RIDGE_SLOTS)
    penalty[0] = 0.0
    penalty[1 : 1 + 3 * drivers.shape[1]] = RIDGE_CURVE * len(y)
    coefficients = (solve or robust_ridge)(matrix, y, penalty)
    residual = y - matrix @ coefficients
    used = _effective_parameters(matrix, penalty)
    inflation = float(np.sqrt(len(y) / max(len(y) - used, len(y) / 4)))
    scale = max(floor, MAD * float(np.median(np.abs(residual - np.median(residual)))) * inflation)
    within = spread[~np.isnan(spread)]
    return MetricProfile(
        metric=metric,
        regressors=tuple(names),
        centre=(*centre.tolist(), *deviation.tolist()),
        coefficients=tuple(coefficients.tolist()),
        scale=scale,
        sample_scale=float(np.sqrt(np.mean(within**2))) if len(within) else 0.0,
        slots=_slot_factors(slot_of(hours), residual / scale),
        limit=0.0,
        low=tuple(drivers.min(axis=0).tolist()),
        high=tuple(drivers.max(axis=0).tolist()),
    )


def robust_ridge(matrix: Floats, y: Floats, penalty: Floats) -> Floats:
    """Ridge regression with Huber weights (Huber 1964), a few rounds."""
    weights: Floats = np.ones(len(y))
    coefficients: Floats = np.zeros(matrix.shape[1])
    for _ in range(ROUNDS):
        weighted = matrix * weights[:, None]
        gram = matrix.T @ weighted + np.diag(penalty + 1e-9)
        coefficients = np.linalg.solve(gram, weighted.T @ y).astype(np.float64)
        weights = robust_weights(y - matrix @ coefficients)
    return coefficients


def robust_weights(residual: Floats) -> Floats:
    """Return Huber's weights of residuals (n,): 1 within two robust deviations, less beyond."""
    distance = np.abs(residual)
    scale = MAD * float(np.median(distance))
    if scale <= 0.0:
        return np.ones(len(residual))
    return np.asarray(np.minimum(1.0, 2.0 * scale / np.maximum(distance, 1e-12)))


def _effective_parameters(matrix: Floats, penalty: Floats) -> float:
    gram = matrix.T @ matrix
    return float(np.trace(np.linalg.solve(gram + np.diag(penalty + 1e-9), gram)))


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
    matrix = design(hour_of_week, (drivers - centre) / deviation)
    factors = np.array(profile.slots)[slot_of(hour_of_week)]
    if k:
        width = np.maximum(np.array(profile.high) - np.array(profile.low), 1e-9)
        beyond = np.maximum(np.array(profile.low) - drivers, drivers - np.array(profile.high)) / width
        factors = factors * (1.0 + BEYOND_FACTOR * np.clip(beyond, 0.0, 1.0).max(axis=1))
    return matrix @ np.array(profile.coefficients), profile.scale * factors
