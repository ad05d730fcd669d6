"""The timeline of a work order: its own steps, those of its visits, notes and parts, as they happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.work.models import ConflictItem, Visit, VisitEvent, VisitNote, VisitPart, WorkOrder, WorkOrderEvent
from inventory import service as stock

Line = dict[str, Any]


def of_order(session: Session, order: WorkOrder, visits: Sequence[Visit]) -> list[Line]:
    """Return what happened to an order, in order of when it happened on site."""
    ids = [visit.id for visit in visits]
    numbers = {visit.id: visit.visit_no for visit in visits}
    lines = [
        *_order_lines(session, order.id),
        *_visit_lines(session, ids, numbers),
        *_note_lines(session, ids),
        *_part_lines(session, ids),
        *_conflict_lines(session, ids),
    ]
    return sorted(lines, key=lambda line: (line["at"], line["received_at"]))


def _line(
    kind: str, title_code: str, *, at: datetime, received_at: datetime, text: str | None, actor: str, source: str
) -> Line:
    return {
        "at": at,
        "received_at": received_at,
        "kind": kind,
        "title_code": title_code,
        "text": text or "",
        "actor": actor,
        "source": source,
    }


def _order_lines(session: Session, work_order_id: UUID) -> list[Line]:
    rows = session.scalars(select(WorkOrderEvent).where(WorkOrderEvent.work_order_id == work_order_id))
    return [
        _line(
            "order",
            f"order.{row.action}",
            at=row.occurred_at,
            received_at=row.received_at,
            text=row.reason,
            actor=row.actor_name,
            source=row.source,
        )
        for row in rows
    ]


def _visit_lines(session: Session, visit_ids: Sequence[UUID], numbers: dict[UUID, int]) -> list[Line]:
    rows = session.scalars(select(VisitEvent).where(VisitEvent.visit_id.in_(visit_ids)))
    return [
        {
            **_line(
                "visit",
                f"visit.{row.action}",
                at=row.occurred_at,
                received_at=row.received_at,
                text=row.reason,
                actor=row.actor_name,
                source=row.source,
            ),
            "visit_no": numbers[row.visit_id],
            "flagged": row.flagged,
        }
        for row in rows
    ]


def _note_lines(session: Session, visit_ids: Sequence[UUID]) -> list[Line]:
    rows = session.scalars(select(VisitNote).where(VisitNote.visit_id.in_(visit_ids)))
    return [
        _line(
            "note",
            "visit.note",
            at=row.occurred_at,
            received_at=row.received_at,
            text=row.text,
            actor=row.actor_name,
            source="mobile",
        )
        for row in rows
    ]


def _part_lines(session: Session, visit_ids: Sequence[UUID]) -> list[Line]:
    rows = session.scalars(select(VisitPart).where(VisitPart.visit_id.in_(visit_ids))).all()
    parts = stock.parts_by_id(session, {row.part_id for row in rows})
    return [
        _line(
            "part",
            "part.swapped" if row.old_serial else "part.used",
            at=row.occurred_at,
            received_at=row.created_at,
            text=_part_text(row, parts[row.part_id].number),
            actor="",
            source="mobile",
        )
        for row in rows
    ]


def _part_text(row: VisitPart, number: str) -> str:
    serials = f" {row.old_serial} → {row.serial}" if row.old_serial else f" {row.serial}" if row.serial else ""
    return f"{row.quantity.normalize():f} × {number}{serials}"


def _conflict_lines(session: Session, visit_ids: Sequence[UUID]) -> list[Line]:
    rows = session.scalars(select(ConflictItem).where(ConflictItem.visit_id.in_(visit_ids)))
    return [
        _line(
            "conflict",
            f"conflict.{row.state}",
            at=row.occurred_at,
            received_at=row.received_at,
            text=f"{row.kind}: {row.reason}",
            actor=row.actor_name,
            source="mobile",
        )
        for row in rows
    ]
