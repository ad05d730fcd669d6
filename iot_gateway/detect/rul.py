"""Remaining life as P10, P50 and P90, by as much as past failures teach.

| failures known | stage | likely value | window |
|---|---|---|---|
| none, or fewer than 5 | trend | first passage of the level of failure | quantiles of drawn futures, never narrow |
| 5 to 9 | matching | where past lives looked alike | conformal by device |
| 10 and more | boosting | trees on recursive features | conformal by device |
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from iot_gateway.detect import passage, trajectories, wear
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.boosting import Boosting
from iot_gateway.detect.conformal import Guess, calibrate
from iot_gateway.detect.lives import Life

SOME, MANY = 5, 10
HORIZON_SHARE, NEAR_SHARE = 0.625, 0.12
FAILS_AT = 6.0
"""Deviation of a failed machine in scales of its noise, where no failure is known to say better."""
SEEDS = (0, 1, 2)
LATEST = 9.0
"""Of the life so far: with nothing in sight, one of ten has nine times as much left, and one of two as much again."""


class Stage(StrEnum):
    """What a forecast rests on."""

    TREND = "trend"
    MATCHING = "matching"
    BOOSTING = "boosting"


@dataclass(frozen=True)
class Window:
    """Remaining life in cycles: early, likely, late; 0 <= p10 <= p50 <= p90."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Forecaster:
    """What was learned from the failures known; asked as often as one likes."""

    stage: Stage
    horizon: float
    """Likely values do not go beyond: a sound machine does not say when it will fail. 0: there is no such bound."""
    ask: Callable[[Life], Window]


def stage_for(failures: int) -> Stage:
    """Return the stage that so many known failures allow."""
    return Stage.TREND if failures < SOME else Stage.MATCHING if failures < MANY else Stage.BOOSTING


def learn(known: Sequence[Life], *, fails_at: float = FAILS_AT, stage: Stage | None = None) -> Forecaster:
    """Learn from lives that ended in failure; with none, `fails_at` says at which deviation a machine has failed."""
    chosen = stage or stage_for(len(known))
    if chosen is Stage.TREND:
        levels = [wear.deviation(life)[-1] for life in known]
        level = float(np.median(levels)) if levels else fails_at
        return Forecaster(chosen, 0.0, lambda life: by_trend(wear.deviation(life), life, fails_at=level))
    horizon = HORIZON_SHARE * float(np.median([life.remaining[0] for life in known]))
    fit = _matching if chosen is Stage.MATCHING else _boosting
    calibration = calibrate(known, lambda lives: fit(lives, horizon, SEEDS[:1]), near=NEAR_SHARE * horizon)
    guess = fit(known, horizon, SEEDS)

    def ask(life: Life) -> Window:
        likely = float(guess(life, np.array([len(life.cycles) - 1]))[0])
        early, late = calibration.around(likely)
        return Window(early, likely, late)

    return Forecaster(chosen, horizon, ask)


def by_trend(index: Floats, life: Life, *, fails_at: float) -> Window:
    """Return the window from a deviation (n,) that grows towards the level of failure: wear grows by a factor.

    What shows no wear has lived a random part of its life, so about as much again is left (Gott 1993).
    """
    age = float(life.cycles[-1] - life.cycles[0]) or 1.0
    pace = age / max(len(index) - 1, 1)
    bound = LATEST * len(index)
    when = passage.first_passage(np.log(index), fails_at=float(np.log(fails_at)), horizon=bound)
    early, middle, late = np.quantile(np.minimum(when, bound), (0.1, 0.5, 0.9)) * pace
    likely = min(float(middle), age)
    return Window(float(min(early, 0.5 * likely)), likely, float(max(late, 2.0 * likely)))


def _boosting(known: Sequence[Life], horizon: float, seeds: Sequence[int]) -> Guess:
    return Boosting(known, horizon=horizon, seeds=seeds).likely


def _matching(known: Sequence[Life], horizon: float, _seeds: Sequence[int]) -> Guess:
    index = wear.fit_index(known, horizon)
    past = [index.of(life) for life in known]
    pace = np.array([life.remaining[0] / max(len(life.cycles) - 1, 1) for life in known])

    def likely(life: Life, rows: Ints) -> Floats:
        own = index.of(life)
        found = [trajectories.votes(own[: row + 1], past) for row in rows]
        middles = [
            trajectories.weighted_quantile(np.minimum(left * pace, horizon), weights, 0.5) for left, weights in found
        ]
        return np.array(middles)

    return likely
