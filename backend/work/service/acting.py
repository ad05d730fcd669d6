"""Use cases of whoever moves a visit: technicians from the field, dispatchers from the office."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import coding
from backend.assets import service as assets
from backend.assets.models import CodeKind
from backend.customers import service as customers
from backend.work import repository
from backend.work.actors import Actor
from backend.work.errors import (
    IllegalTransition,
    NotFinished,
    NotYourVisit,
    ReasonMissing,
)
from backend.work.events import VisitCompleted
from backend.work.finding import Completion, Finding, read_completion
from backend.work.lifecycle import NEEDS_REASON, OrderState, VisitAction, Who
from backend.work.models import EventSource, FindingResult, Visit, WorkOrder
from backend.work.service import checks, conflicts, stages
from backend.work.service.journal import check_version, follow_visits
from backend.work.service.scheduling import told_dispatched
from backend.work.service.stages import Said
from kernel.errors import Problem
from kernel.geo import LonLat
from kernel.outbox import publish

GEOFENCE_METRES = 500.0
EARTH_METRES = 6_371_000.0
KEPT = (IllegalTransition, NotFinished, NotYourVisit)
"""Refusals that do not lose an operation from the field: it waits for what is missing, or for a dispatcher."""


class Status(StrEnum):
    """What became of an operation."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Outcome:
    """What became of an operation, and the visit as it stands now."""

    status: Status
    visit: Visit
    problem: Problem | None = None


def act(
    session: Session,
    visit_id: UUID,
    action: VisitAction,
    *,
    actor: Actor,
    occurred_at: datetime,
    received_at: datetime,
    client_op_id: UUID | None = None,
    reason: str | None = None,
    position: LonLat | None = None,
    accuracy_m: float | None = None,
    payload: dict[str, Any] | None = None,
    expected_version: int | None = None,
    not_before: datetime | None = None,
) -> Outcome:
    """Move a visit by one action, taken at the time when it happened; a known `client_op_id` changes nothing.

    What a technician did offline and does not fit becomes a conflict item. It is tried again whenever something
    else arrives for the visit, so that batches may come in any order.

    Raises:
        IllegalTransition: a person online asked for what the state does not allow.
        NotYourVisit: the visit was never this technician's.
        NotFinished: the checklist or the finding is missing.
        ReasonMissing: the step needs a reason.
        StaleVersion: the visit changed since it was read.
    """
    visit, order = repository.visit_with_order(session, visit_id)
    if client_op_id is not None and (known := replayed(session, visit, client_op_id)):
        return known
    check_version(visit.version, expected_version)
    happened_at, flagged = stages.bounded(occurred_at, received_at, not_before)
    detail = dict(payload or {})
    if flagged == "clock_ahead":
        detail["claimed_at"] = occurred_at.isoformat()
    said = Said(
        actor=actor,
        occurred_at=happened_at,
        received_at=received_at,
        reason=reason,
        client_op_id=client_op_id,
        position=position,
        accuracy_m=accuracy_m,
        flagged=flagged,
        detail=detail,
    )
    try:
        with session.begin_nested():
            apply(session, visit, order, action, said)
    except KEPT as problem:
        if actor.source is not EventSource.MOBILE or client_op_id is None or not ever_theirs(session, visit, actor):
            raise
        session.refresh(visit)
        conflicts.keep(session, visit, f"visit.{action}", said, problem=problem)
        return Outcome(Status.CONFLICT, visit, problem)
    retry(session, visit, order)
    return Outcome(Status.APPLIED, visit)


def replayed(session: Session, visit: Visit, client_op_id: UUID) -> Outcome | None:
    """Return what became of an operation that is known already."""
    kept = conflicts.open_of_operation(session, client_op_id)
    if kept is not None:
        return Outcome(Status.CONFLICT, visit, conflicts.problem_of(kept))
    if repository.known_operation(session, client_op_id):
        return Outcome(Status.DUPLICATE, visit)
    return None


def ever_theirs(session: Session, visit: Visit, actor: Actor) -> bool:
    """Tell whether the visit is or was the technician's."""
    return actor.technician_id is not None and repository.was_theirs(session, visit.id, actor.technician_id)


def apply(session: Session, visit: Visit, order: WorkOrder, action: VisitAction, said: Said) -> None:
    """Check who acts and what the step needs, then take it; order and visit are locked."""
    check_owner(session, visit, said.actor, lead=True)
    if action in NEEDS_REASON and not said.reason:
        raise ReasonMissing("This step needs a reason.", action=str(action), reasons=[])
    if action is VisitAction.ARRIVE:
        said = _geofenced(session, order, said)
    completion = None
    if action is VisitAction.COMPLETE:
        completion = _finished(session, visit, order, said)
    stages.advance_visit(session, visit, order, action, said)
    if completion is not None:
        _keep_finding(session, visit, order, completion, said)
    if action is VisitAction.DISPATCH:
        told_dispatched(session, visit, order, at=said.occurred_at)
    if order.state not in {OrderState.VERIFIED, OrderState.CLOSED, OrderState.CANCELLED}:
        follow_visits(session, order, at=said.occurred_at, actor=said.actor, reason=said.reason)


def check_owner(session: Session, visit: Visit, actor: Actor, *, lead: bool) -> None:
    """Refuse a technician whose visit it is not; only the lead of a crew moves a visit.

    Raises:
        NotYourVisit: it is not theirs.
    """
    if actor.role is not Who.TECHNICIAN:
        return
    crew = repository.crew(session, visit.id)
    mine = [member for member in crew if member.technician_id == actor.technician_id]
    if not mine:
        raise NotYourVisit("The visit is assigned to somebody else.", visit_id=visit.id)
    if lead and not mine[0].lead:
        raise NotYourVisit("The lead of the crew moves the visit.", visit_id=visit.id)


def _geofenced(session: Session, order: WorkOrder, said: Said) -> Said:
    if said.position is None or said.reason or said.flagged:
        return said
    distance = metres(said.position, customers.get_site(session, order.site_id).position)
    if distance <= GEOFENCE_METRES + (said.accuracy_m or 0.0):
        return said
    detail = {**said.detail, "metres_from_site": round(distance)}
    return Said(**{**vars(said), "flagged": "far_from_site", "detail": detail})


def metres(one: LonLat, other: LonLat) -> float:
    """Return the great-circle distance in metres (haversine)."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, math.radians(other.lon - one.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, chord)))


def _finished(session: Session, visit: Visit, order: WorkOrder, said: Said) -> Completion:
    completion = read_completion(said.detail)
    missing = [] if completion.finding or order.finding_result else ["finding"]
    missing += checks.lacks(session, visit, order, signature_name=completion.signature_name)
    if completion.finding and order.asset_id is not None:
        missing += _unfit_words(session, order.asset_id, completion.finding)
    if missing:
        raise NotFinished("The visit is not finished yet.", missing=missing)
    return completion


def _unfit_words(session: Session, asset_id: UUID, found: Finding) -> list[str]:
    said = {
        CodeKind.MODE: found.failure_mode,
        CodeKind.MECHANISM: found.mechanism,
        CodeKind.CAUSE: found.cause,
        CodeKind.ACTIVITY: found.activity,
    }
    confirmed = found.result is FindingResult.CONFIRMED
    unfit = coding.unfit_words(session, asset_id, said, confirmed=confirmed)
    return [f"finding.{'failure_mode' if kind is CodeKind.MODE else kind}" for kind in unfit]


def _keep_finding(session: Session, visit: Visit, order: WorkOrder, done: Completion, said: Said) -> None:
    visit.outcome, visit.signature_name = done.outcome, done.signature_name
    if done.finding is not None:
        found = done.finding
        order.finding_result = found.result
        order.finding_failure_mode = found.failure_mode or None
        order.finding_cause = found.cause or None
        order.finding_activity = found.activity or None
        order.finding_note = found.note or None
        if order.asset_id is not None and found.failure_mode:
            assets.record_failure(
                session,
                order.asset_id,
                order_id=order.id,
                at=said.occurred_at,
                mode=found.failure_mode,
                mechanism=found.mechanism,
                cause=found.cause,
                activity=found.activity,
                note=found.note,
            )
    publish(
        session,
        VisitCompleted(
            visit_id=visit.id,
            work_order_id=order.id,
            ticket_id=order.ticket_id,
            case_id=order.case_id,
            asset_id=order.asset_id,
            completed_at=said.occurred_at,
        ),
    )


def retry(session: Session, visit: Visit, order: WorkOrder) -> None:
    """Try again what waits for this visit, as it happened; each success may make way for another."""
    moved = True
    while moved:
        moved = False
        for item in conflicts.waiting_steps(session, visit.id):
            try:
                with session.begin_nested():
                    apply(session, visit, order, conflicts.action_of(item), conflicts.step_of(item))
            except Problem:
                session.refresh(visit)
                session.refresh(order)
                continue
            conflicts.applied(item)
            moved = True
