"""A transaction of the roll-ups is short, whatever a bucket costs: the scorer waits for it."""

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.rollups import FIRST_STEP, LARGEST_STEP, SMALLEST_STEP, STEP_SECONDS, next_step


@given(st.integers(1, LARGEST_STEP), st.floats(0.0001, 60.0))
def test_what_follows_fits_into_the_time_or_is_the_smallest(count: int, took: float) -> None:
    following = next_step(count, took)

    assert SMALLEST_STEP <= following <= LARGEST_STEP
    assert following == SMALLEST_STEP or following * max(took, 0.001) / count <= STEP_SECONDS * 1.0001


@given(st.floats(0.00001, 0.1))
def test_whatever_a_bucket_costs_a_few_steps_find_how_many_fit(seconds_each: float) -> None:
    count = FIRST_STEP
    for _ in range(6):
        count = next_step(count, count * seconds_each)

    assert count == SMALLEST_STEP or count * seconds_each <= STEP_SECONDS * 1.0001
    assert count == LARGEST_STEP or (count + 1) * max(seconds_each, 0.001 / count) >= STEP_SECONDS * 0.999
