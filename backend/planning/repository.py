"""Queries of the planner: open work, promised visits, plans."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.customers.models import Site
from backend.planning.models import Plan, PlanMode, PlanState, PlanUnserved, PlanVisit
from backend.technicians.models import Technician
from backend.work.lifecycle import OrderState, VisitState
from backend.work.models import Visit, VisitTechnician, WorkOrder, WorkOrderPart
from kernel.db import Tenant, tenant_of
from kernel.ids import new_id

PLANNABLE = (OrderState.OPEN, OrderState.WAITING_PARTS)
PROMISED = (VisitState.PLANNED, VisitState.DISPATCHED, VisitState.ACCEPTED)
UNDER_WAY = (VisitState.TRAVELLING, VisitState.ON_SITE, VisitState.IN_PROGRESS, VisitState.ON_HOLD)
MOST_ORDERS = 2000


def open_orders(session: Session) -> Sequence[Row[WorkOrder, Site]]:
    """Return the orders that wait for a visit, with their sites, the most urgent first."""
    return session.execute(
        select(WorkOrder, Site)
        .join(Site, Site.id == WorkOrder.site_id)
        .where(WorkOrder.state.in_(PLANNABLE))
        .order_by(WorkOrder.priority, WorkOrder.due_at, WorkOrder.id)
        .limit(MOST_ORDERS)
    ).all()


def expected_parts(session: Session, order_ids: Sequence[UUID]) -> Sequence[WorkOrderPart]:
    """Return the parts that orders are expected to use."""
    return session.scalars(select(WorkOrderPart).where(WorkOrderPart.work_order_id.in_(order_ids))).all()


def current_visits(session: Session) -> Sequence[Row[Visit, WorkOrder, Site, UUID]]:
    """Return the visits that bind somebody: promised or under way, once for each of the crew."""
    return session.execute(
        select(Visit, WorkOrder, Site, VisitTechnician.technician_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(Site, Site.id == WorkOrder.site_id)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .where(Visit.state.in_((*PROMISED, *UNDER_WAY)), VisitTechnician.released_at.is_(None))
        .order_by(Visit.planned_start, Visit.id)
        .limit(5 * MOST_ORDERS)
    ).all()


def waiting_plan(session: Session, *, mode: PlanMode) -> Plan | None:
    """Return the plan of this mode that nobody has begun to solve, and keep it from being begun until commit.

    A plan that is being begun at this moment is waited for: it may have read the orders before the caller's was there.
    """
    query = select(Plan).where(Plan.state == PlanState.QUEUED, Plan.mode == mode)
    return session.scalar(query.with_for_update(read=True))


def queue_plan(session: Session, *, mode: PlanMode, cause: str, requested_by: UUID | None) -> UUID | None:
    """Queue a plan; None if another transaction has queued one of this mode meanwhile."""
    return session.scalar(
        insert(Plan)
        .values(
            id=new_id(),
            tenant_id=tenant_of(session),
            mode=mode,
            state=PlanState.QUEUED,
            cause=cause,
            requested_by=requested_by,
            summary={},
        )
        .on_conflict_do_nothing()
        .returning(Plan.id)
    )


def take_turn(session: Session) -> None:
    """Let one plan of the tenant be written or committed at a time.

    To be taken before anything else: the lines of a plan hold their orders, which another commit asks for.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"planning:{tenant_of(session)}", 0))))


def lock_orders(session: Session, order_ids: Collection[UUID]) -> None:
    """Take the orders of a plan before any stock is touched."""
    session.execute(select(WorkOrder.id).where(WorkOrder.id.in_(order_ids)).order_by(WorkOrder.id).with_for_update())


def give_up_older(session: Session, *, than: datetime) -> None:
    """Mark plans as failed that nobody has finished; one left in the queue would stand in every later one's way."""
    session.execute(
        update(Plan)
        .where(Plan.state.in_((PlanState.QUEUED, PlanState.SOLVING)), Plan.created_at < than)
        .values(state=PlanState.FAILED, error="it was not finished in time")
    )


def waits(session: Session, state: OrderState) -> bool:
    """Tell whether any order is in this state."""
    return session.scalar(select(WorkOrder.id).where(WorkOrder.state == state).limit(1)) is not None


def planned_since(session: Session, since: datetime) -> bool:
    """Tell whether a plan was asked for after an instant."""
    return session.scalar(select(Plan.id).where(Plan.created_at > since).limit(1)) is not None


def time_zone(session: Session) -> str:
    """Return the tenant's time zone."""
    return session.scalars(select(Tenant.time_zone).where(Tenant.id == tenant_of(session))).one()


def plan(session: Session, plan_id: UUID, *, lock: bool = False) -> Plan | None:
    """Return a plan."""
    query = select(Plan).where(Plan.id == plan_id)
    return session.scalar(query.with_for_update() if lock else query)


def plan_visits(session: Session, plan_id: UUID) -> Sequence[PlanVisit]:
    """Return what a plan says, in the order of the day."""
    return session.scalars(
        select(PlanVisit).where(PlanVisit.plan_id == plan_id).order_by(PlanVisit.start_at, PlanVisit.id)
    ).all()


def plan_unserved(session: Session, plan_id: UUID) -> Sequence[Row[PlanUnserved, str]]:
    """Return what a plan left out, with the numbers of the orders."""
    return session.execute(
        select(PlanUnserved, WorkOrder.number)
        .join(WorkOrder, WorkOrder.id == PlanUnserved.work_order_id)
        .where(PlanUnserved.plan_id == plan_id)
        .order_by(WorkOrder.priority, WorkOrder.number)
    ).all()


def last_word_on(session: Session, work_order_id: UUID) -> Row[PlanVisit, Plan, str] | None:
    """Return the newest plan's line on an order, with the plan and the technician's name."""
    return session.execute(
        select(PlanVisit, Plan, Technician.name)
        .join(Plan, Plan.id == PlanVisit.plan_id)
        .join(Technician, Technician.id == PlanVisit.technician_id)
        .where(PlanVisit.work_order_id == work_order_id)
        .order_by(PlanVisit.id.desc())
        .limit(1)
    ).first()


def last_refusal_of(session: Session, work_order_id: UUID) -> Row[PlanUnserved, Plan] | None:
    """Return the newest plan that could not place an order."""
    return session.execute(
        select(PlanUnserved, Plan)
        .join(Plan, Plan.id == PlanUnserved.plan_id)
        .where(PlanUnserved.work_order_id == work_order_id)
        .order_by(PlanUnserved.id.desc())
        .limit(1)
    ).first()


def board_visits(session: Session, *, start: datetime, end: datetime) -> Sequence[Row[Visit, WorkOrder, UUID]]:
    """Return the visits that touch a span, by technician."""
    return session.execute(
        select(Visit, WorkOrder, VisitTechnician.technician_id)
        .join(WorkOrder, WorkOrder.id == Visit.work_order_id)
        .join(VisitTechnician, VisitTechnician.visit_id == Visit.id)
        .where(
            Visit.planned_start < end,
            Visit.planned_end > start,
            VisitTechnician.released_at.is_(None),
            Visit.state.not_in((VisitState.CANCELLED, VisitState.REJECTED)),
        )
        .order_by(Visit.planned_start, Visit.id)
        .limit(5 * MOST_ORDERS)
    ).all()
