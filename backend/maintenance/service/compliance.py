"""How well plans were kept: what was due, what was done in time, and the orders behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, select
from sqlalchemy.orm import Session

from backend.maintenance.models import MaintenanceOccurrence as Row
from backend.maintenance.models import MaintenancePlan, OccurrenceState
from backend.maintenance.recurrence import instant
from backend.maintenance.service.reckoning import zone_of

MOST_GROUPS = 500


class Outcome(StrEnum):
    """How an occurrence turned out, as of now."""

    IN_TIME = "in_time"
    EARLY = "early"
    LATE = "late"
    OVERDUE = "overdue"
    MISSED = "missed"
    PENDING = "pending"
    """Open, and its window is not over."""
    CANCELLED = "cancelled"


COUNTED = (Outcome.IN_TIME, Outcome.EARLY, Outcome.LATE, Outcome.OVERDUE, Outcome.MISSED)
"""What was due: a pending one still may be done in time, a cancelled one is shown beside."""


class Grouping(StrEnum):
    """By what the figures are told apart."""

    ALL = "all"
    PLAN = "plan"
    SITE = "site"
    ASSET_CLASS = "asset_class"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which occurrences; days are the tenant's, both included."""

    start: date | None = None
    end: date | None = None
    plan_id: UUID | None = None
    site_id: UUID | None = None
    class_id: UUID | None = None
    asset_id: UUID | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True)
class Figures:
    """How many occurrences of a group turned out how."""

    key: str | None
    """Id of the plan, site or class, or the month as `2026-11`; None: all, or of no class."""
    counts: dict[Outcome, int]

    @property
    def due(self) -> int:
        """Return how many were due."""
        return sum(self.counts[outcome] for outcome in COUNTED)

    @property
    def share(self) -> float | None:
        """Return the part of those that were due that was done in time; None: nothing was due."""
        return self.counts[Outcome.IN_TIME] / self.due if self.due else None


def report(session: Session, wanted: Filter, *, by: Grouping, at: datetime) -> list[Figures]:
    """Return the figures of each group."""
    zone = zone_of(session)
    keys: dict[Grouping, Any] = {
        Grouping.ALL: literal(None),
        Grouping.PLAN: Row.plan_id,
        Grouping.SITE: Row.site_id,
        Grouping.ASSET_CLASS: Row.class_id,
        Grouping.MONTH: func.to_char(func.timezone(zone.key, Row.due_at), literal("YYYY-MM")),
    }
    key, outcome = keys[by].label("key"), outcome_at(at).label("outcome")
    found = select(key, outcome).where(*_conditions(session, wanted, at)).subquery()
    rows = session.execute(
        select(found.c.key, found.c.outcome, func.count()).group_by(found.c.key, found.c.outcome).order_by(found.c.key)
    )
    groups: dict[str | None, dict[Outcome, int]] = {}
    for value, told, count in rows:
        name = None if value is None else str(value)
        groups.setdefault(name, dict.fromkeys(Outcome, 0))[Outcome(told)] = count
    return [Figures(name, counts) for name, counts in list(groups.items())[:MOST_GROUPS]]


def outcome_at(at: datetime) -> ColumnElement[str]:
    """Return how an occurrence turned out, as an expression."""
    done = Row.state == OccurrenceState.DONE
    return case(
        (Row.state == OccurrenceState.MISSED, Outcome.MISSED.value),
        (Row.state == OccurrenceState.CANCELLED, Outcome.CANCELLED.value),
        (and_(done, Row.ended_at < Row.window_from), Outcome.EARLY.value),
        (and_(done, Row.ended_at < Row.window_to), Outcome.IN_TIME.value),
        (done, Outcome.LATE.value),
        (Row.window_to <= at, Outcome.OVERDUE.value),
        else_=Outcome.PENDING.value,
    )


def list_occurrences(
    session: Session, wanted: Filter, *, at: datetime, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Row, str, Outcome]]:
    """Return occurrences with the name of their plan and how they turned out, the last due first, behind a key."""
    query = select(Row, MaintenancePlan.name, outcome_at(at)).join(MaintenancePlan, MaintenancePlan.id == Row.plan_id)
    query = query.where(*_conditions(session, wanted, at))
    if before is not None:
        query = query.where(func.row(Row.due_at, Row.id) < func.row(*before))
    rows = session.execute(query.order_by(Row.due_at.desc(), Row.id.desc()).limit(limit))
    return [(row, name, Outcome(told)) for row, name, told in rows]


def _conditions(session: Session, wanted: Filter, at: datetime) -> list[ColumnElement[bool]]:
    zone = zone_of(session)
    found: list[ColumnElement[bool]] = []
    if wanted.start is not None:
        found.append(Row.due_at >= instant(wanted.start, time.min, zone))
    if wanted.end is not None:
        found.append(Row.due_at < instant(wanted.end + timedelta(days=1), time.min, zone))
    for column, value in (
        (Row.plan_id, wanted.plan_id),
        (Row.site_id, wanted.site_id),
        (Row.class_id, wanted.class_id),
        (Row.asset_id, wanted.asset_id),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.outcomes:
        found.append(outcome_at(at).in_(wanted.outcomes))
    return found
