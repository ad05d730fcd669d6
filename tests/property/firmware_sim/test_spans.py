"""Durations and scenario files survive anything a person types."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.errors import ScenarioError
from firmware_sim.scenario_file import parse_scenario
from firmware_sim.spans import parse_offset, parse_span


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59))
def test_parts_add_up(days: int, hours: int, minutes: int) -> None:
    text = f"{days}d{hours}h{minutes}m"

    assert parse_span(text) == days * 86400 + hours * 3600 + minutes * 60
    assert parse_offset(f"-{text}") == -parse_span(text)


@given(st.text(alphabet="abdehimnosv:-[]{} \n\t'\"#&*!|>%@`0123456789,.", max_size=80))
def test_no_text_breaks_the_reader_otherwise_than_by_a_refusal(text: str) -> None:
    with suppress(ScenarioError):
        parse_scenario("devices:\n  - name: a\n    model: pump\n" + text)
