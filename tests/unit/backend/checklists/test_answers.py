"""What an item takes for an answer, and what it says about it."""

from decimal import Decimal

import pytest

from backend.checklists.answers import Item, ItemType, accept, check_items, is_out_of_limits
from backend.checklists.conditions import Condition, Operator
from backend.checklists.diff import Change, compare
from backend.checklists.errors import UnfitAnswer, UnfitItem
from backend.checklists.scoring import judge


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

    assert judge(items, {}).missing == ("a", "c")
    assert judge(items, {"a": Decimal(1), "c": False}).missing == ()
    assert judge(items, {"a": Decimal(1), "c": False}).failed == ("c",)


def test_a_photo_is_the_hash_of_a_file() -> None:
    item = an_item(ItemType.PHOTO)

    assert accept(item, "0" * 64) == "0" * 64
    with pytest.raises(UnfitAnswer):
        accept(item, "IMG_0001.jpg")


def test_an_item_is_shown_by_another_answer_and_asked_for_only_then() -> None:
    leaks = an_item(ItemType.BOOL, key="dry", weight=1)
    where = an_item(
        ItemType.CHOICE,
        key="where",
        choices=("seal", "flange"),
        failing=("seal",),
        weight=3,
        needs_photo=True,
        shown_if=Condition(item="dry", op=Operator.EQUALS, value=False),
    )
    items = [leaks, where]
    check_items(items)

    assert judge(items, {"dry": True}).missing == ()
    assert judge(items, {"dry": False}).missing == ("where", "where.photo")
    assert judge(items, {"dry": True, "where": "seal"}).failed == ()
    done = judge(items, {"dry": False, "where": "flange"}, photos=["where"], pass_mark=80)
    assert (done.missing, done.score, done.passed) == ((), Decimal("75.0"), False)
    assert judge(items, {}, pass_mark=80).passed is None


def test_versions_are_compared_by_key() -> None:
    before = [{"key": "a", "max": "1"}, {"key": "b", "max": None}, {"key": "c"}]
    after = [{"key": "b", "max": None}, {"key": "a", "max": "2"}, {"key": "d"}]

    found = compare(before, after)

    assert (found.added, found.removed, found.reordered) == (["d"], ["c"], True)
    assert found.changed == {"a": [Change("max", "1", "2")]}


@pytest.mark.parametrize(
    "items",
    [
        [an_item(), an_item()],
        [an_item(min=Decimal(3), max=Decimal(2))],
        [an_item(ItemType.TEXT, min=Decimal(3))],
        [an_item(ItemType.CHOICE, choices=("one",))],
        [an_item(ItemType.BOOL, choices=("yes", "no"))],
        [an_item(ItemType.READING)],
        [an_item(meter="hours")],
        [an_item(ItemType.CHOICE, choices=("a", "b"), failing=("c",))],
        [an_item(shown_if=Condition(item="k", op=Operator.ANSWERED))],
        [an_item(shown_if=Condition(item="x", op=Operator.ANSWERED))],
        [an_item(ItemType.BOOL, key="a"), an_item(shown_if=Condition(item="a", op=Operator.OVER, value=Decimal(1)))],
        [an_item(ItemType.BOOL, key="a"), an_item(shown_if=Condition(item="a", op=Operator.EQUALS, value="yes"))],
        [an_item(ItemType.TEXT, key="a"), an_item(shown_if=Condition(item="a", op=Operator.EQUALS, value="yes"))],
    ],
)
def test_items_that_contradict_themselves_are_refused(items: list[Item]) -> None:
    with pytest.raises(UnfitItem):
        check_items(items)
