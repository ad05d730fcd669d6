"""Laws of the rates by which cases are judged."""

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.precision import MOST_FACTOR, Figures, raised, rate

counts = st.integers(0, 500)


@given(counts, counts)
def test_the_interval_holds_the_rate_and_stays_a_share(hits: int, misses: int) -> None:
    found = rate(hits, hits + misses)

    if hits + misses == 0:
        assert found is None
    else:
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert found.low < found.high


@given(st.integers(0, 50), st.integers(1, 50), st.integers(2, 9))
def test_more_of_the_same_makes_the_interval_narrower(hits: int, misses: int, times: int) -> None:
    few, many = rate(hits, hits + misses), rate(hits * times, (hits + misses) * times)

    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


def test_the_interval_is_the_published_one() -> None:
    found = rate(81, 263)  # Newcombe 1998, example (a): 0.2553 to 0.3662

    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


@given(st.floats(1, MOST_FACTOR))
def test_a_raised_limit_is_never_lower_and_never_above_the_cap(factor: float) -> None:
    assert factor <= raised(factor) <= MOST_FACTOR


@given(counts, counts, counts, st.integers(0, 1_000_000))
def test_figures_agree_with_their_counts(confirmed: int, false: int, missed: int, days: int) -> None:
    found = Figures("pump", "bearing", confirmed=confirmed, false=false, missed=missed, device_days=days)

    assert (found.precision is None) == (confirmed + false == 0)
    assert (found.recall is None) == (confirmed + missed == 0)
    assert (found.false_per_1000_device_days is None) == (days == 0)
    if found.recall is not None:
        assert found.recall.n == confirmed + missed
