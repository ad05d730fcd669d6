"""Laws of counters, against one that is turned by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.assets.errors import MeterFellBack, OutOfRange
from backend.assets.metering import Counter, Mark, advance, between, follow, per_day

AT = datetime(2026, 9, 1, tzinfo=UTC)
RANGES = st.none() | st.integers(2, 60)
STEPS = st.lists(st.tuples(st.integers(0, 100), st.none() | st.tuples(st.integers(0, 80), RANGES)), min_size=1)


class Turned:
    """A counter as it is built: each unit turns it by one, and the last one before its end to zero."""

    def __init__(self, shown: int, rolls_over_at: int | None) -> None:
        self.shown, self.rolls_over_at = shown, rolls_over_at

    def turn(self) -> None:
        self.shown += 1
        if self.shown == self.rolls_over_at:
            self.shown = 0


@given(RANGES, STEPS)
def test_totals_are_what_was_turned(
    rolls_over_at: int | None, steps: list[tuple[int, tuple[int, int | None] | None]]
) -> None:
    counter, turned = Turned(0, rolls_over_at), 0
    marks: list[Mark] = []
    right: list[int] = []
    for wanted, replacement in steps:
        # A reading tells of half a turn of the counter at most, and the first one of less than a whole one.
        most = wanted if counter.rolls_over_at is None else counter.rolls_over_at // 2
        for _ in range(min(wanted, most)):
            counter.turn()
            turned += 1
        new = None
        shown = counter.shown
        if replacement is not None:
            first, limit = replacement
            counter = Turned(first % limit if limit else first, limit)
            new = Counter(Decimal(counter.shown), None if limit is None else Decimal(limit))
        marks.append(Mark(Decimal(shown), new))
        right.append(turned)

    limit = None if rolls_over_at is None else Decimal(rolls_over_at)
    assert list(follow(None, marks, rolls_over_at=limit)) == right


@given(st.lists(st.integers(-5, 120), min_size=1, max_size=12), RANGES)
def test_a_total_never_falls_and_what_would_make_it_fall_is_refused(values: list[int], limit: int | None) -> None:
    rolls = None if limit is None else Decimal(limit)
    standing = None
    for value in values:
        try:
            after = advance(standing, Mark(Decimal(value)), rolls_over_at=rolls)
        except OutOfRange:
            assert value < 0 or (limit is not None and value >= limit)
            continue
        except MeterFellBack:
            assert standing is not None
            assert value < standing.counter.shown
            assert limit is None or 2 * (value + limit - standing.counter.shown) > limit
            continue
        assert after.total >= (standing.total if standing else 0)
        assert after.counter.shown == value
        standing = after


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6), st.floats(0, 1))
def test_a_total_between_two_readings_lies_between_them(total: int, more: int, seconds: int, share: float) -> None:
    later = AT + timedelta(seconds=seconds)
    at = AT + timedelta(seconds=seconds) * share

    found, _ = between((AT, Decimal(total)), (later, Decimal(total + more)), at)

    assert total <= found <= total + more
    assert between((AT, Decimal(total)), None, later) == (total, False)


def test_usage_is_per_day_of_24_hours() -> None:
    assert per_day((AT, Decimal(100)), (AT + timedelta(hours=36), Decimal(112))) == 8


def test_a_counter_that_fell_by_more_than_half_its_range_was_read_wrongly() -> None:
    with pytest.raises(MeterFellBack):
        list(follow(None, [Mark(Decimal(400)), Mark(Decimal(300))], rolls_over_at=Decimal(1000)))
    assert list(follow(None, [Mark(Decimal(900)), Mark(Decimal(400))], rolls_over_at=Decimal(1000))) == [900, 1400]
