"""What the detectors found becomes cases; what happens to cases becomes known to the detectors."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from iot_gateway import metrics
from iot_gateway.detect import catalogue, engine, suspicion
from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.memory import Memory, Proof
from iot_gateway.detect.names import NAMES
from iot_gateway.detect.proof import Outcome, Verdict
from iot_gateway.detect.suspicion import HourResult, How, Suspected
from iot_gateway.follow import FollowedDevice
from iot_gateway.forecasts import Forecasts
from iot_gateway.lifecycle import ACTIVE, BY_LIMIT, CaseState
from iot_gateway.models.detection import DeviceCase
from iot_gateway.service import cases
from kernel.log import get_logger

log = get_logger()

TEXTS: Mapping[How, tuple[str, str]] = {
    "level": (
        "{name_en} has read {observed:.4g} {unit} where {expected:.4g} was expected since {since:%Y-%m-%d %H:%M} UTC.",
        "自 {since:%Y-%m-%d %H:%M} UTC 起，{name_zh}读数为 {observed:.4g} {unit}，预期为 {expected:.4g}。",
    ),
    "rough": (
        "{name_en} varies by {observed:.3g} {unit} an hour, usually {expected:.3g}, since {since:%Y-%m-%d %H:%M} UTC.",
        "自 {since:%Y-%m-%d %H:%M} UTC 起，{name_zh}一小时内波动 {observed:.3g} {unit}，通常为 {expected:.3g}。",
    ),
    "stuck": (
        "{name_en} has stood still at {observed:.4g} {unit} since {since:%Y-%m-%d %H:%M} UTC.",
        "自 {since:%Y-%m-%d %H:%M} UTC 起，{name_zh}一直停在 {observed:.4g} {unit}。",
    ),
    "silent": (
        "{name_en} is not sent any more since {since:%Y-%m-%d %H:%M} UTC; the last value was {observed:.4g} {unit}.",
        "自 {since:%Y-%m-%d %H:%M} UTC 起，不再收到{name_zh}；最后读数为 {observed:.4g} {unit}。",
    ),
}
"""how -> English, Chinese"""


def load_cases(session: Session, devices: Sequence[UUID], known: Sequence[UUID]) -> dict[UUID, list[DeviceCase]]:
    """Return by device the cases that are active or that the detectors believe to be."""
    found: dict[UUID, list[DeviceCase]] = {}
    for case in session.scalars(
        select(DeviceCase)
        .where(
            or_(
                DeviceCase.id.in_(known),
                DeviceCase.device_id.in_(devices) & DeviceCase.state.in_(ACTIVE),
            )
        )
        .execution_options(populate_existing=True)
    ):
        found.setdefault(case.device_id, []).append(case)
    return found


def learn_of_limits(memory: Memory, factors: Mapping[str, float]) -> None:
    """Take over by how much the limit of each series is raised, as false cases and people have left it."""
    memory.limit_factor[:] = [factors.get(name, 1.0) for name in memory.metrics]


def learn_of_cases(memory: Memory, rows: Sequence[DeviceCase], *, hour: int) -> None:
    """Bring the memory of a device up to what people and other processes did to its cases."""
    by_id = {str(case.id): case for case in rows}
    for group, case_id in list(memory.active.items()):
        case = by_id.get(case_id)
        if case is None or case.state not in ACTIVE:
            engine.forget_case(memory, group, hour=hour)
            if case is not None and case.dismissed:
                engine.hold_back(memory, group, severity=case.severity, hour=hour)
            memory.proofs.pop(case_id, None)
    for case_id in [case_id for case_id in memory.proofs if case_id not in by_id]:
        del memory.proofs[case_id]
    for case_id, case in by_id.items():
        if case.state not in ACTIVE:
            continue
        if not by_limit(case):
            memory.active[case.failure_group] = case_id
            memory.severity.setdefault(case.failure_group, case.severity)
        if case.state is CaseState.OPEN or case.verify_from is None:
            memory.proofs.pop(case_id, None)
            continue
        since = int(case.verify_from.timestamp() * 1000)
        wanted = Proof(since, case.verify_samples, case.verify_seconds)
        trial = memory.proofs.get(case_id)
        if trial is None or (trial.since, trial.samples, trial.seconds) != (since, wanted.samples, wanted.seconds):
            memory.proofs[case_id] = wanted


def by_limit(case: DeviceCase) -> bool:
    """Tell whether a limit that people set opened a case: it blinds no detector, and the limit proves the repair."""
    return case.summary.get("how") == BY_LIMIT


def act_on_hour(
    session: Session, device: FollowedDevice, memory: Memory, result: HourResult, forecasts: Forecasts
) -> None:
    """Open, worsen and feed cases with what one hour has shown."""
    result.opened = [forecasts.improve(session, device, memory, found) for found in result.opened]
    result.ongoing = [forecasts.improve(session, device, memory, found) for found in result.ongoing]
    act(session, device, memory, result, at=_instant((result.hour + 1) * HOUR_MS))


def act_on_sudden(session: Session, device: FollowedDevice, memory: Memory, result: HourResult, *, ts: int) -> None:
    """Open the case of a sudden fault that is certain since `ts` (epoch ms), and note what it accounts for."""
    act(session, device, memory, result, at=_instant(ts))
    suspicion.explain(memory, {name for found in result.opened for name in found.shares})


def act(session: Session, device: FollowedDevice, memory: Memory, result: HourResult, *, at: datetime) -> None:
    """Open, worsen, feed and time cases with what was found by an instant."""
    for found in result.opened:
        case_id, new = cases.open_case(session, _suspicion(device, found, at), evidence=_evidence(found, result, at))
        memory.active[found.group.name] = str(case_id)
        memory.severity[found.group.name] = found.severity
        if new:
            metrics.CASES_OPENED.labels(found.group.name).inc()
    for found in result.ongoing:
        case_id = UUID(memory.active[found.group.name])
        cases.append_evidence(session, case_id, _evidence(found, result, at))
        window = _window(found, at)
        if window is not None:
            cases.move_window(session, case_id, window, low_confidence=found.low_confidence, at=at)
        if found.severity > memory.severity.get(found.group.name, 0):
            cases.worsen_case(
                session,
                case_id,
                severity=found.severity,
                window=window,
                low_confidence=found.low_confidence,
                at=at,
            )
            memory.severity[found.group.name] = found.severity


def act_on_proof(session: Session, memory: Memory, case: DeviceCase, outcome: Outcome) -> None:
    """Say whether a repair has worked."""
    at = _instant(outcome.at)
    evidence: dict[str, Any] = {
        "verdict": outcome.verdict.value,
        "samples": outcome.samples,
        "since": case.verify_from.isoformat() if case.verify_from else None,
    }
    if by_limit(case):
        evidence["beyond_limit"] = outcome.beyond
    else:
        evidence["mean_residuals"] = {name: round(value, 3) for name, value in outcome.residuals.items()}
        evidence["limits"] = {name: round(value, 3) for name, value in outcome.limits.items() if math.isfinite(value)}
        if outcome.spreads:
            evidence["spreads"] = {name: round(ratio, 3) for name, ratio in outcome.spreads.items()}
    log.info("repair_judged", case_id=str(case.id), group=case.failure_group, **evidence)
    memory.proofs.pop(str(case.id), None)
    if outcome.verdict is Verdict.PROVEN:
        cases.clear_case(session, case.id, at=at, evidence=evidence)
        if memory.active.get(case.failure_group) == str(case.id):
            engine.forget_case(memory, case.failure_group, hour=outcome.at // HOUR_MS)
    else:
        cases.relapse_case(session, case.id, at=at, evidence=evidence)


def _suspicion(device: FollowedDevice, found: Suspected, at: datetime) -> cases.Suspicion:
    return cases.Suspicion(
        device_id=device.id,
        failure_group=found.group.name,
        model=device.model,
        severity=found.severity,
        opened_at=at,
        started_at=_instant(found.started_hour * HOUR_MS),
        window=_window(found, at),
        low_confidence=found.low_confidence,
        summary=_summary(device, found),
    )


def _summary(device: FollowedDevice, found: Suspected) -> dict[str, Any]:
    lead = found.leading
    low, high = catalogue.band(lead.expected, lead.scale)
    unit = catalogue.unit(device.model, lead.metric)
    name_en, name_zh = NAMES.get(lead.metric, (lead.metric, lead.metric))
    text_en, text_zh = TEXTS[found.how]
    words = {
        "name_en": name_en,
        "name_zh": name_zh,
        "observed": lead.observed,
        "expected": lead.expected,
        "unit": unit,
        "since": _instant(found.started_hour * HOUR_MS),
    }
    return {
        "metric": lead.metric,
        "unit": unit,
        "observed": lead.observed,
        "expected": lead.expected,
        "low": low,
        "high": high,
        "score": lead.score,
        "shares": found.shares,
        "metrics": list(found.shares),
        "alarm_hours": found.alarm_hours,
        "how": found.how,
        "text_en": text_en.format(**words),
        "text_zh": text_zh.format(**words),
    }


def _evidence(found: Suspected, result: HourResult, at: datetime) -> list[cases.Evidence]:
    rows = []
    readings = result.rough if found.how == "rough" else result.readings
    for metric, share in found.shares.items():
        reading = readings.get(metric, found.leading)
        low, high = catalogue.band(reading.expected, reading.scale)
        rows.append(
            cases.Evidence(
                at=at,
                metric=metric,
                observed=reading.observed,
                expected=reading.expected,
                low=low,
                high=high,
                score=reading.score,
                share=share,
            )
        )
    return rows


def _window(found: Suspected, at: datetime) -> cases.Window | None:
    window = found.window
    if window is None:
        return None
    return cases.Window(
        p10_at=at + timedelta(hours=window.p10_hours),
        p50_at=at + timedelta(hours=window.p50_hours),
        p90_at=at + timedelta(hours=window.p90_hours),
        basis=window.basis,
        failures=window.failures,
    )


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)
