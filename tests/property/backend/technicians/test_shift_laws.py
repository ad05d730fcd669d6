"""Shifts, breaks and absences agree with looking at every quarter of an hour."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.technicians.shifts import Shift, Window, clip, merge, without, working_time

START = datetime(2026, 9, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def windows() -> st.SearchStrategy[Window]:
    pair = st.tuples(st.integers(0, 120), st.integers(1, 40))
    return pair.map(lambda found: (START + found[0] * QUARTER, START + (found[0] + found[1]) * QUARTER))


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    start, end = draw(windows())
    return Shift(start, end, clip(draw(st.lists(windows(), max_size=3)), (start, end)))


def quarters(found: Shift | None) -> set[int]:
    """Return the quarters of an hour that are worked."""
    stretches = working_time(found) if found else ()
    return {number for number in range(200) if any(start <= START + number * QUARTER < end for start, end in stretches)}


def covered(found: list[Window]) -> set[int]:
    return {number for number in range(200) if any(start <= START + number * QUARTER < end for start, end in found)}


@given(shifts(), st.lists(windows(), max_size=4))
def test_absences_take_exactly_their_own_time_off_a_shift(shift: Shift, absences: list[Window]) -> None:
    assert quarters(without(shift, absences)) == quarters(shift) - covered(absences)


@given(st.lists(shifts(), min_size=1, max_size=3))
def test_several_shifts_become_one_with_the_time_of_all(found: list[Shift]) -> None:
    merged = merge(found)

    assert merged is not None
    assert quarters(merged) == set().union(*(quarters(shift) for shift in found))


@given(shifts(), st.lists(windows(), max_size=4))
def test_breaks_lie_inside_the_shift_in_order_and_apart(shift: Shift, absences: list[Window]) -> None:
    left = without(shift, absences)

    marks = [mark for pair in left.breaks for mark in pair] if left else []
    assert marks == sorted(set(marks))
    assert left is None or all(left.start <= mark <= left.end for mark in marks)
