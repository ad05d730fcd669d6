"""`fieldhand dispatch` over files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dispatch.cli import app
from dispatch.formats.own import write_instance
from tests.unit.dispatch.test_trsp import TINY
from tests.unit.dispatch.worlds import CONTACTOR, ROUTINE, a_world

run = CliRunner()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    world, plan = tmp_path / "world.json", tmp_path / "plan.json"
    world.write_text(write_instance(a_world(requests=[CONTACTOR, *ROUTINE])), encoding="utf-8")
    return world, plan


def test_solve_check_and_explain_work_on_files(files: tuple[Path, Path]) -> None:
    world, plan = files

    solved = run.invoke(app, ["solve", str(world), "--seconds", "5", "--iterations", "500", "--output", str(plan)])
    checked = run.invoke(app, ["check", str(world), str(plan)])
    told = run.invoke(app, ["explain", str(world), str(plan), "AHU-21"])
    chinese = run.invoke(app, ["explain", str(world), str(plan), "AHU-21", "--lang", "zh"])

    assert solved.exit_code == 0, solved.output
    assert "6 of 6 requests planned" in solved.output
    assert checked.exit_code == 0, checked.output
    assert checked.output.startswith("0 broken rules, cost ")
    assert "AHU-21: sun" in told.output
    assert "gao: skill level 1 of 3 (electrical)" in told.output
    assert "技能等级 1" in chinese.output


def test_check_finds_a_tampered_plan(files: tuple[Path, Path]) -> None:
    world, plan = files
    run.invoke(app, ["solve", str(world), "--engine", "insertion", "--output", str(plan)])
    document = json.loads(plan.read_text())
    sun, gao = document["routes"][0], document["routes"][1]
    gao["stops"] += [stop for stop in sun["stops"] if stop.get("visit") == "AHU-21"]
    plan.write_text(json.dumps(document))

    checked = run.invoke(app, ["check", str(world), str(plan)])

    assert checked.exit_code == 1
    assert "skill: gao AHU-21: skill level 1 of 3" in checked.output
    assert "twice: AHU-21" in checked.output


def test_unusable_files_are_refused_with_their_reason(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"format": "fieldhand-dispatch/1"}')

    assert run.invoke(app, ["solve", str(tmp_path / "absent.json")]).exit_code == 2
    assert run.invoke(app, ["solve", str(broken)]).exit_code == 2
    assert run.invoke(app, ["solve", str(broken), "--engine", "magic"]).exit_code == 2


def test_trsp_files_are_recognised(tmp_path: Path) -> None:
    file = tmp_path / "tiny.txt"
    file.write_text(TINY)

    solved = run.invoke(app, ["solve", str(file), "--seconds", "0"])

    assert solved.exit_code == 0
    assert '"pickup": "depot"' in solved.output


def test_nothing_but_an_engine_loads_ortools() -> None:
    code = "import sys, dispatch.cli, dispatch.solve; sys.exit(any(m.startswith('ortools') for m in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
