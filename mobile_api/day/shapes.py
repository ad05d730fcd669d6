"""Rows as the phone reads them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from backend.assets.models import Asset, AssetComponent, FailureRecord, Meter
from backend.checklists.models import ChecklistTemplate
from backend.customers.models import Contact, Customer, Site
from backend.work.models import Visit, VisitAnswer, VisitNote, WorkOrder
from inventory.service import ReservationState, StockLine

Shape = dict[str, Any]

STAMPS = ("dispatched_at", "accepted_at", "travel_started_at", "arrived_at", "work_started_at", "ended_at")


class KnownPart(Protocol):
    """A part of the catalogue."""

    number: str
    name: str
    unit: str
    serial_tracked: bool


class Held(Protocol):
    """A reservation."""

    part_id: UUID
    location_id: UUID
    quantity: Decimal
    state: ReservationState


Parts = Mapping[UUID, KnownPart]


def part_line(parts: Parts, part_id: UUID, quantity: Decimal, **more: object) -> Shape:
    """Return a part and how much of it."""
    part = parts[part_id]
    return {
        "part_id": part_id,
        "part_number": part.number,
        "part_name": part.name,
        "unit": part.unit,
        "quantity": quantity,
        "serial_tracked": part.serial_tracked,
        **more,
    }


def held_part(parts: Parts, line: Held, location_name: str) -> Shape:
    """Return a part that is reserved for a visit."""
    place = {"location_id": line.location_id, "location_name": location_name, "state": line.state}
    return part_line(parts, line.part_id, line.quantity, **place)


def visit(row: Visit, *, lead: bool) -> Shape:
    """Return a visit without what belongs to it."""
    members = ("id", "version", "visit_no", "state", "planned_start", "planned_end", "travel_seconds", "outcome")
    return {"lead": lead, **{name: getattr(row, name) for name in (*members, *STAMPS)}}


def order(row: WorkOrder) -> Shape:
    """Return the order behind a visit."""
    members = (
        "id", "number", "state", "version", "priority", "work_type", "summary", "description", "skill", "skill_level",
        "due_at", "case_id", "evidence", "signature_required",
    )  # fmt: skip
    return {name: getattr(row, name) for name in members}


def site(row: Site) -> Shape:
    """Return where to go."""
    return {
        "id": row.id,
        "name": row.name,
        "address": row.address,
        "lon": row.position.lon,
        "lat": row.position.lat,
        "access_notes": row.access_notes,
    }


def customer(row: Customer, contacts: Iterable[Contact]) -> Shape:
    """Return whose asset it is, and whom to call."""
    people = [{"name": person.name, "title": person.title, "phone": person.phone} for person in contacts]
    return {"id": row.id, "name": row.name, "phone": row.phone, "contacts": people}


def asset(
    row: Asset,
    path: list[str],
    *,
    components: Iterable[AssetComponent],
    failures: Iterable[FailureRecord],
    meters: Iterable[Meter],
    parts: Parts,
) -> Shape:
    """Return what is to be worked on."""
    members = ("id", "asset_no", "name", "maker", "model", "serial", "criticality", "state", "device_id")
    said = ("at", "mode", "cause", "activity", "note")
    return {
        **{name: getattr(row, name) for name in members},
        "path": path,
        "components": [
            part_line(parts, line.part_id, Decimal(1), serial=line.serial, place=line.place) for line in components
        ],
        "meters": [{name: getattr(line, name) for name in ("id", "code", "name", "unit", "kind")} for line in meters],
        "history": [{name: getattr(line, name) for name in said} for line in failures],
    }


def checklist(row: ChecklistTemplate) -> Shape:
    """Return what has to be answered."""
    members = ("id", "code", "version", "name_zh", "name_en", "items")
    return {name: getattr(row, name) for name in members}


def answer(row: VisitAnswer) -> Shape:
    """Return an answer that was given."""
    return {name: getattr(row, name) for name in ("item", "value", "unit", "note", "passed")}


def note(row: VisitNote) -> Shape:
    """Return a remark."""
    return {"text": row.text, "actor": row.actor_name, "occurred_at": row.occurred_at}


def van_line(line: StockLine) -> Shape:
    """Return what the van holds of a part."""
    return {
        "part_id": line.part_id,
        "part_number": line.part_number,
        "part_name": line.part_name,
        "unit": line.unit,
        "gtin": line.gtin,
        "serial_tracked": line.serial_tracked,
        "condition": line.condition,
        "on_hand": line.on_hand,
        "free": line.free,
        "serials": list(line.serials),
    }
