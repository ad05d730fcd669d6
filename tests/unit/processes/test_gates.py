"""The runner of the tests gives a few failures a second try by themselves, and says so."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from kernel.processes import gates

FLAKY = """
from pathlib import Path

def test_passes_the_second_time():
    mark = Path(__file__).with_name("tried")
    tried = mark.exists()
    mark.touch()
    assert tried
"""
BROKEN = """
def test_never_passes():
    assert False
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    monkeypatch.setattr(gates, "ROOT", tmp_path)
    return tmp_path


def run(folder: Path, *arguments: str) -> bool:
    return gates.run_pytest(("-n0", *arguments), {**os.environ, "PYTHONPATH": str(folder)})


def test_a_failure_that_passes_by_itself_is_named(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (suite / "test_flaky.py").write_text(FLAKY)
    assert run(suite)
    assert "passed only by themselves:\n  test_flaky.py::test_passes_the_second_time" in capsys.readouterr().err


def test_a_failure_that_stays_fails(suite: Path) -> None:
    (suite / "test_broken.py").write_text(BROKEN)
    (suite / "test_flaky.py").write_text(FLAKY)
    assert not run(suite)


def test_no_test_at_all_fails(suite: Path) -> None:
    assert not run(suite)


@pytest.mark.parametrize(("remembered", "expected"), [({"b::x": True, "a::y": True}, ["a::y", "b::x"]), (None, [])])
def test_what_pytest_remembers(tmp_path: Path, remembered: object, expected: Sequence[str]) -> None:
    cache = tmp_path / ".pytest_cache/v/cache"
    cache.mkdir(parents=True)
    (cache / "lastfailed").write_text(json.dumps(remembered) if remembered else "{")
    assert gates.failed_tests(tmp_path) == expected
