"""What happened to a clock, told from its rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import clock_rows, readings, repository
from backend.sla.models import SlaClock, SlaEscalation, SlaPause, SlaPolicy


class What(StrEnum):
    """A turn of a clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    AT_RISK = "at_risk"
    ESCALATED = "escalated"
    BREACHED = "breached"
    MET = "met"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Turn:
    """One turn of a clock: when, what, and why."""

    at: datetime
    what: What
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """A clock with its terms, its turns and the steps that are still to come."""

    clock: SlaClock
    policy: SlaPolicy | None
    turns: list[Turn]
    to_come: list[SlaEscalation]


def of_subject(session: Session, subject_id: UUID) -> list[Told]:
    """Return the clocks of a subject with what happened to them."""
    clocks = clock_rows.clocks(session, [subject_id])
    pauses = clock_rows.pauses(session, [subject_id])
    steps = clock_rows.escalations(session, [clock.id for clock in clocks])
    policies = repository.policies_by_id(session, [key for clock in clocks if (key := clock.policy_version_id)])
    return [
        _told(
            clock,
            policies.get(clock.policy_version_id) if clock.policy_version_id else None,
            pauses,
            [step for step in steps if step.clock_id == clock.id],
        )
        for clock in clocks
    ]


def _told(
    clock: SlaClock, policy: SlaPolicy | None, pauses: Iterable[SlaPause], steps: Iterable[SlaEscalation]
) -> Told:
    ended = clock.met_at or clock.stopped_at
    turns = [Turn(clock.started_at, What.STARTED, {"target_minutes": clock.target_minutes})]
    for pause in readings.pauses_of(clock, pauses):
        if (ended is not None and pause.started_at >= ended) or pause.started_at >= clock.due_at:
            continue
        turns.append(Turn(pause.started_at, What.PAUSED, {"reason": pause.reason}))
        if pause.ended_at is not None and (ended is None or pause.ended_at < ended):
            turns.append(Turn(pause.ended_at, What.RESUMED, {"reason": pause.reason}))
    if clock.at_risk_since is not None:
        turns.append(Turn(clock.at_risk_since, What.AT_RISK, {"forecast_at": clock.forecast_at}))
    turns += [Turn(step.fired_at, What.ESCALATED, described(step)) for step in steps if step.fired_at is not None]
    for at, what in ((clock.breached_at, What.BREACHED), (clock.met_at, What.MET), (clock.stopped_at, What.STOPPED)):
        if at is not None:
            turns.append(Turn(at, what))
    order = list(What)
    turns.sort(key=lambda turn: (turn.at, order.index(turn.what)))
    to_come = [step for step in steps if step.fired_at is None and step.due_at is not None]
    return Told(clock, policy, turns, sorted(to_come, key=lambda step: (step.due_at, step.seq)))


def described(step: SlaEscalation) -> dict[str, Any]:
    """Return what a step does, in JSON's types."""
    names = ("ladder", "percent", "minutes", "action", "role", "user_id", "queue", "due_at")
    return {name: getattr(step, name) for name in names if getattr(step, name) is not None}
