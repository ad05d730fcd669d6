"""Use cases of promises: start, pause, resume, meet and stop the clocks of a subject."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.sla import calendar as rules
from backend.sla import repository, terms
from backend.sla.errors import ClockUnknown, NoWorkingTime
from backend.sla.events import ClockBreached
from backend.sla.models import ClockKind, SlaClock, SlaPolicy
from kernel.outbox import publish

SWEEP = 500


def start_clocks(
    session: Session, subject_id: UUID, *, priority: int, criticality: str | None, at: datetime
) -> Sequence[SlaClock]:
    """Start the clocks that the policy promises; those that run already are left alone.

    Raises:
        NoWorkingTime: the policy's calendar has no working time.
    """
    running = repository.clocks(session, [subject_id])
    if running:
        return running
    policy = _policy(session, priority=priority, criticality=criticality)
    calendar = repository.calendar(session, policy.calendar_id)
    clocks = [
        SlaClock(
            subject_id=subject_id,
            clock=kind,
            target_minutes=minutes,
            calendar_id=policy.calendar_id,
            started_at=at,
            due_at=_due(calendar, at, timedelta(minutes=minutes)),
            paused_seconds=0,
        )
        for kind, minutes in _targets(policy).items()
    ]
    session.add_all(clocks)
    session.flush()
    return clocks


def _policy(session: Session, *, priority: int, criticality: str | None) -> SlaPolicy:
    policy = repository.policy(session, priority=priority, criticality=criticality)
    if policy is None:
        terms.ensure_defaults(session)
        policy = repository.policy(session, priority=priority, criticality=criticality)
    if policy is None:
        raise NoWorkingTime(f"No policy is known for priority {priority}.", priority=priority)
    return policy


def _targets(policy: SlaPolicy) -> dict[ClockKind, int]:
    return {
        ClockKind.RESPONSE: policy.response_minutes,
        ClockKind.ON_SITE: policy.on_site_minutes,
        ClockKind.RESTORE: policy.restore_minutes,
    }


def _due(calendar: rules.Calendar | None, start: datetime, duration: timedelta) -> datetime:
    try:
        return rules.add(calendar, start, duration)
    except rules.NeverWorksError as error:
        raise NoWorkingTime("The calendar of the policy has too little working time.") from error


def restore_by(session: Session, *, priority: int, criticality: str | None, at: datetime) -> datetime:
    """Return until when the policy promises to restore what is asked for at an instant; starts no clock.

    Raises:
        NoWorkingTime: the policy's calendar has no working time.
    """
    policy = _policy(session, priority=priority, criticality=criticality)
    calendar = repository.calendar(session, policy.calendar_id)
    return _due(calendar, at, timedelta(minutes=policy.restore_minutes))


def pause(
    session: Session, subject_id: UUID, *, at: datetime, clocks: Collection[ClockKind] = frozenset(ClockKind)
) -> None:
    """Hold the clocks from the instant on at which the pause began; one that was late by then stays late."""
    for clock in repository.clocks(session, [subject_id], lock=True):
        if clock.clock not in clocks or clock.paused_at or clock.met_at or clock.stopped_at or at < clock.started_at:
            continue
        if at < clock.due_at:
            clock.paused_at, clock.breached_at = at, None


def resume(
    session: Session, subject_id: UUID, *, at: datetime, clocks: Collection[ClockKind] = frozenset(ClockKind)
) -> None:
    """Let paused clocks run on; the counted time of the pause moves their due time."""
    for clock in repository.clocks(session, [subject_id], lock=True):
        if clock.clock in clocks and clock.paused_at is not None:
            _end_pause(session, clock, at=at)


def _end_pause(session: Session, clock: SlaClock, *, at: datetime) -> None:
    if clock.paused_at is None:
        return
    calendar = repository.calendar(session, clock.calendar_id)
    lost = rules.between(calendar, clock.paused_at, at)
    clock.paused_seconds += round(lost.total_seconds())
    clock.due_at = _due(calendar, clock.due_at, lost) if lost else clock.due_at
    clock.paused_at = None


def meet(session: Session, subject_id: UUID, clock: ClockKind, *, at: datetime) -> SlaClock:
    """Say that the promise was kept or missed at the instant it really happened; the earliest report holds.

    A report that comes late, of something that happened in time, clears the breach.

    Raises:
        ClockUnknown: the subject has no such clock.
    """
    row = repository.clock(session, subject_id, clock)
    if row is None:
        raise ClockUnknown("The subject has no such clock.", subject_id=subject_id, clock=clock)
    if row.met_at is not None and row.met_at <= at:
        return row
    _end_pause(session, row, at=at)
    row.met_at = at
    row.breached_at = row.due_at if at > row.due_at else None
    session.flush()
    return row


def retarget(
    session: Session, subject_id: UUID, *, priority: int, criticality: str | None, at: datetime
) -> Sequence[SlaClock]:
    """Measure the open clocks of a subject by another policy, from when they started; pauses count as before."""
    policy = _policy(session, priority=priority, criticality=criticality)
    calendar = repository.calendar(session, policy.calendar_id)
    minutes = _targets(policy)
    clocks = repository.clocks(session, [subject_id], lock=True)
    for clock in clocks:
        if clock.met_at is not None or clock.stopped_at is not None:
            continue
        clock.target_minutes, clock.calendar_id = minutes[clock.clock], policy.calendar_id
        target = timedelta(minutes=clock.target_minutes, seconds=clock.paused_seconds)
        clock.due_at = _due(calendar, clock.started_at, target)
        if clock.breached_at is not None:
            clock.breached_at = clock.due_at if at > clock.due_at else None
    session.flush()
    return clocks


def reopen(session: Session, subject_id: UUID, clock: ClockKind) -> None:
    """Let a clock run on as if it had not been met: what met it did not last."""
    row = repository.clock(session, subject_id, clock)
    if row is not None and row.stopped_at is None:
        row.met_at = None


def stop(session: Session, subject_id: UUID, *, at: datetime) -> None:
    """End the promises of a subject that fell away; what was met or missed before stays."""
    for clock in repository.clocks(session, [subject_id], lock=True):
        if clock.met_at is None and clock.stopped_at is None:
            _end_pause(session, clock, at=at)
            clock.stopped_at = at
            clock.breached_at = clock.due_at if at > clock.due_at else None


def clocks_of(session: Session, subject_id: UUID) -> Sequence[SlaClock]:
    """Return the clocks of a subject."""
    return repository.clocks(session, [subject_id])


def clocks_of_many(session: Session, subjects: Collection[UUID]) -> dict[UUID, list[SlaClock]]:
    """Return the clocks of many subjects, by subject."""
    found: dict[UUID, list[SlaClock]] = {subject: [] for subject in subjects}
    for clock in repository.clocks(session, subjects):
        found[clock.subject_id].append(clock)
    return found


def mark_breaches(session: Session, *, at: datetime) -> Sequence[SlaClock]:
    """Mark running clocks that are past their time, of the tenant of the transaction or of all under `system`."""
    late = repository.late(session, at=at, limit=SWEEP)
    for clock in late:
        clock.breached_at = clock.due_at
        event = ClockBreached(subject_id=clock.subject_id, clock=clock.clock, due_at=clock.due_at)
        publish(session, event, tenant_id=clock.tenant_id)
    return late


def ensure_defaults(session: Session) -> None:
    """Give a tenant without policies the usual ones: round the clock for priority 1, office hours for the others."""
    terms.ensure_defaults(session)
