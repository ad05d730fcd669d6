"""What people read: cases with their chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from iot_gateway import repository
from iot_gateway.alike import distance
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.models.detection import CaseEvidence, DeviceCase
from iot_gateway.models.forecasts import CaseForecast
from iot_gateway.projections import of_case
from iot_gateway.repository import CaseFilter
from iot_gateway.service.cases import get_case
from iot_gateway.service.charts import Series, epoch_ms, series
from iot_gateway.service.devices import get_device
from kernel import clock

EVERY_CASE = CaseFilter()
MOST_ALIKE = 200
CHART_BEFORE, CHART_AFTER, CHART_POINTS = timedelta(days=7), timedelta(days=7), 600


@dataclass(frozen=True)
class CaseLine:
    """A case in a list."""

    id: UUID
    device_id: UUID
    device_name: str
    failure_group: str
    model: str
    state: CaseState
    severity: int
    opened_at: datetime
    started_at: datetime
    p10_at: datetime | None
    p50_at: datetime | None
    p90_at: datetime | None
    window_basis: str | None
    window_failures: int | None
    low_confidence: bool
    finding: Finding | None
    summary: dict[str, Any]
    recovered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class CaseView:
    """A case with its evidence and chart."""

    line: CaseLine
    evidence: Sequence[CaseEvidence]
    recovery: dict[str, Any] | None
    finding_note: str | None
    dismissed: bool
    chart: Series
    alarms: Sequence[int]
    forecast: CaseForecast | None
    """Of an active case, as of the last night."""


def case_view(session: Session, case_id: UUID) -> CaseView:
    """Return a case with its evidence, and the chart of its leading metric against the expected band.

    Raises:
        CaseNotFound: there is none.
    """
    case = get_case(session, case_id)
    device = get_device(session, case.device_id)
    metric = str(case.summary.get("metric", ""))
    start, end = case.started_at - CHART_BEFORE, min(clock.now(), _last(case) + CHART_AFTER)
    chart = series(
        session, device.id, metric=metric, start=start, end=max(end, case.opened_at), max_points=CHART_POINTS
    )
    alarms = [
        epoch_ms(hour.hour)
        for hour in repository.hours(session, device.number, start=start, end=end)
        if case.failure_group in hour.alarms
    ]
    evidence = repository.evidence_of(session, case_id)
    line, forecast = _line(case, device.name), of_case(session, case)
    return CaseView(line, evidence, case.recovery, case.finding_note, case.dismissed, chart, alarms, forecast)


def list_cases(
    session: Session,
    narrowed: CaseFilter = EVERY_CASE,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[CaseLine]:
    """Return cases, newest first, behind the key `before` (opened_at, id)."""
    rows = repository.case_rows(session, narrowed, before=before, limit=limit)
    return [_line(case, name) for case, name in rows]


@dataclass(frozen=True)
class LikeCase:
    """A closed case and how far it is from another: 0 the same, 2 nothing in common."""

    line: CaseLine
    distance: float


def alike(session: Session, case_id: UUID) -> list[LikeCase]:
    """Return the newest 200 closed cases of the same model and failure group, the closest first.

    Raises:
        CaseNotFound: there is none with this id.
    """
    case = get_case(session, case_id)
    kind = CaseFilter(state=CaseState.CLOSED, model=case.model, failure_group=case.failure_group)
    rows = repository.case_rows(session, kind, before=None, limit=MOST_ALIKE + 1)
    found = [
        LikeCase(_line(other, name), distance(case.summary, other.summary))
        for other, name in rows
        if other.id != case.id
    ]
    return sorted(found, key=lambda like: like.distance)[:MOST_ALIKE]


def case_line(session: Session, case_id: UUID) -> CaseLine:
    """Return a case without its chart.

    Raises:
        CaseNotFound: there is none.
    """
    case = get_case(session, case_id)
    return _line(case, get_device(session, case.device_id).name)


def _last(case: DeviceCase) -> datetime:
    return max(filter(None, [case.opened_at, case.recovered_at, case.closed_at]))


def _line(case: DeviceCase, name: str) -> CaseLine:
    return CaseLine(
        id=case.id,
        device_id=case.device_id,
        device_name=name,
        failure_group=case.failure_group,
        model=case.model,
        state=case.state,
        severity=case.severity,
        opened_at=case.opened_at,
        started_at=case.started_at,
        p10_at=case.p10_at,
        p50_at=case.p50_at,
        p90_at=case.p90_at,
        window_basis=case.window_basis,
        window_failures=case.window_failures,
        low_confidence=case.low_confidence,
        finding=case.finding,
        summary=case.summary,
        recovered_at=case.recovered_at,
        closed_at=case.closed_at,
    )
