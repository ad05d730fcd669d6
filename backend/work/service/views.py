"""Reading work orders: one order whole, its timeline."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.customers import service as customers
from backend.sla import service as sla
from backend.technicians.models import Technician
from backend.work import repository
from backend.work.errors import NoSuchWorkOrder
from backend.work.lifecycle import (
    ORDER_BY_HAND,
    ORDER_ENDED,
    ORDER_TRANSITIONS,
    ORDER_WHO,
    VISIT_TRANSITIONS,
    VISIT_WHO,
    OrderState,
    Who,
    legal,
)
from backend.work.models import Visit, VisitNote, VisitPart, VisitTechnician, WorkOrder
from backend.work.service import kin, timeline
from backend.work.service import lists as query
from inventory import service as stock

View = dict[str, Any]


def order_view(session: Session, work_order_id: UUID, *, role: Who, only_of: UUID | None = None) -> View:
    """Return everything that is known of an order; of those of one technician, if one is named.

    Raises:
        NoSuchWorkOrder: there is none with this id, or it is not that technician's.
    """
    order = repository.order(session, work_order_id)
    if only_of is not None and not repository.order_was_theirs(session, order.id, only_of):
        raise NoSuchWorkOrder("No work order of yours has this id.", work_order_id=work_order_id)
    head = query.line(session, work_order_id)
    site = customers.get_site(session, order.site_id)
    customer = customers.get_customer(session, order.customer_id)
    visits = repository.visits_of(session, order.id)
    allowed = [
        str(action)
        for action in legal(ORDER_TRANSITIONS, order.state)
        if action in ORDER_BY_HAND and role in ORDER_WHO[action]
    ]
    return {
        **head,
        "description": order.description,
        "version": order.version,
        "asset_path": assets.asset_path(session, order.asset_id) if order.asset_id else [site.name],
        "asset_id": order.asset_id,
        "site": {
            "id": site.id,
            "name": site.name,
            "address": site.address,
            "lon": site.position.lon,
            "lat": site.position.lat,
            "access_notes": site.access_notes,
            "opening_hours": site.opening_hours,
        },
        "customer": {"id": customer.id, "name": customer.name, "phone": customer.phone},
        **kin.view(session, order),
        "due_basis": order.due_basis,
        "waiting_cause": order.waiting_cause,
        "case_id": order.case_id,
        "found_by": _link(repository.order(session, order.found_by_id)) if order.found_by_id else None,
        "found": [_link(row) for row in repository.orders_found_by(session, order.id)],
        "signature_required": order.signature_required,
        "duration_minutes": order.duration_minutes,
        "evidence": order.evidence,
        "expected_parts": _expected(session, order),
        "sla": [_clock(clock) for clock in sla.clocks_of(session, order.id)],
        "visits": visit_views(session, visits, role=role),
        "reservations": _reservations(session, visits),
        "finding": finding_view(order),
        "timeline": timeline.of_order(session, order, visits),
        "allowed_actions": allowed,
    }


def _link(order: WorkOrder) -> View:
    return {"id": order.id, "number": order.number, "state": order.state, "summary": order.summary}


def finding_view(order: WorkOrder) -> View | None:
    """Return what was found, if anything has been said."""
    if order.finding_result is None:
        return None
    return {
        "outcome": order.finding_result,
        "failure_mode": order.finding_failure_mode,
        "cause": order.finding_cause,
        "activity": order.finding_activity,
        "note": order.finding_note,
    }


def _expected(session: Session, order: WorkOrder) -> list[View]:
    lines = repository.expected_parts(session, order.id)
    parts = stock.parts_by_id(session, [line.part_id for line in lines])
    return [
        {
            "part_id": line.part_id,
            "part_number": parts[line.part_id].number,
            "part_name": parts[line.part_id].name,
            "quantity": line.quantity,
            "basis": line.basis,
        }
        for line in lines
    ]


def _clock(clock: Any) -> View:
    return {
        "clock": clock.clock,
        "target_minutes": clock.target_minutes,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "met_at": clock.met_at,
        "breached_at": clock.breached_at,
        "paused": clock.paused_at is not None,
    }


def visit_views(session: Session, visits: Sequence[Visit], *, role: Who) -> list[View]:
    """Return visits with their crews and the parts they took."""
    ids = [visit.id for visit in visits]
    crews = _crews(session, ids)
    used = _parts_used(session, ids)
    return [
        {
            "id": visit.id,
            "visit_no": visit.visit_no,
            "state": visit.state,
            "version": visit.version,
            "technicians": crews.get(visit.id, []),
            "planned_start": visit.planned_start,
            "planned_end": visit.planned_end,
            "pinned": visit.pinned,
            "plan_id": visit.plan_id,
            "actual": {
                "accepted_at": visit.accepted_at,
                "travel_started_at": visit.travel_started_at,
                "arrived_at": visit.arrived_at,
                "work_started_at": visit.work_started_at,
                "ended_at": visit.ended_at,
            },
            "outcome": visit.outcome,
            "reason": visit.reason,
            "parts_used": used.get(visit.id, []),
            "allowed_actions": [
                str(action) for action in legal(VISIT_TRANSITIONS, visit.state) if role in VISIT_WHO[action]
            ],
        }
        for visit in visits
    ]


def _crews(session: Session, visit_ids: Sequence[UUID]) -> Mapping[UUID, list[View]]:
    rows = session.execute(
        select(VisitTechnician.visit_id, Technician.id, Technician.name, VisitTechnician.lead)
        .join(Technician, Technician.id == VisitTechnician.technician_id)
        .where(VisitTechnician.visit_id.in_(visit_ids), VisitTechnician.released_at.is_(None))
        .order_by(VisitTechnician.lead.desc(), Technician.name)
    )
    found: dict[UUID, list[View]] = {}
    for visit_id, key, name, lead in rows:
        found.setdefault(visit_id, []).append({"id": key, "name": name, "lead": lead})
    return found


def _parts_used(session: Session, visit_ids: Sequence[UUID]) -> Mapping[UUID, list[View]]:
    lines = session.scalars(select(VisitPart).where(VisitPart.visit_id.in_(visit_ids)).order_by(VisitPart.id)).all()
    parts = stock.parts_by_id(session, {line.part_id for line in lines})
    found: dict[UUID, list[View]] = {}
    for line in lines:
        found.setdefault(line.visit_id, []).append(
            {
                "part_number": parts[line.part_id].number,
                "part_name": parts[line.part_id].name,
                "quantity": line.quantity,
                "serial": line.serial,
                "old_serial": line.old_serial,
            }
        )
    return found


def _reservations(session: Session, visits: Sequence[Visit]) -> list[View]:
    rows = stock.reservations_of(session, [visit.id for visit in visits])
    parts = stock.parts_by_id(session, {row.part_id for row in rows})
    places = stock.locations_by_id(session, {row.location_id for row in rows})
    return [
        {
            "part_number": parts[row.part_id].number,
            "quantity": row.quantity,
            "location_name": places[row.location_id].name,
            "state": row.state,
            "expires_at": row.expires_at,
        }
        for row in rows
    ]


def orders_of_ticket(session: Session, ticket_id: UUID) -> Sequence[WorkOrder]:
    """Return the orders of a ticket, the first one first."""
    return repository.orders_of_ticket(session, ticket_id)


def of_failure_modes(
    session: Session, asset_id: UUID, modes: Collection[str], *, since: datetime, until: datetime, limit: int
) -> Sequence[WorkOrder]:
    """Return orders of an asset, opened in a stretch of time, whose finding names one of some failure modes."""
    return session.scalars(
        select(WorkOrder)
        .where(
            WorkOrder.asset_id == asset_id,
            WorkOrder.finding_failure_mode.in_(modes),
            WorkOrder.opened_at >= since,
            WorkOrder.opened_at < until,
        )
        .order_by(WorkOrder.opened_at.desc(), WorkOrder.id)
        .limit(limit)
    ).all()


def give_orders(session: Session, ticket_id: UUID, into_id: UUID) -> Sequence[WorkOrder]:
    """Give the orders of a ticket that are not over to another; return them, locked."""
    rows = [repository.order(session, key, lock=True) for key in repository.ids_of_ticket(session, ticket_id)]
    held = [order for order in rows if order.state not in ORDER_ENDED]
    for order in held:
        order.ticket_id = into_id
        order.version += 1
    session.flush()
    return held


def all_done(session: Session, ticket_id: UUID) -> bool:
    """Tell whether the orders of a ticket have all ended, and not all by being cancelled."""
    return repository.states_of_ticket(session, ticket_id) in ({OrderState.CLOSED}, set(ORDER_ENDED))


def get_order(session: Session, work_order_id: UUID) -> WorkOrder:
    """Return an order.

    Raises:
        NoSuchWorkOrder: there is none with this id.
    """
    return repository.order(session, work_order_id)


def get_visit(session: Session, visit_id: UUID) -> Visit:
    """Return a visit.

    Raises:
        NoSuchVisit: there is none with this id.
    """
    return repository.visit(session, visit_id)


def lock_visit(session: Session, visit_id: UUID) -> Visit:
    """Return a visit, with its order locked against changes.

    Raises:
        NoSuchVisit: there is none with this id.
    """
    return repository.visit_with_order(session, visit_id)[0]


def notes_of(session: Session, visit_id: UUID) -> Sequence[VisitNote]:
    """Return the remarks of a visit, the oldest first."""
    query = select(VisitNote).where(VisitNote.visit_id == visit_id)
    return session.scalars(query.order_by(VisitNote.occurred_at, VisitNote.id)).all()


def orders_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, WorkOrder]:
    """Return orders by id; unknown ids are missing."""
    return {row.id: row for row in session.scalars(select(WorkOrder).where(WorkOrder.id.in_(ids)))}


def parts_taken(session: Session, order_ids: Collection[UUID]) -> dict[UUID, dict[UUID, Decimal]]:
    """Return by order and part how much the visits took."""
    rows = session.execute(
        select(Visit.work_order_id, VisitPart.part_id, func.sum(VisitPart.quantity))
        .join(Visit, Visit.id == VisitPart.visit_id)
        .where(Visit.work_order_id.in_(order_ids))
        .group_by(Visit.work_order_id, VisitPart.part_id)
    )
    found: dict[UUID, dict[UUID, Decimal]] = {}
    for order_id, part_id, quantity in rows:
        found.setdefault(order_id, {})[part_id] = quantity
    return found
