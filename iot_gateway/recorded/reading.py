"""Rows of measured values from CSV files as people have them: streamed, one row in memory at a time."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NoReturn

import numpy as np

from iot_gateway.detect.arrays import Floats
from iot_gateway.errors import UnreadableSeries

TIME_NAMES = ("timestamp", "datetime", "time", "date", "ts")
LABEL_NAMES = frozenset({"anomaly", "changepoint", "label", "is_anomaly"})
"""Columns of labelled sets: never read as measurements."""
MISSING = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
DELIMITERS = ",;\t|"
MAX_COLUMNS, MAX_HEAD = 512, 1 << 20
MILLISECONDS_FROM = 1e11
"""A number from here on counts milliseconds since 1970, below it seconds."""
FEW_STEPS_BACK, PART_BACK = 100, 0.01
"""Clocks are set back and daylight saving ends; more rows back in time than this are not a clock's doing."""


@dataclass(frozen=True)
class Row:
    """One row: its time as written and in epoch seconds, its values (metrics,), NaN where there is none."""

    written: str
    seconds: float
    values: Floats


class SeriesFile:
    """A CSV file with a time column and one or more columns of numbers."""

    def __init__(self, path: Path) -> None:
        """Read the head of the file.

        Raises:
            UnreadableSeries: no such file, empty, no time column, or nothing measured.
        """
        self.path = path
        self.repeated = self.back = 0
        """Rows at the time of the row before, and earlier than it."""
        with self._reading() as lines:
            head = next(lines, [])
        if not any(head):
            self._refuse("the file is empty")
        names = [name.strip() for name in head]
        lowered = [name.lower() for name in names]
        self._time = next((lowered.index(name) for name in TIME_NAMES if name in lowered), -1)
        if self._time < 0:
            self._refuse(f"no column is called {', '.join(TIME_NAMES[:-1])} or {TIME_NAMES[-1]}")
        self._columns = [index for index, name in enumerate(lowered) if index != self._time and name not in LABEL_NAMES]
        self._width = len(names)
        self.metrics = tuple(names[index] or f"column {index + 1}" for index in self._columns)
        if not self.metrics:
            self._refuse("there is no column of values")
        if len(set(self.metrics)) < len(self.metrics):
            self._refuse("two columns have the same name")
        if len(self.metrics) > MAX_COLUMNS:
            self._refuse(f"there are more than {MAX_COLUMNS} columns")

    def count(self) -> int:
        """Return the number of rows, without keeping any.

        Raises:
            UnreadableSeries: not text, or a cell without end.
        """
        with self._reading() as lines:
            next(lines)
            return sum(1 for cells in lines if any(cells))

    def rows(self) -> Iterator[Row]:
        """Yield the rows in the file's order; an empty line is no row.

        Raises:
            UnreadableSeries: a time or value that cannot be read, or times that are not in order; with the line.
        """
        self.repeated = self.back = 0
        before, number = float("-inf"), 0
        with self._reading() as lines:
            next(lines)
            for cells in lines:
                if not any(cells):
                    continue
                row = self._row(cells)
                number += 1
                self.repeated += row.seconds == before
                self.back += row.seconds < before
                if self.back > max(FEW_STEPS_BACK, PART_BACK * number):
                    self._refuse("the rows are not in the order of time")
                before = row.seconds
                yield row

    @contextmanager
    def _reading(self) -> Iterator[Iterator[list[str]]]:
        """Open the file as lines of cells; what goes wrong while reading is told with its line."""
        self._line = 1
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as text:
                head = text.readline(MAX_HEAD)
                self._delimiter = max(DELIMITERS, key=head.count)
                text.seek(0)
                yield self._numbered(text)
        except OSError as error:
            self._refuse(error.strerror or "the file cannot be read")
        except UnicodeDecodeError:
            self._refuse("the file is not UTF-8 text")
        except csv.Error as error:
            self._refuse(f"not a table: {error}")

    def _numbered(self, text: IO[str]) -> Iterator[list[str]]:
        reader = csv.reader(text, delimiter=self._delimiter)
        for cells in reader:
            self._line = reader.line_num
            yield cells

    def _row(self, cells: Sequence[str]) -> Row:
        if len(cells) != self._width:
            self._refuse(f"{len(cells)} cells where the head has {self._width}")
        written = cells[self._time].strip()
        values = np.array([self._value(cells[index].strip()) for index in self._columns])
        return Row(written, self._seconds(written), values)

    def _value(self, cell: str) -> float:
        if cell.lower() in MISSING:
            return float("nan")
        try:
            value = float(cell.replace(",", ".") if self._delimiter != "," else cell)
        except ValueError:
            self._refuse(f"{cell[:40]!r} is not a number")
        return value if np.isfinite(value) else float("nan")

    def _seconds(self, cell: str) -> float:
        try:
            number = float(cell)
        except ValueError:
            pass
        else:
            if not np.isfinite(number):
                self._refuse(f"{cell[:40]!r} is not a time")
            return number / 1000 if abs(number) >= MILLISECONDS_FROM else number
        try:
            at = datetime.fromisoformat(cell.replace("/", "-"))
        except ValueError:
            self._refuse(f"{cell[:40]!r} is not a time; ISO 8601 or seconds since 1970 are read")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()

    def _refuse(self, reason: str) -> NoReturn:
        raise UnreadableSeries(f"{self.path}, line {self._line}: {reason}", file=str(self.path), line=self._line)
