"""Queries over calendars, policies and clocks."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from backend.sla.calendar import Calendar, Interval
from backend.sla.models import BusinessCalendar, CalendarDay, CalendarInterval, ClockKind, SlaClock, SlaPolicy

PROMISED = case({kind: number for number, kind in enumerate(ClockKind)}, value=SlaClock.clock)
"""Order of the promises: response, on site, restore."""


def policy(session: Session, *, priority: int, criticality: str | None) -> SlaPolicy | None:
    """Return the policy of a priority and criticality, else the one of the priority alone."""
    return session.scalar(
        select(SlaPolicy)
        .where(
            SlaPolicy.priority == priority,
            SlaPolicy.criticality.is_(None) | (SlaPolicy.criticality == criticality),
        )
        .order_by(SlaPolicy.criticality.nulls_last())
        .limit(1)
    )


def exact_policy(session: Session, *, priority: int, criticality: str | None) -> SlaPolicy | None:
    """Return the policy of exactly this priority and criticality."""
    return session.scalar(
        select(SlaPolicy).where(SlaPolicy.priority == priority, SlaPolicy.criticality.is_not_distinct_from(criticality))
    )


def policies(session: Session) -> Sequence[SlaPolicy]:
    """Return all policies."""
    return session.scalars(select(SlaPolicy).order_by(SlaPolicy.priority, SlaPolicy.criticality.nulls_last())).all()


def calendars(session: Session) -> Sequence[BusinessCalendar]:
    """Return all calendars."""
    return session.scalars(select(BusinessCalendar).order_by(BusinessCalendar.code)).all()


def calendar_row(session: Session, calendar_id: UUID) -> BusinessCalendar | None:
    """Return a calendar's row."""
    return session.get(BusinessCalendar, calendar_id)


def calendar_by_code(session: Session, code: str) -> BusinessCalendar | None:
    """Return the calendar with this code."""
    return session.scalar(select(BusinessCalendar).where(BusinessCalendar.code == code))


def intervals(session: Session, calendar_id: UUID) -> Sequence[CalendarInterval]:
    """Return the weekly working time of a calendar."""
    return session.scalars(
        select(CalendarInterval)
        .where(CalendarInterval.calendar_id == calendar_id)
        .order_by(CalendarInterval.weekday, CalendarInterval.starts)
    ).all()


def days(session: Session, calendar_id: UUID) -> Sequence[CalendarDay]:
    """Return the days of a calendar that differ."""
    return session.scalars(
        select(CalendarDay).where(CalendarDay.calendar_id == calendar_id).order_by(CalendarDay.day)
    ).all()


def day(session: Session, calendar_id: UUID, on: date) -> CalendarDay | None:
    """Return what is special about a day."""
    return session.scalar(select(CalendarDay).where(CalendarDay.calendar_id == calendar_id, CalendarDay.day == on))


def calendar(session: Session, calendar_id: UUID | None) -> Calendar | None:
    """Return a calendar as the rules read it; None stands for every minute of the year."""
    row = session.get(BusinessCalendar, calendar_id) if calendar_id else None
    if row is None:
        return None
    weekly: list[list[Interval]] = [[] for _ in range(7)]
    for interval in intervals(session, row.id):
        weekly[interval.weekday].append((interval.starts, interval.ends))
    return Calendar(
        row.time_zone,
        tuple(tuple(day) for day in weekly),
        {day.day: day.works_as for day in days(session, row.id)},
    )


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
        .where(
            SlaClock.due_at < at,
            SlaClock.met_at.is_(None),
            SlaClock.breached_at.is_(None),
            SlaClock.stopped_at.is_(None),
            SlaClock.paused_at.is_(None),
        )
        .order_by(SlaClock.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
