"""Use cases of the plan: make, move, take back and dispatch visits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.checklists import service as checklists
from backend.customers import service as customers
from backend.technicians import crews
from backend.technicians import service as technicians
from backend.work import repository
from backend.work.actors import Actor, system
from backend.work.errors import BadVisit, IllegalTransition
from backend.work.events import VisitAssigned, VisitScheduled
from backend.work.lifecycle import (
    ORDER_TRANSITIONS,
    VISIT_BEFORE_TRAVEL,
    VISIT_ENDED,
    VISIT_TRANSITIONS,
    OrderAction,
    OrderState,
    VisitAction,
    VisitState,
    advance,
    legal,
)
from backend.work.models import EventSource, Visit, VisitTechnician, WorkOrder
from backend.work.service import stages
from backend.work.service.journal import check_version, follow_visits
from inventory import service as stock
from inventory.service import Want
from kernel import clock, jobs
from kernel.db import Tenant, tenant_of
from kernel.ids import new_id
from kernel.outbox import publish

Line = tuple[UUID, UUID, Decimal]
"""A part, where it is taken from, and how much; a `Want` is one."""

ACCEPT_TIMEOUT = "work.accept_timeout"
ACCEPT_WITHIN = timedelta(minutes=30)
ACCEPT_BEFORE_START = timedelta(minutes=60)
DUE_MOVED = "due_moved"
TECHNICIAN_AWAY = "technician_away"
HOLD_PARTS_AFTER = timedelta(hours=24)
"""How long after the planned end the parts of a visit stay reserved."""


def schedule_visit(
    session: Session,
    work_order_id: UUID,
    *,
    technician_ids: Sequence[UUID],
    start: datetime,
    end: datetime,
    travel_seconds: int = 0,
    plan_id: UUID | None = None,
    pinned: bool = False,
    expected_version: int | None = None,
    reserve: Sequence[Line] = (),
    actor: Actor | None = None,
    at: datetime,
) -> Visit:
    """Make a visit of an order and hold its parts; the first technician leads.

    Raises:
        IllegalTransition: the order does not wait for a visit.
        StaleVersion: the order changed since it was read.
        InsufficientStock: a part is not free any more; nothing is made.
        BadVisit: nobody goes, or it ends before it starts.
        TechnicianUnknown: there is no such technician.
    """
    order = repository.order(session, work_order_id, lock=True)
    check_version(order.version, expected_version)
    advance(ORDER_TRANSITIONS, order.state, OrderAction.SCHEDULE)
    _check(session, technician_ids, start, end)
    visit = Visit(
        id=new_id(),
        work_order_id=order.id,
        visit_no=len(repository.visits_of(session, order.id)) + 1,
        state=VisitState.PLANNED,
        planned_start=start,
        planned_end=end,
        travel_seconds=travel_seconds,
        plan_id=plan_id,
        checklist_id=_checklist(session, order),
        pinned=pinned,
        version=1,
        changed_at=clock.now(),
    )
    session.add(visit)
    session.flush()
    _set_crew(session, visit, technician_ids)
    _hold(session, visit, reserve)
    order.waiting_cause = None
    follow_visits(session, order, at=at, actor=actor)
    _tell_scheduled(session, visit, technician_ids)
    return visit


def people(
    session: Session, technician_ids: Sequence[UUID], *, crew_id: UUID | None, start: datetime
) -> Sequence[UUID]:
    """Return who goes: the technicians named, or whoever is in a crew on the local day of the start, the lead first.

    Raises:
        BadVisit: both are given.
        CrewUnknown: there is no such crew.
        WrongCrew: nobody is in it on that day.
    """
    if crew_id is None:
        return technician_ids
    if technician_ids:
        raise BadVisit("Name technicians or a crew.")
    zone = ZoneInfo(session.get_one(Tenant, tenant_of(session)).time_zone)
    return crews.crew_on(session, crew_id, start.astimezone(zone).date())


def _check(session: Session, technician_ids: Sequence[UUID], start: datetime, end: datetime) -> None:
    if not technician_ids or len(set(technician_ids)) != len(technician_ids):
        raise BadVisit("Name each technician of the visit once, the lead first.")
    if end <= start:
        raise BadVisit("A visit ends after it starts.")
    for technician_id in technician_ids:
        if not technicians.get_technician(session, technician_id).active:
            raise BadVisit("The technician is not active.", technician_id=technician_id)


def _checklist(session: Session, order: WorkOrder) -> UUID | None:
    if order.checklist_id is not None:
        return order.checklist_id
    kind = None
    if order.asset_id is not None:
        kind = assets.class_codes(session, [assets.get_asset(session, order.asset_id)])[order.asset_id]
    template = checklists.template_for(session, asset_class=kind, work_type=order.work_type)
    return template.id if template else None


def _set_crew(session: Session, visit: Visit, technician_ids: Sequence[UUID]) -> None:
    session.add_all(
        VisitTechnician(visit_id=visit.id, technician_id=technician_id, lead=place == 0)
        for place, technician_id in enumerate(technician_ids)
    )
    session.flush()


def _hold(session: Session, visit: Visit, wanted: Sequence[Line]) -> None:
    if wanted:
        expires_at = visit.planned_end + HOLD_PARTS_AFTER
        wants = [Want(*line) for line in wanted]
        stock.reserve_all(session, wants, demand_id=visit.id, expires_at=expires_at, client_op_id=new_id())


def _tell_scheduled(session: Session, visit: Visit, technician_ids: Sequence[UUID]) -> None:
    publish(
        session,
        VisitScheduled(
            visit_id=visit.id,
            work_order_id=visit.work_order_id,
            technician_ids=tuple(technician_ids),
            planned_start=visit.planned_start,
            planned_end=visit.planned_end,
            plan_id=visit.plan_id,
            version=visit.version,
        ),
    )


def reschedule_visit(
    session: Session,
    visit_id: UUID,
    *,
    start: datetime,
    end: datetime,
    technician_ids: Sequence[UUID] | None = None,
    travel_seconds: int | None = None,
    plan_id: UUID | None = None,
    pinned: bool | None = None,
    expected_version: int | None = None,
    reserve: Sequence[Line] | None = None,
    actor: Actor | None = None,
    at: datetime,
) -> Visit:
    """Move a visit in time, or give it to somebody else; another crew has to be told again by `dispatch_visit`.

    With `reserve` the parts it held are let go and these are held instead; without, they wait for the new time.

    Raises:
        IllegalTransition: the technician is on the way already.
        StaleVersion: the visit changed since it was read.
        InsufficientStock: a part is not free any more; nothing is moved.
    """
    visit, order = repository.visit_with_order(session, visit_id)
    check_version(visit.version, expected_version)
    former = tuple(member.technician_id for member in repository.crew(session, visit.id))
    people = tuple(technician_ids) if technician_ids is not None else former
    _check(session, people, start, end)
    _may_move(visit)
    told = visit.state is not VisitState.PLANNED
    if people != former:
        _hand_over(session, visit, order, people, actor=actor or system(EventSource.PLAN), at=at)
    visit.planned_start, visit.planned_end = start, end
    visit.travel_seconds = visit.travel_seconds if travel_seconds is None else travel_seconds
    visit.pinned = visit.pinned if pinned is None else pinned
    visit.plan_id = plan_id or visit.plan_id
    visit.version += 1
    visit.changed_at = clock.now()
    if reserve is not None:
        stock.release(session, visit.id)
        _hold(session, visit, reserve)
    else:
        stock.keep_until(session, visit.id, expires_at=end + HOLD_PARTS_AFTER)
    session.flush()
    _tell_scheduled(session, visit, people)
    if told and people == former:
        _tell_assigned(session, visit, order, people)
    return visit


def _may_move(visit: Visit) -> None:
    if visit.state not in VISIT_BEFORE_TRAVEL:
        allowed = [str(action) for action in legal(VISIT_TRANSITIONS, visit.state)]
        raise IllegalTransition(
            "A visit under way stays where it is.", state=str(visit.state), action="reschedule", legal=allowed
        )


def _hand_over(
    session: Session, visit: Visit, order: WorkOrder, people: tuple[UUID, ...], *, actor: Actor, at: datetime
) -> None:
    former = tuple(member.technician_id for member in repository.crew(session, visit.id))
    told = visit.state is not VisitState.PLANNED
    detail = {"from": [str(key) for key in former], "to": [str(key) for key in people]}
    step = stages.Said(actor=actor, occurred_at=at, received_at=clock.now(), detail=detail)
    stages.advance_visit(session, visit, order, VisitAction.REASSIGN, step)
    repository.release_crew(session, visit.id, at=at)
    _set_crew(session, visit, people)
    if told:
        stages.withdraw(session, visit, order, former, reason=None)
    follow_visits(session, order, at=at, actor=actor)


def unschedule_visit(
    session: Session,
    visit_id: UUID,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
    actor: Actor | None = None,
    at: datetime,
) -> Visit:
    """Take a visit out of the plan: its parts are free, its order is open again.

    Raises:
        IllegalTransition: the technician is on the way already.
    """
    visit, order = repository.visit_with_order(session, visit_id)
    check_version(visit.version, expected_version)
    who = actor or system(EventSource.PLAN)
    stages.advance_visit(session, visit, order, VisitAction.CANCEL, stages.said(who, at=at, reason=reason))
    follow_visits(session, order, at=at, actor=who, reason=reason)
    return visit


def release_late(session: Session, work_order_id: UUID, *, at: datetime) -> bool:
    """Take the planned visits of an order out of the plan that end after it is due; tell whether it waits for one now.

    A visit that is pinned, or that somebody has been told of, stays.
    """
    order = repository.order(session, work_order_id, lock=True)
    if order.state is OrderState.SCHEDULED and order.due_at is not None:
        standing = [visit for visit in repository.visits_of(session, order.id) if visit.state not in VISIT_ENDED]
        movable = all(visit.state is VisitState.PLANNED and not visit.pinned for visit in standing)
        if movable and any(visit.planned_end > order.due_at for visit in standing):
            for visit in standing:
                unschedule_visit(session, visit.id, reason=DUE_MOVED, at=at)
    return order.state in {OrderState.OPEN, OrderState.WAITING_PARTS}


def release_absent(
    session: Session, technician_id: UUID, *, start: datetime, end: datetime | None, at: datetime
) -> int:
    """Take the visits out of the plan that somebody cannot do who is away; return how many.

    What is under way stays: people say themselves when they stop. Visits that are pinned, or told, go back as well:
    nobody would come. A visit of a crew goes back as a whole.
    """
    found = repository.standing_visits(session, technician_id, start=start, end=end)
    for visit_id in found:
        unschedule_visit(session, visit_id, reason=TECHNICIAN_AWAY, at=at)
    return len(found)


def dispatch_visit(session: Session, visit_id: UUID, *, actor: Actor | None = None, at: datetime) -> Visit:
    """Hand a planned visit to its technicians, who have some time to accept it; once more changes nothing."""
    visit, order = repository.visit_with_order(session, visit_id)
    if visit.state is VisitState.PLANNED:
        who = actor or system(EventSource.PLAN)
        stages.advance_visit(session, visit, order, VisitAction.DISPATCH, stages.said(who, at=at))
        told_dispatched(session, visit, order, at=at)
    return visit


def told_dispatched(session: Session, visit: Visit, order: WorkOrder, *, at: datetime) -> None:
    """Tell the crew of a dispatched visit, and watch whether they accept."""
    people = [member.technician_id for member in repository.crew(session, visit.id)]
    _tell_assigned(session, visit, order, people)
    due_at = max(at + ACCEPT_WITHIN, visit.planned_start - ACCEPT_BEFORE_START)
    body = {"visit_id": str(visit.id), "dispatched_at": at.isoformat()}
    jobs.request(session, ACCEPT_TIMEOUT, key=f"{visit.id}:{at.isoformat()}", due_at=due_at, body=body)


def _tell_assigned(session: Session, visit: Visit, order: WorkOrder, people: Sequence[UUID]) -> None:
    publish(
        session,
        VisitAssigned(
            visit_id=visit.id,
            work_order_id=order.id,
            number=order.number,
            summary=order.summary,
            site_name=customers.get_site(session, order.site_id).name,
            technician_ids=tuple(people),
            planned_start=visit.planned_start,
            planned_end=visit.planned_end,
            priority=order.priority,
            version=visit.version,
        ),
    )


def expire_acceptance(session: Session, visit_id: UUID, *, dispatched_at: datetime, at: datetime) -> bool:
    """Take a visit back that nobody accepted since it was dispatched then; tell whether it was so."""
    visit, order = repository.visit_with_order(session, visit_id)
    if visit.state is not VisitState.DISPATCHED or visit.dispatched_at != dispatched_at:
        return False
    stages.advance_visit(
        session, visit, order, VisitAction.EXPIRE, stages.said(system(), at=at, reason="accept_timeout")
    )
    follow_visits(session, order, at=at, reason="accept_timeout")
    return True
