"""Deltas of the live picture: which things changed, and how they stand now."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.live import repository
from backend.technicians import service as technicians
from kernel import clock
from kernel.feed import Change

KINDS: Mapping[str, tuple[str, ...]] = {
    "order": ("work_order_id", "subject_id"),
    "tech": ("technician_id", "technician_ids"),
    "device": ("device_id",),
    "case": ("case_id",),
    "ticket": ("ticket_id",),
}
"""Which member of an event names a thing of which kind."""


def changed(changes: Iterable[Change]) -> dict[str, set[str]]:
    """Return the ids of what the events speak of, by kind."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for change in changes:
        for kind, members in KINDS.items():
            for member in members:
                value = change.body.get(member)
                found[kind].update(value if isinstance(value, list) else [value] if value else [])
    return found


def delta(session: Session, changes: Iterable[Change]) -> dict[str, Any]:
    """Return the changed things as they stand now; a kind without change is absent."""
    ids = changed(changes)
    loaded = {
        "tech": _technicians(session, ids["tech"]),
        "order": repository.orders(session, ids["order"]),
        "device": repository.device_health(session, ids["device"]),
        "case": repository.cases(session, ids["case"]),
        "ticket": repository.tickets(session, ids["ticket"]),
    }
    return {kind: rows for kind, rows in loaded.items() if rows}


def snapshot(session: Session) -> dict[str, Any]:
    """Return the whole picture in columns."""
    return {
        "tech": _technician_columns(session),
        "order": repository.order_columns(session),
        "device": repository.device_columns(session),
    }


def on_duty(session: Session, *, at: datetime) -> set[UUID]:
    """Return who is in a shift."""
    zone = repository.time_zone(session)
    today = at.astimezone(ZoneInfo(zone)).date()
    days = (
        day
        for offset in (-1, 0)
        for day in technicians.technicians_on(session, today + timedelta(days=offset), time_zone=zone)
    )
    return {day.id for day in days if day.shift[0] <= at < day.shift[1]}


def _state(seen: str, *, duty: bool) -> str:
    """Return the state on the map: who is in a shift is idle at least, whether the phone tells its place or not."""
    return "idle" if seen == "off" and duty else seen


def _technicians(session: Session, ids: Collection[str]) -> list[list[Any]]:
    rows = repository.technicians(session, ids)
    working = on_duty(session, at=clock.now()) if rows else set()
    return [[key, lon, lat, _state(state, duty=key in working), age] for key, lon, lat, state, age in rows]


def _technician_columns(session: Session) -> dict[str, list[Any]]:
    columns, working = repository.technician_columns(session), on_duty(session, at=clock.now())
    states = [_state(state, duty=key in working) for key, state in zip(columns["id"], columns["state"], strict=True)]
    return {**columns, "state": states}
