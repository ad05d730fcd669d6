"""Answers survive being stored; what is accepted once is accepted again."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.checklists.answers import Item, ItemType, accept, is_out_of_limits, to_json
from backend.checklists.errors import UnfitAnswer

KINDS = st.sampled_from(ItemType)
VALUES = st.booleans() | st.text(max_size=20) | st.floats() | st.integers() | st.decimals() | st.none()


def an_item(kind: ItemType) -> Item:
    return Item(key="k", text_zh="", text_en="", type=kind, min=Decimal(-5), max=Decimal(5), choices=("a", "b"))


@given(KINDS, VALUES)
def test_an_answer_is_accepted_in_its_type_or_refused(kind: ItemType, value: object) -> None:
    item = an_item(kind)
    try:
        once = accept(item, value)
    except UnfitAnswer:
        return

    again = accept(item, to_json(once))

    assert again == once
    assert is_out_of_limits(item, again) == is_out_of_limits(item, once)
