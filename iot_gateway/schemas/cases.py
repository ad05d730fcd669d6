"""Cases, as HTTP shows them."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.schemas.devices import Out
from iot_gateway.service.readings import CaseLine, CaseView


class FailureWindowOut(BaseModel):
    """When the device is expected to fail."""

    p10: AwareDatetime
    p50: AwareDatetime
    p90: AwareDatetime
    basis: str | None
    """trend, matching or boosting; line: to a limit that people set"""
    failures: int | None
    """Failures of the kind that were known"""


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


class ForecastOut(Out):
    """The leading metric over the coming days, as of the last night; without a method `note` says why there is none."""

    metric: str
    made_at: AwareDatetime
    method: str | None
    note: str | None
    points: list[tuple[int, float, float, float]]
    """Epoch milliseconds, low, likely, high: four of five values are expected between"""


class CaseDetailOut(CaseOut):
    """A case with evidence and chart."""

    evidence: list[EvidenceOut]
    recovery: dict[str, Any] | None
    finding_note: str | None
    dismissed: bool
    """Called off by a person while it was active."""
    chart: ChartOut
    forecast: ForecastOut | None

    @classmethod
    def of_view(cls, view: CaseView) -> "CaseDetailOut":
        """Show a case with everything known of it."""
        chart = view.chart
        return cls(
            **_case_fields(view.line),
            evidence=[EvidenceOut.model_validate(item) for item in view.evidence],
            recovery=view.recovery,
            finding_note=view.finding_note,
            dismissed=view.dismissed,
            chart=ChartOut(
                metric=chart.metric,
                unit=chart.unit,
                points=list(chart.points),
                band=list(chart.band or []),
                alarms=list(view.alarms),
            ),
            forecast=ForecastOut.model_validate(view.forecast) if view.forecast is not None else None,
        )


def _case_fields(line: CaseLine) -> dict[str, Any]:
    window = None
    if line.p10_at is not None and line.p50_at is not None and line.p90_at is not None:
        window = FailureWindowOut(
            p10=line.p10_at,
            p50=line.p50_at,
            p90=line.p90_at,
            basis=line.window_basis,
            failures=line.window_failures,
        )
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
