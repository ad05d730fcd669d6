"""Some machines like this have failed: past lives vote with what was left to them where they looked alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iot_gateway.detect import trajectories, wear
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.lives import Life
from iot_gateway.detect.wear import HealthIndex


@dataclass(frozen=True)
class Matching:
    """The health index of past failures, and how it went in each of their lives."""

    index: HealthIndex
    past: tuple[Floats, ...]
    """The index after each row of a life, (n,) each."""
    pace: Floats
    """Cycles between two rows of each life (lives,)."""
    horizon: float

    def likely(self, life: Life, rows: Ints) -> Floats:
        """Return the likely remaining life after each of these rows of a life, (n,)."""
        own = self.index.of(life)
        found = [trajectories.votes(own[: row + 1], self.past) for row in rows]
        middles = [
            trajectories.weighted_quantile(np.minimum(left * self.pace, self.horizon), weights, 0.5)
            for left, weights in found
        ]
        return np.array(middles)


def match(lives: Sequence[Life], *, horizon: float) -> Matching:
    """Fit the index to lives that ended in failure, and keep how it went."""
    index = wear.fit_index(lives, horizon)
    pace = np.array([life.remaining[0] / max(len(life.cycles) - 1, 1) for life in lives])
    return Matching(index, tuple(index.of(life) for life in lives), pace, horizon)
