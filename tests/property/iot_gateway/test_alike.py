"""Laws of likeness between cases."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.alike import distance

numbers = st.floats(-1e6, 1e6, allow_nan=False)
summaries = st.fixed_dictionaries(
    {},
    optional={
        "observed": numbers | st.none(),
        "expected": numbers,
        "high": numbers,
        "shares": st.dictionaries(st.sampled_from("abc"), st.floats(0, 1), max_size=3) | st.none(),
    },
)


@given(summaries, summaries)
def test_it_is_symmetric_and_bounded(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = distance(one, other)

    assert 0 <= found <= 2
    assert found == pytest.approx(distance(other, one))


@given(numbers, st.floats(0.1, 100), st.dictionaries(st.sampled_from("abc"), st.floats(0.01, 1), min_size=1))
def test_a_case_is_like_itself(expected: float, half: float, shares: dict[str, float]) -> None:
    summary = {"observed": expected + 3, "expected": expected, "high": expected + half, "shares": shares}

    assert distance(summary, summary) == pytest.approx(0, abs=1e-9)


def test_the_same_metric_and_deviation_is_closer_than_another() -> None:
    def summary(observed: float, **shares: float) -> dict[str, Any]:
        return {"observed": observed, "expected": 2.0, "high": 3.0, "shares": shares}

    mine = summary(7.0, vibration=0.9, temperature=0.1)
    near, weaker, other = (
        summary(7.5, vibration=0.8, temperature=0.2),
        summary(3.5, vibration=0.9),
        summary(7.0, flow=1),
    )

    ranked = sorted([other, weaker, near], key=lambda one: distance(mine, one))

    assert ranked == [near, weaker, other]
