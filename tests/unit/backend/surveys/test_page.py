"""The survey's page."""

import pytest

from backend.surveys.page import EN, ZH, form, words

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_hostile_text_never_becomes_markup() -> None:
    page = form(EN, number="T-1", summary=HOSTILE)

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ZH),
        ("", ZH),
        ("en-GB,en;q=0.9", EN),
        ("zh-CN,zh;q=0.9,en;q=0.8", ZH),
        ("de,en;q=0.7,zh;q=0.3", EN),
        ("fr;q=x,;;,en;q=", EN),
    ],
)
def test_the_page_speaks_the_readers_language(header: str | None, expected: object) -> None:
    assert words(header) is expected
