"""Nobody has seen this machine fail: the trend of its deviation, and when it first passes the level of failure.

A local linear trend filtered by Kalman's recursion, then many futures drawn from what the filter leaves open.
"""

import numpy as np

from iot_gateway.detect.arrays import Floats

FUTURES, STEPS = 400, 120
SLOPE_NOISE = 1e-2
"""Variance by which a slope changes in a row, of the variance of one reading: some tens of rows bend it noticeably."""


def trend(index: Floats) -> tuple[Floats, Floats]:
    """Return level and slope per row after the last of index (n,), and their covariance (2, 2)."""
    noise = _noise(index)
    state = np.array([index[0], 0.0])
    spread = np.diag([noise, noise])
    drift = np.diag([0.0, SLOPE_NOISE * noise])
    step = np.array([[1.0, 1.0], [0.0, 1.0]])
    for value in index[1:]:
        state = step @ state
        spread = step @ spread @ step.T + drift
        gain = spread[:, 0] / (spread[0, 0] + noise)
        state = state + gain * (value - state[0])
        spread = spread - np.outer(gain, spread[0])
    return state, spread


def first_passage(index: Floats, *, fails_at: float, horizon: float, seed: int = 0) -> Floats:
    """Return when each of 400 drawn futures first passes `fails_at`, in rows from now, (400,); never is infinite.

    The same index and seed give the same futures. Looks `horizon` rows ahead, closer in what is near.
    """
    state, spread = trend(index)
    random = np.random.default_rng(seed)
    root = np.linalg.cholesky(spread + 1e-12 * np.trace(spread) * np.eye(2))
    begun = state + random.standard_normal((FUTURES, 2)) @ root.T
    noise = _noise(index)
    times = horizon * (np.arange(1, STEPS + 1) / STEPS) ** 2
    steps = np.diff(times, prepend=0.0)
    bends = random.standard_normal((FUTURES, STEPS)) * np.sqrt(SLOPE_NOISE * noise * steps)
    slopes = begun[:, 1:] + np.cumsum(bends, axis=1)
    levels = begun[:, :1] + np.cumsum(slopes * steps, axis=1)
    passed = levels >= fails_at
    when = np.where(passed.any(axis=1), times[passed.argmax(axis=1)], np.inf)
    return np.where(begun[:, 0] >= fails_at, 0.0, when)


def _noise(index: Floats) -> float:
    """Return the variance of one reading, from its steps."""
    return max(float(np.var(np.diff(index))) / 2.0 if len(index) > 2 else 1.0, 1e-9)
