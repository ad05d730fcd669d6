"""The sync protocol, version 1."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from mobile_api.day.schemas import VanLine, VisitOut
from mobile_api.sync.models import Status

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


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
    value: StrictBool | Decimal | Text
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


class MeterRead(Strict):
    """What a meter shows, and the counter that took the place of one that was replaced."""

    meter_id: UUID
    value: Annotated[Decimal, Field(max_digits=12, decimal_places=4)]
    new_first: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)] | None = None
    new_rolls_over_at: Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=4)] | None = None
    note: Text | None = None


class Note(Strict):
    """A note on the order."""

    text: Text


class Attachment(Strict):
    """A file that was uploaded, named by its content."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    role: Literal["photo", "signature", "document", "recording"]
    item: Word | None = None
    name: Word | None = None
    caption: Text | None = None


class Finding(Strict):
    """What was found: the label of a predictive case."""

    result: Literal["confirmed", "no_fault_found", "other"]
    failure_mode: Word | None = None
    mechanism: Word | None = None
    cause: Word | None = None
    activity: Word | None = None
    note: Text | None = None


class Completion(Strict):
    """The end of the work."""

    outcome: Literal["fixed"] = "fixed"
    finding: Finding
    signature_name: Word | None = None


class Command(Strict):
    """A command to the device of the visit's asset."""

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


class Unreadable(BaseModel):
    """Something with the id of an operation that is none; it is refused, and holds up no other."""

    model_config = ConfigDict(extra="allow")

    client_op_id: UUID


class Batch(Strict):
    """Operations in the order of their `seq`; a batch that comes twice changes nothing."""

    device_id: Word
    app_version: Annotated[str, Field(max_length=64)]
    operations: list[Annotated[Operation | Unreadable, Field(union_mode="left_to_right")]]


class Entity(BaseModel):
    """The thing that an operation was about, as it stands now."""

    kind: Literal["visit", "command"]
    id: UUID
    state: str
    version: int | None


class Result(BaseModel):
    """What became of one operation."""

    client_op_id: UUID
    status: Status
    reason: str | None
    problem: dict[str, Any] | None
    entity: Entity | None


class Results(BaseModel):
    """One result per operation, in the order of the batch."""

    results: list[Result]
    server_time: datetime


class Upserts(BaseModel):
    """What to write over what the phone has; `van_stock` is whole, or null where it did not change."""

    visits: list[VisitOut]
    van_stock: list[VanLine] | None


class Deletes(BaseModel):
    """What to remove from the phone."""

    visits: list[UUID]


class Pull(BaseModel):
    """What changed for this technician behind the cursor; `full`: everything else on the phone is to go."""

    cursor: str
    has_more: bool
    full: bool
    upserts: Upserts
    deletes: Deletes
    server_time: datetime
