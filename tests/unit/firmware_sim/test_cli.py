"""The command refuses with one sentence and exit code 2, never a traceback."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from firmware_sim.cli import app


def credentials(tmp_path: Path, **changes: object) -> Path:
    body = {
        "tenant": "demo",
        "host": "127.0.0.1",
        "port": 1,
        "devices": [{"name": "a", "model": "pump", "secret": "s"}],
    }
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(body | changes), encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sim", *arguments])


def test_a_broken_scenario_exits_2_with_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("devices:\n  - {name: a, model: pomp}\n", encoding="utf-8")

    result = run("--credentials", str(credentials(tmp_path)), "--scenario", str(broken))

    assert result.exit_code == 2
    assert result.stderr.startswith("sim: broken.yaml, line 2, devices[0].model: 'pomp' is unknown")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"devices": []},
        {"port": 0},
        {"port": "1883"},
        {"ca": "none.pem"},
        {"devices": [{"name": "a"}]},
        {"devices": [{"name": "a", "model": "oven", "secret": "s"}]},
        {"devices": [{"name": "a", "model": "thermometer", "secret": "s"}]},
        {"devices": [{"name": "a", "model": "pump", "secret": "s"}] * 2},
    ],
)
def test_broken_credentials_exit_2(tmp_path: Path, changes: dict[str, object]) -> None:
    result = run("--credentials", str(credentials(tmp_path, **changes)))

    assert result.exit_code == 2
    assert result.stderr.startswith("sim: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["--history", "soon"], ["--replay", "x.csv"], ["--replay", "none.csv:a"], ["--duration", "-1s"]],
)
def test_broken_options_exit_2(tmp_path: Path, arguments: list[str]) -> None:
    result = run("--credentials", str(credentials(tmp_path)), *arguments)

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_nobody_to_talk_to_exits_1(tmp_path: Path) -> None:
    result = run("--credentials", str(credentials(tmp_path)), "--history", "1h", "--connect-timeout", "300ms")

    assert result.exit_code == 1
    assert "no device could connect" in result.stderr
