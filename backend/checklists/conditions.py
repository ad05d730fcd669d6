"""Conditions of items: one is shown only if another answer says so.

Each item has at most one condition, so that what an item hangs on is a chain; `check_chains` refuses one that bites its
tail. An item behind a hidden one is hidden, whatever was answered before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from backend.checklists.errors import UnfitItem

Value = bool | Decimal | str


class Operator(StrEnum):
    """How the other answer is held against the condition's value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    OVER = "over"
    UNDER = "under"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """When an item is shown."""

    item: str
    """Key of the other item."""
    op: Operator
    value: Value | None = None
    """What the answer is held against; None with `ANSWERED`."""


def _over(answer: Value, value: Value | None) -> bool:
    return isinstance(answer, Decimal) and isinstance(value, Decimal) and answer > value


def _under(answer: Value, value: Value | None) -> bool:
    return isinstance(answer, Decimal) and isinstance(value, Decimal) and answer < value


COMPARE: Mapping[Operator, Callable[[Value, Value | None], bool]] = {
    Operator.EQUALS: lambda answer, value: answer == value,
    Operator.NOT_EQUALS: lambda answer, value: answer != value,
    Operator.OVER: _over,
    Operator.UNDER: _under,
    Operator.ANSWERED: lambda _answer, _value: True,
}
Conditions = Mapping[str, Condition | None]


def check_chains(conditions: Conditions) -> None:
    """Refuse conditions on items that are not there, and chains that lead back to where they began.

    Raises:
        UnfitItem: there is one.
    """
    for key in conditions:
        seen, at = {key}, conditions[key]
        while at is not None:
            if at.item not in conditions:
                raise UnfitItem(f"The condition names no item: {at.item}.", item=key)
            if at.item in seen:
                raise UnfitItem("The conditions lead round in a circle.", item=key)
            seen.add(at.item)
            at = conditions[at.item]


def visible(conditions: Conditions, answers: Mapping[str, Value]) -> set[str]:
    """Return the keys that are shown: the whole chain of conditions behind each holds."""
    return {key for key in conditions if _is_shown(conditions, answers, key)}


def _is_shown(conditions: Conditions, answers: Mapping[str, Value], key: str) -> bool:
    at = conditions[key]
    while at is not None:
        if at.item not in answers or not COMPARE[at.op](answers[at.item], at.value):
            return False
        at = conditions[at.item]
    return True
