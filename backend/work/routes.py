"""The staff API of work orders, visits and the conflict queue."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from backend.technicians.errors import CrewUnknown, WrongCrew
from backend.work import actors
from backend.work.errors import (
    BadVisit,
    IllegalTransition,
    NoSuchConflict,
    NoSuchVisit,
    NoSuchWorkOrder,
    NotFinished,
    OpenChildren,
    StaleVersion,
)
from backend.work.listing.schemas import OrderLinePage
from backend.work.models import ConflictState
from backend.work.schemas import (
    ConflictActionIn,
    ConflictOut,
    ConflictPage,
    OrderActionIn,
    RescheduleIn,
    ScheduleIn,
    VisitActionIn,
    VisitOut,
    WorkOrderOut,
)
from backend.work.service import acting, conflicts, orders, reports, scheduling, views
from backend.work.service import lists as query
from backend.work.wanted import OrderPageWish
from inventory.errors import InsufficientStock
from inventory.service import Want
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, cut, decode_cursor, encode_cursor

router = http.router("work")

DISPATCH = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_work_orders": STAFF | {Role.INTEGRATOR},
    "get_work_order": STAFF | {Role.INTEGRATOR},
    "act_on_work_order": DISPATCH,
    "schedule_visit": DISPATCH,
    "reschedule_visit": DISPATCH,
    "act_on_visit": DISPATCH,
    "list_conflicts": DISPATCH | {Role.AUDITOR},
    "get_conflict": DISPATCH | {Role.AUDITOR},
    "decide_conflict": DISPATCH,
}


@router.get("/work-orders", response_model=OrderLinePage, responses=problems(BadCursor))
def list_work_orders(db: Db, me: Me, wanted: Annotated[OrderPageWish, Query()]) -> dict[str, Any]:
    """List work orders by any filter and order, a page forth or back; technicians see their own."""
    found = query.page(
        db, wanted, sort=wanted.sort, only_of=actors.own_orders(me), cursor=wanted.cursor, limit=wanted.limit
    )
    return {"items": found.rows, "next_cursor": found.next_cursor, "previous_cursor": found.previous_cursor}


@router.get("/work-orders/{work_order_id}", response_model=WorkOrderOut, responses=problems(NoSuchWorkOrder))
def get_work_order(work_order_id: UUID, db: Db, me: Me) -> dict[str, Any]:
    """Return a work order with its visits, parts, promises and timeline; to a technician, one of their own."""
    return views.order_view(db, work_order_id, role=actors.staff(me).role, only_of=actors.own_orders(me))


@router.post(
    "/work-orders/{work_order_id}/actions",
    response_model=WorkOrderOut,
    responses=problems(NoSuchWorkOrder, IllegalTransition, StaleVersion, OpenChildren),
)
def act_on_work_order(work_order_id: UUID, body: OrderActionIn, db: Db, me: Me) -> dict[str, Any]:
    """Cancel, verify, send back, close or approve a work order."""
    actor = actors.staff(me)
    orders.act_on_order(
        db,
        work_order_id,
        body.action,
        actor=actor,
        at=clock.now(),
        reason=body.reason,
        no_fault=body.no_fault,
        with_open_children=body.with_open_children,
        expected_version=body.version,
    )
    db.flush()
    return views.order_view(db, work_order_id, role=actor.role)


@router.post(
    "/work-orders/{work_order_id}/visits",
    response_model=VisitOut,
    status_code=201,
    responses=problems(
        NoSuchWorkOrder, IllegalTransition, StaleVersion, InsufficientStock, BadVisit, CrewUnknown, WrongCrew
    ),
)
def schedule_visit(work_order_id: UUID, body: ScheduleIn, db: Db, me: Me) -> dict[str, Any]:
    """Plan a visit by hand and hold its parts."""
    actor, at = actors.staff(me), clock.now()
    visit = scheduling.schedule_visit(
        db,
        work_order_id,
        technician_ids=scheduling.people(db, body.technician_ids, crew_id=body.crew_id, start=body.start),
        start=body.start,
        end=body.end,
        travel_seconds=body.travel_seconds,
        pinned=body.pinned,
        expected_version=body.version,
        reserve=[Want(line.part_id, line.location_id, line.quantity) for line in body.reserve],
        actor=actor,
        at=at,
    )
    if body.dispatch:
        scheduling.dispatch_visit(db, visit.id, actor=actor, at=at)
    return views.visit_views(db, [visit], role=actor.role)[0]


@router.patch(
    "/visits/{visit_id}",
    response_model=VisitOut,
    responses=problems(NoSuchVisit, IllegalTransition, StaleVersion, BadVisit),
)
def reschedule_visit(visit_id: UUID, body: RescheduleIn, db: Db, me: Me) -> dict[str, Any]:
    """Move a visit in time or give it to another crew."""
    actor = actors.staff(me)
    visit = scheduling.reschedule_visit(
        db,
        visit_id,
        technician_ids=body.technician_ids,
        start=body.start,
        end=body.end,
        travel_seconds=body.travel_seconds,
        pinned=body.pinned,
        expected_version=body.version,
        actor=actor,
        at=clock.now(),
    )
    return views.visit_views(db, [visit], role=actor.role)[0]


@router.post(
    "/visits/{visit_id}/actions",
    response_model=VisitOut,
    responses=problems(NoSuchVisit, IllegalTransition, StaleVersion, NotFinished),
)
def act_on_visit(visit_id: UUID, body: VisitActionIn, db: Db, me: Me) -> dict[str, Any]:
    """Dispatch, cancel or move a visit on for its technician."""
    actor, now = actors.staff(me), clock.now()
    done = acting.act(
        db,
        visit_id,
        body.action,
        actor=actor,
        occurred_at=body.occurred_at or now,
        received_at=now,
        reason=body.reason,
        payload=body.payload,
        expected_version=body.version,
    )
    return views.visit_views(db, [done.visit], role=actor.role)[0]


@router.get("/conflicts", response_model=ConflictPage)
def list_conflicts(
    db: Db, *, state: ConflictState = ConflictState.OPEN, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> dict[str, Any]:
    """List operations from the field that wait for a decision, or that were decided, the oldest first."""
    after = UUID(decode_cursor(cursor, parts=1)[0]) if cursor else None
    rows, more = cut(conflicts.list_items(db, state, after=after, limit=limit + 1), limit)
    return {"items": rows, "next_cursor": encode_cursor(rows[-1]["id"]) if more else None}


@router.get("/conflicts/{conflict_id}", response_model=ConflictOut, responses=problems(NoSuchConflict))
def get_conflict(conflict_id: UUID, db: Db) -> dict[str, Any]:
    """Return an operation from the field, what stands now, and what was decided."""
    return conflicts.view(db, conflict_id)


@router.post("/conflicts/{conflict_id}/actions", response_model=ConflictOut, responses=problems(NoSuchConflict))
def decide_conflict(conflict_id: UUID, body: ConflictActionIn, db: Db, me: Me) -> dict[str, Any]:
    """Try an operation from the field again, or set it aside."""
    if body.action == "apply":
        reports.apply_conflict(db, conflict_id, by=me.user_id)
    else:
        conflicts.dismiss(db, conflict_id, by=me.user_id, at=clock.now())
    db.flush()
    return conflicts.view(db, conflict_id)
