"""Marks of the feed: what a browser or a phone sends back, however odd."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.feed import XID_LIMIT, Mark, parse_mark

MARKS = st.builds(
    Mark,
    xid=st.integers(0, XID_LIMIT - 1),
    id=st.uuids(),
    at=st.integers(0, 10**11),
)


@given(MARKS)
def test_a_mark_comes_back_as_it_went(mark: Mark) -> None:
    assert parse_mark(str(mark)) == mark
    assert len(str(mark)) <= 80


@given(st.text(max_size=120))
def test_nothing_makes_the_parser_fail(value: str) -> None:
    parse_mark(value)


@given(MARKS, MARKS)
def test_marks_are_ordered_by_transaction_then_id(one: Mark, other: Mark) -> None:
    if (one.xid, one.id) != (other.xid, other.id):
        assert (one < other) == ((one.xid, one.id) < (other.xid, other.id))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "7",
        f"-1-{UUID(int=1).hex}-5",
        f"{XID_LIMIT}-{UUID(int=1).hex}-5",
        f"٣-{UUID(int=1).hex}-5",
        f" 3-{UUID(int=1).hex}-5",
        f"1_0-{UUID(int=1).hex}-5",
        f"3-{UUID(int=1)}-5",
        f"3-{UUID(int=1).hex}",
        f"3-{UUID(int=1).hex}-5\n",
        "9" * 5000,
    ],
)
def test_what_is_no_mark_is_told_apart(value: str) -> None:
    assert parse_mark(value) is None
