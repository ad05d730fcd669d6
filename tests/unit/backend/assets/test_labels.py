"""Sheets of labels: each on its place, none over the edge, texts within theirs."""

import base64
import re
import zlib

import pytest
from reportlab.pdfbase import pdfmetrics

from backend.assets.labels import FONT, LAYOUTS, MM, PAGE, Label, Layout, Size, sheet, shrunk

LABEL = Label("https://service.example/a/" + "x" * 43, "AS-2026-00042", "北塔空调箱 AHU-21 屋面东侧", "华东商场北门")


def pages(pdf: bytes) -> list[str]:
    """Return the drawing operations of each page."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    found = []
    for stream in streams:
        text = zlib.decompress(_ascii85(stream)).decode("latin-1")
        if " Tf" in text:
            found.append(text)
    return found


def _ascii85(stream: bytes) -> bytes:

    return base64.a85decode(stream.strip().removesuffix(b"~>"))


@pytest.mark.parametrize("size", list(Size))
def test_a_sheet_lies_within_the_page(size: Size) -> None:
    layout = LAYOUTS[size]

    assert layout.left + layout.columns * layout.width + (layout.columns - 1) * layout.gap <= PAGE[0]
    assert layout.top + layout.rows * layout.height <= PAGE[1]


@pytest.mark.parametrize("size", [Size.LARGE, Size.HUGE])
def test_labels_go_on_where_the_sheet_was_left(size: Size) -> None:
    layout: Layout = LAYOUTS[size]

    full = pages(sheet([LABEL] * layout.count, layout, locale="zh"))
    over = pages(sheet([LABEL] * layout.count, layout, locale="en", skip=1))

    assert len(full) == 1
    assert len(over) == 2
    assert full[0].count(" re") == over[0].count(" re") + over[1].count(" re")
    assert over[1].count(" re") * (layout.count - 1) == over[0].count(" re")


def test_the_same_labels_are_the_same_file() -> None:
    once, twice = (sheet([LABEL], LAYOUTS[Size.MEDIUM], locale="zh") for _ in range(2))

    assert once == twice
    assert once.startswith(b"%PDF-")


def test_a_number_is_written_smaller_before_it_is_cut() -> None:
    sheet([LABEL], LAYOUTS[Size.TINY], locale="en")

    height = shrunk(LABEL.number, 6.0, 20.0)

    assert pdfmetrics.stringWidth(LABEL.number, FONT, height * MM) <= 20.0 * MM + 1e-6
    assert shrunk("A-1", 6.0, 20.0) == 6.0
