"""Plans: ask for one, solve it with no transaction open, commit it against what the orders are by then."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.planning import answer, assemble, repository
from backend.planning.answer import LeftOut, Placed
from backend.planning.errors import PlanNotDraft, UnknownPlan
from backend.planning.models import Plan, PlanMode, PlanState, PlanUnserved, PlanVisit
from backend.technicians import service as technicians
from backend.work.lifecycle import OrderState
from backend.work.service import orders as work_orders
from backend.work.service import scheduling
from kernel import clock, jobs
from kernel.db import Tenant, tenant_of, transaction
from kernel.errors import Problem
from kernel.log import get_logger

SOLVE_JOB = "planning.solve"
SECONDS_PER_PLAN = 2.0
DEBOUNCE = timedelta(milliseconds=300)
"""Orders that open together are planned together."""

log = get_logger()


def request_plan(session: Session, *, mode: PlanMode, cause: str, requested_by: UUID | None = None) -> Plan:
    """Ask for a plan of everything that waits; one that nobody has begun yet answers for this wish too."""
    waiting = repository.waiting_plan(session, mode=mode)
    if waiting is not None:
        return waiting
    plan = Plan(mode=mode, cause=cause, requested_by=requested_by, summary={})
    session.add(plan)
    session.flush()
    jobs.request(session, SOLVE_JOB, key=str(plan.id), due_at=clock.now() + DEBOUNCE, body={"plan_id": str(plan.id)})
    return plan


def solve_plan(tenant_id: UUID, plan_id: UUID, *, seconds: float = SECONDS_PER_PLAN) -> None:
    """Make a plan; run again after a crash, it starts afresh as long as nothing is committed."""
    from dispatch.solve import solve  # noqa: PLC0415 - OR-Tools is loaded by who solves

    with transaction(tenant_id=tenant_id) as session:
        plan = repository.plan(session, plan_id, lock=True)
        if plan is None or plan.state not in (PlanState.QUEUED, PlanState.SOLVING):
            return
        plan.state = PlanState.SOLVING
        question = assemble.assemble(session, time_zone=time_zone(session), at=clock.now())
    solution = solve(question.instance, seconds=seconds if question.orders else 0.0)
    visits, missing = answer.placed(question, solution), answer.left_out(question, solution)
    with transaction(tenant_id=tenant_id) as session:
        plan = repository.plan(session, plan_id, lock=True)
        if plan is None or plan.state is not PlanState.SOLVING:
            return
        plan.engine, plan.solved_at = solution.engine, clock.now()
        plan.cost = Decimal(solution.cost.total) / 100
        plan.summary = {
            "orders": len(question.orders),
            "planned": len(visits),
            "unserved": len(missing),
            "technicians": len(question.technicians),
            "seconds": round(solution.seconds, 3),
            "cost_cents": solution.cost._asdict(),
        }
        lines = _keep(session, plan, visits, missing)
        plan.state = PlanState.DRAFT
        if plan.mode is PlanMode.AUTO:
            commit_plan(session, plan, lines, at=clock.now())
            _wait_for_parts(session, missing, at=clock.now())


def accept_plan(session: Session, plan_id: UUID) -> Plan:
    """Commit a draft.

    Raises:
        UnknownPlan: there is none.
        PlanNotDraft: it is being made, or done with.
    """
    plan = _draft(session, plan_id)
    commit_plan(session, plan, repository.plan_visits(session, plan_id), at=clock.now())
    return plan


def discard_plan(session: Session, plan_id: UUID) -> Plan:
    """Put a draft away.

    Raises:
        UnknownPlan: there is none.
        PlanNotDraft: it is being made, or done with.
    """
    plan = _draft(session, plan_id)
    plan.state = PlanState.DISCARDED
    return plan


def commit_plan(session: Session, plan: Plan, lines: Sequence[PlanVisit], *, at: datetime) -> None:
    """Make the visits of a plan, reserve their parts and tell their technicians.

    Each line stands for itself: one whose order has changed, or whose part is gone, is left with its reason.
    """
    for line in sorted(lines, key=lambda item: item.work_order_id):
        try:
            with session.begin_nested():
                visit = scheduling.schedule_visit(
                    session,
                    line.work_order_id,
                    technician_ids=[line.technician_id],
                    start=line.start_at,
                    end=line.end_at,
                    travel_seconds=line.travel_seconds,
                    plan_id=plan.id,
                    expected_version=line.order_version,
                    reserve=[
                        (UUID(part["part_id"]), UUID(part["location_id"]), Decimal(part["quantity"]))
                        for part in line.parts
                    ],
                    at=at,
                )
                scheduling.dispatch_visit(session, visit.id, at=at)
        except Problem as refusal:
            line.note = f"{refusal.slug}: {refusal.detail}"
            log.info("plan_line_refused", plan_id=str(plan.id), order_id=str(line.work_order_id), slug=refusal.slug)
        else:
            line.visit_id = visit.id
    plan.state, plan.committed_at = PlanState.COMMITTED, at


def solve_job(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Do the job that `request_plan` asked for."""
    solve_plan(tenant_id, UUID(body["plan_id"]))


def replan_what_waits(session: Session, *, at: datetime, every: timedelta = timedelta(minutes=10)) -> None:
    """Ask for a plan when orders are open and the last try is some time ago: shifts begin, vans fill up."""
    recent = session.scalar(select(Plan.id).where(Plan.created_at > at - every).limit(1))
    if recent is None and any(order.state is OrderState.OPEN for order, _ in repository.open_orders(session)):
        request_plan(session, mode=PlanMode.AUTO, cause="calendar")


def board(session: Session, day: date) -> dict[str, Any]:
    """Return everybody's visits on a local day."""
    zone = time_zone(session)
    start = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    end = start + timedelta(days=1)
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


def time_zone(session: Session) -> str:
    """Return the tenant's time zone."""
    return session.scalars(select(Tenant.time_zone).where(Tenant.id == tenant_of(session))).one()


def _span(window: tuple[datetime, datetime]) -> dict[str, datetime]:
    return {"start": window[0], "end": window[1]}


def _draft(session: Session, plan_id: UUID) -> Plan:
    plan = repository.plan(session, plan_id, lock=True)
    if plan is None:
        raise UnknownPlan("There is no such plan.", plan_id=plan_id)
    if plan.state is not PlanState.DRAFT:
        raise PlanNotDraft("The plan is no draft.", state=str(plan.state))
    return plan


def _keep(session: Session, plan: Plan, visits: Sequence[Placed], missing: Sequence[LeftOut]) -> list[PlanVisit]:
    lines = [
        PlanVisit(
            plan_id=plan.id,
            work_order_id=item.work_order_id,
            order_version=item.order_version,
            technician_id=item.technician_id,
            start_at=item.start,
            end_at=item.end,
            travel_seconds=item.travel_seconds,
            parts=item.parts,
            pickup=item.pickup,
            reasons=item.reasons,
            refused=item.refused,
        )
        for item in visits
    ]
    session.add_all(lines)
    session.add_all(
        PlanUnserved(
            plan_id=plan.id,
            work_order_id=item.work_order_id,
            code=item.code,
            text_en=item.text_en,
            text_zh=item.text_zh,
            refused=item.refused,
        )
        for item in missing
    )
    session.flush()
    return lines


def _wait_for_parts(session: Session, missing: Sequence[LeftOut], *, at: datetime) -> None:
    for item in sorted(missing, key=lambda entry: entry.work_order_id):
        if item.lacks_parts:
            work_orders.mark_waiting_parts(session, item.work_order_id, cause=item.text_en, at=at)
