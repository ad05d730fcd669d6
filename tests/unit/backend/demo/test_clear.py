from pathlib import Path

import pytest

from backend.demo.cli import MARK, NotTheDemos, clear
from kernel.processes.supervisor import AlreadyRunning, take_lock


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "letters.txt"
    kept.write_text("dear")

    with pytest.raises(NotTheDemos, match="no demo has made"):
        clear(tmp_path)

    assert kept.read_text() == "dear"


def test_the_demos_own_folder_is_emptied(tmp_path: Path) -> None:
    clear(tmp_path)
    (tmp_path / "old").touch()

    clear(tmp_path)

    assert not (tmp_path / "old").exists()
    assert (tmp_path / MARK).exists()


def test_the_folder_of_a_running_demo_is_left_alone(tmp_path: Path) -> None:
    clear(tmp_path)
    kept = tmp_path / "run" / "kept"
    kept.touch()
    held = take_lock(tmp_path / "run" / "supervisor.lock")

    with pytest.raises(AlreadyRunning):
        clear(tmp_path)

    held.close()
    assert kept.exists()
