"""Remaining life from files: tables of units and cycles in, a table of P10, P50 and P90 out."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from iot_gateway.detect import rul
from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.lives import Life
from iot_gateway.errors import UnusableLives

UNIT, CYCLE, ANSWER = "unit", "cycle", "rul"
COLUMNS = (UNIT, "rul_p10", "rul_p50", "rul_p90")


@dataclass(frozen=True)
class Lives:
    """Lives measured alike."""

    names: tuple[str, ...]
    """The metrics, in the order of the values' columns."""
    lives: tuple[Life, ...]


@dataclass(frozen=True)
class Forecasted:
    """What was made of the files."""

    units: int
    failures: int
    stage: rul.Stage


def forecast_file(train: Path | None, test: Path, out: Path, *, fails_at: float | None) -> Forecasted:
    """Forecast each unit of `test` from the failures in `train`, and write one line for each.

    Raises:
        UnusableLives: a table cannot be used.
        OSError: a file cannot be read or written.
    """
    known = read_lives(train) if train is not None else None
    asked = read_lives(test, known.names if known is not None else None)
    failures = known.lives if known is not None else ()
    forecaster = rul.learn(failures, fails_at=rul.FAILS_AT if fails_at is None else fails_at)
    windows = [(life.unit, forecaster.ask(life)) for life in asked.lives]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((unit, *(f"{value:.2f}" for value in (w.p10, w.p50, w.p90))) for unit, w in windows)
    return Forecasted(len(windows), len(failures), forecaster.stage)


def read_lives(path: Path, names: Sequence[str] | None = None) -> Lives:
    """Read a CSV file with a line of names: `unit`, `cycle`, and all other columns but `rul` are values.

    With `names` these columns are the values, whatever else there is. No rows are no lives.

    Raises:
        UnusableLives: a column is missing or not all numbers, or a unit's cycles do not rise.
        OSError: the file cannot be read.
    """
    options = arrow_csv.ConvertOptions(column_types={UNIT: pa.string()}, strings_can_be_null=True)
    try:
        table = arrow_csv.read_csv(path, convert_options=options)
        given = table.column_names
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise UnusableLives(f"{path.name}: {error}", column=None, unit=None) from error
    twice = next((name for name in given if given.count(name) > 1), None)
    if twice is not None:
        raise UnusableLives(f"{path.name}: two columns are called {twice}", column=twice, unit=None)
    others = tuple(name for name in given if name not in {UNIT, CYCLE, ANSWER})
    wanted = others if names is None else tuple(names)
    missing = [name for name in (UNIT, CYCLE, *wanted) if name not in given]
    if missing or not wanted:
        what = f"no column {', '.join(missing)}" if missing else f"no values beside {UNIT} and {CYCLE}"
        raise UnusableLives(f"{path.name}: {what}", column=missing[0] if missing else None, unit=None)
    values = [_numbers(table, name, path) for name in wanted]
    columns = np.column_stack([_numbers(table, CYCLE, path), *values]).reshape(-1, len(wanted) + 1)
    units = table[UNIT].to_pylist()
    if None in units:
        raise UnusableLives(f"{path.name}: a row without a unit", column=UNIT, unit=None)
    rows: dict[str, list[int]] = {}
    for row, unit in enumerate(units):
        rows.setdefault(unit, []).append(row)
    return Lives(wanted, tuple(_life(unit, columns[which], path) for unit, which in rows.items()))


def _numbers(table: Any, name: str, path: Path) -> Floats:
    column = table[name]
    if not len(column):
        return np.empty(0)
    try:
        found = column.cast(pa.float64()).to_numpy().astype(np.float64)
    except pa.ArrowException as error:
        raise UnusableLives(f"{path.name}: {name} is not all numbers", column=name, unit=None) from error
    bad = ~np.isfinite(found)
    if bad.any():
        raise UnusableLives(f"{path.name}: {name} has no number in row {int(bad.argmax()) + 1}", column=name, unit=None)
    return np.asarray(found)


def _life(unit: str, rows: Floats, path: Path) -> Life:
    cycles = rows[:, 0]
    if (np.diff(cycles) <= 0).any():
        raise UnusableLives(f"{path.name}: the cycles of unit {unit} do not rise", column=CYCLE, unit=unit)
    return Life(unit, cycles, rows[:, 1:])
