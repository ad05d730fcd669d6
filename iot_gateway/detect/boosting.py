"""Many machines like this have failed: boosted trees from what is known at a row to what was left then.

scikit-learn grows the trees; what is kept are their nodes, as arrays, so that whoever asks needs no scikit-learn and
what is stored is data. On one core: the machine has other work, and threads that wait for each other on a busy one cost
more than they save.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from iot_gateway.detect import wear
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.lives import Life
from iot_gateway.detect.wear import Scale

TREES, RATE, LEAVES, SMALLEST, COLUMNS = 200, 0.05, 8, 80, 0.3


@dataclass(frozen=True)
class Forest:
    """The trees of one fit, all nodes after each other (nodes,): a leaf is its own left and right."""

    start: float
    """What is said before any tree."""
    roots: Ints
    """(trees,)"""
    feature: Ints
    threshold: Floats
    left: Ints
    right: Ints
    value: Floats
    """Nought but at a leaf."""

    def predict(self, rows: Floats) -> Floats:
        """Return what the trees say of rows (n, features), (n,)."""
        node = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        while True:
            known = np.take_along_axis(rows, self.feature[node], axis=1)
            below = np.where(known <= self.threshold[node], self.left[node], self.right[node])
            if (below == node).all():
                return np.asarray(self.start + self.value[node].sum(axis=1))
            node = below


@dataclass(frozen=True)
class Boosting:
    """Trees fitted to lives that ended, several times over; what they say is the middle of them."""

    scale: Scale
    forests: tuple[Forest, ...]

    def likely(self, life: Life, rows: Ints) -> Floats:
        """Return the likely remaining life after each of these rows of a life, (n,), not below zero."""
        known = wear.features(life, self.scale)[rows]
        middle: Floats = np.median([forest.predict(known) for forest in self.forests], axis=0)
        return np.maximum(middle, 0.0)


def grow(lives: Sequence[Life], *, horizon: float, seeds: Sequence[int]) -> Boosting:
    """Fit one set of trees for each seed; remaining lives beyond `horizon` are not told apart."""
    from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: PLC0415 - heavy, and needed for fits only
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    scale = wear.scale_of(lives)
    rows = np.vstack([wear.features(life, scale) for life in lives])
    left = np.concatenate([np.minimum(life.remaining, horizon) for life in lives])
    with threadpool_limits(1):
        fitted = [
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
    return Boosting(scale, tuple(forest_of(trees) for trees in fitted))


def forest_of(trees: Any) -> Forest:
    """Return the nodes of what scikit-learn has fitted; its names for them are private, and a test holds us to them."""
    tables = [one[0].nodes for one in trees._predictors]  # noqa: SLF001
    roots = np.cumsum([0, *(len(table) for table in tables[:-1])])
    nodes, own = np.concatenate(tables), np.arange(sum(map(len, tables)))
    first = np.repeat(roots, [len(table) for table in tables])
    leaf = nodes["is_leaf"].astype(bool)
    return Forest(
        start=float(np.ravel(trees._baseline_prediction)[0]),  # noqa: SLF001
        roots=roots,
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]),
        left=np.where(leaf, own, first + nodes["left"]).astype(np.int64),
        right=np.where(leaf, own, first + nodes["right"]).astype(np.int64),
        value=np.where(leaf, nodes["value"], 0.0),
    )
