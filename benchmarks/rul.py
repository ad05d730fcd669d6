"""Remaining life on run-to-failure engines (C-MAPSS FD001, NASA): errors and coverage of the three stages.

Beside two trivial forecasts, in turn over all units and on the last ten, which chose nothing.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np

from iot_gateway.detect import rul
from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.lives import Life
from iot_gateway.detect.rul import Stage, Window

DATA = "telemetry/cmapss_dev/train_FD001_units_1_50.txt"
PAGE = Path(__file__).resolve().parent.parent / "docs/benchmarks.md"
BEGIN, END = "<!-- rul: written by the command -->\n", "<!-- end of rul -->"
HELD, CUTS, KNOWN_ROWS, CAP = 10, 10, 31, 125.0
SETTINGS_TRIED = 30
"""By five folds of units 1-40 alone: trees, features, horizons, smoothing, mixtures, the trend's noise and scale."""

HEAD = (
    "forecast",
    "units",
    "RMSE late",
    "RMSE 7-145",
    "RMSE anywhere, truth up to 125",
    "RMSE anywhere",
    "80 % window holds, late",
    "anywhere",
    "median width, late",
)

Asked = Callable[[Life], Window]
Learn = Callable[[Sequence[Life]], Asked]


class Cut(NamedTuple):
    """A way to choose where a life is cut: so many cycles before the failure, evenly drawn; none: anywhere."""

    name: str
    fewest: int
    most: int | None


LATE, PUBLISHED, ANYWHERE = Cut("late", 1, 125), Cut("published", 7, 145), Cut("anywhere", 1, None)
PROTOCOLS = (LATE, PUBLISHED, ANYWHERE)


def read_engines(path: Path) -> list[Life]:
    """Return the engines of a C-MAPSS file: unit, cycle, 3 settings, 21 sensors."""
    rows = np.loadtxt(path)
    return [Life(str(int(unit)), *_columns(rows[rows[:, 0] == unit])) for unit in np.unique(rows[:, 0])]


def _columns(rows: Floats) -> tuple[Floats, Floats]:
    return rows[:, 1], rows[:, 2:]


def cuts(life: Life, protocol: Cut) -> list[int]:
    """Return after how many rows a life is cut; the same for a unit and protocol always, 31 rows at least."""
    random = np.random.default_rng([int(life.unit), protocol.fewest, protocol.most or 0])
    longest = len(life.cycles) - KNOWN_ROWS
    left = random.integers(protocol.fewest, min(protocol.most or longest, longest) + 1, CUTS)
    return [len(life.cycles) - int(cycles) for cycles in left]


def constant(known: Sequence[Life]) -> Asked:
    """Forecast the mean of what is left, up to 125, over all rows of the failures known."""
    mean = float(np.mean(np.concatenate([np.minimum(life.remaining, CAP) for life in known])))
    return lambda _: Window(mean, mean, mean)


def linear(known: Sequence[Life]) -> Asked:
    """Forecast by a straight line through the last row's values and the age."""

    def matrix(life: Life) -> Floats:
        return np.column_stack([life.values, life.cycles, np.ones(len(life.cycles))])

    rows = np.vstack([matrix(life) for life in known])
    left = np.concatenate([np.minimum(life.remaining, CAP) for life in known])
    weights = np.linalg.lstsq(rows, left, rcond=None)[0]

    def ask(life: Life) -> Window:
        likely = float(np.clip(matrix(life)[-1] @ weights, 0.0, CAP))
        return Window(likely, likely, likely)

    return ask


def staged(stage: Stage, failures: int | None = None) -> Learn:
    """Forecast by a stage of the product, from the first so many failures only."""
    return lambda known: rul.learn(known[:failures], stage=stage).ask


METHODS: dict[str, Learn] = {
    "constant": constant,
    "linear regression": linear,
    "trend, no failure known": staged(Stage.TREND, 0),
    "trend, 4 failures known": staged(Stage.TREND, 4),
    "matching": staged(Stage.MATCHING),
    "boosting": staged(Stage.BOOSTING),
}


def judge(learn: Learn, known: Sequence[Life], asked: Sequence[Life]) -> dict[Cut, Floats]:
    """Return by protocol a row (truth, early, likely, late) for each cut of the lives asked about."""
    ask = learn(known)
    found = {}
    for protocol in PROTOCOLS:
        rows = []
        for life in asked:
            for count in cuts(life, protocol):
                window = ask(life.until(count))
                rows.append((life.cycles[-1] - life.cycles[count - 1], window.p10, window.p50, window.p90))
        found[protocol] = np.array(rows)
    return found


def folds(lives: Sequence[Life]) -> list[tuple[list[Life], list[Life]]]:
    """Return failures known and lives asked about, ten lives at a time held out, the last ten last."""
    parts = [lives[start : start + HELD] for start in range(0, len(lives), HELD)]
    return [([life for life in lives if life not in part], list(part)) for part in parts]


def error(rows: Floats, cap: float = np.inf) -> float:
    """Return the root mean square error of the likely value, truth taken up to `cap`."""
    return float(np.sqrt(np.mean((rows[:, 2] - np.minimum(rows[:, 0], cap)) ** 2)))


def coverage(rows: Floats) -> float:
    """Return the part of the truths within their windows."""
    return float(np.mean((rows[:, 1] <= rows[:, 0]) & (rows[:, 0] <= rows[:, 3])))


def _cells(found: dict[Cut, Floats], *, window: bool) -> list[str]:
    late, published, anywhere = (found[protocol] for protocol in PROTOCOLS)
    errors = [error(late), error(published), error(anywhere, CAP), error(anywhere)]
    if not window:
        return [f"{value:.2f}" for value in errors] + ["-", "-", "-"]
    covered = [f"{coverage(rows):.0%}" for rows in (late, anywhere)]
    width = f"{np.median(late[:, 3] - late[:, 1]):.0f}"
    return [f"{value:.2f}" for value in errors] + [*covered, width]


def measure(lives: Sequence[Life]) -> list[str]:
    """Return the tables as lines of Markdown."""
    lines = [f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|"]
    for name, learn in METHODS.items():
        began = process_time()
        in_turn = [judge(learn, known, asked) for known, asked in folds(lives)]
        pooled = {protocol: np.vstack([fold[protocol] for fold in in_turn]) for protocol in PROTOCOLS}
        for units, found in (("41-50", in_turn[-1]), ("all, in turn", pooled)):
            cells = _cells(found, window=learn not in (constant, linear))
            lines.append(f"| {name} | {units} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
        print(f"{name}: {process_time() - began:.0f} s of processor time", flush=True)
    lines += ["", "| failures known | matching: RMSE late, window holds | boosting |", "|---|---|---|"]
    for count in (5, 10, 20, 30):
        cells = []
        for stage in (Stage.MATCHING, Stage.BOOSTING):
            found = judge(staged(stage, count), lives[:30], lives[30:40])[LATE]
            cells.append(f"{error(found):.1f}, {coverage(found):.0%}")
        lines.append(f"| {count} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return lines


def run(options: Sequence[str] = ()) -> int:
    """Print the figures; `--write` puts them into docs/benchmarks.md. 2 without the data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks rul")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    chosen = parser.parse_args(list(options))
    folder = os.environ.get("FIELDHAND_DATA")
    if not folder or not (Path(folder) / DATA).is_file():
        print(f"FIELDHAND_DATA has to name a folder with {DATA}")
        return 2
    lives = read_engines(Path(folder) / DATA)
    tried = f"Settings tried: {SETTINGS_TRIED}, by five folds of units 1-40. {len(lives)} units, {CUTS} cuts each."
    lines = [*measure(lives), "", tried]
    if chosen.write:
        page = PAGE.read_text()
        start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
        PAGE.write_text(page[:start] + "\n".join(lines) + "\n" + page[end:])
    return 0
