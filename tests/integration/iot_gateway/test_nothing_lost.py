"""Every kind of kill under load, with devices that buffer: the sets are exact and the alarms the same.

The soak (`python -m benchmarks soak`) in a short form: own PostgreSQL, broker, gateway, scorer and device processes.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NOTHING_WRONG = {"lost": 0, "foreign": 0, "changed": 0, "duplicates": 0, "letters": 0, "different_rollups": 0}


def soak(folder: Path, *options: str) -> dict[str, object]:
    """Run a soak of a few hundred records a second; return its result."""
    result = folder / "result.json"
    command = [sys.executable, "-m", "benchmarks", "soak", "--json", str(result), "--no-fsync", *options]
    size = ["--rate", "300", "--devices", "12", "--machines", "2", "--processes", "1"]
    answer = subprocess.run(command + size, cwd=ROOT, capture_output=True, text=True, check=False)
    if not result.exists():
        pytest.fail(answer.stdout[-3000:] + answer.stderr[-3000:])
    found: dict[str, object] = json.loads(result.read_text())
    return found


def test_kills_of_every_process_lose_and_double_nothing(tmp_path: Path) -> None:
    found = soak(tmp_path, "--kills", "5", "--seed", "3")

    assert {name: found["account"][name] for name in NOTHING_WRONG} == NOTHING_WRONG
    assert found["account"]["stored"] == found["account"]["sent"] > 1000
    assert found["account"]["rollups"] > 1000, "three weeks of hours of two machines"
    assert found["verdict"]["cases"] >= found["verdict"]["planted"] == 2
    assert (found["verdict"]["missed"], found["verdict"]["repeated"]) == (0, 0)
    assert (found["verdict"]["different_hours"], found["verdict"]["different_evidence"]) == (0, 0)
    assert found["stuck"] == []
    assert {name for kind, _ in found["kills"] for name in kind.split("+")} == {
        "gateway",
        "scorer",
        "postgres",
        "broker",
    }
