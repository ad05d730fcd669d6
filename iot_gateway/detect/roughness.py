"""How restless a metric is within the hour: short cycling, chatter and spikes leave the mean where it was.

EWMA chart (Roberts 1959) of the logarithm of the hour's spread over the usual one; as a logarithm, because a spread
scatters in proportion to itself. The limit comes from healthy hours, and is never below a spread half as large again.
"""

import numpy as np

from iot_gateway.detect.arrays import Floats

SMOOTHING = 0.2
CLIP = 1.5
"""One hour counts at most as a spread 4.5 times the usual one: a single spike is no alarm."""
LEAST_LIMIT = 0.45
CALIBRATION_FACTOR = 1.5


def follow(level: Floats, spread: Floats, usual: Floats) -> Floats:
    """Return the smoothed logarithm after an hour with these spreads; NaN, or a metric without a usual spread, is none.

    All three have one shape, such as (devices, metrics).
    """
    known = ~np.isnan(spread) & (usual > 0)
    ratio = np.where(known, spread, 1.0) / np.where(known, usual, 1.0)
    return np.where(known, level + SMOOTHING * (_steps(ratio) - level), level)


def limit_of(spread: Floats, usual: float) -> float | None:
    """Return the limit that healthy spreads (hours,) call for; None where the usual spread is 0."""
    if not usual > 0:
        return None
    level = top = 0.0
    for step in _steps(spread[~np.isnan(spread)] / usual).tolist():
        level += SMOOTHING * (step - level)
        top = max(top, level)
    return max(LEAST_LIMIT, CALIBRATION_FACTOR * top)


def _steps(ratio: Floats) -> Floats:
    return np.clip(np.log(np.maximum(ratio, np.exp(-CLIP))), -CLIP, CLIP)
