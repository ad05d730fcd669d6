"""Deltas of the live picture: which things changed, and how they stand now."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from backend.live import repository
from kernel.feed import Change

KINDS: Mapping[str, tuple[str, ...]] = {
    "order": ("work_order_id",),
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
        "tech": repository.technicians(session, ids["tech"]),
        "order": repository.orders(session, ids["order"]),
        "device": repository.device_health(session, ids["device"]),
        "case": repository.cases(session, ids["case"]),
        "ticket": repository.tickets(session, ids["ticket"]),
    }
    return {kind: rows for kind, rows in loaded.items() if rows}


def snapshot(session: Session) -> dict[str, Any]:
    """Return the whole picture in columns."""
    return {
        "tech": repository.technician_columns(session),
        "order": repository.order_columns(session),
        "device": repository.device_columns(session),
    }
