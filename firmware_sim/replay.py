"""Recorded CSV files played as a device: recorded spacing, shifted to end now."""

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from firmware_sim.errors import ReplayError

Values = dict[str, float]
_TIME_NAMES = ("timestamp", "datetime", "time", "ts", "date")
_BLANKS = {"", "nan", "null", "none", "na", "-"}
_MOST_ROWS = 5_000_000
HELD_ROWS = 24
"""Rows at the end of a recording that show the state it ends in."""
HEALTHY_ROWS = 168
"""Rows at the beginning that show the healthy device, at least: a week of hours."""


@dataclass(frozen=True)
class Recording:
    """A recorded file: instants in epoch milliseconds, ascending, and the values at each."""

    names: tuple[str, ...]
    ts: tuple[int, ...]
    rows: tuple[Values, ...]

    def ending_at(self, end_ms: int) -> "Recording":
        """Return the recording with its last sample at `end_ms` and the spacing kept."""
        shift = end_ms - self.ts[-1]
        return Recording(self.names, tuple(ts + shift for ts in self.ts), self.rows)

    def held(self) -> tuple[Values, ...]:
        """Return the last rows: what the device goes on showing until it is repaired."""
        return self.rows[-HELD_ROWS:]

    def healthy(self) -> tuple[Values, ...]:
        """Return the first rows: what the device shows after a repair.

        A week of hours or a tenth of the recording, whichever is larger, but never more than
        its first half, so that the fault a short recording ends in stays out.
        """
        count = max(HEALTHY_ROWS, len(self.rows) // 10)
        return self.rows[: max(1, min(count, len(self.rows) // 2))]


def read_recording(path: Path) -> Recording:
    """Read a CSV file with a header, one time column and one or more value columns.

    The time column is called timestamp, datetime, time, ts or date, else it is the first; it
    holds ISO 8601 (UTC when it names no zone) or epoch seconds or milliseconds. Comma,
    semicolon and tab are understood. Empty cells are missing values.

    Raises:
        ReplayError: unreadable, no rows, or a cell that is neither a number nor empty.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            reader = csv.reader(file, delimiter=_delimiter(header))
            columns = next(csv.reader([header], delimiter=_delimiter(header)), [])
            return _read(path.name, columns, reader)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ReplayError(f"{path}: {reason}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"{path.name} is not a CSV text file") from error


def metric_name(column: str) -> str:
    """Return a column title as a metric name: small letters, digits and underscores, 64 at most."""
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")[:64]


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _read(source: str, columns: list[str], reader: Iterator[list[str]]) -> Recording:
    titles = [column.strip().lower() for column in columns]
    clock = next((titles.index(name) for name in _TIME_NAMES if name in titles), 0)
    names = [metric_name(column) for column in columns]
    chosen = [(i, name) for i, name in enumerate(names) if i != clock and name]
    if not chosen:
        raise ReplayError(f"{source} needs a header with a time column and a value column")
    found: list[tuple[int, Values]] = []
    for number, row in enumerate(reader, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(columns):
            raise ReplayError(f"{source}, line {number}: {len(row)} cells, {len(columns)} expected")
        ts = _instant(row[clock], source, number)
        values = {name: _number(row[i], source, number) for i, name in chosen if row[i].strip().lower() not in _BLANKS}
        if values:
            found.append((ts, values))
        if len(found) > _MOST_ROWS:
            raise ReplayError(f"{source} has more than {_MOST_ROWS} rows")
    if not found:
        raise ReplayError(f"{source} has no rows to play")
    found.sort(key=lambda pair: pair[0])
    ts_column, rows = zip(*found, strict=True)
    return Recording(tuple(name for _, name in chosen), tuple(ts_column), tuple(rows))


def _instant(cell: str, source: str, line: int) -> int:
    text = cell.strip()
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if not math.isfinite(number):
            raise ReplayError(f"{source}, line {line}: {text!r} is not an instant")
        return round(number if abs(number) >= 1e11 else number * 1000.0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReplayError(f"{source}, line {line}: {text!r} is not an instant") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000.0)


def _number(cell: str, source: str, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise ReplayError(f"{source}, line {line}: {cell!r} is not a number") from None
    if not math.isfinite(value):
        raise ReplayError(f"{source}, line {line}: {cell!r} is not a finite number")
    return value
