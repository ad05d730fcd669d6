"""What technicians did and when, as their visits tell it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.work import repository
from backend.work.lifecycle import VISIT_ENDED, VISIT_UNDER_WAY, VisitState
from backend.work.models import VisitEvent

NEVER_DONE = VISIT_ENDED - {VisitState.COMPLETED, VisitState.INCOMPLETE, VisitState.NO_ACCESS}


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """How long a visit was in one state under way."""

    technician_id: UUID
    visit_id: UUID
    work_order_id: UUID
    number: str
    state: VisitState
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A visit in somebody's plan."""

    technician_id: UUID
    visit_id: UUID
    work_order_id: UUID
    number: str
    summary: str
    state: VisitState
    start: datetime
    end: datetime


def planned(session: Session, technician_ids: Collection[UUID], *, start: datetime, end: datetime) -> list[Planned]:
    """Return the visits planned for technicians that share time with an interval, those done too, by their start."""
    rows = repository.visits_of_people(session, technician_ids, start=start, end=end)
    return [
        Planned(
            technician_id=technician_id,
            visit_id=visit.id,
            work_order_id=order.id,
            number=order.number,
            summary=order.summary,
            state=visit.state,
            start=visit.planned_start,
            end=visit.planned_end,
        )
        for visit, order, technician_id in rows
        if visit.state not in NEVER_DONE
    ]


def under_way(
    session: Session, technician_ids: Collection[UUID], *, start: datetime, end: datetime, at: datetime
) -> list[Stretch]:
    """Return what technicians did in an interval, up to `at`: each state under way of each of their visits."""
    found: list[Stretch] = []
    rows = repository.steps_of_people(session, technician_ids, start=start, end=end)
    for (technician_id, visit_id), steps in groupby(rows, key=lambda row: (row[3], row[0].visit_id)):
        found += _of_visit(list(steps), technician_id, visit_id, within=(start, min(end, at)))
    return sorted(found, key=lambda one: (one.start, one.visit_id))


def _of_visit(
    steps: Sequence[Row[VisitEvent, UUID, str, UUID]],
    technician_id: UUID,
    visit_id: UUID,
    *,
    within: tuple[datetime, datetime],
) -> Iterator[Stretch]:
    ends = [event.occurred_at for event, *_ in steps[1:]] + [within[1]]
    for (event, order_id, number, _), over in zip(steps, ends, strict=True):
        state, start, end = VisitState(event.to_state), max(event.occurred_at, within[0]), min(over, within[1])
        if state in VISIT_UNDER_WAY and start < end:
            yield Stretch(
                technician_id=technician_id,
                visit_id=visit_id,
                work_order_id=order_id,
                number=number,
                state=state,
                start=start,
                end=end,
            )
