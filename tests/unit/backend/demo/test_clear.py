from pathlib import Path

import pytest

from backend.demo.cli import clear
from kernel.processes.refusals import Refusal


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "letters.txt"
    kept.write_text("dear")

    with pytest.raises(Refusal, match="not a folder of the demo"):
        clear(tmp_path)

    assert kept.read_text() == "dear"


def test_the_demos_own_folder_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "fcm").mkdir()
    (tmp_path / "old").touch()

    clear(tmp_path)

    assert not (tmp_path / "old").exists()
