"""The page of lifecycles says what the tables say."""

from pathlib import Path

from backend.tickets.lifecycle_page import render

PAGE = Path(__file__).resolve().parents[4] / "docs" / "lifecycle.md"


def test_the_page_is_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()
