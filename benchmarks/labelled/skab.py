"""The two scores of the Skoltech Anomaly Benchmark, from the description of its evaluation.

Outliers: F1, false alarm rate and missed alarm rate over all test rows of all files. Changepoints: an alarm that begins
or ends is a changepoint; within 60 s after a true one the first earns a falling tanh of its delay, every one elsewhere
costs, and so does a true one without; 0 is silence, 100 perfect.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
TRAIN_ROWS, WINDOW_SECONDS, STEPS = 400, 60.0, 1000
FALSE = {"standard": 0.11, "low FP": 0.22, "low FN": 0.11}
MISS = {"standard": 1.0, "low FP": 1.0, "low FN": 2.0}


@dataclass(frozen=True)
class Outliers:
    """F1, and the rates of false and missed alarms in percent."""

    f1: float
    far: float
    mar: float


def outliers(true: Sequence[Flags], alarm: Sequence[Flags]) -> Outliers:
    """Score alarms (rows,) of several files, pooled."""
    truth, found = np.concatenate(true), np.concatenate(alarm)
    hit, false = int((truth & found).sum()), int((~truth & found).sum())
    missed, quiet = int((truth & ~found).sum()), int((~truth & ~found).sum())
    return Outliers(
        f1=hit / (hit + (missed + false) / 2) if hit else 0.0,
        far=100.0 * false / max(false + quiet, 1),
        mar=100.0 * missed / max(missed + hit, 1),
    )


def edges(alarm: Flags) -> Flags:
    """Return where an alarm begins or ends (rows,)."""
    return np.diff(alarm.astype(np.int8), prepend=0) != 0


def delay_worth(delay: float, *, false: float) -> float:
    """Return what the first changepoint after a true one is worth, by its delay as a part of the window."""
    place = min(int(delay * STEPS), STEPS - 1)
    x = -np.pi / 2 + np.pi * place / (STEPS - 1)
    return float((1.0 + false) / 2 * -np.tanh(x) / np.tanh(np.pi / 2) + (1.0 - false) / 2)


@dataclass(frozen=True)
class Changes:
    """Changepoints of one file: seconds of each row (rows,), true ones and found ones (rows,)."""

    seconds: Floats
    true: Flags
    found: Flags


def changepoints(files: Sequence[Changes], profile: str) -> float:
    """Score changepoints of several files: 0 silence, 100 perfect."""
    false, miss = FALSE[profile], MISS[profile]
    total, count = 0.0, 0
    for file in files:
        windows = _windows(file.seconds[file.true])
        found = file.seconds[file.found]
        elsewhere = np.ones(len(found), dtype=bool)
        for start, end in windows:
            inside = (found >= start) & (found <= end)
            elsewhere &= ~inside
            total += delay_worth((found[inside][0] - start) / (end - start), false=false) if inside.any() else -miss
        total -= false * int(elsewhere.sum())
        count += len(windows)
    return 100.0 * (total + miss * count) / (count + miss * count)


def _windows(starts: Floats) -> list[tuple[float, float]]:
    """Return the windows behind true changepoints; one that begins within the window before it begins at its end."""
    windows: list[tuple[float, float]] = []
    for start in starts.tolist():
        begin = max(start, windows[-1][1]) if windows and windows[-1][1] >= start else start
        windows.append((begin, start + WINDOW_SECONDS))
    return windows
