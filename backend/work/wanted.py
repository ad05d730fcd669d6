"""What a list of orders may be asked for: filters, order, columns. The same in an address, a saved view, a file."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from backend.work.lifecycle import OrderState
from backend.work.models import OrderSource
from kernel.fields import Code, Instant, OptionalLine, Search

MOST_VALUES = 20
Label = Annotated[OptionalLine, Field(min_length=1, max_length=60)]
Priority = Annotated[int, Field(ge=1, le=4)]


class Sort(StrEnum):
    """By what a list goes; a minus turns it round."""

    CREATED = "created"
    CREATED_DOWN = "-created"
    DUE = "due"
    DUE_DOWN = "-due"
    NUMBER = "number"
    NUMBER_DOWN = "-number"
    PRIORITY = "priority"
    PRIORITY_DOWN = "-priority"


class Column(StrEnum):
    """What a list or a file shows of an order."""

    NUMBER = "number"
    STATE = "state"
    SUBSTATUS = "substatus"
    PRIORITY = "priority"
    SUMMARY = "summary"
    WORK_TYPE = "work_type"
    SOURCE = "source"
    CUSTOMER = "customer_name"
    SITE = "site_name"
    ASSET = "asset_name"
    TECHNICIAN = "technician_name"
    PLANNED_START = "planned_start"
    QUEUE = "queue"
    LABELS = "labels"
    SKILL = "skill"
    CREATED = "created_at"
    DUE = "due_at"
    COMPLETED = "completed_at"


USUAL_COLUMNS = (
    Column.NUMBER, Column.STATE, Column.PRIORITY, Column.SUMMARY, Column.CUSTOMER, Column.SITE, Column.TECHNICIAN,
    Column.QUEUE, Column.DUE, Column.CREATED,
)  # fmt: skip


class OrderFilter(BaseModel):
    """Which orders; of several values of one filter any, of several filters all."""

    model_config = ConfigDict(extra="forbid")

    state: list[OrderState] = Field(default=[], max_length=MOST_VALUES)
    substatus: Code | None = None
    priority: list[Priority] = Field(default=[], max_length=4)
    work_type: Code | None = None
    source: OrderSource | None = None
    customer_id: UUID | None = None
    site_id: UUID | None = None
    asset_id: UUID | None = None
    ticket_id: UUID | None = None
    technician_id: UUID | None = None
    """Whose visit it has or had."""
    queue: Code | None = None
    label: list[Label] = Field(default=[], max_length=MOST_VALUES)
    """All of them."""
    created_from: Instant | None = None
    created_to: Instant | None = None
    due_from: Instant | None = None
    due_to: Instant | None = None
    completed_from: Instant | None = None
    completed_to: Instant | None = None
    overdue: bool = False
    """Past its date and not done."""
    q: Search = None
    """Words in number, summary, description, labels, customer, site and asset; all of them."""


class OrderWish(OrderFilter):
    """Which orders, in which order."""

    sort: Sort = Sort.CREATED_DOWN


class OrderPageWish(OrderWish):
    """One page of a list of orders."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=400)
