"""The sync protocol, version 1."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mobile_api.sync.models import Status

Text = Annotated[str, Field(min_length=1, max_length=4000)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    """Members that nobody knows are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class Position(Strict):
    """Where the device was, WGS 84."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] = 0.0


class Nothing(Strict):
    """An operation that needs no more than its subject."""


class Placed(Strict):
    """An operation at a place."""

    position: Position | None = None
    reason: Word | None = None


class Reasoned(Strict):
    """An operation that needs a coded reason."""

    reason: Word
    note: Text | None = None


class Answer(Strict):
    """The answer to one item of the checklist."""

    item: Word
    value: bool | Decimal | Text
    unit: Word | None = None
    note: Text | None = None


class PartUse(Strict):
    """A part taken from the van."""

    part_id: UUID
    quantity: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4)]
    serial: Word | None = None
    location_id: UUID | None = None


class SerialSwap(Strict):
    """A serialised part out, another one in."""

    asset_id: UUID
    part_id: UUID
    old_serial: Word
    new_serial: Word
    location_id: UUID | None = None


class Note(Strict):
    """A note on the order."""

    text: Text


class Finding(Strict):
    """What was found: the label of a predictive case."""

    result: Literal["confirmed", "no_fault_found", "other"]
    failure_mode: Word | None = None
    cause: Word | None = None
    activity: Word | None = None
    note: Text | None = None


class Completion(Strict):
    """The end of the work."""

    outcome: Literal["fixed"] = "fixed"
    finding: Finding
    signature_name: Word | None = None


class Command(Strict):
    """An order to the asset's device."""

    device_id: UUID
    command: Word
    args: dict[str, Any] = Field(default_factory=dict, max_length=20)


class Operation(Strict):
    """One thing done on site."""

    client_op_id: UUID
    kind: Word
    subject: UUID
    base_version: int | None = None
    payload: dict[str, Any] = Field(default_factory=dict)
    occurred_at: AwareDatetime
    seq: Annotated[int, Field(ge=0, le=2**53)]
    tz: Annotated[str, Field(max_length=64)] = "UTC"


class Batch(Strict):
    """Operations in the order of the device; a batch that comes twice changes nothing."""

    device_id: Word
    app_version: Annotated[str, Field(max_length=64)]
    operations: Annotated[list[Operation], Field(max_length=200)]


class Result(BaseModel):
    """What became of one operation."""

    client_op_id: UUID
    status: Status
    reason: str | None
    problem: dict[str, Any] | None
    entity: dict[str, Any] | None


class Results(BaseModel):
    """One result per operation, in the order of the batch."""

    results: list[Result]
    server_time: datetime


class Pull(BaseModel):
    """What changed for this technician behind the cursor."""

    cursor: str
    has_more: bool
    full: bool
    upserts: dict[str, list[dict[str, Any]]]
    deletes: dict[str, list[UUID]]
    server_time: datetime
