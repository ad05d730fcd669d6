"""The timeline of work orders: their own steps, those of their visits, notes and parts, as they happened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.work.models import ConflictItem, Visit, VisitEvent, VisitNote, VisitPart, WorkOrder, WorkOrderEvent
from inventory import service as stock
from kernel.timeline import Line, Window, as_told, newest

MOST = 500
"""Lines that are shown with an order; the pages of its timeline have the rest."""


@dataclass(frozen=True)
class Trip:
    """A visit, as its lines name it."""

    work_order_id: UUID
    visit_no: int


Trips = Mapping[UUID, Trip]


def of_order(session: Session, order: WorkOrder, visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """Return the last of what happened to an order, in order of when it happened on site."""
    trips = {visit.id: Trip(order.id, visit.visit_no) for visit in visits}
    found = newest(_all(session, [order.id], trips, Window(limit=MOST), every_part=True), Window(limit=MOST))
    return [
        {
            "at": line.at,
            "received_at": line.received_at,
            "kind": line.kind,
            "title_code": line.code,
            "text": line.text,
            "actor": line.actor,
            "source": line.source,
            "flagged": line.data.get("flagged"),
        }
        for line in reversed(as_told(found))
    ]


def lines(session: Session, order_ids: Collection[UUID], window: Window) -> list[Line]:
    """Return the newest lines of orders and their visits, the latest first.

    A part that the ledger has booked is the ledger's line; here are those only that it did not take.
    """
    return newest(_all(session, order_ids, trips_of(session, order_ids), window, every_part=False), window)


def trips_of(session: Session, order_ids: Collection[UUID]) -> Trips:
    """Return the visits of orders by id."""
    rows = session.execute(
        select(Visit.id, Visit.work_order_id, Visit.visit_no).where(Visit.work_order_id.in_(order_ids))
    )
    return {visit_id: Trip(order_id, number) for visit_id, order_id, number in rows}


def _all(
    session: Session, order_ids: Collection[UUID], trips: Trips, window: Window, *, every_part: bool
) -> list[Line]:
    return [
        *_order_lines(session, order_ids, window),
        *_visit_lines(session, trips, window),
        *_note_lines(session, trips, window),
        *_part_lines(session, trips, window, every=every_part),
        *_conflict_lines(session, trips, window),
    ]


def _order_lines(session: Session, order_ids: Collection[UUID], window: Window) -> list[Line]:
    query = select(WorkOrderEvent).where(WorkOrderEvent.work_order_id.in_(order_ids))
    rows = session.scalars(window.cut(query, WorkOrderEvent.occurred_at, WorkOrderEvent.id))
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.received_at,
            kind="order",
            code=f"order.{row.action}",
            text=row.reason or "",
            actor=row.actor_name,
            source=row.source,
            data={"work_order_id": str(row.work_order_id), "state": row.to_state},
            seq=row.seq,
        )
        for row in rows
    ]


def _visit_lines(session: Session, trips: Trips, window: Window) -> list[Line]:
    query = select(VisitEvent).where(VisitEvent.visit_id.in_(trips))
    rows = session.scalars(window.cut(query, VisitEvent.occurred_at, VisitEvent.id))
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.received_at,
            kind="visit",
            code=f"visit.{row.action}",
            text=row.reason or "",
            actor=row.actor_name,
            source=row.source,
            data={**_named(trips[row.visit_id], row.visit_id), "state": row.to_state, "flagged": row.flagged},
            seq=row.seq,
        )
        for row in rows
    ]


def _named(trip: Trip, visit_id: UUID) -> dict[str, Any]:
    return {"work_order_id": str(trip.work_order_id), "visit_id": str(visit_id), "visit_no": trip.visit_no}


def _note_lines(session: Session, trips: Trips, window: Window) -> list[Line]:
    query = select(VisitNote).where(VisitNote.visit_id.in_(trips))
    rows = session.scalars(window.cut(query, VisitNote.occurred_at, VisitNote.id))
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.received_at,
            kind="note",
            code="visit.note",
            text=row.text,
            actor=row.actor_name,
            source="mobile",
            data=_named(trips[row.visit_id], row.visit_id),
        )
        for row in rows
    ]


def _part_lines(session: Session, trips: Trips, window: Window, *, every: bool) -> list[Line]:
    query = select(VisitPart).where(VisitPart.visit_id.in_(trips))
    if not every:
        query = query.where(VisitPart.move_id.is_(None))
    rows = session.scalars(window.cut(query, VisitPart.occurred_at, VisitPart.id)).all()
    parts = stock.parts_by_id(session, {row.part_id for row in rows})
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.created_at,
            kind="part",
            code="part.swapped" if row.old_serial else "part.used",
            text=_part_text(row, parts[row.part_id].number),
            source="mobile",
            data=_named(trips[row.visit_id], row.visit_id),
        )
        for row in rows
    ]


def _part_text(row: VisitPart, number: str) -> str:
    serials = f" {row.old_serial} → {row.serial}" if row.old_serial else f" {row.serial}" if row.serial else ""
    return f"{row.quantity.normalize():f} × {number}{serials}"


def _conflict_lines(session: Session, trips: Trips, window: Window) -> list[Line]:
    query = select(ConflictItem).where(ConflictItem.visit_id.in_(trips))
    rows = session.scalars(window.cut(query, ConflictItem.occurred_at, ConflictItem.id))
    return [
        Line(
            id=row.id,
            at=row.occurred_at,
            received_at=row.received_at,
            kind="conflict",
            code=f"conflict.{row.state}",
            text=f"{row.kind}: {row.reason}",
            actor=row.actor_name,
            source="mobile",
            data={**_named(trips[row.visit_id], row.visit_id), "conflict_id": str(row.id)},
        )
        for row in rows
    ]
