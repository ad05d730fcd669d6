"""Items of a checklist and the answers to them: does one fit, what is missing, what is out of limits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from uuid import UUID

from backend.checklists.conditions import Condition, Operator, Value, check_chains, visible
from backend.checklists.errors import UnfitAnswer, UnfitItem

TEXT_LIMIT = 4_000
DIGITS_LIMIT = 30
SHA256 = re.compile(r"[0-9a-f]{64}")


class ItemType(StrEnum):
    """How an item is answered."""

    BOOL = "bool"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    PHOTO = "photo"
    SIGNATURE = "signature"
    READING = "reading"


NUMBERS = frozenset({ItemType.NUMBER, ItemType.READING})
FILES = frozenset({ItemType.PHOTO, ItemType.SIGNATURE})
"""Answered by a file that is attached to the visit; the answer is its SHA-256."""
COMPARABLE: Mapping[ItemType, frozenset[Operator]] = {
    ItemType.BOOL: frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.ANSWERED}),
    ItemType.CHOICE: frozenset({Operator.EQUALS, Operator.NOT_EQUALS, Operator.ANSWERED}),
    ItemType.NUMBER: frozenset(Operator),
    ItemType.READING: frozenset(Operator),
}
"""What a condition may ask of an answer; of other types only whether there is one."""


class SignaturePolicy(StrEnum):
    """What the end of a visit needs from whoever receives the work."""

    NONE = "none"
    NAME = "name"
    DRAWN = "drawn"


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
    failing: tuple[str, ...] = ()
    """Choices that say that something is wrong."""
    shown_if: Condition | None = None
    needs_photo: bool = False
    weight: int = 0
    """Share in the score; 0: none."""
    meter: str | None = None
    """Code of the asset's meter that a reading belongs to."""


def check_items(items: Iterable[Item]) -> None:
    """Refuse items that nobody could answer.

    Raises:
        UnfitItem: a key comes twice, limits are reversed or on no number, a choice has fewer than two options, a
            reading names no meter, or a condition asks what its item cannot answer, or leads round in a circle.
    """
    known: dict[str, Item] = {}
    for item in items:
        if item.key in known:
            raise UnfitItem(f"The key {item.key} comes twice.", item=item.key)
        known[item.key] = item
    check_chains({item.key: item.shown_if for item in known.values()})
    for item in known.values():
        for wrong, words in _contradictions(item):
            if wrong:
                raise UnfitItem(words, item=item.key)
        if item.shown_if is not None:
            _check_condition(item.key, item.shown_if, known[item.shown_if.item])


def _contradictions(item: Item) -> tuple[tuple[bool, str], ...]:
    limits = [limit for limit in (item.min, item.max) if limit is not None]
    chooses = item.type is ItemType.CHOICE
    return (
        (bool(limits) and item.type not in NUMBERS, "Only a number has limits."),
        (len(limits) == 2 and limits[0] > limits[1], "The lower limit lies above the upper one."),
        (chooses != (len(set(item.choices)) >= 2), "A choice, and only a choice, has two or more options."),
        (not set(item.failing) <= set(item.choices), "What fails is one of the choices."),
        ((item.type is ItemType.READING) != (item.meter is not None), "A reading, and only a reading, has a meter."),
        (item.weight < 0, "A weight is not negative."),
    )


def _check_condition(key: str, condition: Condition, source: Item) -> None:
    if condition.op not in COMPARABLE.get(source.type, {Operator.ANSWERED}):
        raise UnfitItem(f"{source.key} cannot be compared so.", item=key)
    if condition.op is Operator.ANSWERED:
        if condition.value is not None:
            raise UnfitItem("Whether there is an answer needs no value.", item=key)
        return
    try:
        fits = accept(source, condition.value) == condition.value
    except UnfitAnswer as error:
        raise UnfitItem("The condition's value is no answer of its item.", item=key) from error
    if not fits:
        raise UnfitItem("The condition's value is no answer of its item.", item=key)


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
    if item.type in NUMBERS:
        return _number(item, value)
    text = _text(item, value)
    if item.type in FILES and not SHA256.fullmatch(text):
        raise UnfitAnswer("The answer is the SHA-256 of an attached file.", item=item.key)
    return text


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
    """Tell whether an accepted answer says that something is wrong: a "no", a failing choice, a number off limits."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value in item.failing
    if isinstance(value, Decimal):
        return (item.min is not None and value < item.min) or (item.max is not None and value > item.max)
    return False


def has_verdict(item: Item) -> bool:
    """Tell whether an answer to the item passes or fails, rather than only informs."""
    return item.type is ItemType.BOOL or bool(item.failing) or item.min is not None or item.max is not None


def shown(items: Iterable[Item], answers: Mapping[str, Value]) -> set[str]:
    """Return the keys of the items that are shown with these answers."""
    return visible({item.key: item.shown_if for item in items}, answers)


def to_json(value: Value) -> bool | str:
    """Return an answer as it is stored: a number as a string, so that no digit is lost."""
    return str(value) if isinstance(value, Decimal) else value
