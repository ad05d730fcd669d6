"""Shapes of the HTTP answers."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from iot_gateway.lifecycle import CaseState, CommandState, Finding, Health
from iot_gateway.models import TelemetryDeadLetter
from iot_gateway.service.devices import DeviceView
from iot_gateway.service.readings import CaseLine, CaseView, Series

EXCERPT = 500


class Out(BaseModel):
    """An answer, read from attributes."""

    model_config = ConfigDict(from_attributes=True)


class DeviceOut(Out):
    """A device with its health and last values."""

    id: UUID
    name: str
    model: str
    sampling_seconds: int
    asset_name: str | None
    site_name: str | None
    health: Health
    online: bool | None
    firmware: str | None
    last_seen_at: AwareDatetime | None
    last_values: dict[str, Any]
    revoked_at: AwareDatetime | None

    @classmethod
    def of(cls, view: DeviceView) -> "DeviceOut":
        """Show a device."""
        return cls.model_validate(view)


class Provision(BaseModel):
    """A device to make known."""

    name: Annotated[str, Field(min_length=2, max_length=63)]
    model: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
    sampling_seconds: Annotated[int, Field(ge=1, le=86_400)]
    max_age_days: Annotated[int, Field(ge=1, le=400)] = 30


class Provisioned(Out):
    """A device just made known; its secret is shown this once."""

    id: UUID
    name: str
    secret: str


class SeriesOut(Out):
    """One metric over time."""

    metric: str
    unit: str
    from_: Annotated[AwareDatetime, Field(serialization_alias="from")]
    to: AwareDatetime
    points: list[tuple[int, float]]
    band: list[tuple[int, float, float]] | None

    @classmethod
    def of(cls, series: Series) -> "SeriesOut":
        """Show a series."""
        band = list(series.band) if series.band is not None else None
        return cls(
            metric=series.metric,
            unit=series.unit,
            from_=series.start,
            to=series.end,
            points=list(series.points),
            band=band,
        )


class CommandIn(BaseModel):
    """A command to a device."""

    command: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
    args: dict[Annotated[str, Field(max_length=64)], str | float | int | bool | None] = Field(
        default_factory=dict, max_length=32
    )


class CommandOut(Out):
    """A command and how far it got."""

    id: UUID
    device_id: UUID
    command: str
    args: dict[str, Any]
    state: CommandState
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    sent_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    detail: str | None


class FailureWindowOut(BaseModel):
    """When the device is expected to fail."""

    p10: AwareDatetime
    p50: AwareDatetime
    p90: AwareDatetime


class CaseOut(Out):
    """A case in a list."""

    id: UUID
    device_id: UUID
    device_name: str
    model: str
    failure_group: str
    state: CaseState
    severity: int
    opened_at: AwareDatetime
    started_at: AwareDatetime
    failure_window: FailureWindowOut | None
    low_confidence: bool
    summary: dict[str, Any]
    finding: Finding | None
    recovered_at: AwareDatetime | None
    closed_at: AwareDatetime | None

    @classmethod
    def of(cls, line: CaseLine) -> "CaseOut":
        """Show a case."""
        return cls(**_case_fields(line))


class EvidenceOut(Out):
    """One alarming hour of one metric."""

    at: AwareDatetime
    metric: str
    observed: float
    expected: float
    low: float
    high: float
    score: float
    share: float


class ChartOut(BaseModel):
    """The leading metric of a case against its expected band."""

    metric: str
    unit: str
    points: list[tuple[int, float]]
    band: list[tuple[int, float, float]]
    alarms: list[int]


class CaseDetailOut(CaseOut):
    """A case with evidence and chart."""

    evidence: list[EvidenceOut]
    recovery: dict[str, Any] | None
    finding_note: str | None
    chart: ChartOut

    @classmethod
    def of_view(cls, view: CaseView) -> "CaseDetailOut":
        """Show a case with everything known of it."""
        chart = view.chart
        return cls(
            **_case_fields(view.line),
            evidence=[EvidenceOut.model_validate(item) for item in view.evidence],
            recovery=view.recovery,
            finding_note=view.finding_note,
            chart=ChartOut(
                metric=chart.metric,
                unit=chart.unit,
                points=list(chart.points),
                band=list(chart.band or []),
                alarms=list(view.alarms),
            ),
        )


class DeadLetterOut(Out):
    """A message that could not be taken."""

    id: UUID
    received_at: AwareDatetime
    topic: str
    device_name: str | None
    reason: str
    detail: str
    payload_excerpt: str

    @classmethod
    def of(cls, letter: TelemetryDeadLetter) -> "DeadLetterOut":
        """Show the beginning of a dead letter, as text."""
        return cls(
            id=letter.id,
            received_at=letter.received_at,
            topic=letter.topic,
            device_name=letter.device_name,
            reason=letter.reason,
            detail=letter.detail,
            payload_excerpt=letter.payload[:EXCERPT].decode(errors="replace"),
        )


def _case_fields(line: CaseLine) -> dict[str, Any]:
    window = None
    if line.p10_at is not None and line.p50_at is not None and line.p90_at is not None:
        window = FailureWindowOut(p10=line.p10_at, p50=line.p50_at, p90=line.p90_at)
    names = [
        "id",
        "device_id",
        "device_name",
        "model",
        "failure_group",
        "state",
        "severity",
        "opened_at",
        "started_at",
        "low_confidence",
        "summary",
        "finding",
        "recovered_at",
        "closed_at",
    ]
    return {name: getattr(line, name) for name in names} | {"failure_window": window}
