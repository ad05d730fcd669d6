"""How a report is set: typefaces for Latin and Chinese, styles, page numbers.

Chinese is set in Song by its name alone (Adobe's `STSong-Light`, which PDF readers bring or replace), or, where a font
file is configured, in that, put into the PDF.
"""

import re
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from backend.reports.texts import WORDS
from kernel.settings import get_settings

SONG, OWN, LATIN, LATIN_BOLD = "STSong-Light", "ReportFont", "Helvetica", "Helvetica-Bold"
NOT_LATIN = re.compile(r"[^\x00-\xff]+")
BEYOND = re.compile(r"[\U00010000-\U0010ffff\x00-\x08\x0b-\x1f]")
"""What neither typeface has: characters beyond the first plane, and control characters."""
INK, PALE, LINE = colors.HexColor("#1c2733"), colors.HexColor("#5b6b7a"), colors.HexColor("#c9d2da")
BAND, GOOD, BAD = colors.HexColor("#eef2f5"), colors.HexColor("#12703f"), colors.HexColor("#b3261e")
MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN - 12
"""Between the margins, without the padding of reportlab's frame."""


@cache
def _chinese() -> str:
    """Register the typeface for Chinese and return its name."""
    own = get_settings().report_font_file
    if own is None:
        pdfmetrics.registerFont(UnicodeCIDFont(SONG))
        return SONG
    pdfmetrics.registerFont(TTFont(OWN, str(own)))
    return OWN


def styled(text: object, *, size: float = 9, bold: bool = False, color: colors.Color = INK) -> Paragraph:
    """Return a paragraph of any text, each stretch in the typeface that has it."""
    clean = escape(BEYOND.sub("□", str(text))).replace("\n", "<br/>")
    chinese = _chinese()
    marked = NOT_LATIN.sub(lambda found: f'<font name="{chinese}">{found[0]}</font>', clean)
    style = ParagraphStyle(
        "text",
        fontName=LATIN_BOLD if bold else LATIN,
        fontSize=size,
        leading=size * 1.45,
        textColor=color,
        wordWrap="CJK" if NOT_LATIN.search(clean) else None,
        splitLongWords=1,
    )
    return Paragraph(marked, style)


class NumberedCanvas(Canvas):
    """A canvas that writes at the foot of each page what it is, and how many pages there are."""

    def __init__(self, *args: Any, locale: str, foot: str, **kwargs: Any) -> None:
        """Begin a document."""
        super().__init__(*args, **kwargs)
        self.locale, self.foot = locale, foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Keep the page until all are known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Write every page with its foot."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            words = WORDS[self.locale]["page"].format(page=number, pages=len(self._pages))
            for text, place in ((self.foot, MARGIN), (words, MARGIN + WIDTH - 30 * mm)):
                line = styled(text, size=7, color=PALE)
                line.wrap(WIDTH - 32 * mm if place == MARGIN else 30 * mm, 20)
                line.drawOn(self, place, 8 * mm)
            super().showPage()
        super().save()
