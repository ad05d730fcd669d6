"""What the API of lists takes and says."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from backend.work.schemas import WorkOrderLine
from backend.work.wanted import Column, Label, OrderWish, Priority
from kernel.fields import Body, Code, Instant, Line, Out, Prose, example

MOST_TARGETS = 200
Labels = Annotated[list[Label], Field(min_length=1, max_length=20)]


class OrderLinePage(Out):
    """One page of work orders, and where the pages before and behind it begin."""

    items: list[WorkOrderLine]
    next_cursor: str | None
    previous_cursor: str | None


class OrderCountOut(Out):
    """How many orders there are."""

    count: int
    exact: bool
    """False: more than `count`."""
    estimate: int
    """Probably so many; `count` itself when that is exact."""


class ViewIn(Body):
    """A list to keep under a name."""

    model_config = example(
        name="Urgent", query={"priority": [1], "sort": "due"}, columns=["number", "due_at"], shared=False
    )

    name: Line
    query: OrderWish
    columns: Annotated[list[Column], Field(min_length=1, max_length=len(Column))]
    shared: bool = False
    """Everybody's."""


class ViewPatch(Body):
    """What to change of a saved view."""

    model_config = example(version=1, name="Most urgent", columns=["number", "summary", "due_at"])

    version: int
    name: Line | None = None
    query: OrderWish | None = None
    columns: Annotated[list[Column], Field(min_length=1, max_length=len(Column))] | None = None


class ViewOut(Out):
    """A saved view."""

    id: UUID
    name: str
    query: OrderWish
    columns: list[Column]
    shared: bool
    version: int


class SetQueue(Body):
    """Give orders to a team, or to none."""

    kind: Literal["set_queue"]
    queue: Code | None


class SetPriority(Body):
    """Make orders more or less urgent; running promises stay."""

    kind: Literal["set_priority"]
    priority: Priority


class SetSubstatus(Body):
    """Say what an order waits for in the tenant's own words."""

    kind: Literal["set_substatus"]
    substatus: Code | None


class AddLabels(Body):
    """Put labels on orders."""

    kind: Literal["add_labels"]
    labels: Labels


class RemoveLabels(Body):
    """Take labels off."""

    kind: Literal["remove_labels"]
    labels: Labels


class SetDue(Body):
    """Promise another date."""

    kind: Literal["set_due"]
    due_at: Instant


class Cancel(Body):
    """Call orders off."""

    kind: Literal["cancel"]
    reason: Prose | None = None


class Approve(Body):
    """Approve orders that wait for it."""

    kind: Literal["approve"]


class Schedule(Body):
    """Plan a visit for each order, one behind the other in the order of the rows."""

    kind: Literal["schedule"]
    technician_id: UUID
    start: Instant
    minutes_apart: int = Field(ge=5, le=1440)
    """From start to start."""


Action = Annotated[
    SetQueue | SetPriority | SetSubstatus | AddLabels | RemoveLabels | SetDue | Cancel | Approve | Schedule,
    Field(discriminator="kind"),
]


class TargetIn(Body):
    """An order as it was read."""

    work_order_id: UUID
    version: int


class BatchIn(Body):
    """One change for many orders."""

    model_config = example(
        client_op_id="0198c0de-0000-7000-8000-000000000001",
        action={"kind": "set_queue", "queue": "east"},
        targets=[{"work_order_id": "0198c0de-0000-7000-8000-000000000002", "version": 3}],
    )

    client_op_id: UUID
    """Made by the client: sent again, nothing is done twice."""
    action: Action
    targets: Annotated[list[TargetIn], Field(min_length=1, max_length=MOST_TARGETS)]


class BatchRowOut(Out):
    """What became of one order."""

    work_order_id: UUID
    number: str
    problem: str | None
    """Slug of the refusal; none: it was done."""
    detail: str
    undone: str | None
    """`done`, or the slug of the refusal to take it back."""


class BatchOut(Out):
    """What became of a change."""

    id: UUID
    rows: list[BatchRowOut]
    undo_until: datetime | None
    """Until when it can be taken back; none: it cannot, or it was."""
