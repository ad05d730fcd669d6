"""What an item takes for an answer, and what it says about it."""

from decimal import Decimal

import pytest

from backend.checklists.answers import Item, ItemType, accept, check_items, is_out_of_limits, missing, out_of_limits
from backend.checklists.errors import UnfitAnswer, UnfitItem


def an_item(kind: ItemType = ItemType.NUMBER, **members: object) -> Item:
    values: dict[str, object] = {"key": "k", "text_zh": "压力", "text_en": "Pressure", "type": kind} | members
    return Item(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["2.50", 2.5, Decimal("2.5"), 2])
def test_a_number_comes_as_text_or_number(value: object) -> None:
    assert accept(an_item(), value) == Decimal(str(value))


@pytest.mark.parametrize("value", [True, "", "NaN", "Infinity", "two", None, [], "1" * 40])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(UnfitAnswer):
        accept(an_item(), value)


def test_another_unit_is_refused() -> None:
    with pytest.raises(UnfitAnswer):
        accept(an_item(unit="kPa"), 3, unit="bar")


def test_a_choice_outside_of_the_list_is_refused() -> None:
    item = an_item(ItemType.CHOICE, choices=("good", "worn"))

    assert accept(item, "worn") == "worn"
    with pytest.raises(UnfitAnswer):
        accept(item, "new")


@pytest.mark.parametrize(("value", "wrong"), [("1.99", True), ("2", False), ("4", False), ("4.01", True)])
def test_limits_belong_to_the_good_side(value: str, wrong: bool) -> None:
    item = an_item(min=Decimal(2), max=Decimal(4))

    assert is_out_of_limits(item, Decimal(value)) is wrong


def test_only_mandatory_items_are_missing() -> None:
    items = [an_item(key="a"), an_item(key="b", mandatory=False), an_item(ItemType.BOOL, key="c")]

    assert missing(items, {}) == ["a", "c"]
    assert missing(items, {"a": Decimal(1), "c": False}) == []
    assert out_of_limits(items, {"a": Decimal(1), "c": False}) == ["c"]


@pytest.mark.parametrize(
    "items",
    [
        [an_item(), an_item()],
        [an_item(min=Decimal(3), max=Decimal(2))],
        [an_item(ItemType.TEXT, min=Decimal(3))],
        [an_item(ItemType.CHOICE, choices=("one",))],
        [an_item(ItemType.BOOL, choices=("yes", "no"))],
    ],
)
def test_items_that_contradict_themselves_are_refused(items: list[Item]) -> None:
    with pytest.raises(UnfitItem):
        check_items(items)
