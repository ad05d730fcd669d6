"""Recordings: read as they are, spacing kept, ending now."""

from pathlib import Path

import pytest

from firmware_sim.errors import ReplayError
from firmware_sim.replay import Recording, read_recording


def a_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recording.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_spacing_is_kept_and_the_end_is_moved(tmp_path: Path) -> None:
    path = a_file(tmp_path, "timestamp,value\n2014-01-01 00:00:00,1\n2014-01-01 00:05:00,2\n2014-01-01 00:17:30,3\n")

    moved = read_recording(path).ending_at(1_800_000_000_000)

    assert moved.ts == (1_799_998_950_000, 1_799_999_250_000, 1_800_000_000_000)
    assert [row["value"] for row in moved.rows] == [1.0, 2.0, 3.0]


def test_several_columns_semicolons_and_blanks(tmp_path: Path) -> None:
    path = a_file(
        tmp_path, "datetime;Volume Flow RateRMS;Pressure\n2020-03-09 10:34:33;32.0;\n2020-03-09 10:34:34;;1\n"
    )

    recording = read_recording(path)

    assert recording.names == ("volume_flow_raterms", "pressure")
    assert recording.rows == ({"volume_flow_raterms": 32.0}, {"pressure": 1.0})


@pytest.mark.parametrize(
    "instant", ["1700000000", "1700000000000", "2023-11-14T22:13:20Z", "2023-11-15T06:13:20+08:00"]
)
def test_instants_of_several_kinds(tmp_path: Path, instant: str) -> None:
    assert read_recording(a_file(tmp_path, f"ts,value\n{instant},1\n")).ts == (1_700_000_000_000,)


def test_rows_are_put_in_order_of_time(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, "ts,value\n20,2\n10,1\n"))

    assert [row["value"] for row in recording.rows] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "needs a header"),
        ("timestamp\n1\n", "needs a header"),
        ("timestamp,value\n", "no rows"),
        ("timestamp,value\n1,x\n", "line 2"),
        ("timestamp,value\n1,inf\n", "line 2"),
        ("timestamp,value\n1,1\nsoon,2\n", "line 3"),
        ("timestamp,value\n1\n", "line 2"),
    ],
)
def test_a_broken_recording_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ReplayError, match=problem):
        read_recording(a_file(tmp_path, text))


def test_a_missing_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="no such file"):
        read_recording(tmp_path / "none.csv")


def counted(rows: int) -> Recording:
    """Rows that carry their own number."""
    ts = tuple(1_000 * index for index in range(rows))
    return Recording(("value",), ts, tuple({"value": float(index)} for index in range(rows)))


@pytest.mark.parametrize(
    ("rows", "held", "healthy"), [(1, 1, 1), (2, 2, 1), (100, 24, 50), (336, 24, 168), (1000, 24, 168), (5000, 24, 500)]
)
def test_the_held_end_and_the_healthy_beginning(rows: int, held: int, healthy: int) -> None:
    recording = counted(rows)

    assert recording.held() == recording.rows[-held:]
    assert recording.healthy() == recording.rows[:healthy]
