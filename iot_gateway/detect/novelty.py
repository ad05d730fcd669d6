"""Novelty of single series: how far a value lies outside the range that the series has shown so far.

A running range with two-sided exponential forgetting: it takes an excursion in as it reports it, so one that continues
is reported while it grows and no longer. All arrays are (series,).
"""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Floats

DECAY = 0.9999
LIMIT = 0.35


@dataclass
class Novelty:
    """Range shown so far, and count, mean and sum of squares while learning; all (series,)."""

    low: Floats
    high: Floats
    count: Floats
    mean: Floats
    squares: Floats

    @classmethod
    def blank(cls, series: int) -> "Novelty":
        """Return the state before the first sample."""
        zeros = np.zeros(series)
        return cls(np.full(series, np.inf), np.full(series, -np.inf), zeros, zeros, zeros)


def learn(state: Novelty, values: Floats) -> None:
    """Take one sample (series,) that is taken to be usual in; NaN is no sample."""
    known = ~np.isnan(values)
    state.low, state.high = np.fmin(state.low, values), np.fmax(state.high, values)
    state.count = state.count + known
    step = np.where(known, values - state.mean, 0.0)
    state.mean = state.mean + step / np.maximum(state.count, 1.0)
    state.squares = state.squares + step * np.where(known, values - state.mean, 0.0)


def follow(state: Novelty, values: Floats) -> Floats:
    """Take one sample (series,) in; return how far each is outside the range so far, in standard deviations."""
    spread = np.sqrt(state.squares / np.maximum(state.count, 1.0))
    beyond = np.fmax(np.fmax(values - state.high, state.low - values), 0.0)
    middle, half = (state.high + state.low) / 2, (state.high - state.low) / 2 * DECAY
    state.low, state.high = np.fmin(values, middle - half), np.fmax(values, middle + half)
    return np.where(spread > 0, beyond / np.where(spread > 0, spread, 1.0), 0.0)
