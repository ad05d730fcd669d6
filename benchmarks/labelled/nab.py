"""The score of the Numenta Anomaly Benchmark, by its description (Lavin, Ahmad 2015) and its scorer's rules.

A row above the threshold is a detection. Inside a labelled window the earliest detection earns a sigmoid of its place;
outside each one costs a sigmoid of its distance behind the window before it; a window without detection costs its
weight. The sum is set between that of a detector that says nothing (0) and a perfect one (100).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
PROBATION, PROBATION_ROWS = 0.15, 5000
"""Part of a series that is not scored, of at most so many rows."""


@dataclass(frozen=True)
class Profile:
    """What a missed window and a false detection cost; a detected window earns 1."""

    miss: float
    false: float


PROFILES = {"standard": Profile(1.0, 0.11), "low FP": Profile(1.0, 0.22), "low FN": Profile(2.0, 0.11)}


@dataclass(frozen=True)
class Labelled:
    """Scores of one series (rows,) and its windows, each the first and the last row of a labelled anomaly."""

    scores: Floats
    windows: Sequence[tuple[int, int]]


def sigmoid(position: Floats) -> Floats:
    """Return what a detection is worth at a place: -1 is the left edge of a window, 0 the right one, above 0 behind."""
    return np.where(position > 3.0, -1.0, 2.0 / (1.0 + np.exp(5.0 * np.minimum(position, 4.0))) - 1.0)


def probation(rows: int) -> int:
    """Return how many first rows are not scored."""
    return int(np.ceil(min(np.floor(PROBATION * rows), PROBATION * PROBATION_ROWS)))


def worth(rows: int, windows: Sequence[tuple[int, int]]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return what a detection at each row is worth before weights (rows,), and its window's number or -1 (rows,)."""
    value, member = np.full(rows, -1.0), np.full(rows, -1, dtype=np.int64)
    for index, (first, last) in enumerate(windows):
        width = last - first + 1
        place = np.arange(first, last + 1)
        value[place] = sigmoid(-(last - place + 1) / width) / sigmoid(np.array(-1.0))
        member[place] = index
        until = windows[index + 1][0] if index + 1 < len(windows) else rows
        behind = np.arange(last + 1, until)
        value[behind] = sigmoid((behind - last) / (width - 1.0))
    return value, member


@dataclass(frozen=True)
class Sweep:
    """What every threshold is worth: falling thresholds (k,), sums (k,) with a detection where score >= threshold."""

    thresholds: Floats
    sums: Floats
    silent: float
    perfect: float

    def best(self) -> tuple[float, float]:
        """Return the best score of 0 to 100 (silence may be best) and its threshold."""
        index = int(np.argmax(self.sums))
        return self.scaled(float(self.sums[index])), float(self.thresholds[index])

    def at(self, threshold: float) -> float:
        """Return the score of a threshold that may have been chosen elsewhere."""
        return self.scaled(self.sum_at(threshold))

    def sum_at(self, threshold: float) -> float:
        """Return the sum at a threshold."""
        return float(self.sums[np.flatnonzero(self.thresholds >= threshold)[-1]])

    def scaled(self, total: float) -> float:
        """Return a sum as a score: 0 silence, 100 perfect."""
        return 100.0 * (total - self.silent) / (self.perfect - self.silent)


def sweep(corpus: Sequence[Labelled], profile: Profile) -> Sweep:
    """Score every threshold on a corpus, one threshold for all of its series."""
    scores, gains, count = [], [], 0
    for series in corpus:
        rows = len(series.scores)
        value, member = worth(rows, series.windows)
        scored = np.arange(rows) >= probation(rows)
        gain = np.where(member < 0, profile.false * value, 0.0)
        for index in range(len(series.windows)):
            inside = np.flatnonzero((member == index) & scored)
            if not inside.size:
                continue
            order = inside[np.argsort(-series.scores[inside], kind="stable")]
            best = np.maximum.accumulate(np.concatenate([[-profile.miss], value[order]]))
            gain[order] = np.diff(best)
            count += 1
        scores.append(series.scores[scored])
        gains.append(gain[scored])
    flat, gain = np.concatenate(scores), np.concatenate(gains)
    order = np.argsort(-flat, kind="stable")
    falling, total = flat[order], np.cumsum(gain[order])
    ends = np.concatenate([np.flatnonzero(np.diff(falling)), [len(falling) - 1]])
    silent = -profile.miss * count
    windows = sum(len(series.windows) for series in corpus)
    return Sweep(
        thresholds=np.concatenate([[np.inf], falling[ends]]),
        sums=silent + np.concatenate([[0.0], total[ends]]),
        silent=silent,
        perfect=float(windows),
    )
