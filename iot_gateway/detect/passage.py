"""Nobody has seen this machine fail: the trend of its deviation, and when it first passes the level of failure.

A local linear trend filtered by Kalman's recursion, then many futures drawn from what the filter leaves open.
"""

import numpy as np

from iot_gateway.detect.arrays import Floats

FUTURES, STEPS = 400, 120
BEND, HOURLY_BEND = 1e-2, 1e-4
"""Variance by which a slope changes in a row, of the variance of one reading: some tens of rows bend it noticeably. Of
hours it takes a day or two: with more, wear that takes weeks would be due at once."""


def trend(index: Floats, *, bend: float = BEND) -> tuple[Floats, Floats]:
    """Return level and slope per row after the last of index (n,), and their covariance (2, 2)."""
    noise = _noise(index)
    level, slope, drift = float(index[0]), 0.0, bend * noise
    wide, both, steep = (
        noise,
        0.0,
        noise,
    )  # the covariance, by its three numbers: arrays of two cost twenty times as much
    for value in index[1:].tolist():
        wide, both, steep = wide + 2.0 * both + steep, both + steep, steep + drift
        total = wide + noise
        missed = value - level - slope
        level, slope = level + slope + wide / total * missed, slope + both / total * missed
        wide, both, steep = wide * noise / total, both * noise / total, steep - both * both / total
    return np.array([level, slope]), np.array([[wide, both], [both, steep]])


def first_passage(index: Floats, *, fails_at: float, horizon: float, bend: float = BEND, seed: int = 0) -> Floats:
    """Return when each of 400 drawn futures first passes `fails_at`, in rows from now, (400,); never is infinite.

    The same index and seed give the same futures. Looks `horizon` rows ahead, closer in what is near.
    """
    state, spread = trend(index, bend=bend)
    random = np.random.default_rng(seed)
    root = np.linalg.cholesky(spread + 1e-12 * np.trace(spread) * np.eye(2))
    begun = state + random.standard_normal((FUTURES, 2)) @ root.T
    noise = _noise(index)
    times = horizon * (np.arange(1, STEPS + 1) / STEPS) ** 2
    steps = np.diff(times, prepend=0.0)
    bends = random.standard_normal((FUTURES, STEPS)) * np.sqrt(bend * noise * steps)
    slopes = begun[:, 1:] + np.cumsum(bends, axis=1)
    levels = begun[:, :1] + np.cumsum(slopes * steps, axis=1)
    passed = levels >= fails_at
    when = np.where(passed.any(axis=1), times[passed.argmax(axis=1)], np.inf)
    return np.where(begun[:, 0] >= fails_at, 0.0, when)


def _noise(index: Floats) -> float:
    """Return the variance of one reading, from its steps."""
    return max(float(np.var(np.diff(index))) / 2.0 if len(index) > 2 else 1.0, 1e-9)
