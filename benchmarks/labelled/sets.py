"""The labelled sets at hand: files, labels and the rows that are scored."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.labelled.nab import Labelled, probation
from benchmarks.labelled.skab import TRAIN_ROWS, Changes, Flags, Floats, edges


@dataclass(frozen=True)
class Series:
    """One series of the Numenta set: values (rows,) and windows as first and last row."""

    path: Path
    values: Floats
    windows: tuple[tuple[int, int], ...]

    def scored(self, scores: Floats) -> Labelled:
        """Return scores (rows,) with the labels."""
        return Labelled(scores, self.windows)

    def learned(self) -> Floats:
        """Return the values that are not scored."""
        return self.values[: probation(len(self.values))]


@dataclass(frozen=True)
class Recording:
    """One file of the Skoltech set: sensors (rows, sensors), labels and seconds (rows,)."""

    path: Path
    sensors: Floats
    anomaly: Flags
    changepoint: Flags
    seconds: Floats

    def changes(self, alarm: Flags) -> Changes:
        """Return the changepoints of alarms (rows,) beside the true ones, of the rows that are scored."""
        rest = slice(TRAIN_ROWS, None)
        return Changes(self.seconds[rest], self.changepoint[rest], edges(alarm[rest]))


def nab_series(folder: Path) -> list[Series]:
    """Read the Numenta series under a folder and their windows."""
    labels = json.loads((folder / "combined_windows_dev.json").read_text())
    found = []
    for name, windows in sorted(labels.items()):
        with (folder / name).open(newline="") as text:
            rows = list(csv.DictReader(text))
        place: dict[datetime, int] = {}
        for index, row in enumerate(rows):
            place.setdefault(_instant(row["timestamp"]), index)
        spans = tuple((place[_instant(first)], place[_instant(last)]) for first, last in windows)
        found.append(Series(folder / name, np.array([float(row["value"]) for row in rows]), spans))
    return found


def skab_recordings(folder: Path) -> list[Recording]:
    """Read the Skoltech files under a folder."""
    found = []
    for path in sorted(folder.glob("*/*.csv")):
        with path.open(newline="") as text:
            rows = list(csv.DictReader(text, delimiter=";"))
        sensors = [name for name in rows[0] if name not in {"datetime", "anomaly", "changepoint"}]
        seconds = np.array([_instant(row["datetime"]).timestamp() for row in rows])
        found.append(
            Recording(
                path=path,
                sensors=np.array([[float(row[name]) for name in sensors] for row in rows]),
                anomaly=np.array([float(row["anomaly"]) > 0 for row in rows]),
                changepoint=np.array([float(row["changepoint"]) > 0 for row in rows]),
                seconds=seconds - seconds[0],
            )
        )
    return found


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Scored:
    """What the command wrote for one file: scores and alarms (rows,)."""

    scores: Floats
    alarm: Flags


def read_scores(path: Path) -> Scored:
    """Read a table that the command wrote."""
    with path.open(newline="") as text:
        rows = list(csv.DictReader(text))
    return Scored(
        scores=np.array([float(row["score"]) for row in rows]),
        alarm=np.array([row["alarm"] == "1" for row in rows]),
    )


NabBaseline = Callable[[Series], Floats]
SkabBaseline = Callable[[Recording], Flags]


def nab_always(series: Series) -> Floats:
    """Every row is a detection."""
    return np.ones(len(series.values))


def nab_range(series: Series) -> Floats:
    """Distance outside the range of the rows that are not scored, in their standard deviations."""
    learned = series.learned()
    beyond = np.maximum(np.maximum(series.values - learned.max(), learned.min() - series.values), 0.0)
    return beyond / (learned.std() or 1.0)


def nab_random(seed: int) -> NabBaseline:
    """Return a detector that guesses."""

    def guess(series: Series) -> Floats:
        return np.random.default_rng([seed, len(series.values)]).random(len(series.values))

    return guess


def skab_always(recording: Recording) -> Flags:
    """Every row is an alarm."""
    return np.ones(len(recording.anomaly), dtype=bool)


def skab_range(recording: Recording) -> Flags:
    """Any sensor outside the range of the first rows, widened by a tenth on each side."""
    low, high = recording.sensors[:TRAIN_ROWS].min(axis=0), recording.sensors[:TRAIN_ROWS].max(axis=0)
    margin = 0.1 * (high - low)
    return np.asarray(((recording.sensors < low - margin) | (recording.sensors > high + margin)).any(axis=1))


def skab_random(seed: int) -> SkabBaseline:
    """Return a detector that tosses a coin."""

    def toss(recording: Recording) -> Flags:
        return np.random.default_rng([seed, len(recording.anomaly)]).random(len(recording.anomaly)) < 0.5

    return toss
