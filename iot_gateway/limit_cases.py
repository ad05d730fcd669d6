"""Cases of limits that people set: which limit, since when, in two languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from iot_gateway import metrics
from iot_gateway.detect import catalogue
from iot_gateway.detect.names import NAMES
from iot_gateway.detect.thresholds import RATES, ThresholdKind
from iot_gateway.detect.window import FailureWindow
from iot_gateway.follow import FollowedDevice
from iot_gateway.lifecycle import BY_LIMIT
from iot_gateway.models.thresholds import Threshold
from iot_gateway.service import cases

TEXTS: Mapping[ThresholdKind, tuple[str, str]] = {
    ThresholdKind.ABOVE: (
        "{name_en} has been above the set limit of {limit:.6g} {unit} since {since}; it reads {observed:.6g}.",
        "自 {since} 起，{name_zh}高于设定限值 {limit:.6g} {unit}，当前读数为 {observed:.6g}。",
    ),
    ThresholdKind.BELOW: (
        "{name_en} has been below the set limit of {limit:.6g} {unit} since {since}; it reads {observed:.6g}.",
        "自 {since} 起，{name_zh}低于设定限值 {limit:.6g} {unit}，当前读数为 {observed:.6g}。",
    ),
    ThresholdKind.RATE_UP: (
        "{name_en} has risen by more than the set {limit:.6g} {unit} an hour since {since}; lately by {observed:.4g}.",
        "自 {since} 起，{name_zh}每小时上升超过设定限值 {limit:.6g} {unit}，当前为 {observed:.4g}。",
    ),
    ThresholdKind.RATE_DOWN: (
        "{name_en} has fallen by more than the set {limit:.6g} {unit} an hour since {since}; lately by {observed:.4g}.",
        "自 {since} 起，{name_zh}每小时下降超过设定限值 {limit:.6g} {unit}，当前为 {observed:.4g}。",
    ),
    ThresholdKind.FORECAST: (
        "{name_en} has been heading for the set limit of {limit:.6g} {unit} since {since}, about {hours:.0f} h away.",
        "自 {since} 起，{name_zh}正趋向设定限值 {limit:.6g} {unit}，预计约 {hours:.0f} 小时后达到。",
    ),
}
"""kind -> English, Chinese"""


@dataclass(frozen=True)
class Broken:
    """A limit that is broken at an instant: what is held against it, since when, and of a forecast until when."""

    rule: Threshold
    device: FollowedDevice
    ts: int
    since: int
    """Both epoch milliseconds."""
    observed: float
    """The value, the change in an hour, or the mean of the last hour."""
    window: FailureWindow | None = None


def open_case(session: Session, broken: Broken) -> UUID:
    """Open the case of a broken limit, or join the active one of its failure group; return its id."""
    rule, device, at = broken.rule, broken.device, _instant(broken.ts)
    window = _window(broken)
    low_confidence = broken.window is not None and broken.window.low_confidence
    case_id, new = cases.open_case(
        session,
        cases.Suspicion(
            device_id=device.id,
            failure_group=rule.failure_group,
            model=device.model,
            severity=rule.severity,
            opened_at=at,
            started_at=_instant(broken.since),
            window=window,
            low_confidence=low_confidence,
            summary=summary(broken),
        ),
        evidence=[_evidence(broken)],
    )
    if new:
        metrics.CASES_OPENED.labels(rule.failure_group).inc()
    else:
        join_case(session, case_id, broken)
    return case_id


def join_case(session: Session, case_id: UUID, broken: Broken) -> None:
    """Add to an active case what a broken limit shows, and raise its severity to that of the limit."""
    at, window = _instant(broken.ts), _window(broken)
    low_confidence = broken.window is not None and broken.window.low_confidence
    cases.append_evidence(session, case_id, [_evidence(broken)])
    if cases.get_case(session, case_id).severity < broken.rule.severity:
        cases.worsen_case(
            session, case_id, severity=broken.rule.severity, window=window, low_confidence=low_confidence, at=at
        )
    if window is not None:
        cases.move_window(session, case_id, window, low_confidence=low_confidence, at=at)


def summary(broken: Broken) -> dict[str, Any]:
    """Return what a case says of its limit."""
    rule, unit = broken.rule, catalogue.unit(broken.device.model, broken.rule.metric)
    name_en, name_zh = NAMES.get(rule.metric, (rule.metric, rule.metric))
    words = {
        "name_en": name_en,
        "name_zh": name_zh,
        "limit": rule.value,
        "unit": unit,
        "observed": abs(broken.observed) if rule.kind in RATES else broken.observed,
        "since": f"{_instant(broken.since):%Y-%m-%d %H:%M} UTC",
        "hours": broken.window.p50_hours if broken.window is not None else 0.0,
    }
    text_en, text_zh = (" ".join(text.format(**words).split()) for text in TEXTS[rule.kind])
    return {
        "metric": rule.metric,
        "unit": unit,
        "observed": broken.observed,
        "expected": rule.value,
        "low": rule.value,
        "high": rule.value,
        "score": 1.0,
        "shares": {rule.metric: 1.0},
        "metrics": [rule.metric],
        "alarm_hours": 0,
        "how": BY_LIMIT,
        "kind": rule.kind.value,
        "threshold_id": str(rule.id),
        "text_en": text_en,
        "text_zh": text_zh,
    }


def _evidence(broken: Broken) -> cases.Evidence:
    limit = broken.rule.value
    return cases.Evidence(
        at=_instant(broken.ts),
        metric=broken.rule.metric,
        observed=broken.observed,
        expected=limit,
        low=limit,
        high=limit,
        score=1.0,
        share=1.0,
    )


def _window(broken: Broken) -> cases.Window | None:
    found, at = broken.window, _instant(broken.ts)
    if found is None:
        return None
    return cases.Window(
        p10_at=at + timedelta(hours=found.p10_hours),
        p50_at=at + timedelta(hours=found.p50_hours),
        p90_at=at + timedelta(hours=found.p90_hours),
    )


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)
