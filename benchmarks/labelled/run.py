"""`python -m benchmarks labelled [--write]`: the detectors on labelled public sets, by what the command writes."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np

from benchmarks.labelled import nab, sets
from benchmarks.labelled.nab import PROFILES, Sweep, sweep
from benchmarks.labelled.sets import Recording, Scored, Series
from benchmarks.labelled.skab import TRAIN_ROWS, Flags, Floats, changepoints, outliers
from iot_gateway.detect import novelty
from iot_gateway.recorded import scoring
from iot_gateway.telemetry_cli import app

BEGIN, END = "<!-- labelled: written by the command -->", "<!-- end of labelled -->"
SEEDS = range(10)
AT_LIMIT = scoring.as_part(novelty.LIMIT, novelty.LIMIT)
DOCUMENT = Path(__file__).parents[2] / "docs/benchmarks.md"


def run(options: Sequence[str]) -> int:
    """Score both sets, print the tables, write them into the document where asked; 2 without the data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks labelled", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    asked = parser.parse_args(options)
    data = Path(os.environ.get("FIELDHAND_DATA", "shared/data")) / "telemetry"
    if not (data / "nab_dev").is_dir() or not (data / "skab_dev").is_dir():
        print("FIELDHAND_DATA names no folder with telemetry/nab_dev and telemetry/skab_dev", file=sys.stderr)
        return 2
    series, recordings = sets.nab_series(data / "nab_dev"), sets.skab_recordings(data / "skab_dev")
    block = "\n".join([*skab_table(recordings), "", *nab_table(series), ""])
    print(block)
    if asked.write:
        put(DOCUMENT, block)
    return 0


def command(paths: Sequence[Path], *options: str) -> list[Scored]:
    """Run `fieldhand telemetry score` on files and read what it wrote."""
    with tempfile.TemporaryDirectory() as name, redirect_stdout(StringIO()):
        code = app(["score", *map(str, paths), *options, "--out", name], standalone_mode=False)
        if code:
            raise SystemExit(f"fieldhand telemetry score ended with {code}")
        return [sets.read_scores(target) for target in scoring.targets(paths, Path(name))]


def skab_table(recordings: Sequence[Recording]) -> list[str]:
    """Return the lines on the Skoltech set."""
    scored = command([recording.path for recording in recordings], "--format", "skab", "--train-rows", str(TRAIN_ROWS))
    rows: list[tuple[str, list[list[Flags]]]] = [
        ("**fast chart**", [[found.alarm for found in scored]]),
        ("always alarm", [[sets.skab_always(recording) for recording in recordings]]),
        ("a coin (mean of 10)", [[sets.skab_random(seed)(recording) for recording in recordings] for seed in SEEDS]),
        ("any sensor outside its range + 10 %", [[sets.skab_range(recording) for recording in recordings]]),
    ]
    lines = [
        f"Skoltech set, {len(recordings)} files, the first {TRAIN_ROWS} rows of each learned from:",
        "",
        "| detector | F1 | false alarms % | missed % | changepoints standard | low FP | low FN |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, runs in rows:
        figures = np.mean([_skab_figures(recordings, alarms) for alarms in runs], axis=0)
        cells = [f"{figures[0]:.3f}", *(f"{figure:.1f}" for figure in figures[1:])]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _skab_figures(recordings: Sequence[Recording], alarms: Sequence[Flags]) -> list[float]:
    pooled = outliers(
        [recording.anomaly[TRAIN_ROWS:] for recording in recordings], [alarm[TRAIN_ROWS:] for alarm in alarms]
    )
    changes = [recording.changes(alarm) for recording, alarm in zip(recordings, alarms, strict=True)]
    return [pooled.f1, pooled.far, pooled.mar, *(changepoints(changes, profile) for profile in PROFILES)]


def nab_table(series: Sequence[Series]) -> list[str]:
    """Return the lines on the Numenta set."""
    scored = command([one.path for one in series], "--format", "nab", "--train-fraction", str(nab.PROBATION))
    rows: list[tuple[str, list[list[Floats]]]] = [
        ("**novelty**", [[found.scores for found in scored]]),
        ("always alarm", [[sets.nab_always(one) for one in series]]),
        ("guesses (mean of 10)", [[sets.nab_random(seed)(one) for one in series] for seed in SEEDS]),
        ("distance outside the first rows' range", [[sets.nab_range(one) for one in series]]),
    ]
    windows = sum(len(one.windows) for one in series)
    lines = [
        f"Numenta set, {len(series)} series, {windows} windows:",
        "",
        "| detector | standard | low FP | low FN | standard, threshold of the other half (range) |",
        "|---|---|---|---|---|",
    ]
    for name, runs in rows:
        best = np.mean([[_sweep(series, run, name).best()[0] for name in PROFILES] for run in runs], axis=0)
        folds = np.array([_other_half(series, run, seed) for run in runs for seed in SEEDS])
        cells = [*(f"{figure:.1f}" for figure in best), f"{folds.mean():.1f} ({folds.min():.1f} to {folds.max():.1f})"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    own = [_sweep(series, [found.scores for found in scored], profile).at(AT_LIMIT) for profile in PROFILES]
    lines += [
        "",
        f"At the detector's own limit: {', '.join(f'{figure:.1f}' for figure in own)}.",
    ]
    return lines


def _sweep(series: Sequence[Series], scores: Sequence[Floats], profile: str) -> Sweep:
    return sweep([one.scored(found) for one, found in zip(series, scores, strict=True)], PROFILES[profile])


def _other_half(series: Sequence[Series], scores: Sequence[Floats], seed: int) -> float:
    """Return the score when each half of the series takes the threshold that is best on the other."""
    order = np.random.default_rng(seed).permutation(len(series))
    first, second = (
        _sweep([series[index] for index in half], [scores[index] for index in half], "standard")
        for half in (order[::2], order[1::2])
    )
    total = first.sum_at(second.best()[1]) + second.sum_at(first.best()[1])
    silent, perfect = first.silent + second.silent, first.perfect + second.perfect
    return 100.0 * (total - silent) / (perfect - silent)


def put(document: Path, block: str) -> None:
    """Put the tables between their two marks."""
    head, _, rest = document.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    document.write_text(f"{head}{BEGIN}\n{block}{END}{tail}")
    print(f"written to {document}", file=sys.stderr)
