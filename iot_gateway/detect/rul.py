"""Remaining life as P10, P50 and P90, by as much as past failures teach.

| failures known | stage | likely value | window |
|---|---|---|---|
| none, or fewer than 5 | trend | first passage of the level of failure | quantiles of drawn futures, never narrow |
| 5 to 9 | matching | where past lives looked alike | conformal by device |
| 10 and more | boosting | trees on recursive features | conformal by device |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from iot_gateway.detect import passage, wear
from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.boosting import Boosting, grow
from iot_gateway.detect.conformal import Calibration, Guess, calibrate
from iot_gateway.detect.lives import Life
from iot_gateway.detect.matching import Matching, match

SOME, MANY = 5, 10
HORIZON_SHARE, NEAR_SHARE = 0.625, 0.12
LONG_LIVES = 0.9
"""Of deviations since their onset the horizon is this quantile of the lives: all of it is wear."""
FAILS_AT = 6.0
"""Deviation of a failed machine in scales of its noise, where no failure is known to say better."""
SEEDS = (0, 1, 2)
LATEST = 9.0
"""Of the life so far: with nothing in sight, one of ten has nine times as much left, and one of two as much again."""


HEALTHY_HOURS = 336.0
"""A machine whose deviations are told has lived at least as long without any: that is how they were learned."""


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
class Trend:
    """At which deviation machines have failed; the window is not calibrated."""

    fails_at: float

    def ask(self, life: Life) -> Window:
        """Return what is left of a life after its last row."""
        return by_trend(wear.deviation(life), life, fails_at=self.fails_at)


@dataclass(frozen=True)
class Calibrated:
    """What past lives say is likely, and how far truth lay from it."""

    guess: Matching | Boosting
    calibration: Calibration

    def ask(self, life: Life) -> Window:
        """Return what is left of a life after its last row."""
        likely = float(self.guess.likely(life, np.array([len(life.cycles) - 1]))[0])
        early, late = self.calibration.around(likely)
        return Window(early, likely, late)


@dataclass(frozen=True)
class Forecaster:
    """What was learned from the failures known, as plain values and arrays; asked as often as one likes."""

    stage: Stage
    failures: int
    horizon: float
    """Likely values do not go beyond: a sound machine does not say when it will fail. 0: there is no such bound."""
    model: Trend | Calibrated

    def ask(self, life: Life) -> Window:
        """Return what is left of a life after its last row."""
        return self.model.ask(life)


def stage_for(failures: int) -> Stage:
    """Return the stage that so many known failures allow."""
    return Stage.TREND if failures < SOME else Stage.MATCHING if failures < MANY else Stage.BOOSTING


def learn(known: Sequence[Life], *, fails_at: float = FAILS_AT, stage: Stage | None = None) -> Forecaster:
    """Learn from lives that ended in failure; with none, `fails_at` says at which deviation a machine has failed."""
    chosen = stage or stage_for(len(known))
    if chosen is Stage.TREND:
        levels = [wear.deviation(life)[-1] for life in known]
        level = float(np.median(levels)) if levels else fails_at
        return Forecaster(chosen, len(known), 0.0, Trend(level))
    horizon = horizon_of(known)

    def fit(lives: Sequence[Life], seeds: Sequence[int]) -> Matching | Boosting:
        by_index = chosen is Stage.MATCHING
        return match(lives, horizon=horizon) if by_index else grow(lives, horizon=horizon, seeds=seeds)

    def guess(lives: Sequence[Life]) -> Guess:
        return fit(lives, SEEDS[:1]).likely

    calibration = calibrate(known, guess, near=NEAR_SHARE * horizon)
    return Forecaster(chosen, len(known), horizon, Calibrated(fit(known, SEEDS), calibration))


def horizon_of(known: Sequence[Life]) -> float:
    """Return beyond which remaining life the values of lives that ended tell nothing more."""
    lengths = [life.remaining[0] for life in known]
    if all(life.onset is not None for life in known):
        return float(np.quantile(lengths, LONG_LIVES))
    return HORIZON_SHARE * float(np.median(lengths))


def by_trend(index: Floats, life: Life, *, fails_at: float) -> Window:
    """Return the window from a deviation (n,) that grows towards the level of failure: wear grows by a factor.

    What shows no wear has lived a random part of its life, so about as much again is left (Gott 1993).
    """
    lived = float(life.cycles[-1] - life.cycles[0]) or 1.0
    pace = lived / max(len(index) - 1, 1)
    age = lived if life.onset is None else float(life.age[-1]) + HEALTHY_HOURS
    bound = LATEST * (len(index) if life.onset is None else age / pace)
    bend = passage.BEND if life.onset is None else passage.HOURLY_BEND
    when = passage.first_passage(np.log(index), fails_at=float(np.log(fails_at)), horizon=bound, bend=bend)
    early, middle, late = np.quantile(np.minimum(when, bound), (0.1, 0.5, 0.9)) * pace
    likely = min(float(middle), age)
    return Window(float(min(early, 0.5 * likely)), likely, float(max(late, 2.0 * likely)))
