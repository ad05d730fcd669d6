"""The slow chart of a failure group: metrics that move together, each too little to be seen.

A group moves several metrics, each in its direction. Their weighted sum moves more than any of them against its noise,
so a one-sided CUSUM (Page 1954) of a small reference value sees it early.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.catalogue import DeviceModel
from iot_gateway.detect.cusum import CEILING, CLIP

LEAST_DEVIATION = 0.05


@dataclass(frozen=True)
class Chart:
    """A one-sided CUSUM: reference value, least limit, and the part of it by the highest healthy sum."""

    k: float
    least: float
    factor: float

    def step(self, sums: Floats, z: Floats, limit: Floats) -> Floats:
        """Return the sums after one more value each; a NaN leaves its sum as it is."""
        moved = np.clip(sums + np.clip(z, -CLIP, CLIP) - self.k, 0.0, CEILING * limit)
        return np.where(np.isnan(z), sums, moved)

    def limit(self, z: Floats) -> float:
        """Return the limit that healthy values (n,) call for."""
        total, top = 0.0, 0.0
        for value in np.clip(z[~np.isnan(z)], -CLIP, CLIP).tolist():
            total = max(0.0, total + value - self.k)
            top = max(top, total)
        return max(self.least, self.factor * top)


GROUPS = Chart(k=0.5, least=20.0, factor=1.5)


def weights(known: DeviceModel, metrics: Sequence[str]) -> Floats:
    """Return how much each metric speaks for each group (groups, metrics), signed; all nought for a group left out.

    A metric that wanders with something unmeasured speaks only for a group that it leads. Restlessness has a chart of
    its own, and series that nobody knows have none.
    """
    found = np.zeros((len(known.groups), len(metrics)))
    if known.adapt_days is not None:
        return found
    for row, group in enumerate(known.groups):
        if group.leads[0].metric not in metrics or group.leads[0].rough:
            continue
        for lead in group.leads:
            counts = lead is group.leads[0] or lead.metric not in known.wandering
            if counts and lead.metric in metrics and not lead.rough:
                found[row, list(metrics).index(lead.metric)] = lead.weight * lead.direction
    return found


def mixtures(weight: Floats, z: Floats) -> Floats:
    """Return the weighted sums (n, groups) of residuals (n, metrics), each as noisy as one residual; NaN for no group.

    A missing companion is left out; without its strongest metric a group says nothing.
    """
    known = ~np.isnan(z)
    total = np.where(known, np.clip(z, -CLIP, CLIP), 0.0) @ weight.T
    noise = np.sqrt(known @ (weight**2).T)
    leading = np.abs(weight).argmax(axis=1) if weight.size else np.zeros(0, dtype=np.int64)
    silent = ~known[:, leading] | (noise <= 0.0)
    return np.where(silent, np.nan, total / np.where(noise > 0.0, noise, 1.0))
