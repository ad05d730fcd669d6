"""Many machines like this have failed: boosted trees from what is known at a row to what was left then.

On one core: the machine has other work, and threads that wait for each other on a busy one cost more than they save.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from iot_gateway.detect import wear
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.lives import Life
from iot_gateway.detect.wear import Scale

TREES, RATE, LEAVES, SMALLEST, COLUMNS = 200, 0.05, 8, 80, 0.3


class Boosting:
    """Trees fitted to lives that ended, several times over; what they say is the middle of them."""

    def __init__(self, lives: Sequence[Life], *, horizon: float, seeds: Sequence[int]) -> None:
        """Fit one set of trees for each seed; remaining lives beyond `horizon` are not told apart."""
        from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - heavy, and needed for fits only
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        self._scale: Scale = wear.scale_of(lives)
        rows = np.vstack([wear.features(life, self._scale) for life in lives])
        left = np.concatenate([np.minimum(life.remaining, horizon) for life in lives])
        with threadpool_limits(1):
            self._trees: list[Any] = [
                HistGradientBoostingRegressor(
                    max_iter=TREES,
                    learning_rate=RATE,
                    max_leaf_nodes=LEAVES,
                    min_samples_leaf=min(SMALLEST, max(len(rows) // 20, 5)),
                    max_features=COLUMNS,
                    early_stopping=False,
                    random_state=seed,
                ).fit(rows, left)
                for seed in seeds
            ]

    def likely(self, life: Life, rows: Ints) -> Floats:
        """Return the likely remaining life after each of these rows of a life, (n,), not below zero."""
        from threadpoolctl import threadpool_limits  # noqa: PLC0415

        known = wear.features(life, self._scale)[rows]
        with threadpool_limits(1):
            middle: Floats = np.median([trees.predict(known) for trees in self._trees], axis=0)
        return np.maximum(middle, 0.0)
