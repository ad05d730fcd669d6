"""Forecasts of the promises of orders: what is planned and what the last visits took, put to the rules."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from backend.sla import readings
from backend.sla import service as sla
from backend.sla.forecast import Facts, History, Piece, predict
from backend.sla.models import ClockKind
from backend.work.lifecycle import VISIT_ENDED, VisitState
from backend.work.models import Visit, WorkOrder

LAST_VISITS = 2_000
"""So many completed visits are the past: enough to say something, and few enough to be read with each look."""
UPTO = {ClockKind.RESPONSE: Piece.HAND_OVER, ClockKind.ON_SITE: Piece.TRAVEL, ClockKind.RESTORE: Piece.WORK}


def look(session: Session, *, at: datetime) -> int:
    """Forecast the promises whose look has come due; return how many."""
    clocks = readings.to_look_at(session, at=at, limit=sla.SWEEP)
    if not clocks:
        return 0
    subjects = {clock.subject_id for clock in clocks}
    orders = {row.id: row for row in session.scalars(select(WorkOrder).where(WorkOrder.id.in_(subjects)))}
    visits = _standing(session, subjects)
    past = _past(session)
    for clock in clocks:
        order = orders.get(clock.subject_id)
        if order is None:
            readings.pass_over(clock)
            continue
        facts, history = _facts(order, visits.get(order.id)), past.get(order.work_type, past[""])
        readings.keep_forecast(session, clock, predict(UPTO[clock.clock], facts, history, now=at), at=at)
    session.flush()
    return len(clocks)


def _standing(session: Session, order_ids: Collection[UUID]) -> dict[UUID, Visit]:
    """Return the visit of each order that is not over."""
    rows = session.scalars(select(Visit).where(Visit.work_order_id.in_(order_ids), Visit.state.not_in(VISIT_ENDED)))
    return {row.work_order_id: row for row in rows}


def _facts(order: WorkOrder, visit: Visit | None) -> Facts:
    work = timedelta(minutes=order.duration_minutes)
    if visit is None:
        return Facts(work=work)
    return Facts(
        work=work,
        planned_start=visit.planned_start,
        travel=timedelta(seconds=visit.travel_seconds) or None,
        accepted_at=visit.accepted_at,
        travel_started_at=visit.travel_started_at,
        arrived_at=visit.arrived_at,
        work_started_at=visit.work_started_at,
    )


def _past(session: Session) -> Mapping[str, History]:
    """Return by work type what the last visits took; under the empty word, what all of them did."""
    rows = session.execute(
        select(
            WorkOrder.work_type,
            WorkOrder.duration_minutes,
            Visit.dispatched_at,
            Visit.accepted_at,
            Visit.travel_started_at,
            Visit.arrived_at,
            Visit.work_started_at,
            Visit.ended_at,
        )
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .where(Visit.state == VisitState.COMPLETED)
        .order_by(Visit.planned_start.desc(), Visit.id.desc())
        .limit(LAST_VISITS)
    ).all()
    of_type: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        of_type[row.work_type].append(row)
        of_type[""].append(row)
    return {"": History()} | {kind: _history(kept) for kind, kept in of_type.items()}


def _lengths(spans: Iterable[tuple[datetime | None, datetime | None]]) -> list[float]:
    return [(end - start).total_seconds() for start, end in spans if start and end and end >= start]


def _history(rows: Sequence[Row[Any]]) -> History:
    hand_over = _lengths((row.dispatched_at, row.accepted_at) for row in rows)
    travel = _lengths((row.travel_started_at, row.arrived_at) for row in rows)
    ratios = [
        (row.ended_at - row.work_started_at) / timedelta(minutes=row.duration_minutes)
        for row in rows
        if row.work_started_at and row.ended_at and row.ended_at > row.work_started_at
    ]
    return History(
        hand_over=timedelta(seconds=median(hand_over)) if hand_over else None,
        hand_over_count=len(hand_over),
        travel=timedelta(seconds=median(travel)) if travel else None,
        travel_count=len(travel),
        work_ratio=quantiles(ratios, n=5)[3] if len(ratios) > 1 else None,
        work_count=len(ratios),
    )
