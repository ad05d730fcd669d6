"""Cases: one suspected fault of one device, from the first evidence to the finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.detect.window import LINE
from iot_gateway.errors import CaseNotFound, IllegalCaseChange
from iot_gateway.events import CaseCleared, CaseOpened, CaseRelapsed, CaseWindowMoved, CaseWorsened
from iot_gateway.lifecycle import ACTIVE, CaseState, Finding, may_verify
from iot_gateway.models.detection import CaseEvidence, DeviceCase
from iot_gateway.models.devices import DeviceContext
from iot_gateway.service import limits
from kernel import outbox
from kernel.db import tenant_of
from kernel.ids import new_id

EVIDENCE_LIMIT = 400
"""Rows of evidence of one case: more of the same proves nothing."""

NOTICED_PART, NOTICED_LEAST = 0.1, timedelta(hours=1)
"""A window that moves by less than this part of the time left, or than an hour, is the same to whoever plans."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One alarming hour of one metric."""

    at: datetime
    metric: str
    observed: float
    expected: float
    low: float
    high: float
    score: float
    share: float


@dataclass(frozen=True, kw_only=True)
class Window:
    """When the device is expected to fail: early, likely, late."""

    p10_at: datetime
    p50_at: datetime
    p90_at: datetime
    basis: str = LINE
    """What it rests on: a stage of remaining life, or the line to a limit that people set."""
    failures: int = 0
    """Failures of the kind that were known."""


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """What the detectors say about one device and failure group."""

    device_id: UUID
    failure_group: str
    model: str
    severity: int
    opened_at: datetime
    started_at: datetime
    window: Window | None
    low_confidence: bool
    summary: Mapping[str, Any]


def open_case(session: Session, found: Suspicion, *, evidence: Sequence[Evidence] = ()) -> tuple[UUID, bool]:
    """Open a case, or add to the one that is active already; return its id and whether it is new.

    However many callers at once: one row, by the partial unique index, and one `CaseOpened`.
    """
    window = found.window
    times = {
        "p10_at": window.p10_at if window else None,
        "p50_at": window.p50_at if window else None,
        "p90_at": window.p90_at if window else None,
    }
    case_id, new = None, False
    while case_id is None:
        case_id = session.scalar(
            insert(DeviceCase)
            .values(
                id=new_id(),
                tenant_id=tenant_of(session),
                device_id=found.device_id,
                failure_group=found.failure_group,
                model=found.model,
                state=CaseState.OPEN,
                severity=found.severity,
                opened_at=found.opened_at,
                started_at=found.started_at,
                low_confidence=found.low_confidence,
                summary=dict(found.summary),
                window_basis=window.basis if window else None,
                window_failures=window.failures if window else None,
                **times,
            )
            .on_conflict_do_nothing(
                index_elements=["device_id", "failure_group"], index_where=text("state IN ('open', 'verifying')")
            )
            .returning(DeviceCase.id)
        )
        new = case_id is not None
        case_id = case_id or active_case(session, found.device_id, found.failure_group)
    if new:
        outbox.publish(
            session,
            CaseOpened(
                case_id=case_id,
                device_id=found.device_id,
                failure_group=found.failure_group,
                model=found.model,
                severity=found.severity,
                opened_at=found.opened_at,
                started_at=found.started_at,
                low_confidence=found.low_confidence,
                summary=dict(found.summary),
                **times,
            ),
        )
    append_evidence(session, case_id, evidence)
    return case_id, new


def active_case(session: Session, device_id: UUID, failure_group: str) -> UUID | None:
    """Return the case of a device and failure group that is open or verifying."""
    return session.scalar(
        select(DeviceCase.id).where(
            DeviceCase.device_id == device_id,
            DeviceCase.failure_group == failure_group,
            DeviceCase.state.in_(ACTIVE),
        )
    )


def append_evidence(session: Session, case_id: UUID, evidence: Sequence[Evidence]) -> None:
    """Add evidence to a case; the same hour and metric again changes nothing."""
    kept = select(func.count()).where(CaseEvidence.case_id == case_id)
    if not evidence or (session.scalar(kept) or 0) >= EVIDENCE_LIMIT:
        return
    rows = [
        {
            "id": new_id(),
            "tenant_id": tenant_of(session),
            "case_id": case_id,
            "at": item.at,
            "metric": item.metric,
            "observed": item.observed,
            "expected": item.expected,
            "low": item.low,
            "high": item.high,
            "score": item.score,
            "share": item.share,
        }
        for item in evidence
    ]
    session.execute(insert(CaseEvidence).values(rows).on_conflict_do_nothing())


def worsen_case(
    session: Session, case_id: UUID, *, severity: int, window: Window | None, low_confidence: bool, at: datetime
) -> None:
    """Raise the severity of an active case; a lower or equal one changes nothing.

    Raises:
        CaseNotFound: there is none.
    """
    case = _locked(session, case_id)
    if case.state not in ACTIVE or severity <= case.severity:
        return
    case.severity, case.low_confidence = severity, low_confidence
    if window is not None:
        _put_window(case, window)
    outbox.publish(
        session,
        CaseWorsened(
            case_id=case_id,
            device_id=case.device_id,
            failure_group=case.failure_group,
            severity=severity,
            at=at,
            p10_at=case.p10_at,
            p50_at=case.p50_at,
            p90_at=case.p90_at,
            low_confidence=low_confidence,
        ),
    )


def move_window(session: Session, case_id: UUID, window: Window, *, low_confidence: bool, at: datetime) -> bool:
    """Move the failure window of an open case, seen at `at`, if its early end moves noticeably; tell whether it did.

    Raises:
        CaseNotFound: there is none.
    """
    if not _noticeable(get_case(session, case_id), window, at):
        return False
    case = _locked(session, case_id)
    if case.state is not CaseState.OPEN or not _noticeable(case, window, at):
        return False
    _put_window(case, window)
    case.low_confidence = low_confidence
    outbox.publish(
        session,
        CaseWindowMoved(
            case_id=case_id,
            device_id=case.device_id,
            failure_group=case.failure_group,
            at=at,
            p10_at=window.p10_at,
            p50_at=window.p50_at,
            p90_at=window.p90_at,
            low_confidence=low_confidence,
        ),
    )
    return True


def _put_window(case: DeviceCase, window: Window) -> None:
    case.p10_at, case.p50_at, case.p90_at = window.p10_at, window.p50_at, window.p90_at
    case.window_basis, case.window_failures = window.basis, window.failures


def _noticeable(case: DeviceCase, window: Window, at: datetime) -> bool:
    if case.p10_at is None or (case.window_basis, case.window_failures) != (window.basis, window.failures):
        return True
    return abs(window.p10_at - case.p10_at) > max(NOTICED_PART * (case.p10_at - at), NOTICED_LEAST)


def begin_verification(
    session: Session, case_id: UUID, *, at: datetime, samples: int = 120, seconds: int = 3600
) -> None:
    """Put a repair to the proof: samples later than `at` are compared with the expected band.

    After `samples` of them over `seconds` the scorer publishes `CaseCleared` or `CaseRelapsed`.

    Raises:
        CaseNotFound: there is none.
        IllegalCaseChange: the case is closed.
    """
    case = _locked(session, case_id)
    if not may_verify(case.state):
        raise IllegalCaseChange("A closed case is not verified again.", state=case.state)
    case.state = CaseState.VERIFYING
    case.verify_from, case.verify_samples, case.verify_seconds = at, samples, seconds
    case.recovered_at = case.recovery = None


def clear_case(session: Session, case_id: UUID, *, at: datetime, evidence: Mapping[str, Any]) -> bool:
    """Say that telemetry proves the repair; only a case that is verifying changes."""
    case = _locked(session, case_id)
    if case.state is not CaseState.VERIFYING:
        return False
    case.state, case.recovered_at, case.recovery = CaseState.RECOVERED, at, dict(evidence)
    outbox.publish(
        session, CaseCleared(case_id=case_id, device_id=case.device_id, recovered_at=at, evidence=dict(evidence))
    )
    return True


def relapse_case(session: Session, case_id: UUID, *, at: datetime, evidence: Mapping[str, Any]) -> bool:
    """Say that telemetry contradicts the repair; the case is open again, and keeps what was seen."""
    case = _locked(session, case_id)
    if case.state is not CaseState.VERIFYING:
        return False
    case.state, case.verify_from, case.recovery = CaseState.OPEN, None, dict(evidence)
    outbox.publish(session, CaseRelapsed(case_id=case_id, device_id=case.device_id, at=at, evidence=dict(evidence)))
    return True


def close_case(
    session: Session, case_id: UUID, *, finding: Finding | str, note: str | None = None, at: datetime
) -> None:
    """End a case with what the engineer found, its label; a false one raises its series' limit. Twice changes nothing.

    Raises:
        CaseNotFound: there is none.
        IllegalCaseChange: it was closed with another finding.
    """
    case = _locked(session, case_id)
    finding = Finding(finding)
    if case.state is CaseState.CLOSED:
        if case.finding is not finding:
            raise IllegalCaseChange("The case was closed with another finding.", finding=case.finding)
        return
    case.state, case.closed_at, case.finding, case.finding_note = CaseState.CLOSED, at, finding, note
    if finding is Finding.NO_FAULT_FOUND:
        limits.raise_limit(session, case, at=at)


def dismiss_case(session: Session, case_id: UUID, *, no_fault: bool, reason: str, at: datetime) -> bool:
    """End an active case that a person calls off, with the reason; tell whether this ended it.

    Said to be no fault it is false and raises its series' limit; else nobody knows, and its label is `other`. Either
    way the detectors hold the same evidence back for a while.

    Raises:
        CaseNotFound: there is none.
    """
    case = _locked(session, case_id)
    if case.state not in ACTIVE:
        return False
    case.dismissed = True
    finding = Finding.NO_FAULT_FOUND if no_fault else Finding.OTHER
    close_case(session, case_id, finding=finding, note=reason or None, at=at)
    return True


@dataclass(frozen=True, kw_only=True)
class PastCase:
    """What became of a case, with the highest severity that it reached."""

    id: UUID
    device_id: UUID
    severity: int
    low_confidence: bool
    criticality: str | None
    opened_at: datetime
    state: CaseState
    finding: Finding | None


def past_cases(session: Session, *, model: str, failure_group: str, since: datetime, limit: int) -> Sequence[PastCase]:
    """Return the cases of a model and failure group opened after an instant, the newest first."""
    rows = session.execute(
        select(DeviceCase, DeviceContext.criticality)
        .outerjoin(DeviceContext, DeviceContext.device_id == DeviceCase.device_id)
        .where(DeviceCase.model == model, DeviceCase.failure_group == failure_group, DeviceCase.opened_at > since)
        .order_by(DeviceCase.opened_at.desc(), DeviceCase.id)
        .limit(limit)
    )
    return [
        PastCase(
            id=case.id,
            device_id=case.device_id,
            severity=case.severity,
            low_confidence=case.low_confidence,
            criticality=criticality,
            opened_at=case.opened_at,
            state=case.state,
            finding=case.finding,
        )
        for case, criticality in rows
    ]


def get_case(session: Session, case_id: UUID) -> DeviceCase:
    """Return a case.

    Raises:
        CaseNotFound: there is none.
    """
    case = session.get(DeviceCase, case_id)
    if case is None:
        raise CaseNotFound("No case has this id.", case_id=case_id)
    return case


def _locked(session: Session, case_id: UUID) -> DeviceCase:
    case = session.get(DeviceCase, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise CaseNotFound("No case has this id.", case_id=case_id)
    return case
