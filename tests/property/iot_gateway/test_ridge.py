"""The regression of many series at once says what statsmodels says of each by itself, with the whole matrix."""

import numpy as np
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect import ridge
from iot_gateway.detect.arrays import HOURS_PER_DAY, Floats
from iot_gateway.detect.profile import curve_of, slot_of
from iot_gateway.detect.ridge import Grid


def a_grid(seed: int, hours: int, drivers: int) -> Grid:
    rng = np.random.default_rng(seed)
    curve = curve_of(rng.normal(size=(hours, drivers)))
    penalty = np.append(0.0, np.full(curve.shape[1] - 1, 1e-3 * hours))
    started = int(rng.integers(0, 168))
    return Grid(curve, penalty, slot_of((started + np.sort(rng.choice(2 * hours, hours, replace=False))) % 168), 0.5)


def some_series(grid: Grid, seed: int, count: int) -> Floats:
    rng = np.random.default_rng([seed, 1])
    shape = grid.curve @ rng.normal(size=(grid.curve.shape[1], count)) + rng.normal(size=(48, count))[grid.slots]
    return shape + rng.standard_t(3, size=shape.shape)


def matrix_of(grid: Grid) -> Floats:
    n = len(grid.slots)
    effects = np.zeros((n, 72))
    effects[np.arange(n), grid.slots % HOURS_PER_DAY] = effects[np.arange(n), HOURS_PER_DAY + grid.slots] = 1.0
    return np.hstack([grid.curve, effects])


def penalty_of(grid: Grid) -> Floats:
    return np.append(grid.penalty, np.full(72, grid.effect_penalty)) + ridge.TINY


def one_by_statsmodels(grid: Grid, y: Floats) -> Floats:
    """Five rounds of weighted least squares by QR, the penalties as rows that pull towards nought."""
    matrix, pull = matrix_of(grid), penalty_of(grid)
    stacked, target = np.vstack([matrix, np.diag(np.sqrt(pull))]), np.append(y, np.zeros(len(pull)))
    weights, found = np.ones(len(y)), np.zeros(matrix.shape[1])
    for _ in range(ridge.ROUNDS):
        trust = np.append(weights, np.ones(len(pull)))
        found = sm.WLS(target, stacked, weights=trust, hasconst=True).fit(method="qr").params
        left = np.abs(y - matrix @ found)
        weights = np.minimum(1.0, 2.0 * ridge.MAD * np.median(left) / np.maximum(left, 1e-12))
    return found


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(48, 672), st.integers(0, 4), st.integers(1, 6))
def test_series_fitted_together_are_those_that_statsmodels_fits_one_by_one(seed, hours, drivers, count) -> None:
    grid = a_grid(seed, hours, drivers)
    y = some_series(grid, seed, count)

    found = grid.predict(ridge.robust_ridge(grid, y))

    alone = np.stack([matrix_of(grid) @ one_by_statsmodels(grid, y[:, column]) for column in range(count)], axis=1)
    np.testing.assert_allclose(found, alone, atol=1e-6 * np.abs(y).max())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(48, 400), st.integers(0, 4))
def test_coefficients_and_parameters_are_those_of_the_whole_matrix(seed, hours, drivers) -> None:
    grid = a_grid(seed, hours, drivers)
    y = some_series(grid, seed, 2)
    weights = np.random.default_rng(seed).uniform(0.05, 1.0, size=(2, hours))
    matrix, penalty = matrix_of(grid), np.diag(penalty_of(grid))

    found = ridge.solve(grid, weights, y.T)

    for column in range(2):
        gram = matrix.T @ (matrix * weights[column][:, None]) + penalty
        whole = np.linalg.solve(gram, matrix.T @ (weights[column] * y[:, column]))
        np.testing.assert_allclose(found[column], whole, atol=1e-6 * np.abs(whole).max())
    plain = matrix.T @ matrix
    assert abs(grid.effective_parameters() - np.trace(np.linalg.solve(plain + penalty, plain))) < 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_a_series_does_not_depend_on_those_fitted_with_it(seed, count) -> None:
    grid = a_grid(seed, 200, 2)
    y = some_series(grid, seed, count)

    together = ridge.robust_ridge(grid, y)

    for column in range(count):
        alone = ridge.robust_ridge(grid, y[:, column : column + 1])
        np.testing.assert_allclose(together[column], alone[0], rtol=1e-9, atol=1e-9)


def test_a_flat_series_keeps_its_value_and_full_trust() -> None:
    grid = a_grid(3, 100, 1)

    found = grid.predict(ridge.robust_ridge(grid, np.full((100, 1), 7.0)))

    assert np.abs(found - 7.0).max() < 1e-6
    assert (ridge.robust_weights(np.zeros((1, 100))) == 1.0).all()
