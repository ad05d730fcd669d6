"""The detectors as judges of one recorded file: row in, verdict and evidence out.

Nothing here looks ahead: the verdict on a row depends on it and the rows before. Several columns go through the fast
chart, one through the novelty of a single series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from iot_gateway.detect import fast_chart, novelty
from iot_gateway.detect.arrays import Ints
from iot_gateway.recorded.reading import Row

LEAST_SHARE = 0.01
"""Metrics with less of the score are not told."""


@dataclass(frozen=True)
class Reading:
    """One metric at one instant: what was expected, and its part in the score."""

    metric: str
    view: str
    """What of the metric was judged."""
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

    def learn(self, row: Row) -> None:
        """Take in a row that is taken to be healthy."""

    def judge(self, row: Row) -> Verdict:
        """Take in a row and judge it."""

    def readings(self) -> list[Reading]:
        """Return what led to the last verdict, strongest first."""

    def still(self) -> list[str]:
        """Return the metrics that cannot be judged: they stood still or were absent while learning."""


class ChartJudge:
    """Several metrics of one machine."""

    name = "fast chart"
    limit = fast_chart.LIMIT

    def __init__(self, metrics: Sequence[str]) -> None:
        """Know nothing yet about `metrics`."""
        self._metrics = metrics
        self._chart = fast_chart.Chart.blank(len(metrics))
        self._deviation = np.zeros(len(metrics))

    def learn(self, row: Row) -> None:
        """Take in a row that is taken to be healthy."""
        fast_chart.learn(self._chart, row.values)

    def judge(self, row: Row) -> Verdict:
        """Take in a row and judge it."""
        self._deviation = fast_chart.follow(self._chart, row.values)
        score = fast_chart.strength(self._chart, self._deviation)
        return Verdict(float(score), bool(fast_chart.alarmed(self._chart, score)))

    def readings(self) -> list[Reading]:
        """Return what led to the last verdict, strongest first."""
        shares, spread = fast_chart.shares(self._deviation), self._chart.spread()
        return [
            Reading(
                metric=self._metrics[index],
                view="moving mean",
                share=round(float(shares[index]), 4),
                observed=_figure(self._chart.level[index]),
                expected=_figure(self._chart.mean[index]),
                low=_figure(self._chart.mean[index] - self.limit * spread[index]),
                high=_figure(self._chart.mean[index] + self.limit * spread[index]),
            )
            for index in np.argsort(-shares, kind="stable").tolist()
            if shares[index] >= LEAST_SHARE
        ]

    def still(self) -> list[str]:
        """Return the metrics that stood still or were absent while learning."""
        return [name for name, spread in zip(self._metrics, self._chart.spread().tolist(), strict=True) if not spread]


class NoveltyJudge:
    """One series."""

    name = "novelty"
    limit = novelty.LIMIT

    def __init__(self, metrics: Sequence[str]) -> None:
        """Know nothing yet about the only one of `metrics`."""
        self._metric = metrics[0]
        self._state = novelty.Novelty.blank(1)
        self._found: novelty.Finding | None = None

    def learn(self, row: Row) -> None:
        """Take in a row that is taken to be healthy."""
        novelty.learn(self._state, _hour(row), row.values)

    def judge(self, row: Row) -> Verdict:
        """Take in a row and judge it."""
        self._found = novelty.follow(self._state, _hour(row), row.values)
        score = float(self._found.score[0])
        return Verdict(score, score > self.limit)

    def readings(self) -> list[Reading]:
        """Return the view that led to the last verdict, and its range before."""
        if self._found is None:
            return []
        view = int(self._found.view[0])
        low, high = float(self._found.low[view, 0]), float(self._found.high[view, 0])
        observed = float(self._found.views[view, 0])
        if view == novelty.SPREAD:
            observed, low, high = (float(np.exp(figure)) for figure in (observed, low, high))
        return [
            Reading(
                metric=self._metric,
                view=novelty.VIEWS[view],
                share=1.0,
                observed=_figure(observed),
                expected=_figure((low + high) / 2),
                low=_figure(low),
                high=_figure(high),
            )
        ]

    def still(self) -> list[str]:
        """Return the metric if it was absent while learning; one that stood still is judged by its first move."""
        return [] if self._state.learned[0] else [self._metric]


def judge_of(metrics: Sequence[str]) -> Judge:
    """Return the judge of a file with these columns."""
    return ChartJudge(metrics) if len(metrics) > 1 else NoveltyJudge(metrics)


def _figure(value: float) -> float:
    return float(f"{value:.6g}")


def _hour(row: Row) -> Ints:
    return np.array([int(row.seconds // 3600)])
