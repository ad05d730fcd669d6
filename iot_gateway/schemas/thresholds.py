"""Limits that people set, as HTTP shows and takes them."""

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from iot_gateway.detect.thresholds import ThresholdKind
from iot_gateway.models.thresholds import Threshold
from kernel.fields import Body, Code, Line, example

Seconds = Annotated[int, Field(ge=0, le=604_800)]


class TermsIn(Body):
    """The limit, in the unit of the metric (a rate: units per hour, above 0), and how patiently it is held."""

    value: Annotated[float, Field(allow_inf_nan=False)]
    for_seconds: Seconds = 0
    clear_seconds: Seconds = 0
    hysteresis: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    horizon_hours: Annotated[int | None, Field(ge=1, le=2160)] = None
    severity: Annotated[int, Field(ge=1, le=4)] = 2
    failure_group: Code = "limit"
    enabled: bool = True


class ThresholdIn(TermsIn):
    """A limit of a device, or of all devices of a model."""

    model_config = example(model="pump", metric="flow_m3h", kind="below", value=12.5, for_seconds=600)

    device_id: UUID | None = None
    model: Code | None = None
    metric: Line
    kind: ThresholdKind

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.device_id is None) == (self.model is None):
            raise ValueError("give either device_id or model")
        return self


class ThresholdChange(TermsIn):
    """All terms of a limit, and the version that was read."""

    version: Annotated[int, Field(ge=1)]


class ThresholdOut(BaseModel):
    """A limit that somebody has set."""

    id: UUID
    version: int
    device_id: UUID | None
    device_name: str | None
    model: str | None
    metric: str
    kind: ThresholdKind
    value: float
    for_seconds: int
    clear_seconds: int
    hysteresis: float
    horizon_hours: int | None
    severity: int
    failure_group: str
    enabled: bool
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: Threshold, names: Mapping[UUID, str]) -> "ThresholdOut":
        """Show a limit, with the name of its device if it is of one."""
        own = set(cls.model_fields) - {"device_name"}
        name = names[row.device_id] if row.device_id is not None else None
        return cls(device_name=name, **{field: getattr(row, field) for field in own})
