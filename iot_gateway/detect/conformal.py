"""How wide a window has to be to hold what it promises: conformal prediction, by device and never by row.

Rows of one device are alike, so devices count: each is forecast by a fit that has not seen it, and has one vote on
how far truth may lie from the likely value (pooled distributions: Dunn, Wasserman & Ramdas 2022). The errors that count
are those where the forecast said about the same: a machine near its end is known better than a sound one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.lives import Life
from iot_gateway.detect.trajectories import weighted_quantile

COVERAGE = 0.8
FOLDS, EVERY = 5, 5
FEWEST = 8
"""Where fewer devices than this said about the same, those that came nearest to it count too."""

Guess = Callable[[Life, Ints], Floats]
"""From a life and rows (n,) of it to the likely remaining life after each of these, (n,)."""


@dataclass(frozen=True)
class Calibration:
    """Forecasts of devices that the fit had not seen, and how far truth lay from them, each (n,)."""

    likely: Floats
    errors: Floats
    devices: Ints
    near: float
    """Forecasts no further apart than this are about the same, in cycles."""

    def around(self, likely: float) -> tuple[float, float]:
        """Return the early and the late end of the window around a likely value, neither below zero."""
        apart = np.abs(self.likely - likely)
        count = len(np.unique(self.devices))
        nearest = np.full(int(self.devices.max()) + 1, np.inf)
        np.minimum.at(nearest, self.devices, apart)
        reach = max(self.near, float(np.sort(nearest)[min(FEWEST, count) - 1]))
        within = apart <= reach
        errors, devices = self.errors[within], self.devices[within]
        weights = 1.0 / np.bincount(devices)[devices]
        tail = (1.0 - COVERAGE) / 2.0
        early, late = (weighted_quantile(errors, weights, level) for level in (tail, 1.0 - tail))
        return max(min(likely, likely + early), 0.0), max(likely, likely + late)


def calibrate(lives: Sequence[Life], fit: Callable[[Sequence[Life]], Guess], *, near: float) -> Calibration:
    """Forecast each life by a fit of the other folds and keep the errors, of every fifth row."""
    folds = min(FOLDS, len(lives))
    likely, errors, devices = [], [], []
    for fold in range(folds):
        guess = fit([life for place, life in enumerate(lives) if place % folds != fold])
        for place in range(fold, len(lives), folds):
            rows = np.arange((len(lives[place].cycles) - 1) % EVERY, len(lives[place].cycles), EVERY)
            said = guess(lives[place], rows)
            likely.append(said)
            errors.append(lives[place].remaining[rows] - said)
            devices.append(np.full(len(rows), place))
    return Calibration(np.concatenate(likely), np.concatenate(errors), np.concatenate(devices), near)
