import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.paging import BadCursor, decode_cursor, encode_cursor

STORABLE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(STORABLE, min_size=1, max_size=4))
def test_a_cursor_gives_its_key_back(key: list[str]) -> None:
    assert decode_cursor(encode_cursor(*key), parts=len(key)) == key


@given(st.text(max_size=40))
def test_a_made_up_cursor_is_refused_or_reads_as_text(cursor: str) -> None:
    try:
        key = decode_cursor(cursor, parts=2)
    except BadCursor:
        return
    assert all(isinstance(part, str) for part in key)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor("a"), parts=2)
