"""Orders of plans: opened when they come due, one at a time, and what follows from their end."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Asset
from backend.checklists import service as checklists
from backend.maintenance import repository
from backend.maintenance.due import after
from backend.maintenance.events import MaintenanceEnded, MaintenanceOpened
from backend.maintenance.models import (
    InspectionRoute,
    MaintenanceLevel,
    MaintenanceOccurrence,
    MaintenancePlan,
    MaintenanceSubject,
    OccurrenceState,
)
from backend.maintenance.service import rounds
from backend.maintenance.service.enrolment import look
from backend.maintenance.service.reckoning import from_json, mark_of, reckon, terms_of, total_at, window, zone_of
from backend.work.actors import system
from backend.work.models import EventSource, OrderSource, WorkOrder
from backend.work.service import demand, orders, views
from backend.work.service.orders import ExpectedPart, Schedule
from kernel import audit
from kernel.errors import Problem
from kernel.ids import new_id
from kernel.log import get_logger
from kernel.outbox import publish

WORK_TYPE = "preventive"
BASIS = "plan"
RETRY = timedelta(hours=1)
"""How long an order that could not be opened waits for the next try."""

log = get_logger()


def open_due(session: Session, *, at: datetime, limit: int) -> int:
    """Open the orders of what comes due; return how many subjects were looked at.

    Two sweepers share the subjects by their locks. One order at a time is open for a subject, by the index over open
    occurrences; and each number of an occurrence has one order, by the key of its source.
    """
    rows = repository.subjects_to_open(session, at=at, limit=limit)
    plans = repository.plans_by_id(session, {row.plan_id for row in rows})
    for row in rows:
        try:
            with session.begin_nested():
                _open(session, plans[row.plan_id], row, at=at)
        except Problem as problem:
            session.refresh(row)
            row.opens_at = at + RETRY
            log.exception("maintenance_not_opened", subject_id=str(row.id), problem=problem.slug)
    return len(rows)


def _open(session: Session, plan: MaintenancePlan, subject: MaintenanceSubject, *, at: datetime) -> None:
    asset = assets.get_asset(session, subject.asset_id) if subject.asset_id else None
    levels = repository.levels(session, [plan.id])[plan.id]
    if subject.id in repository.open_occurrences(session, [subject.id]):
        subject.opens_at = None
        return
    due = reckon(session, plan, subject, asset, levels=levels, opened=False, at=at)
    if due.at is None or subject.opens_at is None or subject.opens_at > at:
        return
    level = next(row for row in levels if row.every == subject.level)
    order = _order(session, plan, subject, asset, level, due_at=due.at, at=at)
    times = window(plan, due.at, zone_of(session))
    occurrence = MaintenanceOccurrence(
        id=new_id(),
        plan_id=plan.id,
        subject_id=subject.id,
        asset_id=subject.asset_id,
        class_id=asset.class_id if asset else None,
        site_id=order.site_id,
        number=subject.number + 1,
        level=subject.level,
        state=OccurrenceState.OPEN,
        due_at=due.at,
        window_from=times.start,
        window_to=times.end,
        why=subject.why,
        work_order_id=order.id,
        opened_at=at,
    )
    session.add(occurrence)
    subject.opens_at = subject.look_at = None
    session.flush()
    publish(
        session,
        MaintenanceOpened(
            occurrence_id=occurrence.id,
            maintenance_plan_id=plan.id,
            asset_id=subject.asset_id,
            work_order_id=order.id,
            level=occurrence.level,
            due_at=due.at,
            opened_at=at,
        ),
    )


def _order(
    session: Session,
    plan: MaintenancePlan,
    subject: MaintenanceSubject,
    asset: Asset | None,
    level: MaintenanceLevel,
    *,
    due_at: datetime,
    at: datetime,
) -> WorkOrder:
    route = repository.route(session, plan.route_id) if plan.route_id else None
    checklist_id: UUID | None
    if route is not None:
        checklist_id = rounds.checklist_of(session, route, at=at).id
    else:
        checklist = checklists.in_use(session, level.checklist_code) if level.checklist_code else None
        checklist_id = checklist.id if checklist else None
    times = window(plan, due_at, zone_of(session))
    order = orders.open_work_order(
        session,
        site_id=_site(asset, route),
        asset_id=subject.asset_id,
        summary=f"{plan.summary} · {level.name}",
        description=plan.description,
        work_type=WORK_TYPE if route is None else rounds.WORK_TYPE,
        priority=plan.priority,
        skill=plan.skill,
        skill_level=plan.skill_level,
        duration_minutes=level.duration_minutes,
        expected_parts=[
            ExpectedPart(part_id=part.part_id, quantity=part.quantity, basis=BASIS)
            for part in repository.kit(session, [level.id])[level.id]
        ],
        source=OrderSource.PLAN,
        source_key=f"plan:{subject.id}:{subject.number + 1}",
        earliest_at=max(at, times.start),
        schedule=Schedule(due_at=times.end, checklist_id=checklist_id, signature_required=plan.signature_required),
        actor=system(EventSource.PLAN),
        at=at,
    )
    demand.plan_parts(session, order, at=at)
    return order


def _site(asset: Asset | None, route: InspectionRoute | None) -> UUID:
    where = asset or route
    if where is None:
        raise LookupError("a plan is for assets or for a route")
    return where.site_id


def end_of_order(session: Session, work_order_id: UUID, *, state: OccurrenceState, at: datetime) -> None:
    """Count on from an order of a plan that was closed or cancelled; another order, or once more, changes nothing."""
    found = repository.occurrence_of_order(session, work_order_id)
    if found is None:
        return
    subject = repository.subject(session, found.subject_id)
    session.refresh(found)
    if found.state is not OccurrenceState.OPEN:
        return
    plan = repository.plan(session, found.plan_id)
    order = views.get_order(session, work_order_id)
    ended_at = (order.completed_at if state is OccurrenceState.DONE else None) or at
    found.state, found.ended_at = state, ended_at
    session.flush()
    missed = _count_on(session, plan, subject, found, at=at)
    publish(
        session,
        MaintenanceEnded(
            occurrence_id=found.id,
            maintenance_plan_id=plan.id,
            asset_id=found.asset_id,
            work_order_id=work_order_id,
            state=state,
            in_time=state is OccurrenceState.DONE and found.window_from <= ended_at < found.window_to,
            missed=missed,
            ended_at=ended_at,
        ),
    )
    if missed:
        audit.record(
            session,
            action="maintenance_plan.missed",
            subject="maintenance_plan",
            subject_id=plan.id,
            detail={"asset_id": str(found.asset_id), "after": found.number, "missed": missed},
        )
    look(session, plan, subject, at=at)


def _count_on(
    session: Session,
    plan: MaintenancePlan,
    subject: MaintenanceSubject,
    ended: MaintenanceOccurrence,
    *,
    at: datetime,
) -> int:
    """Move a subject behind an occurrence; write down those that were missed meanwhile, and return how many."""
    terms, ended_at = terms_of(session, plan), ended.ended_at or at
    handled = after(
        terms,
        mark_of(subject),
        from_json(ended.why, ended.due_at),
        done_at=ended_at,
        total=total_at(session, plan, subject.asset_id, ended_at),
    )
    levels = [row.every for row in repository.levels(session, [plan.id])[plan.id]]
    for place, due_at in enumerate(handled.missed_at):
        number, times = ended.number + 1 + place, window(plan, due_at, terms.zone)
        session.add(
            MaintenanceOccurrence(
                plan_id=plan.id,
                subject_id=subject.id,
                asset_id=ended.asset_id,
                class_id=ended.class_id,
                site_id=ended.site_id,
                number=number,
                level=max(every for every in levels if number % every == 0),
                state=OccurrenceState.MISSED,
                due_at=due_at,
                window_from=times.start,
                window_to=times.end,
                why=[],
                ended_at=at,
            )
        )
    missed = handled.mark.number - handled.mark.handled
    subject.passed_at, subject.passed_total = handled.mark.passed_at, handled.mark.passed_total
    subject.number, subject.handled = handled.mark.number, handled.mark.handled
    subject.missed += missed
    subject.last_ended_at = ended_at
    session.flush()
    return missed
