"""Machines that wear out: lives of known length, made from a seed."""

import numpy as np

from iot_gateway.detect.lives import Life


def a_life(seed: int, *, cycles: int | None = None) -> Life:
    """Return a life from sound to failed: two metrics that tell wear, one that is noise, one that never moves."""
    random = np.random.default_rng(seed)
    count = cycles or int(random.integers(60, 140))
    wear = np.exp(-np.arange(count, 0, -1.0) / 25.0)
    values = np.column_stack(
        [
            20.0 + 3.0 * wear + 0.1 * random.standard_normal(count),
            5.0 - 2.0 * wear + 0.1 * random.standard_normal(count),
            random.standard_normal(count),
            np.full(count, 7.0),
        ]
    )
    return Life(f"unit {seed}", np.arange(1.0, count + 1.0), values)


def lives(count: int, *, first: int = 0) -> list[Life]:
    """Return so many lives from seeds of their own."""
    return [a_life(first + seed) for seed in range(count)]


def a_fault(seed: int, *, hours: int | None = None, fails_at: float = 10.0) -> Life:
    """Return the deviations of a fault in scales, from onset to failure: a leading one, and one that follows."""
    random = np.random.default_rng([seed, 7])
    count = hours or int(random.integers(60, 200))
    growth = (np.exp(3.0 * np.arange(1.0, count + 1.0) / count) - 1.0) / (np.exp(3.0) - 1.0)
    values = np.column_stack([fails_at * growth, 0.5 * fails_at * growth]) + 0.6 * random.standard_normal((count, 2))
    return Life(f"fault {seed}", 1000.0 + np.arange(count), values, onset=1000.0)


def faults(count: int, *, first: int = 0) -> list[Life]:
    """Return so many faults from seeds of their own."""
    return [a_fault(first + seed) for seed in range(count)]
