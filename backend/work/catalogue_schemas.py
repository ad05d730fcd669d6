"""What the staff API says about labels, substatuses, templates and orders that belong together."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from backend.work.lifecycle import OrderState
from backend.work.service.catalogue import Kit, Template
from backend.work.service.kin import Relation, Wish
from kernel.fields import Body, Code, Line, Out, Prose

Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$", examples=["#1f5fbf"])]
Codes = Annotated[list[Code], Field(max_length=20)]
Minutes = Annotated[int, Field(ge=5, le=1440)]
Level = Annotated[int, Field(ge=1, le=3)]
Urgency = Annotated[int | None, Field(ge=1, le=4)]


class LabelIn(Body):
    """What a label is called, and its colour."""

    name_zh: Line
    name_en: Line
    colour: Colour
    retired: bool = False


class LabelOut(Out):
    """A label."""

    code: str
    name_zh: str
    name_en: str
    colour: str
    retired: bool


class LabelsOut(Out):
    """The catalogue of labels."""

    items: list[LabelOut]


class SubstatusIn(Body):
    """What a substatus is called."""

    name_zh: Line
    name_en: Line
    retired: bool = False


class SubstatusOut(Out):
    """A substatus of a state."""

    state: OrderState
    code: str
    name_zh: str
    name_en: str
    retired: bool


class SubstatusesOut(Out):
    """The substatuses of all states."""

    items: list[SubstatusOut]


class KitLineIn(Body):
    """A part of a kit."""

    part_id: UUID
    quantity: Decimal = Field(gt=0, max_digits=14, decimal_places=4)


class TemplateIn(Body):
    """What an order of a kind of work starts with."""

    name_zh: Line
    name_en: Line
    duration_minutes: Minutes = 60
    skill: Code | None = None
    skill_level: Level = 1
    priority: Urgency = None
    labels: Codes = Field(default_factory=list)
    parts: list[KitLineIn] = Field(default_factory=list, max_length=50)
    version: int | None = None
    """The one that was read; 0 for a new one."""

    def draft(self, work_type: str) -> Template:
        """Return the template of a kind of work."""
        asked = self.model_dump(exclude={"version", "labels", "parts"})
        kit = tuple(Kit(part_id=line.part_id, quantity=line.quantity) for line in self.parts)
        return Template(work_type=work_type, labels=tuple(self.labels), parts=kit, **asked)


class KitLineOut(Out):
    """A part of a kit."""

    part_id: UUID
    quantity: Decimal


class TemplateOut(Out):
    """What an order of a kind of work starts with."""

    work_type: str
    name_zh: str
    name_en: str
    duration_minutes: int
    skill: str | None
    skill_level: int
    priority: int | None
    labels: list[str]
    parts: list[KitLineOut]
    version: int


class TemplatesOut(Out):
    """The templates of all kinds of work."""

    items: list[TemplateOut]


class MarksIn(Body):
    """The substatus and labels of an order."""

    substatus: Code | None = None
    labels: Codes
    version: int | None = None


class KinIn(Body):
    """An order that is opened from another one; what is left open is as with that one."""

    relation: Relation
    summary: Line
    description: Prose = ""
    asset_id: UUID | None = None
    work_type: Code | None = None
    skill: Code | None = None
    skill_level: Level | None = None
    priority: Urgency = None
    duration_minutes: Minutes = 60

    def wish(self) -> Wish:
        """Return what is to be done."""
        return Wish(**self.model_dump())
