"""What a life so far says about wear: features by recursion, and one index of health."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Flags, Floats
from iot_gateway.detect.lives import Life

FADES = (0.3, 0.1, 0.03)
BASELINE, WINDOW, SLOPE_FROM = 15, 30, 8
RIDGE = 30.0


@dataclass(frozen=True)
class Scale:
    """How each metric is brought to mean 0 and deviation 1; those that never move are left out."""

    kept: Flags
    mean: Floats
    deviation: Floats

    def apply(self, values: Floats) -> Floats:
        """Return the metrics kept of values (n, metrics), scaled."""
        scaled: Floats = (values[:, self.kept] - self.mean) / self.deviation
        return scaled


def scale_of(lives: Sequence[Life]) -> Scale:
    """Return the scale over all rows of the lives."""
    rows = np.vstack([life.values for life in lives])
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    kept = deviation > 1e-6 * np.maximum(np.abs(mean), 1e-3)
    return Scale(kept, mean[kept], deviation[kept])


def faded(values: Floats, weight: float) -> Floats:
    """Return the moving average (n, metrics), exponential once it has seen 1 / `weight` rows (Roberts 1959)."""
    out = np.empty_like(values)
    level = np.zeros(values.shape[1])
    for row, value in enumerate(values):
        level = level + max(weight, 1.0 / (row + 1)) * (value - level)
        out[row] = level
    return out


def features(life: Life, scale: Scale) -> Floats:
    """Return for each row of a life what is known then: (n, 6 x metrics + 1), nothing of later rows in it.

    Three moving averages, the middle one's distance from the first 15 rows, slope and mean of 30 rows, age.
    """
    values = scale.apply(life.values)
    averages = [faded(values, weight) for weight in FADES]
    slope, mean = _lines(values)
    return np.hstack([*averages, averages[1] - _normal(life, values, scale), slope, mean, life.age[:, None]])


def _normal(life: Life, values: Floats, scale: Scale) -> Floats:
    """Return what scaled values are where nothing is wrong: nought where they are deviations, else the beginning."""
    return baseline(values) if life.onset is None else np.broadcast_to(-scale.mean / scale.deviation, values.shape)


def baseline(values: Floats) -> Floats:
    """Return for each row the mean of the first 15 rows, as far as they are known, (n, metrics)."""
    count = np.minimum(np.arange(1, len(values) + 1), BASELINE)
    means: Floats = np.cumsum(values, axis=0)[count - 1] / count[:, None]
    return means


def _lines(values: Floats) -> tuple[Floats, Floats]:
    """Return slope per row and mean of the last 30 rows, each (n, metrics)."""
    n = len(values)
    place = np.arange(n, dtype=np.float64)[:, None]
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
    moments = np.vstack([np.zeros(values.shape[1]), np.cumsum(values * place, axis=0)])
    last = np.arange(1, n + 1)
    first = np.maximum(last - WINDOW, 0)
    count = (last - first)[:, None].astype(np.float64)
    total = sums[last] - sums[first]
    covariance = moments[last] - moments[first] - (first + last - 1)[:, None] / 2.0 * total
    spread = count * (count**2 - 1) / 12.0
    slope = np.where(count >= SLOPE_FROM, covariance / np.maximum(spread, 1.0), 0.0)
    return slope, total / count


@dataclass(frozen=True)
class HealthIndex:
    """The number by which past failures tell wear: about the remaining life, seen from values alone."""

    scale: Scale
    weights: Floats
    level: float

    def of(self, life: Life) -> Floats:
        """Return the index after each row, (n,)."""
        index: Floats = _state(life, self.scale) @ self.weights + self.level
        return index


def fit_index(lives: Sequence[Life], horizon: float) -> HealthIndex:
    """Fit the index to the remaining lives, up to `horizon`, of units that failed: ridge regression."""
    scale = scale_of(lives)
    rows = np.vstack([_state(life, scale) for life in lives])
    target = np.concatenate([np.minimum(life.remaining, horizon) for life in lives])
    centre, level = rows.mean(axis=0), float(target.mean())
    inner = (rows - centre).T @ (rows - centre) + RIDGE * np.eye(rows.shape[1])
    weights = np.linalg.solve(inner, (rows - centre).T @ (target - level))
    return HealthIndex(scale, weights, level - float(centre @ weights))


def _state(life: Life, scale: Scale) -> Floats:
    values = scale.apply(life.values)
    middle = faded(values, FADES[1])
    return np.hstack([middle, middle - _normal(life, values, scale)])


CALM = 0.3
"""What noise alone makes of a deviation so averaged."""


def deviation(life: Life) -> Floats:
    """Return how far each row is from what is normal, in scales of its noise, (n,), at least 0.3.

    Needs no failure. Of deviations the leading one, smoothed; else the distance from the unit's own beginning: root
    mean square over the metrics, the metric's own noise (from its steps) as the scale.
    """
    values = life.values
    if life.onset is not None:
        return np.maximum(faded(values[:, :1], FADES[0])[:, 0], CALM)
    noise = np.median(np.abs(np.diff(values, axis=0)), axis=0) / (0.6745 * np.sqrt(2.0)) if len(values) > 1 else None
    if noise is None or not (noise > 0).any():
        return np.full(len(values), CALM)
    moving = noise > 0
    scaled = values[:, moving] / noise[moving]
    away: Floats = np.sqrt(np.mean((faded(scaled, FADES[1]) - baseline(scaled)) ** 2, axis=1))
    return np.maximum(away, CALM)
