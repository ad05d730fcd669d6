"""Answers survive being stored; what is accepted once is accepted again."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from backend.checklists.answers import Item, ItemType, accept, check_items, is_out_of_limits, to_json
from backend.checklists.conditions import Condition, Operator
from backend.checklists.errors import UnfitAnswer, UnfitItem
from backend.checklists.scoring import judge

KINDS = st.sampled_from(ItemType)
VALUES = (
    st.just("0" * 64) | st.booleans() | st.text(max_size=20) | st.floats() | st.integers() | st.decimals() | st.none()
)


def an_item(kind: ItemType) -> Item:
    return Item(
        key="k", text_zh="", text_en="", type=kind, min=Decimal(-5), max=Decimal(5), choices=("a", "b"), failing=("b",)
    )


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


def chained(parents: list[int | None]) -> list[Item]:
    """Return yes-or-no items, each shown if its parent is answered with yes."""
    conditions = [
        None if parent is None else Condition(item=f"i{parent}", op=Operator.EQUALS, value=True) for parent in parents
    ]
    return [
        Item(key=f"i{place}", text_zh="", text_en="", type=ItemType.BOOL, shown_if=found)
        for place, found in enumerate(conditions)
    ]


@st.composite
def parent_lists(draw: st.DrawFn) -> list[int | None]:
    count = draw(st.integers(1, 8))
    return draw(st.lists(st.none() | st.integers(0, count - 1), min_size=count, max_size=count))


def has_circle(parents: list[int | None]) -> bool:
    """Follow each item for more steps than there are items: only in a circle does that not end."""
    for start in range(len(parents)):
        at: int | None = start
        for _ in range(len(parents) + 1):
            at = None if at is None else parents[at]
        if at is not None:
            return True
    return False


@given(parent_lists())
def test_conditions_are_accepted_just_when_they_lead_in_no_circle(parents: list[int | None]) -> None:
    try:
        check_items(chained(parents))
    except UnfitItem:
        assert has_circle(parents)
    else:
        assert not has_circle(parents)


@given(parent_lists(), st.dictionaries(st.integers(0, 7), st.booleans()))
def test_hidden_items_are_never_asked_for_nor_failed(parents: list[int | None], said: dict[int, bool]) -> None:
    assume(not has_circle(parents))
    items = chained(parents)
    answers = {f"i{place}": value for place, value in said.items() if place < len(items)}

    found = judge(items, answers)

    assert set(found.missing) | set(found.failed) <= set(found.visible)
    for place, parent in enumerate(parents):
        above = parent is None or (f"i{parent}" in found.visible and answers.get(f"i{parent}") is True)
        assert (f"i{place}" in found.visible) is above
    assert set(found.missing) == set(found.visible) - set(answers)
