"""Two-sided CUSUM of standardised hourly residuals (Page 1954), for many series at once."""

from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Floats

K = 1.5
CLIP = 4.0
LEAST_LIMIT = 15.0
CALIBRATION_FACTOR = 2.0
CEILING = 3.0
"""Sums end at this many limits, so that a repaired machine is not in alarm for weeks."""


@dataclass(frozen=True)
class Sums:
    """Upper and lower sums (series,)."""

    high: Floats
    low: Floats


def step(sums: Sums, z: Floats, limit: Floats) -> Sums:
    """Add one residual per series; a NaN leaves its series as it is."""
    clipped = np.clip(z, -CLIP, CLIP)
    high = np.clip(sums.high + clipped - K, 0.0, CEILING * limit)
    low = np.clip(sums.low - clipped - K, 0.0, CEILING * limit)
    silent = np.isnan(z)
    return Sums(np.where(silent, sums.high, high), np.where(silent, sums.low, low))


def longest(z: Floats) -> float:
    """Return the highest sum that a series (n,) of healthy residuals reached, on either side."""
    high = low = top = 0.0
    for value in np.clip(z[~np.isnan(z)], -CLIP, CLIP).tolist():
        high, low = max(0.0, high + value - K), max(0.0, low - value - K)
        top = max(top, high, low)
    return top


def limit_of(z: Floats) -> float:
    """Return the limit that healthy residuals (n,) call for."""
    return max(LEAST_LIMIT, CALIBRATION_FACTOR * longest(z))
