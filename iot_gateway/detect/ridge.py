"""Robust ridge regression of many series over the same hours: a few curve columns, and hour of day by kind of day.

An hour lies in one of 48 slots (hour of day, working or rest day), and moves with two effects: of its hour of day and
of its slot. Given the curve those effects have a closed form, since no two slots of the normal equations meet but
through their hour of day. So what has to be solved for each series is as small as its curve, in place of a matrix of 79
columns, and all series of a device go through the same products at once.
"""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import HOURS_PER_DAY, Floats, Ints

ROUNDS = 5
MAD = 1.4826
SLOTS = 2 * HOURS_PER_DAY
EFFECTS = HOURS_PER_DAY + SLOTS
TINY = 1e-9
"""Keeps what nothing is said about, as the constant without hours, from having no answer."""
_DAY = np.arange(SLOTS) % HOURS_PER_DAY


@dataclass(frozen=True)
class Grid:
    """The hours of some series: curve columns (n, columns) with their penalties, and the slot of each hour (n,)."""

    curve: Floats
    penalty: Floats
    slots: Ints
    effect_penalty: float

    def predict(self, coefficients: Floats) -> Floats:
        """Return what coefficients (series, columns + 72) say of each hour, (n, series)."""
        return predict(self.curve, self.slots, coefficients)

    def effective_parameters(self) -> float:
        """Return how many parameters the penalties leave, by unweighted hours: the trace of the hat matrix."""
        reduced = _reduce(self, np.ones((1, len(self.slots))), np.zeros((1, len(self.slots))))
        inverse = np.linalg.inv(reduced.matrix[0])
        by_day, by_slot = (
            reduced.day[0, :, 1:],
            reduced.spread[0, :, None]
            * (reduced.sums[0, :, 1:] - reduced.weight[0, :, None] * reduced.day[0, _DAY, 1:]),
        )
        alone = 1.0 / reduced.room[0]
        within = reduced.spread[0] + (reduced.spread[0] * reduced.weight[0]) ** 2 * alone[_DAY]
        of_curve = np.einsum("i,ii->", self.penalty + TINY, inverse)
        shared = np.einsum("ji,ik,jk->", by_day, inverse, by_day) + np.einsum("ji,ik,jk->", by_slot, inverse, by_slot)
        of_effects = (self.effect_penalty + TINY) * (alone.sum() + within.sum() + shared)
        return float(self.curve.shape[1] + EFFECTS - of_curve - of_effects)


def predict(curve: Floats, slots: Ints, coefficients: Floats) -> Floats:
    """Return curve (n, columns) and slots (n,) under coefficients (series, columns + 72), as (n, series)."""
    columns = curve.shape[1]
    effects = coefficients[:, columns : columns + HOURS_PER_DAY][:, _DAY] + coefficients[:, columns + HOURS_PER_DAY :]
    return np.asarray(curve @ coefficients[:, :columns].T + effects[:, slots].T)


def robust_ridge(grid: Grid, y: Floats) -> Floats:
    """Return coefficients (series, columns + 72) of y (n, series): ridge with Huber weights (1964), five rounds."""
    weights = np.ones_like(y.T)
    coefficients = solve(grid, weights, y.T)
    for _ in range(ROUNDS - 1):
        weights = robust_weights((y - grid.predict(coefficients)).T)
        coefficients = solve(grid, weights, y.T)
    return coefficients


def robust_weights(residuals: Floats) -> Floats:
    """Return Huber's weights of residuals (series, n): 1 within two robust deviations of the series, less beyond."""
    distance = np.abs(residuals)
    scale = MAD * np.median(distance, axis=1, keepdims=True)
    weights = np.minimum(1.0, 2.0 * scale / np.maximum(distance, 1e-12))
    return np.where(scale > 0.0, weights, 1.0)


def solve(grid: Grid, weights: Floats, y: Floats) -> Floats:
    """Return the coefficients (series, columns + 72) of weighted ridge regressions; weights and y are (series, n)."""
    reduced = _reduce(grid, weights, y)
    curve = np.linalg.solve(reduced.matrix, reduced.target[:, :, None])[:, :, 0]
    given = np.concatenate([np.ones((len(y), 1)), -curve], axis=1)[:, :, None]
    day = (reduced.day @ given)[:, :, 0]
    slot = reduced.spread * ((reduced.sums @ given)[:, :, 0] - reduced.weight * day[:, _DAY])
    return np.concatenate([curve, day, slot], axis=1)


@dataclass(frozen=True)
class _Reduced:
    """Normal equations with the effects taken out: matrix (series, columns, columns), target (series, columns)."""

    matrix: Floats
    target: Floats
    sums: Floats
    """Of y, then of the curve, by slot (series, 48, 1 + columns)."""
    weight: Floats
    """Of each slot (series, 48)."""
    spread: Floats
    """One over a slot's weight and penalty (series, 48)."""
    room: Floats
    """What an effect of the hour of day is divided by (series, 24)."""
    day: Floats
    """Those effects, as they follow from y and from the curve (series, 24, 1 + columns)."""


def _reduce(grid: Grid, weights: Floats, y: Floats) -> _Reduced:
    penalty = grid.effect_penalty + TINY
    inside = np.zeros((SLOTS, len(grid.slots)))
    inside[grid.slots, np.arange(len(grid.slots))] = 1.0
    told = np.concatenate([y[:, :, None], np.broadcast_to(grid.curve, (len(y), *grid.curve.shape))], axis=2)
    weighted = weights[:, :, None] * told
    sums, weight = inside @ weighted, weights @ inside.T
    spread = 1.0 / (weight + penalty)
    left = penalty * spread
    room = penalty * (1.0 + _by_day(weight * spread))
    day = _by_day(left[:, :, None] * sums) / room[:, :, None]
    effects = left[:, :, None] * day[:, _DAY] + spread[:, :, None] * sums
    products = grid.curve.T @ weighted
    products -= sums[:, :, 1:].transpose(0, 2, 1) @ effects
    return _Reduced(
        products[:, :, 1:] + np.diag(grid.penalty + TINY), products[:, :, 0], sums, weight, spread, room, day
    )


def _by_day(of_slots: Floats) -> Floats:
    """Return the sums over working and rest days of values by slot (series, 48, ...), as (series, 24, ...)."""
    return np.asarray(of_slots[:, :HOURS_PER_DAY] + of_slots[:, HOURS_PER_DAY:])
