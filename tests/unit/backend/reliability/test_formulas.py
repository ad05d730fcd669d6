"""Reliability by hand, and its laws."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reliability.formulas import (
    Between,
    Mean,
    between_failures,
    inherent_availability,
    mean,
    operational_availability,
)

HOUR = timedelta(hours=1)


def test_a_year_with_three_failures() -> None:
    """8,760 h, of which 60 h down: MTBF 8,700 / 3, repairs of 2, 4 and 6 h."""
    between = between_failures(8_700, 3)
    repair = mean([2 * HOUR, 4 * HOUR, 6 * HOUR])

    assert between == Between(2_900, 3)
    assert not between.above
    assert repair == Mean(4, 3)
    assert inherent_availability(between, repair) == pytest.approx(2_900 / 2_904)
    assert operational_availability(8_700 * HOUR, 60 * HOUR) == pytest.approx(0.993150685)


def test_without_a_failure_the_time_between_is_longer_than_what_was_seen() -> None:
    between = between_failures(500, 0)

    assert (between.hours, between.above) == (500, True)
    assert inherent_availability(between, mean([])) is None
    assert mean([]) == Mean(None, 0)
    assert operational_availability(timedelta(0), timedelta(0)) is None


@given(st.floats(0, 1e6), st.integers(0, 1_000), st.lists(st.integers(1, 10**7), max_size=9), st.integers(0, 10**8))
def test_availability_is_a_share_and_longer_repairs_never_raise_it(
    hours: float, failures: int, seconds: list[int], down: int
) -> None:
    between = between_failures(hours, failures)
    repairs = [timedelta(seconds=value) for value in seconds]
    found = inherent_availability(between, mean(repairs))
    longer = inherent_availability(between, mean([value * 2 for value in repairs]))

    if found is not None and longer is not None:
        assert 0 <= longer <= found <= 1
    assert (found is None) == (failures == 0 or not seconds)
    assert between.hours * max(failures, 1) == pytest.approx(hours)
    share = operational_availability(timedelta(hours=hours), timedelta(seconds=down))
    assert share is None or 0 <= share <= 1
