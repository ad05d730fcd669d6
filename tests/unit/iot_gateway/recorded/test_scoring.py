"""Files of people's own through the command: what comes out, and what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from iot_gateway.telemetry_cli import app

SENSORS = ("flow", "pressure", "current", "heat")


def pump(folder: Path, name: str = "pump.csv", *, rows: int = 600, fault: int = 450, delimiter: str = ",") -> Path:
    """Write a recording of four sensors; three of them move at row `fault`."""
    noise = np.random.default_rng(1).normal(size=(rows, len(SENSORS)))
    noise[fault:, :3] += 3.0
    path = folder / name
    with path.open("w", newline="") as text:
        table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
        table.writerow(("timestamp", *SENSORS))
        for index, values in enumerate(noise.tolist()):
            table.writerow((f"2026-01-01 {index // 3600:02}:{index // 60 % 60:02}:{index % 60:02}", *values))
    return path


def score(*words: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["score", *map(str, words)])
    return answer.exit_code, answer.output


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as text:
        return list(csv.DictReader(text))


def test_every_row_has_a_score_and_the_fault_one_alarm_with_its_evidence(tmp_path: Path) -> None:
    source = pump(tmp_path)

    code, words = score(source, "--train-rows", 300, "--out", tmp_path / "out")

    assert code == 0, words
    rows = rows_of(tmp_path / "out/pump.csv")
    assert [row["timestamp"] for row in rows] == [row["timestamp"] for row in rows_of(source)]
    assert {row["alarm"] for row in rows[:450]} == {"0"}
    assert {row["alarm"] for row in rows[480:]} == {"1"}
    assert all((float(row["score"]) > 0.5) == (row["alarm"] == "1") for row in rows)
    evidence = json.loads((tmp_path / "out/pump.json").read_text())
    (alarm,) = evidence["alarms"]
    assert alarm["start"] > "2026-01-01 00:07:29"
    assert alarm["end"] == "2026-01-01 00:09:59"
    assert alarm["score"] > alarm["limit"]
    assert {reading["metric"] for reading in alarm["metrics"]} == {"flow", "pressure", "current"}
    assert sum(reading["share"] for reading in alarm["metrics"]) == pytest.approx(1.0, abs=1e-3)
    assert all(reading["observed"] > reading["high"] > reading["expected"] for reading in alarm["metrics"])


def test_a_score_never_depends_on_what_comes_later(tmp_path: Path) -> None:
    whole = pump(tmp_path, "whole.csv")
    cut = tmp_path / "cut.csv"
    cut.write_text("".join(whole.read_text().splitlines(keepends=True)[:501]))

    score(whole, cut, "--train-rows", 300, "--out", tmp_path / "out")

    assert rows_of(tmp_path / "out/cut.csv") == rows_of(tmp_path / "out/whole.csv")[:500]


def test_one_column_is_judged_by_its_own_range(tmp_path: Path) -> None:
    values = np.sin(np.arange(2000) / 20)
    values[1500:1510] = 5.0
    source = tmp_path / "one.csv"
    source.write_text("ts,value\n" + "".join(f"{60 * i},{v}\n" for i, v in enumerate(values.tolist())))

    code, words = score(source, "--format", "nab", "--out", tmp_path / "out")

    assert code == 0, words
    rows = rows_of(tmp_path / "out/one.csv")
    alarms = [index for index, row in enumerate(rows) if row["alarm"] == "1"]
    assert alarms[0] == 1500
    assert alarms[-1] < 1510
    assert json.loads((tmp_path / "out/one.json").read_text())["trained_rows"] == 300


def test_files_as_spreadsheets_write_them_are_read_alike(tmp_path: Path) -> None:
    plain = pump(tmp_path, "plain.csv")
    semicolons = pump(tmp_path, "semicolons.csv", delimiter=";")
    decimal = tmp_path / "decimal.csv"
    decimal.write_text(semicolons.read_text().replace(".", ","))
    windows = tmp_path / "windows.csv"
    windows.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    files = (plain, semicolons, decimal, windows)

    code, words = score(*files, "--train-rows", 300, "--out", tmp_path / "out")

    assert code == 0, words
    first, *others = [rows_of(tmp_path / "out" / file.name) for file in files]
    assert all(other == first for other in others)


def test_labels_are_never_read(tmp_path: Path) -> None:
    plain = pump(tmp_path, "plain.csv")
    labelled = tmp_path / "labelled.csv"
    head, *lines = plain.read_text().splitlines()
    marked = [f"{line},{int(index > 450)},0" for index, line in enumerate(lines)]
    labelled.write_text("\n".join([f"{head},anomaly,changepoint", *marked, ""]))

    score(plain, labelled, "--train-rows", 300, "--out", tmp_path / "out")

    assert rows_of(tmp_path / "out/plain.csv") == rows_of(tmp_path / "out/labelled.csv")


def test_missing_values_move_nothing(tmp_path: Path) -> None:
    source = pump(tmp_path)
    lines = source.read_text().splitlines()
    gaps = [line if index % 7 else f"{line.split(',')[0]},,nan,NA,null" for index, line in enumerate(lines)]
    source.write_text("\n".join([lines[0], *gaps[1:], ""]))

    code, words = score(source, "--train-rows", 300, "--out", tmp_path / "out")

    assert code == 0, words
    rows = rows_of(tmp_path / "out/pump.csv")
    assert {row["alarm"] for row in rows[:450]} == {"0"}
    assert {row["alarm"] for row in rows[490:]} == {"1"}


def test_repeated_times_and_a_clock_set_back_are_told(tmp_path: Path) -> None:
    source = pump(tmp_path)
    lines = source.read_text().splitlines(keepends=True)
    source.write_text("".join([*lines[:500], lines[499], *lines[440:]]))

    code, words = score(source, "--train-rows", 300, "--out", tmp_path / "out")

    assert code == 0, words
    evidence = json.loads((tmp_path / "out/pump.json").read_text())
    assert (evidence["times_repeated"], evidence["times_back"]) == (1, 1)
    assert evidence["rows"] == len(rows_of(tmp_path / "out/pump.csv")) == len(lines) + 60


REFUSED = {
    "empty": ("", "line 1: the file is empty"),
    "no time": ("a,b\n1,2\n", "line 1: no column is called timestamp"),
    "no values": ("timestamp,anomaly\n1,0\n", "line 1: there is no column of values"),
    "twice": ("timestamp,a,a\n1,0,0\n", "line 1: two columns have the same name"),
    "text": ("timestamp,a\n1,2\n2,warm\n", "line 3: 'warm' is not a number"),
    "bad time": ("timestamp,a\nyesterday,2\n", "line 2: 'yesterday' is not a time"),
    "ragged": ("timestamp,a\n1,2\n2,3,4\n", "line 3: 3 cells where the head has 2"),
    "backwards": ("timestamp,a\n" + "".join(f"{-i},1\n" for i in range(300)), "the rows are not in the order of time"),
    "short": ("timestamp,a\n1,2\n2,3\n", "none is left to judge"),
    "not text": (b"timestamp,a\n1,\xff\xfe\n", "the file is not UTF-8 text"),
    "endless": ("timestamp,a\n1," + "9" * 200_000 + "\n", "not a table"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_judged_is_refused_with_its_line_and_the_others_are_judged(
    case: str, tmp_path: Path
) -> None:
    content, reason = REFUSED[case]
    bad, good = tmp_path / "bad.csv", pump(tmp_path)
    bad.write_bytes(content if isinstance(content, bytes) else content.encode())

    code, words = score(bad, good, "--train-rows", 300, "--out", tmp_path / "out")

    assert code == 2
    assert reason in words
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["pump.csv", "pump.json"]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    code, words = score(tmp_path / "nowhere.csv", "--out", tmp_path / "out")

    assert code == 2
    assert "No such file" in words


def test_too_few_rows_for_a_fraction_are_refused(tmp_path: Path) -> None:
    source = pump(tmp_path, rows=40, fault=30)

    code, words = score(source, "--train-fraction", 0.15, "--out", tmp_path / "out")

    assert code == 2
    assert "too few" in words


def test_files_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        pump(tmp_path / folder)

    code, words = score(*sorted(tmp_path.glob("*/pump.csv")), "--train-rows", 300, "--out", tmp_path / "out")

    assert code == 0, words
    assert rows_of(tmp_path / "out/a/pump.csv") == rows_of(tmp_path / "out/b/pump.csv")


def test_no_input_is_replaced(tmp_path: Path) -> None:
    source = pump(tmp_path)
    before = source.read_bytes()

    code, words = score(source, "--out", tmp_path)

    assert code == 2
    assert "would be replaced" in words
    assert source.read_bytes() == before
