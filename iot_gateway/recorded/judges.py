"""The detectors as judges of one recorded file: row in, verdict and evidence out.

Nothing here looks ahead: the verdict on a row depends on it and the rows before. Several columns go through the fast
chart, one through the novelty of a single series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from iot_gateway.detect import fast_chart, novelty
from iot_gateway.detect.arrays import Floats


@dataclass(frozen=True)
class Reading:
    """One metric at one instant: what was expected, and its part in the score."""

    metric: str
    share: float
    observed: float
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Score of one row in the detector's own unit, and whether it is an alarm."""

    score: float
    alarm: bool


class Judge(Protocol):
    """A detector on one file."""

    limit: float
    name: str

    def learn(self, values: Floats) -> None:
        """Take in a row (metrics,) that is taken to be healthy; NaN is no sample."""

    def judge(self, values: Floats) -> Verdict:
        """Take in a row and judge it."""

    def readings(self) -> list[Reading]:
        """Return what led to the last verdict, strongest first."""


class ChartJudge:
    """Several metrics of one machine."""

    name = "fast chart"
    limit = fast_chart.LIMIT

    def __init__(self, metrics: Sequence[str]) -> None:
        """Know nothing yet about `metrics`."""
        self._metrics = metrics
        self._chart = fast_chart.Chart.blank(len(metrics))
        self._deviation = np.zeros(len(metrics))

    def learn(self, values: Floats) -> None:
        """Take in a row that is taken to be healthy."""
        fast_chart.learn(self._chart, values)

    def judge(self, values: Floats) -> Verdict:
        """Take in a row and judge it."""
        self._deviation = fast_chart.follow(self._chart, values)
        score = float(fast_chart.strength(self._deviation))
        return Verdict(score, score > self.limit)

    def readings(self) -> list[Reading]:
        """Return what led to the last verdict, strongest first."""
        shares, spread = fast_chart.shares(self._deviation), self._chart.spread()
        return [
            Reading(
                metric=self._metrics[index],
                share=round(float(shares[index]), 4),
                observed=_figure(self._chart.level[index]),
                expected=_figure(self._chart.mean[index]),
                low=_figure(self._chart.mean[index] - self.limit * spread[index]),
                high=_figure(self._chart.mean[index] + self.limit * spread[index]),
            )
            for index in np.argsort(-shares, kind="stable").tolist()
            if shares[index] > 0
        ]


class NoveltyJudge:
    """One series."""

    name = "novelty"
    limit = novelty.LIMIT

    def __init__(self, metrics: Sequence[str]) -> None:
        """Know nothing yet about the only one of `metrics`."""
        self._metric = metrics[0]
        self._state = novelty.Novelty.blank(1)
        self._before, self._value = (0.0, 0.0), float("nan")

    def learn(self, values: Floats) -> None:
        """Take in a row that is taken to be healthy."""
        novelty.learn(self._state, values)

    def judge(self, values: Floats) -> Verdict:
        """Take in a row and judge it."""
        self._before, self._value = (float(self._state.low[0]), float(self._state.high[0])), float(values[0])
        score = float(novelty.follow(self._state, values)[0])
        return Verdict(score, score > self.limit)

    def readings(self) -> list[Reading]:
        """Return the last value and the range before it."""
        low, high = (_figure(bound) for bound in self._before)
        return [Reading(self._metric, 1.0, _figure(self._value), _figure((low + high) / 2), low, high)]


def judge_of(metrics: Sequence[str]) -> Judge:
    """Return the judge of a file with these columns."""
    return ChartJudge(metrics) if len(metrics) > 1 else NoveltyJudge(metrics)


def _figure(value: float) -> float:
    return float(f"{value:.6g}")
