"""Items of a checklist and the answers to them: does one fit, what is missing, what is out of limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from backend.checklists.errors import UnfitAnswer, UnfitItem

Value = bool | Decimal | str
TEXT_LIMIT = 4_000
DIGITS_LIMIT = 30


class ItemType(StrEnum):
    """How an item is answered."""

    BOOL = "bool"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    PHOTO = "photo"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of a checklist."""

    key: str
    text_zh: str
    text_en: str
    type: ItemType
    mandatory: bool = True
    unit: str | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    choices: tuple[str, ...] = ()
    asset_id: UUID | None = None
    """The asset that it asks about; None: the order's own."""


def check_items(items: Iterable[Item]) -> None:
    """Refuse items that nobody could answer.

    Raises:
        UnfitItem: a key comes twice, limits are reversed or on no number, or a choice has fewer than two options.
    """
    seen: set[str] = set()
    for item in items:
        limits = [limit for limit in (item.min, item.max) if limit is not None]
        if item.key in seen:
            raise UnfitItem(f"The key {item.key} comes twice.", item=item.key)
        if limits and item.type is not ItemType.NUMBER:
            raise UnfitItem("Only a number has limits.", item=item.key)
        if len(limits) == 2 and limits[0] > limits[1]:
            raise UnfitItem("The lower limit lies above the upper one.", item=item.key)
        if (item.type is ItemType.CHOICE) != (len(set(item.choices)) >= 2):
            raise UnfitItem("A choice, and only a choice, has two or more options.", item=item.key)
        seen.add(item.key)


def accept(item: Item, value: object, *, unit: str | None = None) -> Value:
    """Return the answer in the item's own type.

    Raises:
        UnfitAnswer: it is of another type or unit, or not among the choices.
    """
    if unit is not None and unit != item.unit:
        raise UnfitAnswer(f"The unit is {item.unit}.", item=item.key, unit=item.unit)
    if item.type is ItemType.BOOL:
        if isinstance(value, bool):
            return value
        raise UnfitAnswer("The answer is yes or no.", item=item.key)
    if item.type is ItemType.NUMBER:
        return _number(item, value)
    return _text(item, value)


def _number(item: Item, value: object) -> Decimal:
    refusal = UnfitAnswer("The answer is a number.", item=item.key)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str) or len(str(value)) > DIGITS_LIMIT:
        raise refusal
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise refusal from error
    if not number.is_finite():
        raise refusal
    return number


def _text(item: Item, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LIMIT:
        raise UnfitAnswer(f"The answer is a text of 1 to {TEXT_LIMIT} characters.", item=item.key)
    if item.type is ItemType.CHOICE and value not in item.choices:
        raise UnfitAnswer("The answer is one of the choices.", item=item.key, choices=list(item.choices))
    return value


def is_out_of_limits(item: Item, value: Value) -> bool:
    """Tell whether an accepted answer says that something is wrong: a "no", or a number beyond a limit."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Decimal):
        return (item.min is not None and value < item.min) or (item.max is not None and value > item.max)
    return False


def missing(items: Iterable[Item], answers: Mapping[str, Value]) -> list[str]:
    """Return the keys of mandatory items without an answer, in order."""
    return [item.key for item in items if item.mandatory and item.key not in answers]


def out_of_limits(items: Iterable[Item], answers: Mapping[str, Value]) -> list[str]:
    """Return the keys of items whose answer says that something is wrong, in order."""
    return [item.key for item in items if item.key in answers and is_out_of_limits(item, answers[item.key])]


def to_json(value: Value) -> bool | str:
    """Return an answer as it is stored: a number as a string, so that no digit is lost."""
    return str(value) if isinstance(value, Decimal) else value
