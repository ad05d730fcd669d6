"""Sheets of labels with QR codes, as PDF: what to stick on an asset so that it can be reported and found."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
PAGE = (210.0, 297.0)
FONT = "STSong-Light"
"""Of Adobe's Asian font pack: every reader of PDF has it or something like it, and none has to be embedded."""
QUIET = 4
"""Light modules around a code, as ISO/IEC 18004 asks for."""


class Size(StrEnum):
    """Sizes of labels in millimetres, as the usual sheets of A4 are sold."""

    TINY = "38x21"
    SMALL = "64x34"
    MEDIUM = "70x37"
    LARGE = "99x68"
    HUGE = "105x148"


@dataclass(frozen=True)
class Layout:
    """Labels on a page of A4, in millimetres."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap: float = 0.0
    """Between columns."""

    @property
    def count(self) -> int:
        """Return how many labels a page has."""
        return self.columns * self.rows


LAYOUTS = {
    Size.TINY: Layout(5, 13, 38.1, 21.2, 4.7, 10.7, gap=2.5),
    Size.SMALL: Layout(3, 8, 63.5, 33.9, 7.2, 12.9, gap=2.5),
    Size.MEDIUM: Layout(3, 8, 70.0, 37.0, 0.0, 0.5),
    Size.LARGE: Layout(2, 4, 99.1, 67.7, 4.65, 13.1, gap=2.5),
    Size.HUGE: Layout(2, 2, 105.0, 148.0, 0.0, 0.5),
}
CALL = {"zh": "扫码报修", "en": "Scan to report a fault"}


@dataclass(frozen=True)
class Label:
    """What one label says."""

    url: str
    number: str
    name: str
    place: str


def sheet(labels: Sequence[Label], layout: Layout, *, locale: str, skip: int = 0) -> bytes:
    """Return a PDF with labels in rows from the top left, leaving out as many as were used up before."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - half a second of import, needed by few requests
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    into = io.BytesIO()
    canvas = Canvas(into, pagesize=(PAGE[0] * MM, PAGE[1] * MM), invariant=1)
    canvas.setTitle(CALL[locale])
    for place, label in enumerate(labels, start=skip):
        if place % layout.count == 0 and place > skip:
            canvas.showPage()
        row, column = divmod(place % layout.count, layout.columns)
        left = layout.left + column * (layout.width + layout.gap)
        top = PAGE[1] - layout.top - row * layout.height
        _draw(canvas, label, layout, left=left, top=top, locale=locale)
    canvas.showPage()
    canvas.save()
    return into.getvalue()


def _draw(canvas: "Canvas", label: Label, layout: Layout, *, left: float, top: float, locale: str) -> None:
    margin = min(layout.width, layout.height) * 0.06
    side = min(layout.height - 2 * margin, layout.width * 0.5)
    _draw_code(canvas, label.url, left=left + margin, top=top - margin, side=side)
    size = max(1.8, min(layout.height * 0.11, 6.0))
    room = layout.width - side - 3 * margin
    lines = [(label.number, shrunk(label.number, size * 1.15, room))]
    lines += [(line, size) for line in _wrapped(label.name, size, room, most=2)]
    lines += [(line, size * 0.8) for line in _wrapped(label.place, size * 0.8, room, most=2)]
    lines.append((CALL[locale], shrunk(CALL[locale], size * 0.8, room)))
    base = top - margin
    for text, height in lines:
        base -= height * 1.3
        if base < top - layout.height + margin * 0.5:
            break
        canvas.setFont(FONT, height * MM)
        canvas.drawString((left + side + 2 * margin) * MM, base * MM, text)


def shrunk(text: str, height: float, room: float) -> float:
    """Return the height of letters, at most `height`, at which a text that must not be cut fits into `room`."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415

    width = float(stringWidth(text, FONT, height * MM)) / MM
    return height if width <= room else height * room / width


def _draw_code(canvas: "Canvas", text: str, *, left: float, top: float, side: float) -> None:
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    step = side / (len(rows) + 2 * QUIET)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        across = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                x, y = left + (QUIET + across) * step, top - (QUIET + down + 1) * step
                path.rect(x * MM, y * MM, length * step * MM, step * MM)
            across += length
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def _wrapped(text: str, height: float, room: float, *, most: int) -> list[str]:
    """Return a text in lines of at most `room` millimetres; what does not fit into `most` lines ends in dots."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415

    def fits(line: str) -> bool:
        return float(stringWidth(line, FONT, height * MM)) <= room * MM

    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most:
        end = len(rest)
        while end > 1 and not fits(rest[:end]):
            end -= 1
        space = rest.rfind(" ", 1, end) if end < len(rest) else -1
        if space > 0 and len(lines) + 1 < most:
            end = space
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest and lines:
        last = lines[-1]
        while last and not fits(last + "…"):
            last = last[:-1]
        lines[-1] = last + "…"
    return lines
