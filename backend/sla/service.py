"""Use cases of promises: start, pause, resume, meet and stop the clocks of a subject."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import clock_rows, policies, preview, readings, repository
from backend.sla.errors import ClockUnknown
from backend.sla.events import ClockBreached
from backend.sla.models import ClockKind, PauseReason, SlaClock, SlaEscalation, SlaPause, SlaPolicy
from kernel.outbox import publish

SWEEP = 500


def start_clocks(
    session: Session,
    subject_id: UUID,
    *,
    kinds: Collection[ClockKind] = tuple(ClockKind),
    climbs: bool = True,
    priority: int,
    criticality: str | None,
    customer_id: UUID | None = None,
    work_type: str | None = None,
    tier: str | None = None,
    at: datetime,
) -> Sequence[SlaClock]:
    """Start the clocks that the policy promises; those that run already are left alone.

    `climbs`: they take the steps of the policy's ladder.

    Raises:
        NoWorkingTime: the policy's calendar has no working time.
    """
    running = clock_rows.clocks(session, [subject_id])
    if running:
        return running
    policy = policies.in_force(
        session, priority=priority, criticality=criticality, customer_id=customer_id, work_type=work_type, tier=tier
    )
    clocks = [_clock(policy, kind, subject_id=subject_id, at=at) for kind in kinds]
    session.add_all(clocks)
    session.flush()
    if climbs and policy.ladder_id is not None:
        _arm(session, clocks, policy.ladder_id)
    readings.count(session, clocks, at=at)
    session.flush()
    return clocks


def _clock(policy: SlaPolicy, kind: ClockKind, *, subject_id: UUID, at: datetime) -> SlaClock:
    return SlaClock(
        subject_id=subject_id,
        clock=kind,
        target_minutes=policies.targets(policy)[kind],
        policy_version_id=policy.id,
        calendar_id=policy.calendar_id,
        paused_by=[reason for reason, stopped in policy.pauses.items() if kind in stopped],
        started_at=at,
        credit_seconds=0,
        due_at=at,
        look_at=at,
        recount=False,
        forecast=[],
    )


def _arm(session: Session, clocks: Sequence[SlaClock], ladder_id: UUID) -> None:
    """Copy the steps of a ladder to the clocks they are for: a ladder that changes later is for later clocks."""
    ladder = repository.ladder(session, ladder_id)
    session.add_all(
        SlaEscalation(
            clock_id=clock.id,
            seq=step.seq,
            ladder=ladder.name,
            percent=step.percent,
            minutes=step.minutes,
            action=step.action,
            role=step.role,
            user_id=step.user_id,
            queue=step.queue,
            in_service_hours=step.in_service_hours,
            calendar_id=ladder.calendar_id,
        )
        for step in clock_rows.steps_of(session, ladder_id)
        for clock in clocks
        if clock.clock is step.clock
    )
    session.flush()


def restore_by(
    session: Session,
    *,
    priority: int,
    criticality: str | None,
    customer_id: UUID | None = None,
    work_type: str | None = None,
    tier: str | None = None,
    at: datetime,
) -> datetime:
    """Return until when the policy promises to restore what is asked for at an instant; starts no clock.

    Raises:
        NoWorkingTime: the policy's calendar has no working time.
    """
    _, due_at = preview.promise(
        session,
        priority=priority,
        criticality=criticality,
        customer_id=customer_id,
        work_type=work_type,
        tier=tier,
        at=at,
    )
    return due_at[ClockKind.RESTORE]


def pause(session: Session, subject_id: UUID, *, reason: PauseReason, source: str, at: datetime) -> None:
    """Say that a subject waits, from the instant on at which that began; the policy says which clocks stand still.

    A clock that was late by then stays late. The same source again changes nothing, or moves the beginning forward.
    """
    clocks = clock_rows.clocks(session, [subject_id], lock=True)
    row = clock_rows.open_pause(session, subject_id, source)
    if row is None:
        session.add(SlaPause(subject_id=subject_id, reason=reason, source=source, started_at=at))
    elif at < row.started_at:
        row.started_at = at
    session.flush()
    readings.count(session, clocks, at=at)


def resume(session: Session, subject_id: UUID, *, source: str, at: datetime) -> None:
    """Say that a subject waits for this no more; clocks that nothing else holds run on, and are due later."""
    clocks = clock_rows.clocks(session, [subject_id], lock=True)
    row = clock_rows.open_pause(session, subject_id, source)
    if row is None:
        return
    row.ended_at = max(at, row.started_at)
    session.flush()
    readings.count(session, clocks, at=at)


def meet(session: Session, subject_id: UUID, clock: ClockKind, *, at: datetime) -> SlaClock:
    """Say that the promise was kept or missed at the instant it really happened; the earliest report holds.

    A report that comes late, of something that happened in time, clears the breach.

    Raises:
        ClockUnknown: the subject has no such clock.
    """
    row = clock_rows.clock(session, subject_id, clock)
    if row is None:
        raise ClockUnknown("The subject has no such clock.", subject_id=subject_id, clock=clock)
    if row.met_at is not None and row.met_at <= at:
        return row
    row.met_at = at
    readings.count(session, [row], at=at)
    session.flush()
    return row


def reopen(session: Session, subject_id: UUID, clock: ClockKind, *, at: datetime) -> None:
    """Let a clock run on as if it had not been met: what met it did not last."""
    row = clock_rows.clock(session, subject_id, clock)
    if row is not None and row.stopped_at is None:
        row.met_at = None
        readings.count(session, [row], at=at)


def stop(session: Session, subject_id: UUID, *, at: datetime) -> None:
    """End the promises of a subject that fell away; what was met or missed before stays."""
    clocks = [row for row in clock_rows.clocks(session, [subject_id], lock=True) if row.met_at is None]
    for clock in clocks:
        clock.stopped_at = clock.stopped_at or at
    readings.count(session, clocks, at=at)


def clocks_of(session: Session, subject_id: UUID) -> Sequence[SlaClock]:
    """Return the clocks of a subject."""
    return clock_rows.clocks(session, [subject_id])


def look_soon(session: Session, subject_id: UUID, *, at: datetime) -> None:
    """Have the sweeper forecast a subject's promises anew: something about it has changed."""
    clock_rows.look_soon(session, subject_id, at=at)


def mark_breaches(session: Session, *, at: datetime) -> Sequence[SlaClock]:
    """Mark running clocks that are past their time, of the tenant of the transaction or of all under `system`."""
    late = clock_rows.late(session, at=at, limit=SWEEP)
    for clock in late:
        clock.breached_at = clock.due_at
        clock.look_at = clock.at_risk_since = None
        event = ClockBreached(subject_id=clock.subject_id, clock=clock.clock, due_at=clock.due_at)
        publish(session, event, tenant_id=clock.tenant_id)
    return late


def ensure_defaults(session: Session) -> None:
    """Give a tenant without policies the usual ones: round the clock for priority 1, office hours for the others."""
    policies.ensure_defaults(session)
