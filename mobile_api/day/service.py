"""The bundle of a day: visits with everything about them, and the stock of the van, in a few set-based queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.customers.models import Customer, Site
from backend.technicians import service as technicians
from backend.work.models import Visit, WorkOrder
from inventory import service as stock
from kernel.auth import Principal
from kernel.errors import Forbidden
from kernel.feed import Change
from mobile_api.day import repository

T = TypeVar("T")

STAMPS = ("dispatched_at", "accepted_at", "travel_started_at", "arrived_at", "work_started_at", "ended_at")


class NoTechnician(Forbidden):
    """This log-in belongs to no technician."""

    slug = "no-technician"


def own(me: Principal) -> UUID:
    """Return the technician behind a log-in.

    Raises:
        NoTechnician: there is none.
    """
    if me.technician_id is None:
        raise NoTechnician("Log in as a technician.")
    return me.technician_id


def bundle(session: Session, me: Principal, *, at: datetime) -> dict[str, Any]:
    """Return everything the technician needs without a network."""
    technician_id = own(me)
    return {
        "technician": {"id": str(technician_id), "name": me.name},
        "visits": visits_of(session, technician_id, at=at),
        "van_stock": van_stock(session, technician_id),
        "server_time": at,
    }


def visits_of_orders(session: Session, order_ids: Collection[UUID]) -> set[UUID]:
    """Return the visits of orders."""
    return repository.visits_of_orders(session, order_ids)


def visits_of(
    session: Session, technician_id: UUID, *, at: datetime, only: Collection[UUID] | None = None
) -> list[dict[str, Any]]:
    """Return the technician's visits, with order, asset, site, customer, checklist, parts and evidence."""
    rows = repository.visits(session, technician_id, at=at, only=only) if only is None or only else []
    if not rows:
        return []
    visit_ids = [visit.id for visit, *_ in rows]
    order_ids = [order.id for _, order, *_ in rows]
    asset_ids = {order.asset_id for _, order, *_ in rows if order.asset_id is not None}
    lists = repository.checklists(session, {visit.checklist_id for visit, *_ in rows if visit.checklist_id})
    expected = _by(repository.expected_parts(session, order_ids), "work_order_id")
    used = _by(repository.parts_used(session, visit_ids), "visit_id")
    answers = _by(repository.answers(session, visit_ids), "visit_id")
    notes = _by(repository.notes(session, visit_ids), "visit_id")
    contacts = _by(repository.contacts(session, {row[3].id for row in rows}), "customer_id")
    held = _by(stock.reservations_of(session, visit_ids), "demand_id")
    part_ids = {line.part_id for group in (expected, used, held) for lines in group.values() for line in lines}
    parts = _Parts(session, part_ids)
    about_assets = _assets(session, asset_ids, parts)
    places = stock.locations_by_id(session, {line.location_id for lines in held.values() for line in lines})
    return [
        {
            **_visit(row),
            "order": _order(row[1]),
            "site": _site(row[2]),
            "customer": _customer(row[3], contacts[row[3].id]),
            "asset": about_assets.get(row[1].asset_id) if row[1].asset_id else None,
            "checklist": _checklist(lists.get(row[0].checklist_id)) if row[0].checklist_id else None,
            "answers": [
                {"item": line.item, "value": line.value, "unit": line.unit, "note": line.note, "passed": line.passed}
                for line in answers[row[0].id]
            ],
            "expected_parts": [parts.line(line.part_id, line.quantity) for line in expected[row[1].id]],
            "reservations": [
                {
                    **parts.line(line.part_id, line.quantity),
                    "location_id": str(line.location_id),
                    "location_name": places[line.location_id].name,
                    "state": str(line.state),
                }
                for line in held[row[0].id]
            ],
            "parts_used": [
                {**parts.line(line.part_id, line.quantity), "serial": line.serial, "old_serial": line.old_serial}
                for line in used[row[0].id]
            ],
            "notes": [
                {"text": line.text, "actor": line.actor_name, "occurred_at": line.occurred_at}
                for line in notes[row[0].id]
            ],
        }
        for row in rows
    ]


def van_stock(session: Session, technician_id: UUID) -> list[dict[str, Any]]:
    """Return what is in the technician's van."""
    van = technicians.get_technician(session, technician_id).van_location_id
    if van is None:
        return []
    return [
        {
            "part_id": str(line.part_id),
            "part_number": line.part_number,
            "part_name": line.part_name,
            "unit": line.unit,
            "gtin": line.gtin,
            "serial_tracked": line.serial_tracked,
            "condition": str(line.condition),
            "on_hand": str(line.on_hand),
            "free": str(line.free),
            "serials": list(line.serials),
        }
        for line in stock.van_stock(session, van)
    ]


def van_touched(session: Session, technician_id: UUID, changes: Iterable[Change]) -> bool:
    """Tell whether one of the changes is about the technician's van."""
    van = str(technicians.get_technician(session, technician_id).van_location_id)
    members = ("location_id", "from_location_id", "to_location_id")
    return any(change.body.get(member) == van for change in changes for member in members)


class _Parts:
    """Parts by id, read once."""

    def __init__(self, session: Session, ids: Collection[UUID]) -> None:
        self._session = session
        self._known = stock.parts_by_id(session, ids)

    def add(self, ids: Collection[UUID]) -> None:
        self._known |= stock.parts_by_id(self._session, [key for key in ids if key not in self._known])

    def line(self, part_id: UUID, quantity: Decimal) -> dict[str, Any]:
        part = self._known[part_id]
        return {
            "part_id": str(part_id),
            "part_number": part.number,
            "part_name": part.name,
            "unit": part.unit,
            "quantity": str(quantity),
            "serial_tracked": part.serial_tracked,
        }


def _by(rows: Sequence[T], member: str) -> defaultdict[UUID, list[T]]:
    grouped: defaultdict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, member)].append(row)
    return grouped


def _visit(row: Row[Visit, WorkOrder, Site, Customer, bool]) -> dict[str, Any]:
    visit, lead = row[0], row[4]
    return {
        "id": str(visit.id),
        "version": visit.version,
        "visit_no": visit.visit_no,
        "state": str(visit.state),
        "lead": lead,
        "planned_start": visit.planned_start,
        "planned_end": visit.planned_end,
        "travel_seconds": visit.travel_seconds,
        "outcome": visit.outcome,
        **{name: getattr(visit, name) for name in STAMPS},
    }


def _order(order: WorkOrder) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "number": order.number,
        "state": str(order.state),
        "version": order.version,
        "priority": order.priority,
        "work_type": order.work_type,
        "summary": order.summary,
        "description": order.description,
        "skill": order.skill,
        "skill_level": order.skill_level,
        "due_at": order.due_at,
        "case_id": str(order.case_id) if order.case_id else None,
        "evidence": order.evidence,
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": str(site.id),
        "name": site.name,
        "address": site.address,
        "lon": site.position.lon,
        "lat": site.position.lat,
        "access_notes": site.access_notes,
    }


def _customer(customer: Customer, contacts: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": str(customer.id),
        "name": customer.name,
        "phone": customer.phone,
        "contacts": [{"name": person.name, "title": person.title, "phone": person.phone} for person in contacts],
    }


def _checklist(template: Any) -> dict[str, Any] | None:
    if template is None:
        return None
    return {
        "id": str(template.id),
        "code": template.code,
        "version": template.version,
        "name_zh": template.name_zh,
        "name_en": template.name_en,
        "items": template.items,
    }


def _assets(session: Session, ids: Collection[UUID], parts: _Parts) -> dict[UUID, dict[str, Any]]:
    inside = _by(repository.components(session, ids), "asset_id")
    failed = _by(repository.failures(session, ids), "asset_id")
    parts.add({line.part_id for lines in inside.values() for line in lines})
    return {
        asset.id: {
            "id": str(asset.id),
            "asset_no": asset.asset_no,
            "name": asset.name,
            "path": assets.asset_path(session, asset.id),
            "maker": asset.maker,
            "model": asset.model,
            "serial": asset.serial,
            "criticality": str(asset.criticality),
            "state": str(asset.state),
            "device_id": str(asset.device_id) if asset.device_id else None,
            "components": [
                {**parts.line(line.part_id, Decimal(1)), "serial": line.serial, "place": line.place}
                for line in inside[asset.id]
            ],
            "history": [
                {"at": line.at, "mode": line.mode, "cause": line.cause, "activity": line.activity, "note": line.note}
                for line in failed[asset.id][: repository.HISTORY]
            ],
        }
        for asset in assets.assets_by_id(session, ids).values()
    }
