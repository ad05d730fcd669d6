"""The board: everybody's visits on a day."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.planning import repository
from backend.technicians import service as technicians


def board(session: Session, day: date) -> dict[str, Any]:
    """Return everybody's visits on a local day."""
    zone = repository.time_zone(session)
    start = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    end = start + timedelta(days=1)
    bars = _bars(session, start, end)
    shifts = {row.id: row for row in technicians.technicians_on(session, day, time_zone=zone)}
    rows = [
        {
            "technician": {
                "id": person.id,
                "name": person.name,
                "skills": sorted(shifts[person.id].skills) if person.id in shifts else [],
            },
            "shift": _span(shifts[person.id].shift) if person.id in shifts else None,
            "bars": bars.get(person.id, []),
        }
        for person in technicians.list_technicians(session, active=True, limit=1000)
    ]
    return {"date": day.isoformat(), "start": start, "end": end, "rows": rows}


def _bars(session: Session, start: datetime, end: datetime) -> dict[UUID, list[dict[str, Any]]]:
    bars: dict[UUID, list[dict[str, Any]]] = {}
    for visit, order, technician_id in repository.board_visits(session, start=start, end=end):
        bars.setdefault(technician_id, []).append(
            {
                "visit_id": visit.id,
                "work_order_id": order.id,
                "number": order.number,
                "summary": order.summary,
                "start": visit.planned_start,
                "end": visit.planned_end,
                "travel_before_s": visit.travel_seconds,
                "state": visit.state,
                "sla_due_at": order.due_at,
                "pinned": visit.pinned,
            }
        )
    return bars


def _span(window: tuple[datetime, datetime]) -> dict[str, datetime]:
    return {"start": window[0], "end": window[1]}
