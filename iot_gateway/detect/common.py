"""What moves all metrics of a device at once, where nobody measures it: load, mode, weather.

The common operating factor is the median of what the other metrics say of it, each by its learned loading: one metric
that breaks out does not move its own expectation, as it would with a mean or a principal component. Loadings are the
first principal component of healthy residuals (Pearson 1901).
"""

import numpy as np

from iot_gateway.detect.arrays import Floats

LEAST_METRICS, LEAST_HOURS = 3, 48
LEAST_SHARE = 0.4
"""Of the variance, in the first component: with less there is no common factor."""
LEAST_LOADING = 0.5
"""A metric below this has no part in it, and says nothing of it."""
CLIP = 4.0
NARROWEST = 0.3
MAD = 1.4826


def loadings_of(z: Floats) -> Floats:
    """Return the loading of each metric (metrics,) in healthy residuals (hours, metrics); zeros without a factor."""
    none = np.zeros(z.shape[1])
    full = np.clip(z[~np.isnan(z).any(axis=1)], -CLIP, CLIP)
    if len(full) < LEAST_HOURS or z.shape[1] < LEAST_METRICS:
        return none
    sizes, directions = np.linalg.eigh(np.atleast_2d(np.cov(full, rowvar=False)))
    loading = directions[:, -1] * np.sqrt(max(float(sizes[-1]), 0.0))
    taking_part = np.abs(loading) >= LEAST_LOADING
    if sizes[-1] < LEAST_SHARE * sizes.sum() or taking_part.sum() < LEAST_METRICS:
        return none
    return np.where(taking_part, loading, 0.0)


def shift(z: Floats, loading: Floats) -> Floats:
    """Return how far the common factor moves each residual (n, metrics), NaN where too few others tell of it.

    `loading` is (metrics,) for one device or (n, metrics).
    """
    told = np.where(loading != 0, z / np.where(loading != 0, loading, 1.0), np.nan)
    return np.asarray(loading * leave_one_out_median(told))


def narrowed(z: Floats) -> float:
    """Return how much smaller the robust scale of residuals (n,) without the common factor is, 1 at most."""
    known = z[~np.isnan(z)]
    if not len(known):
        return 1.0
    return float(np.clip(MAD * np.median(np.abs(known)), NARROWEST, 1.0))


def leave_one_out_median(values: Floats) -> Floats:
    """Return for each cell the median of the others in its row (n, metrics); NaN with fewer than two others."""
    known = ~np.isnan(values)
    order = np.argsort(values, axis=1)
    in_order = np.take_along_axis(values, order, axis=1)
    rank = np.argsort(order, axis=1)
    others = known.sum(axis=1)[:, None] - known
    picked = [
        np.take_along_axis(in_order, np.clip(place + (known & (place >= rank)), 0, values.shape[1] - 1), axis=1)
        for place in ((others - 1) // 2, others // 2)
    ]
    return np.where(others >= LEAST_METRICS - 1, (picked[0] + picked[1]) / 2.0, np.nan)
