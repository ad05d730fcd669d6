"""Some machines like this have failed: where in their lives did they look as this one does now?

Similarity-based remaining life (Wang et al. 2008): the last stretch of an index is laid along each past one, and each
past life votes with what was left to it at its best fit.
"""

from collections.abc import Sequence

import numpy as np

from iot_gateway.detect.arrays import Floats

STRETCH, SHORTEST = 40, 5


def votes(index: Floats, past: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return what was left, in rows, to each past life where it fits best, and how much its vote counts, each (lives,).

    `index` (n,) ends now; each of `past` ends at its failure. A life shorter than the stretch is laid with less of it.
    """
    left, distance = np.empty(len(past)), np.empty(len(past))
    for which, life in enumerate(past):
        rows = min(STRETCH, len(index), len(life))
        stretches = np.lib.stride_tricks.sliding_window_view(life, rows)
        apart = ((stretches - index[-rows:]) ** 2).mean(axis=1)
        best = int(apart.argmin())
        left[which], distance[which] = len(life) - rows - best, apart[best]
    weight = np.exp(-distance / (2.0 * max(float(np.median(distance)), 1e-12)))
    return left, weight / weight.sum()


def weighted_quantile(values: Floats, weights: Floats, level: float) -> float:
    """Return the quantile of values (n,) with weights (n,), linear between the middles of the weights."""
    order = np.argsort(values)
    reach = np.cumsum(weights[order]) - weights[order] / 2.0
    return float(np.interp(level * weights.sum(), reach, values[order]))
