"""Bodies and answers of checklists."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool

from backend.checklists.answers import NUMBERS, Item, ItemType, SignaturePolicy
from backend.checklists.conditions import Condition, Operator
from kernel.fields import Body, Code, Line, OptionalLine, Out, Prose

Bound = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=20, decimal_places=8)]


def _number(said: Decimal | str) -> Decimal | str:
    """Return what was said as a number, if it is one; the rules refuse it if it is none."""
    try:
        return Decimal(said)
    except InvalidOperation:
        return said


class ConditionIn(Body):
    """When an item is shown: how the answer to another one is held against a value."""

    item: Code
    op: Operator
    value: StrictBool | Bound | Line | None = None

    def condition(self, types: Mapping[str, ItemType]) -> Condition:
        """Return the condition as the rules read it: against a number a number, against a choice a text."""
        value = self.value
        if value is not None and not isinstance(value, bool):
            value = _number(value) if types.get(self.item) in NUMBERS else str(value)
        return Condition(item=self.item, op=self.op, value=value)


class ItemIn(Body):
    """One line of a new checklist."""

    key: Code
    text_zh: Line
    text_en: Line
    type: ItemType
    mandatory: bool = True
    unit: OptionalLine | None = None
    min: Bound | None = None
    max: Bound | None = None
    choices: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    failing: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    shown_if: ConditionIn | None = None
    needs_photo: bool = False
    weight: Annotated[int, Field(ge=0, le=1000)] = 0
    meter: Code | None = None

    def item(self, types: Mapping[str, ItemType]) -> Item:
        """Return the item as the rules read it."""
        said = self.model_dump(exclude={"shown_if"})
        return Item(**said, shown_if=None if self.shown_if is None else self.shown_if.condition(types))


class ConditionOut(Out):
    """When an item is shown."""

    item: str
    op: Operator
    value: bool | str | None


class ItemOut(Out):
    """One line of a checklist."""

    key: str
    text_zh: str
    text_en: str
    type: ItemType
    mandatory: bool
    unit: str | None
    min: Decimal | None
    max: Decimal | None
    choices: list[str]
    failing: list[str]
    shown_if: ConditionOut | None
    needs_photo: bool
    weight: int
    meter: str | None


class DraftIn(Body):
    """A draft of a checklist, whole."""

    name_zh: Line
    name_en: Line
    asset_class: Code | None = None
    work_type: Code | None = None
    items: Annotated[tuple[ItemIn, ...], Field(min_length=1, max_length=200)]
    pass_mark: Annotated[int, Field(ge=0, le=100)] | None = None
    signature: SignaturePolicy = SignaturePolicy.NONE

    def members(self) -> dict[str, Any]:
        """Return the members as the use cases take them."""
        types = {item.key: item.type for item in self.items}
        said = self.model_dump(exclude={"items", "code"})
        return {**said, "items": [item.item(types) for item in self.items]}


class TemplateIn(DraftIn):
    """The next version of a checklist."""

    code: Code


class PreviewIn(DraftIn):
    """A draft with answers, to see what they amount to."""

    answers: Annotated[dict[Code, StrictBool | Bound | Prose], Field(max_length=200, default_factory=dict)]
    photos: Annotated[tuple[Code, ...], Field(max_length=200)] = ()


class JudgementOut(Out):
    """What answers amount to."""

    visible: list[str]
    missing: list[str]
    failed: list[str]
    score: Decimal | None
    passed: bool | None


class ChangeOut(Out):
    """One member of an item that differs."""

    member: str
    before: Any
    after: Any


class DifferenceOut(Out):
    """What changed since an earlier version."""

    added: list[str]
    removed: list[str]
    changed: dict[str, list[ChangeOut]]
    reordered: bool


class TemplateOut(Out):
    """One version of a checklist."""

    id: UUID
    code: str
    version: int
    name_zh: str
    name_en: str
    asset_class: str | None
    work_type: str | None
    items: list[ItemOut]
    pass_mark: int | None
    signature: SignaturePolicy
    published_at: datetime | None
    retired_at: datetime | None
