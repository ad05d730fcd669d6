"""Laws of the picture of a case: it is a document whatever it is given, and everything in it lies within it."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.evidence_plot import HEIGHT, WIDTH, Evidence, Theme, draw, figure, ticks
from kernel.languages import Language, preferred

NAMESPACE = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 3, 1, tzinfo=UTC)
numbers = st.floats(-1e9, 1e9, allow_subnormal=False)
hours = st.integers(-400, 400)


def instant(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def ms(hour: float) -> int:
    return int(instant(hour).timestamp() * 1000)


@st.composite
def cases(draw_: st.DrawFn) -> Evidence:
    span = draw_(st.integers(0, 800))
    times = sorted(draw_(st.lists(st.integers(0, max(span, 1)), unique=True, max_size=30)))
    values = [draw_(numbers) for _ in times]
    middle, width = draw_(numbers), draw_(st.floats(0, 1e6))
    window = sorted(draw_(st.lists(hours, min_size=3, max_size=3)))
    return Evidence(
        device=draw_(st.text()),
        metric=draw_(st.text()),
        unit=draw_(st.sampled_from(["", "mm/s", "m³/h", "°C"])),
        points=[(ms(at), value) for at, value in zip(times, values, strict=True)],
        band=[(ms(at), middle - width, middle + width) for at in times[::2]],
        alarms=[ms(at) for at in draw_(st.lists(hours, max_size=5))],
        start=START,
        end=instant(span),
        started_at=instant(draw_(hours)),
        window=(instant(window[0]), instant(window[1]), instant(window[2])) if draw_(st.booleans()) else None,
        zone=ZoneInfo("Asia/Shanghai"),
    )


@given(cases(), st.sampled_from(Language), st.sampled_from(Theme))
def test_it_is_a_document_with_title_and_description_and_neither_script_nor_style(
    case: Evidence, language: Language, theme: Theme
) -> None:
    root = ElementTree.fromstring(draw(case, language=language, theme=theme))

    assert root.tag == f"{NAMESPACE}svg"
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert [child.tag for child in root][:2] == [f"{NAMESPACE}title", f"{NAMESPACE}desc"]
    assert all(root[place].text for place in (0, 1))
    elements = list(root.iter())
    assert {one.tag.removeprefix(NAMESPACE) for one in elements} <= {"svg", "title", "desc", "rect", "text", "path"}
    assert not {name for one in elements for name in one.attrib if name.startswith("on") or name in {"style", "href"}}


@given(cases())
def test_every_path_lies_within_the_picture(case: Evidence) -> None:
    root = ElementTree.fromstring(draw(case, language=Language.EN))

    for path in root.iter(f"{NAMESPACE}path"):
        for pair in re.findall(r"(-?[0-9.]+) (-?[0-9.]+)", path.attrib["d"]):
            x, y = (float(number) for number in pair)
            assert -0.1 <= x <= WIDTH + 0.1
            assert -0.1 <= y <= HEIGHT + 0.1


def test_hostile_names_are_text() -> None:
    case = Evidence(
        device="<script>alert(1)</script>", metric='a"b&c\x0b', unit="", points=[(ms(1), 1.0)], band=[], alarms=[],
        start=START, end=instant(5), started_at=instant(2), window=None, zone=ZoneInfo("UTC"),
    )  # fmt: skip

    root = ElementTree.fromstring(draw(case, language=Language.EN))

    assert root[0].text == '<script>alert(1)</script>: a"b&c'


@given(st.floats(-1e9, 1e9, allow_subnormal=False), st.floats(1e-3, 1e9))
def test_ticks_are_few_and_inside(low: float, span: float) -> None:
    found = ticks(low, low + span)

    assert 2 <= len(found) <= 7
    assert all(low - span * 1e-6 <= value <= low + span * (1 + 1e-6) for value in found)


def test_figures_are_short() -> None:
    values = [0, 7.1234, 0.00012345, 1234.56, 80, 100000, 2.5e9, -3.25]

    assert [figure(value) for value in values] == ["0", "7.123", "0.000123", "1235", "80", "100000", "2.5e+09", "-3.25"]


@given(st.text())
def test_any_header_has_a_language(header: str) -> None:
    assert preferred(header) in Language


def test_the_preferred_language_is_taken() -> None:
    said = [None, "en-GB,en;q=0.9", "fr,en;q=0.5", "en;q=0.4,zh-CN;q=0.8", "enx", "de"]

    assert [str(preferred(one)) for one in said] == ["zh", "en", "en", "zh", "zh", "zh"]
