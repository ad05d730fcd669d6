"""Recorded files through the detectors: a table of scores and alarms beside each alarm's evidence."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from iot_gateway.errors import UnreadableSeries
from iot_gateway.recorded.judges import Judge, Reading, judge_of
from iot_gateway.recorded.reading import Row, SeriesFile

LEAST_TRAIN_ROWS = 20
FRACTION_OF_ROWS = 5000
"""A part of the rows to learn from is a part of at most so many."""
MAX_ALARMS = 1000
"""Alarms told in full per file; the table has all of them."""


@dataclass(frozen=True)
class Training:
    """How many first rows are taken to be healthy: a number, or a part of the rows."""

    rows: int | None = None
    fraction: float = 0.15

    def of(self, file: SeriesFile) -> int:
        """Return the number of rows to learn from.

        Raises:
            UnreadableSeries: too few rows to learn anything, or none left to judge.
        """
        if self.rows is not None:
            return self.rows
        count = file.count()
        rows = int(self.fraction * min(count, FRACTION_OF_ROWS))
        if rows < LEAST_TRAIN_ROWS:
            reason = f"{rows} of {count} rows to learn from are too few; {LEAST_TRAIN_ROWS} are needed"
            raise UnreadableSeries(f"{file.path}: {reason}", file=str(file.path), line=count + 1)
        return rows


FORMATS = {"csv": Training(), "nab": Training(fraction=0.15), "skab": Training(rows=400)}
"""What the layouts of public sets are learned from by their own protocols."""


def training(layout: str, *, rows: int | None, fraction: float | None) -> Training | None:
    """Return what to learn from, as asked for or by the layout; None if there is no such layout."""
    if layout not in FORMATS:
        return None
    if rows is not None:
        return Training(rows=rows)
    return Training(fraction=fraction) if fraction is not None else FORMATS[layout]


@dataclass
class Alarm:
    """A stretch of rows in alarm, and what led to it in its strongest row."""

    start: str
    end: str
    rows: int
    peak_at: str
    score: float
    limit: float
    metrics: list[Reading]


class Alarms:
    """The alarms of one file, the first ones in full."""

    def __init__(self) -> None:
        """Begin without alarm."""
        self.told: list[Alarm] = []
        self.count = 0
        self._current: Alarm | None = None

    def note(self, row: Row, score: float, judge: Judge, *, alarm: bool) -> None:
        """Take in the verdict on one row."""
        if not alarm:
            self._current = None
            return
        if self._current is None:
            self.count += 1
            self._current = Alarm(row.written, row.written, 0, row.written, score, judge.limit, judge.readings())
            if self.count <= MAX_ALARMS:
                self.told.append(self._current)
        current = self._current
        current.end, current.rows = row.written, current.rows + 1
        if score > current.score:
            current.peak_at, current.score, current.metrics = row.written, score, judge.readings()


@dataclass(frozen=True)
class Summary:
    """What one file has come to."""

    rows: int
    trained_rows: int
    alarms: int


def score_file(source: Path, target: Path, training: Training) -> Summary:
    """Judge a recorded file; write `target` and, with the suffix .json, the evidence beside it.

    One row is in memory at a time. Both files appear when they are complete; a file of that name is replaced.

    Raises:
        UnreadableSeries: the file cannot be judged; nothing is written.
    """
    file = SeriesFile(source)
    judge, alarms = judge_of(file.metrics), Alarms()
    train_rows, number = training.of(file), 0
    with _appearing(target) as table, _appearing(target.with_suffix(".json")) as evidence:
        out = csv.writer(table, lineterminator="\n")
        out.writerow(("timestamp", "score", "alarm"))
        for row in file.rows():
            number += 1
            if number <= train_rows:
                judge.learn(row)
                out.writerow((row.written, "0", "0"))
                continue
            verdict = judge.judge(row)
            alarms.note(row, verdict.score, judge, alarm=verdict.alarm)
            out.writerow((row.written, f"{as_part(verdict.score, judge.limit):.9g}", int(verdict.alarm)))
        if number <= train_rows:
            reason = f"{number} rows, of which the first {train_rows} are learned from: none is left to judge"
            raise UnreadableSeries(f"{source}: {reason}", file=str(source), line=number + 1)
        json.dump(_evidence(file, judge, alarms, rows=number, train_rows=train_rows), evidence, indent=1)
        evidence.write("\n")
    return Summary(rows=number, trained_rows=train_rows, alarms=alarms.count)


def as_part(score: float, limit: float) -> float:
    """Return a score on the scale of the table: 0 nothing, 0.5 at the limit, towards 1 far beyond it."""
    return score / (score + limit)


def _evidence(file: SeriesFile, judge: Judge, alarms: Alarms, *, rows: int, train_rows: int) -> dict[str, Any]:
    return {
        "file": file.path.name,
        "detector": judge.name,
        "metrics": list(file.metrics),
        "rows": rows,
        "trained_rows": train_rows,
        "not_judged": judge.still(),
        "times_repeated": file.repeated,
        "times_back": file.back,
        "alarm_count": alarms.count,
        "alarms": [asdict(alarm) for alarm in alarms.told],
    }


@contextmanager
def _appearing(path: Path) -> Iterator[IO[str]]:
    """Open a file for writing that takes its name once it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as text:
            yield text
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def targets(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Return where the results of files go: the same name in `folder`, below it the files' own folders if names clash.

    Raises:
        UnreadableSeries: a file is named twice, or its result would replace it.
    """
    full = [source.resolve() for source in sources]
    for source in full:
        if full.count(source) > 1:
            raise UnreadableSeries(f"{source} is named twice", file=str(source), line=0)
    parts = [source.parts for source in full]
    depth = 1
    while len({names[-depth:] for names in parts}) < len(parts):
        depth += 1
    found = [folder.joinpath(*names[-depth:]) for names in parts]
    for source, target in zip(full, found, strict=True):
        if target.resolve() == source:
            raise UnreadableSeries(f"{source} would be replaced by its result", file=str(source), line=0)
    return found
