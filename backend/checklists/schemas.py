"""Bodies and answers of checklists."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.checklists.answers import Item, ItemType
from kernel.fields import Body, Code, Line, OptionalLine, Out

Bound = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=20, decimal_places=8)]


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

    def item(self) -> Item:
        """Return the item as the rules read it."""
        return Item(**self.model_dump())


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


class TemplateIn(Body):
    """The next version of a checklist."""

    code: Code
    name_zh: Line
    name_en: Line
    asset_class: Code | None = None
    work_type: Code | None = None
    items: Annotated[tuple[ItemIn, ...], Field(min_length=1, max_length=200)]


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
    published_at: datetime | None
    retired_at: datetime | None
