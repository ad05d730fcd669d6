"""Reading promises across orders: those at risk, and those that were missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from backend.customers.models import Customer
from backend.sla.clock_rows import LIVE
from backend.sla.models import ClockKind, SlaClock
from backend.work.models import WorkOrder

View = dict[str, Any]
Key = tuple[datetime, UUID]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which promises to list."""

    clock: ClockKind | None = None
    priority: int | None = None
    queue: str | None = None
    unmet: bool = False


def at_risk(session: Session, wanted: Filter, *, after: Key | None, limit: int) -> Sequence[View]:
    """Return promises that will probably be missed, the earliest due first, behind one."""
    query = _lines(wanted).where(SlaClock.at_risk_since.is_not(None))
    if after is not None:
        query = query.where(tuple_(SlaClock.due_at, SlaClock.id) > after)
    return _views(session, query.order_by(SlaClock.due_at, SlaClock.id).limit(limit))


def breached(session: Session, wanted: Filter, *, before: Key | None, limit: int) -> Sequence[View]:
    """Return promises that were not kept in time, the latest first, behind one."""
    query = _lines(wanted).where(SlaClock.breached_at.is_not(None))
    if before is not None:
        query = query.where(tuple_(SlaClock.breached_at, SlaClock.id) < before)
    return _views(session, query.order_by(SlaClock.breached_at.desc(), SlaClock.id.desc()).limit(limit))


def _lines(wanted: Filter) -> Select[Any]:
    query = (
        select(
            SlaClock.id,
            SlaClock.clock,
            SlaClock.target_minutes,
            SlaClock.started_at,
            SlaClock.due_at,
            SlaClock.breached_at,
            SlaClock.met_at,
            SlaClock.at_risk_since,
            SlaClock.forecast_at,
            SlaClock.forecast,
            WorkOrder.id.label("work_order_id"),
            WorkOrder.number,
            WorkOrder.summary,
            WorkOrder.state,
            WorkOrder.priority,
            WorkOrder.queue,
            Customer.name.label("customer_name"),
        )
        .join(WorkOrder, WorkOrder.id == SlaClock.subject_id)
        .join(Customer, Customer.id == WorkOrder.customer_id)
    )
    if wanted.clock is not None:
        query = query.where(SlaClock.clock == wanted.clock)
    if wanted.priority is not None:
        query = query.where(WorkOrder.priority == wanted.priority)
    if wanted.queue is not None:
        query = query.where(WorkOrder.queue == wanted.queue)
    return query.where(*LIVE) if wanted.unmet else query


def _views(session: Session, query: Select[Any]) -> Sequence[View]:
    return [dict(row) for row in session.execute(query).mappings()]
