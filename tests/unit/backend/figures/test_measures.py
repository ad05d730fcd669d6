"""Figures from sums: known values, and laws that hold for all."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from backend.figures.document import PAGE, page
from backend.figures.kpis import KPIS
from backend.figures.measures import of_durations, of_tallies, rate_point, score_point
from backend.figures.words import WORDS

MONDAY = date(2026, 9, 7)


def a_tally(n: int, **other: object) -> SimpleNamespace:
    given = {"bucket": MONDAY, "counted": True, "hit": False, "reason": None, "value": None, "weight": None}
    return SimpleNamespace(n=n, **given | other)


def test_a_rate_tells_its_interval_what_is_left_out_and_why() -> None:
    rows = [a_tally(8, hit=True), a_tally(2, reason="late"), a_tally(3, counted=False, reason="cancelled")]

    figure = of_tallies("rate", rows)

    assert (figure.n, figure.hits, figure.value) == (10, 8, 0.8)
    assert figure.low == pytest.approx(0.490162, abs=1e-6)
    assert figure.high == pytest.approx(0.943318, abs=1e-6)
    assert (figure.reasons, figure.excluded) == ({"late": 2}, {"cancelled": 3})
    assert figure.trend[MONDAY] == rate_point(8, 10)


def test_a_figure_of_nothing_has_no_value() -> None:
    for kind in ("rate", "share", "score"):
        assert of_tallies(kind, []).value is None
    assert of_durations([], {}).value is None


def test_promoters_less_detractors() -> None:
    rows = [a_tally(5, hit=True, reason="promoter"), a_tally(3, reason="passive"), a_tally(2, reason="detractor")]

    figure = of_tallies("score", rows)

    assert (figure.value, figure.n) == (30.0, 10)
    assert score_point(10, 0, 10).low == score_point(10, 0, 10).high == 100.0


def test_a_share_is_a_sum_by_a_sum_and_empty_lines_are_no_facts() -> None:
    rows = [a_tally(2, value=Decimal(30), weight=Decimal(40)), a_tally(0, value=Decimal(0), weight=Decimal(80))]

    figure = of_tallies("share", rows)

    assert (figure.value, figure.n, figure.denominator) == (0.25, 2, 120.0)


def test_every_figure_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(KPIS)
    assert all(all(words) for words in WORDS.values())


def test_the_page_of_figures_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m backend.figures.document`"
