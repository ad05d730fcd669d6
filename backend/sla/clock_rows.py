"""Queries over running clocks, their pauses and the steps of their ladders."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from backend.sla.models import ClockKind, EscalationStep, SlaClock, SlaEscalation, SlaPause

PROMISED = case({kind: number for number, kind in enumerate(ClockKind)}, value=SlaClock.clock)
"""Order of the promises: response, on site, restore."""
LIVE = (SlaClock.met_at.is_(None), SlaClock.stopped_at.is_(None))


def clocks(session: Session, subjects: Collection[UUID], *, lock: bool = False) -> Sequence[SlaClock]:
    """Return the clocks of subjects, in the order of the promises."""
    query = select(SlaClock).where(SlaClock.subject_id.in_(subjects)).order_by(SlaClock.subject_id, PROMISED)
    return session.scalars(query.with_for_update() if lock else query).all()


def clock(session: Session, subject_id: UUID, kind: ClockKind) -> SlaClock | None:
    """Return one clock, locked."""
    return session.scalar(
        select(SlaClock).where(SlaClock.subject_id == subject_id, SlaClock.clock == kind).with_for_update()
    )


def late(session: Session, *, at: datetime, limit: int) -> Sequence[SlaClock]:
    """Return running clocks that are past their time, locked; those that another sweeper holds are left out."""
    return session.scalars(
        select(SlaClock)
        .where(SlaClock.due_at < at, *LIVE, SlaClock.breached_at.is_(None), SlaClock.paused_at.is_(None))
        .order_by(SlaClock.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def to_look_at(session: Session, *, at: datetime, limit: int) -> Sequence[SlaClock]:
    """Return clocks whose forecast is due, locked; those that another sweeper holds are left out."""
    return session.scalars(
        select(SlaClock)
        .where(SlaClock.look_at <= at)
        .order_by(SlaClock.look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def to_recount(session: Session, *, limit: int) -> Sequence[SlaClock]:
    """Return clocks whose calendar has changed, locked; those that another sweeper holds are left out."""
    return session.scalars(
        select(SlaClock).where(SlaClock.recount).order_by(SlaClock.id).limit(limit).with_for_update(skip_locked=True)
    ).all()


def mark_for_recount(session: Session, calendar_id: UUID) -> None:
    """Have the live clocks of a calendar, and those with steps in its service hours, counted anew by the sweeper."""
    climbing = select(SlaEscalation.clock_id).where(
        SlaEscalation.calendar_id == calendar_id, SlaEscalation.fired_at.is_(None), SlaEscalation.due_at.is_not(None)
    )
    for affected in (SlaClock.calendar_id == calendar_id, SlaClock.id.in_(climbing)):
        session.execute(update(SlaClock).where(affected, *LIVE).values(recount=True))


def look_soon(session: Session, subject_id: UUID, *, at: datetime) -> None:
    """Have the forecasts of a subject made anew."""
    session.execute(update(SlaClock).where(SlaClock.subject_id == subject_id, SlaClock.look_at > at).values(look_at=at))


def pauses(session: Session, subjects: Collection[UUID]) -> Sequence[SlaPause]:
    """Return the pauses of subjects, in order."""
    return session.scalars(
        select(SlaPause).where(SlaPause.subject_id.in_(subjects)).order_by(SlaPause.started_at, SlaPause.id)
    ).all()


def open_pause(session: Session, subject_id: UUID, source: str) -> SlaPause | None:
    """Return the pause of one source that lasts, locked."""
    return session.scalar(
        select(SlaPause)
        .where(SlaPause.subject_id == subject_id, SlaPause.source == source, SlaPause.ended_at.is_(None))
        .with_for_update()
    )


def escalations(session: Session, clock_ids: Collection[UUID]) -> Sequence[SlaEscalation]:
    """Return the steps of clocks, in the order of the ladder."""
    return session.scalars(
        select(SlaEscalation)
        .where(SlaEscalation.clock_id.in_(clock_ids))
        .order_by(SlaEscalation.clock_id, SlaEscalation.seq)
    ).all()


def due_escalations(session: Session, *, at: datetime, limit: int) -> Sequence[tuple[SlaEscalation, SlaClock]]:
    """Return steps that have come due and their clocks, locked; those that another sweeper holds are left out."""
    rows = session.execute(
        select(SlaEscalation, SlaClock)
        .join(SlaClock, SlaClock.id == SlaEscalation.clock_id)
        .where(SlaEscalation.due_at <= at, SlaEscalation.fired_at.is_(None))
        .order_by(SlaEscalation.due_at)
        .limit(limit)
        .with_for_update(of=SlaEscalation, skip_locked=True)
    )
    return [(step, held) for step, held in rows]


def steps_of(session: Session, ladder_id: UUID) -> Sequence[EscalationStep]:
    """Return the steps of a ladder."""
    return session.scalars(
        select(EscalationStep).where(EscalationStep.ladder_id == ladder_id).order_by(EscalationStep.seq)
    ).all()
