"""Remaining life: from files to P10, P50 and P90, in the stage that the known failures allow."""

import csv
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from iot_gateway.detect import passage, rul, trajectories, wear
from iot_gateway.detect.conformal import Calibration
from iot_gateway.detect.lives import Life
from iot_gateway.detect.rul import Stage
from iot_gateway.errors import UnusableLives
from iot_gateway.recorded.remaining import read_lives
from iot_gateway.telemetry_cli import app
from tests.unit.iot_gateway.wearing import a_life, lives


def a_table(path: Path, units: Sequence[Life], names: Sequence[str] = ("heat", "flow", "hum", "still")) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", "cycle", *names])
        for life in units:
            for cycle, values in zip(life.cycles, life.values, strict=True):
                writer.writerow([life.unit, cycle, *values])
    return path


@pytest.mark.parametrize(
    ("failures", "stage"),
    [(0, Stage.TREND), (4, Stage.TREND), (5, Stage.MATCHING), (9, Stage.MATCHING), (10, Stage.BOOSTING)],
)
def test_the_stage_follows_from_the_failures_known(failures: int, stage: Stage) -> None:
    assert rul.stage_for(failures) is stage


@pytest.mark.parametrize("failures", [0, 6, 20])
def test_a_table_of_lives_gives_a_line_for_each_unit(failures: int, tmp_path: Path) -> None:
    train = a_table(tmp_path / "train.csv", lives(failures))
    asked = [a_life(900, cycles=100).until(95), a_life(901, cycles=100).until(50)]
    test, out = a_table(tmp_path / "test.csv", asked), tmp_path / "out.csv"

    found = CliRunner().invoke(app, ["rul", "--train", str(train), "--test", str(test), "--out", str(out)])

    assert found.exit_code == 0, found.output
    assert f"{failures} failures known, by {rul.stage_for(failures)}" in found.output
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["unit", "rul_p10", "rul_p50", "rul_p90"]
    assert [row["unit"] for row in rows] == ["unit 900", "unit 901"]
    for row in rows:
        assert 0 <= float(row["rul_p10"]) <= float(row["rul_p50"]) <= float(row["rul_p90"])
    assert float(rows[0]["rul_p50"]) < float(rows[1]["rul_p50"])


def test_without_any_failures_the_table_of_them_may_be_left_out(tmp_path: Path) -> None:
    test, out = a_table(tmp_path / "test.csv", [a_life(1).until(40)]), tmp_path / "out.csv"

    found = CliRunner().invoke(app, ["rul", "--test", str(test), "--out", str(out), "--fails-at", "8"])

    assert found.exit_code == 0, found.output
    assert "1 units, 0 failures known, by trend" in found.output


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", None, "Empty"),
        ("unit,heat\na,1\n", "cycle", "no column cycle"),
        ("cycle,heat\n1,1\n", "unit", "no column unit"),
        ("unit,cycle\na,1\n", None, "no values"),
        ("unit,cycle,heat\na,1,1\na,3,1\na,2,1\n", "cycle", "do not rise"),
        ("unit,cycle,heat\na,1,1\na,1,1\n", "cycle", "do not rise"),
        ("unit,cycle,heat\na,1,1\na,2,\n", "heat", "no number in row 2"),
        ("unit,cycle,heat\na,1,nan\n", "heat", "no number in row 1"),
        ("unit,cycle,heat\na,1,warm\n", "heat", "heat is not all numbers"),
        ("unit,cycle,heat\na,one,1\n", "cycle", "cycle is not all numbers"),
        ("unit,cycle,heat\n,1,1\n", "unit", "without a unit"),
        ("unit,cycle,heat,heat\na,1,1,2\n", "heat", "two columns are called heat"),
        ("unit,cycle,cycle,heat\na,1,1,2\n", "cycle", "two columns are called cycle"),
        ("unit,cycle,w\udce4rme\na,1,1\n", None, "utf-8|UTF8|Unicode"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_reason(
    text: str, column: str | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "lives.csv"
    path.write_text(text, errors="surrogateescape")

    with pytest.raises(UnusableLives, match=said) as refused:
        read_lives(path)

    assert refused.value.members["column"] == column
    result = CliRunner().invoke(app, ["rul", "--test", str(path), "--out", str(tmp_path / "out.csv")])
    assert result.exit_code == 2
    assert not (tmp_path / "out.csv").exists()


def test_units_may_take_turns_in_a_table_and_the_answer_column_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "lives.csv"
    path.write_text("unit,rul,cycle,heat\n7,1,1,10\n007,0,5,20\n7,0,2,11\n")

    table = read_lives(path)

    assert table.names == ("heat",)
    assert [life.unit for life in table.lives] == ["7", "007"]
    assert table.lives[0].values.tolist() == [[10.0], [11.0]]


def test_a_column_that_the_failures_have_and_the_units_lack_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lives.csv"
    path.write_text("unit,cycle,heat\na,1,1\n")

    with pytest.raises(UnusableLives, match="no column flow"):
        read_lives(path, ("heat", "flow"))


@pytest.mark.parametrize("cut", [20, 50, 99])
def test_features_know_nothing_of_later_rows(cut: int) -> None:
    life = a_life(3, cycles=100)
    scale = wear.scale_of([life])

    whole, part = wear.features(life, scale), wear.features(life.until(cut), scale)

    np.testing.assert_allclose(part, whole[:cut], atol=1e-9)


def test_the_slope_feature_is_that_of_a_straight_line_through_thirty_rows() -> None:
    life = a_life(4, cycles=80)
    scale = wear.scale_of([life])
    metrics = int(scale.kept.sum())

    slope = wear.features(life, scale)[-1, 4 * metrics : 5 * metrics]

    wanted = np.polyfit(np.arange(30.0), scale.apply(life.values)[-30:], 1)[0]
    np.testing.assert_allclose(slope, wanted, atol=1e-9)


def test_a_stretch_of_a_past_life_is_found_where_it_was() -> None:
    past = [np.linspace(100.0, 0.0, 101), np.linspace(50.0, 0.0, 51) + 500.0]

    left, weight = trajectories.votes(past[0][:71], past)

    assert left[0] == 30
    assert weight[0] > 0.5


def test_a_steady_rise_passes_its_level_when_the_line_does() -> None:
    when = passage.first_passage(np.arange(50.0), fails_at=99.0, horizon=500.0)

    assert np.median(when) == pytest.approx(50.0, rel=0.1)


def test_what_has_passed_the_level_already_has_nothing_left() -> None:
    window = rul.by_trend(np.linspace(1.0, 20.0, 60), a_life(1, cycles=60), fails_at=6.0)

    assert (window.p10, window.p50) == (0.0, 0.0)


def test_a_window_is_as_wide_as_the_errors_of_devices_that_said_about_the_same() -> None:
    likely = np.repeat([10.0, 100.0], 400)
    devices = np.tile(np.repeat(np.arange(20), 20), 2)
    errors = np.where(likely < 50, np.tile(np.linspace(-1, 1, 20), 40), np.tile(np.linspace(-30, 30, 20), 40))
    known = Calibration(likely, errors, devices, near=5.0)

    early, late = known.around(10.0)
    first, last = known.around(100.0)

    assert 9.0 <= early < 10.0 < late <= 11.0
    assert last - first > 10 * (late - early)


def test_a_device_with_many_rows_has_one_vote() -> None:
    errors = np.concatenate([np.full(10_000, 50.0), np.linspace(-1.0, 1.0, 19)])
    devices = np.concatenate([np.zeros(10_000, dtype=int), np.arange(1, 20)])
    known = Calibration(np.full(len(errors), 100.0), errors, devices, near=5.0)

    assert known.around(100.0)[1] < 110.0


def test_scikit_learn_is_loaded_by_the_fit_alone() -> None:
    code = (
        "import sys, iot_gateway.telemetry_cli, iot_gateway.recorded.remaining, iot_gateway.detect.rul;"
        "sys.exit(any(name.split('.')[0] in {'sklearn', 'scipy', 'pandas', 'joblib'} for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
