"""Queries over calendars, policies and ladders."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.sla.calendar import Calendar, Interval
from backend.sla.errors import LadderUnknown
from backend.sla.models import (
    BusinessCalendar,
    CalendarDay,
    CalendarInterval,
    EscalationLadder,
    SlaClock,
    SlaEscalation,
    SlaPolicy,
)

MOST = 1000
"""Rows of a list of terms: people write them, one by one."""


def policy(session: Session, *, priority: int, case: Mapping[str, Any]) -> SlaPolicy | None:
    """Return the policy in force that fits a case best; the members of the case weigh in their order."""
    fits = [(getattr(SlaPolicy, name), value) for name, value in case.items()]
    return session.scalar(
        select(SlaPolicy)
        .where(SlaPolicy.priority == priority, SlaPolicy.replaced_at.is_(None))
        .where(*(column.is_(None) | (column == value) for column, value in fits))
        .order_by(*(column.is_(None) for column, _ in fits))
        .limit(1)
    )


def exact_policy(session: Session, case: Mapping[str, Any]) -> SlaPolicy | None:
    """Return the policy in force of exactly this case."""
    return session.scalar(
        select(SlaPolicy)
        .where(SlaPolicy.replaced_at.is_(None))
        .where(*(getattr(SlaPolicy, name).is_not_distinct_from(value) for name, value in case.items()))
    )


def policy_in_force(session: Session, policy_id: UUID) -> SlaPolicy | None:
    """Return the version of a policy that is in force, locked."""
    return session.scalar(
        select(SlaPolicy).where(SlaPolicy.policy_id == policy_id, SlaPolicy.replaced_at.is_(None)).with_for_update()
    )


def policy_versions(session: Session, policy_id: UUID) -> Sequence[SlaPolicy]:
    """Return the versions of a policy, the latest first."""
    return session.scalars(
        select(SlaPolicy).where(SlaPolicy.policy_id == policy_id).order_by(SlaPolicy.version.desc()).limit(MOST)
    ).all()


def policies(session: Session) -> Sequence[SlaPolicy]:
    """Return the policies in force by priority, the most special first."""
    special = (SlaPolicy.customer_id, SlaPolicy.tier, SlaPolicy.work_type, SlaPolicy.criticality)
    return session.scalars(
        select(SlaPolicy)
        .where(SlaPolicy.replaced_at.is_(None))
        .order_by(SlaPolicy.priority, *(column.is_(None) for column in special), *special)
        .limit(MOST)
    ).all()


def is_for_all(row: SlaPolicy) -> bool:
    """Tell whether a policy is for all of its priority."""
    return (row.customer_id, row.tier, row.work_type, row.criticality) == (None, None, None, None)


def policies_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, SlaPolicy]:
    """Return versions of policies by their own ids."""
    return {row.id: row for row in session.scalars(select(SlaPolicy).where(SlaPolicy.id.in_(ids)))}


def ladders(session: Session) -> Sequence[EscalationLadder]:
    """Return all ladders by name."""
    return session.scalars(select(EscalationLadder).order_by(EscalationLadder.name).limit(MOST)).all()


def ladder(session: Session, ladder_id: UUID, *, lock: bool = False) -> EscalationLadder:
    """Return a ladder.

    Raises:
        LadderUnknown: there is none with this id.
    """
    query = select(EscalationLadder).where(EscalationLadder.id == ladder_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise LadderUnknown("No ladder has this id.", ladder_id=ladder_id)
    return found


def ladder_by_name(session: Session, name: str) -> EscalationLadder | None:
    """Return the ladder with this name."""
    return session.scalar(select(EscalationLadder).where(EscalationLadder.name == name))


def ladder_is_used(session: Session, ladder_id: UUID) -> bool:
    """Tell whether a version of a policy, in force or not, climbs a ladder."""
    return session.scalar(select(SlaPolicy.id).where(SlaPolicy.ladder_id == ladder_id).limit(1)) is not None


def calendar_is_used(session: Session, calendar_id: UUID) -> bool:
    """Tell whether a policy, a ladder, a clock or one of its steps counts by a calendar."""
    return any(
        session.scalar(select(table.id).where(table.calendar_id == calendar_id).limit(1)) is not None
        for table in (SlaPolicy, EscalationLadder, SlaClock, SlaEscalation)
    )


def calendars(session: Session) -> Sequence[BusinessCalendar]:
    """Return all calendars."""
    return session.scalars(select(BusinessCalendar).order_by(BusinessCalendar.code).limit(MOST)).all()


def calendar_row(session: Session, calendar_id: UUID, *, lock: bool = False) -> BusinessCalendar | None:
    """Return a calendar's row."""
    query = select(BusinessCalendar).where(BusinessCalendar.id == calendar_id)
    return session.scalar(query.with_for_update() if lock else query)


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


def special_days(session: Session, calendar_ids: Collection[UUID], *, first: date, last: date) -> Sequence[CalendarDay]:
    """Return what calendars say of days of their own, from one day to another."""
    return session.scalars(
        select(CalendarDay).where(CalendarDay.calendar_id.in_(calendar_ids), CalendarDay.day.between(first, last))
    ).all()


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
