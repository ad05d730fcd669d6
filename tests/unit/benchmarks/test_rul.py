"""The remaining-life bench: cuts that never change, honest errors, and the figures of the product's own function."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks import rul as bench
from iot_gateway.detect import rul
from iot_gateway.detect.lives import Life
from tests.unit.iot_gateway.wearing import a_life, lives

ENGINES = Path(os.environ.get("FIELDHAND_DATA", "-")) / bench.DATA


def numbered(seed: int) -> Life:
    life = a_life(seed, cycles=200)
    return Life(str(seed), life.cycles, life.values)


@pytest.mark.parametrize("protocol", bench.PROTOCOLS)
def test_cuts_are_fixed_and_within_their_protocol(protocol: bench.Cut) -> None:
    life = numbered(7)

    cuts = bench.cuts(life, protocol)

    left = [200 - count for count in cuts]
    assert cuts == bench.cuts(life, protocol)
    assert min(cuts) >= bench.KNOWN_ROWS
    assert min(left) >= protocol.fewest
    assert max(left) <= (protocol.most or 200 - bench.KNOWN_ROWS)


def test_no_unit_is_known_and_asked_about_in_one_fold() -> None:
    units = lives(50)

    parts = bench.folds(units)

    assert [life.unit for _, asked in parts for life in asked] == [life.unit for life in units]
    for known, asked in parts:
        assert (len(known), len(asked)) == (40, 10)
        assert not {life.unit for life in known} & {life.unit for life in asked}
    assert [life.unit for life in parts[-1][1]] == [f"unit {number}" for number in range(40, 50)]


def test_errors_and_coverage_are_those_of_the_definition() -> None:
    rows = np.array([[10.0, 5.0, 13.0, 20.0], [200.0, 90.0, 121.0, 150.0]])

    assert bench.error(rows) == pytest.approx(np.sqrt((3.0**2 + 79.0**2) / 2))
    assert bench.error(rows, 125.0) == pytest.approx(np.sqrt((3.0**2 + 4.0**2) / 2))
    assert bench.coverage(rows) == 0.5


@pytest.mark.skipif(not ENGINES.is_file(), reason="the engines are not here: FIELDHAND_DATA names no folder with them")
def test_engines_that_chose_nothing_are_forecast_closer_than_by_a_straight_line() -> None:
    engines = bench.read_engines(ENGINES)
    known, asked = bench.folds(engines)[-1]

    trees = bench.judge(bench.staged(rul.Stage.BOOSTING), known, asked)
    line = bench.judge(bench.linear, known, asked)

    assert bench.error(trees[bench.LATE]) < min(15.0, bench.error(line[bench.LATE]))
    assert 0.65 <= bench.coverage(trees[bench.ANYWHERE]) <= 0.95
