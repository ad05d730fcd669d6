"""Bodies and answers of meters."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer, model_validator

from backend.assets.metering import Counter
from backend.assets.meters import Total, Usage
from backend.assets.models import Meter, MeterKind, MeterReading, ReadingFault, ReadingSource
from kernel.fields import Body, Code, Instant, Line, Out, Prose

ValueIn = Annotated[Decimal, Field(max_digits=12, decimal_places=4)]
RangeIn = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=4)]
Value = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]
Unit = Annotated[Line, Field(max_length=20)]


class MeterIn(Body):
    """A new meter of an asset."""

    code: Code
    name: Line
    unit: Unit
    kind: MeterKind
    rolls_over_at: Annotated[RangeIn | None, Field(description="where it starts again at zero; none: never")] = None
    metric: Annotated[Code | None, Field(description="metric of the asset's device that it is read from")] = None


class MeterPatch(Body):
    """What a meter is called, and what feeds it."""

    version: int
    name: Line
    metric: Code | None


class MeterReadingOut(Out):
    """A reading of a meter."""

    id: UUID
    meter_id: UUID
    at: datetime
    value: Value
    new_first: Value | None
    new_rolls_over_at: Value | None
    total: Value | None
    fault: ReadingFault | None
    source: ReadingSource
    note: str
    actor_id: UUID | None


class UsageOut(Out):
    """What a counter counts in a day, and by which readings."""

    per_day: Value
    since: datetime
    until: datetime


class MeterOut(Out):
    """A meter with its last reading that counts."""

    id: UUID
    asset_id: UUID
    code: str
    name: str
    unit: str
    kind: MeterKind
    rolls_over_at: Value | None
    metric: str | None
    version: int
    last: MeterReadingOut | None
    usage: UsageOut | None

    @classmethod
    def of(cls, meter: Meter, last: MeterReading | None, usage: Usage | None) -> "MeterOut":
        """Return the answer for a row."""
        return cls(
            id=meter.id,
            asset_id=meter.asset_id,
            code=meter.code,
            name=meter.name,
            unit=meter.unit,
            kind=meter.kind,
            rolls_over_at=meter.rolls_over_at,
            metric=meter.metric,
            version=meter.version,
            last=MeterReadingOut.model_validate(last) if last else None,
            usage=UsageOut.model_validate(usage) if usage else None,
        )


class ReadingIn(Body):
    """A reading; `at` is now unless it is given."""

    value: ValueIn
    at: Instant | None = None
    note: Prose = ""
    client_op_id: UUID | None = None


class ReplacementIn(Body):
    """The counter was replaced by another: the last value of the old one, the first of the new one."""

    old_final: Annotated[ValueIn, Field(examples=["8123.5"])]
    new_first: Annotated[ValueIn, Field(examples=["0"])]
    new_rolls_over_at: Annotated[RangeIn | None, Field(examples=["100000"])] = None
    at: Instant | None = None
    note: Prose = ""
    client_op_id: UUID | None = None

    def counter(self) -> Counter:
        """Return the new counter."""
        return Counter(self.new_first, self.new_rolls_over_at)

    @model_validator(mode="after")
    def within_range(self) -> "ReplacementIn":
        """Refuse a first value that the new counter cannot show."""
        if self.new_first < 0 or (self.new_rolls_over_at is not None and self.new_first >= self.new_rolls_over_at):
            raise ValueError("the new counter cannot show its first value")
        return self


class VoidIn(Body):
    """Why a reading is wrong."""

    note: Prose = ""


class TotalOut(Out):
    """What a counter had counted at an instant; none before its first reading."""

    at: datetime
    total: Value | None
    read_at: datetime | None
    reckoned: bool

    @classmethod
    def of(cls, at: datetime, found: Total | None) -> "TotalOut":
        """Return the answer for an instant."""
        if found is None:
            return cls(at=at, total=None, read_at=None, reckoned=False)
        return cls(at=at, total=found.total, read_at=found.read_at, reckoned=found.reckoned)
