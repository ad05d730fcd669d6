"""The time that visits took, as their stamps say: for what an order costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.work.lifecycle import VisitAction
from backend.work.models import Visit, VisitEvent, VisitTechnician

Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One ended visit that somebody set out for: whose time it took, on the way and at work."""

    visit_id: UUID
    visit_no: int
    technician_ids: tuple[UUID, ...]
    travel: tuple[Span, ...]
    work: tuple[Span, ...]
    """Without the time on hold."""
    arrived: bool


def trips_of(session: Session, work_order_id: UUID) -> list[Trip]:
    """Return the trips of an order that have ended, the first one first."""
    visits = session.scalars(
        select(Visit)
        .where(Visit.work_order_id == work_order_id, Visit.travel_started_at.is_not(None), Visit.ended_at.is_not(None))
        .order_by(Visit.visit_no)
    ).all()
    ids = [visit.id for visit in visits]
    crews: dict[UUID, list[UUID]] = {key: [] for key in ids}
    for row in session.scalars(
        select(VisitTechnician)
        .where(VisitTechnician.visit_id.in_(ids), VisitTechnician.released_at.is_(None))
        .order_by(VisitTechnician.lead.desc(), VisitTechnician.id)
    ):
        crews[row.visit_id].append(row.technician_id)
    holds: dict[UUID, list[tuple[datetime, bool]]] = {key: [] for key in ids}
    for step in session.scalars(
        select(VisitEvent)
        .where(VisitEvent.visit_id.in_(ids), VisitEvent.action.in_((VisitAction.HOLD, VisitAction.RESUME)))
        .order_by(VisitEvent.occurred_at, VisitEvent.seq)
    ):
        holds[step.visit_id].append((step.occurred_at, step.action == VisitAction.HOLD))
    return [
        Trip(
            visit_id=visit.id,
            visit_no=visit.visit_no,
            technician_ids=tuple(crews[visit.id]),
            travel=_span(visit.travel_started_at, visit.arrived_at or visit.ended_at),
            work=tuple(
                part
                for whole in _span(visit.work_started_at, visit.ended_at)
                for part in without_holds(whole, holds[visit.id])
            ),
            arrived=visit.arrived_at is not None,
        )
        for visit in visits
    ]


def _span(start: datetime | None, end: datetime | None) -> tuple[Span, ...]:
    return ((start, end),) if start is not None and end is not None and start < end else ()


def without_holds(whole: Span, steps: Sequence[tuple[datetime, bool]]) -> list[Span]:
    """Return the parts of a span in which work was not on hold; the steps are in order, True where a hold begins."""
    start, end = whole
    parts, since = [], start
    held = False
    for at, holds in steps:
        moment = min(max(at, start), end)
        if holds and not held and since < moment:
            parts.append((since, moment))
        if not holds and held:
            since = moment
        held = holds
    if not held and since < end:
        parts.append((since, end))
    return parts
