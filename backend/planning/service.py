"""Plans: ask for one, solve it with no transaction open, commit it against what the orders are by then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.planning import answer, assemble, repository
from backend.planning.answer import LeftOut, Placed
from backend.planning.errors import PlanNotDraft, UnknownPlan
from backend.planning.models import Plan, PlanMode, PlanState, PlanUnserved, PlanVisit
from backend.planning.question import Question
from backend.work.errors import StaleVersion
from backend.work.lifecycle import OrderState
from backend.work.service import scheduling, waiting
from dispatch.solve import Solution, solve
from kernel import clock, jobs
from kernel.db import transaction
from kernel.errors import Problem
from kernel.log import get_logger

SOLVE_JOB = "planning.solve"
SECONDS_PER_PLAN = 2.0
DEBOUNCE = timedelta(milliseconds=300)
"""Orders that open together are planned together."""
UNFINISHED = timedelta(hours=1)
"""A plan that is older and not solved was given up by its job."""

AGAIN = "lines_refused"
"""Cause of a plan that follows one with refused lines."""

log = get_logger()


@dataclass(frozen=True)
class Solved:
    """A solved question, in the words of the house."""

    question: Question
    solution: Solution
    visits: list[Placed]
    missing: list[LeftOut]

    def summary(self) -> dict[str, Any]:
        """Return the figures of the plan."""
        return {
            "orders": len(self.question.orders),
            "planned": len(self.visits),
            "unserved": len(self.missing),
            "waiting_parts": sum(item.lacks_parts for item in self.missing),
            "technicians": len(self.question.technicians),
            "seconds": round(self.solution.seconds, 3),
            "cost_cents": self.solution.cost._asdict(),
        }


def request_plan(session: Session, *, mode: PlanMode, cause: str, requested_by: UUID | None = None) -> Plan:
    """Ask for a plan of everything that waits; one that nobody has begun yet answers for this wish too."""
    while (waiting := repository.waiting_plan(session, mode=mode)) is None:
        plan_id = repository.queue_plan(session, mode=mode, cause=cause, requested_by=requested_by)
        if plan_id is not None:
            due_at, body = clock.now() + DEBOUNCE, {"plan_id": str(plan_id)}
            jobs.request(session, SOLVE_JOB, key=str(plan_id), due_at=due_at, body=body)
    return waiting


def solve_plan(tenant_id: UUID, plan_id: UUID, *, seconds: float = SECONDS_PER_PLAN) -> None:
    """Make a plan; run again after a crash, it starts afresh as long as nothing is committed."""
    with transaction(tenant_id=tenant_id) as session:
        if not _begin(session, plan_id):
            return
        question = assemble.assemble(session, time_zone=repository.time_zone(session), at=clock.now())
    solved = solve_question(question, seconds=seconds)
    with transaction(tenant_id=tenant_id) as session:
        repository.take_turn(session)
        plan = repository.plan(session, plan_id, lock=True)
        if plan is None or plan.state is not PlanState.SOLVING:
            return
        plan.state, plan.engine, plan.solved_at = PlanState.DRAFT, solved.solution.engine, clock.now()
        plan.cost = Decimal(solved.solution.cost.total) / 100
        plan.summary = solved.summary()
        _keep(session, plan, solved)
        if plan.mode is PlanMode.AUTO:
            commit_plan(session, plan, at=clock.now())


def _begin(session: Session, plan_id: UUID) -> bool:
    plan = repository.plan(session, plan_id, lock=True)
    if plan is None or plan.state not in (PlanState.QUEUED, PlanState.SOLVING):
        return False
    plan.state = PlanState.SOLVING
    return True


def solve_question(question: Question, *, seconds: float) -> Solved:
    """Say whose parts can be had, and plan the others around what is promised already."""
    from backend.planning import supply  # noqa: PLC0415 - it loads OR-Tools, which only who solves needs

    waiting = supply.shortages(question)
    rest = question.without({item.order for item in waiting})
    solution = solve(rest.instance, seconds=seconds if rest.orders else 0.0, previous=rest.standing_routes())
    missing = [
        *answer.left_out(rest, solution),
        *supply.left_waiting(question, waiting, planned=rest, solution=solution),
    ]
    return Solved(question, solution, answer.placed(rest, solution), missing)


def accept_plan(session: Session, plan_id: UUID) -> Plan:
    """Commit a draft.

    Raises:
        UnknownPlan: there is none.
        PlanNotDraft: it is being made, or done with.
    """
    repository.take_turn(session)
    plan = _draft(session, plan_id)
    commit_plan(session, plan, at=clock.now())
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


def _draft(session: Session, plan_id: UUID) -> Plan:
    plan = repository.plan(session, plan_id, lock=True)
    if plan is None:
        raise UnknownPlan("There is no such plan.", plan_id=plan_id)
    if plan.state is not PlanState.DRAFT:
        raise PlanNotDraft("The plan is no draft.", state=str(plan.state))
    return plan


def commit_plan(session: Session, plan: Plan, *, at: datetime) -> None:
    """Make the visits of a plan, reserve their parts, tell their technicians, and let wait what lacks parts.

    Each line stands for itself: one whose order has changed, or whose part is gone, is left with its reason, and an
    automatic plan is followed by another for it. What is refused twice for another cause than a change has to wait for
    the calendar.
    """
    changed = refused = False
    lines = sorted(repository.plan_visits(session, plan.id), key=lambda line: line.work_order_id)
    missing = [item for item, _ in repository.plan_unserved(session, plan.id) if item.code in answer.PARTS_CODES]
    repository.lock_orders(session, {row.work_order_id for row in lines} | {row.work_order_id for row in missing})
    for line in lines:
        try:
            with session.begin_nested():
                line.visit_id = _make_visit(session, plan, line, at=at)
        except Problem as refusal:
            refused, changed = True, changed or isinstance(refusal, StaleVersion)
            line.note = f"{refusal.slug}: {refusal.detail}"
            log.info("plan_line_refused", plan_id=str(plan.id), order_id=str(line.work_order_id), slug=refusal.slug)
    for item in sorted(missing, key=lambda row: row.work_order_id):
        try:
            with session.begin_nested():
                waiting.mark_waiting_parts(session, item.work_order_id, cause=item.text_en, at=at)
        except Problem as refusal:
            log.info("order_does_not_wait", order_id=str(item.work_order_id), slug=refusal.slug)
    plan.state, plan.committed_at = PlanState.COMMITTED, at
    if plan.mode is PlanMode.AUTO and (changed or (refused and plan.cause != AGAIN)):
        request_plan(session, mode=PlanMode.AUTO, cause=AGAIN)


def _make_visit(session: Session, plan: Plan, line: PlanVisit, *, at: datetime) -> UUID:
    visit = scheduling.schedule_visit(
        session,
        line.work_order_id,
        technician_ids=[line.technician_id],
        start=line.start_at,
        end=line.end_at,
        travel_seconds=line.travel_seconds,
        plan_id=plan.id,
        expected_version=line.order_version,
        reserve=[(UUID(part["part_id"]), UUID(part["location_id"]), Decimal(part["quantity"])) for part in line.parts],
        at=at,
    )
    scheduling.dispatch_visit(session, visit.id, at=at)
    return visit.id


def solve_job(tenant_id: UUID, body: dict[str, Any]) -> None:
    """Do the job that `request_plan` asked for."""
    solve_plan(tenant_id, UUID(body["plan_id"]))


def replan_what_waits(
    session: Session,
    *,
    at: datetime,
    every: timedelta = timedelta(minutes=10),
    for_parts: timedelta = timedelta(minutes=30),
) -> None:
    """Ask for a plan when orders wait and the last try is some time ago: shifts begin, vans fill up, parts return."""
    repository.give_up_older(session, than=at - UNFINISHED)
    if (not repository.planned_since(session, at - every) and repository.waits(session, OrderState.OPEN)) or (
        not repository.planned_since(session, at - for_parts) and repository.waits(session, OrderState.WAITING_PARTS)
    ):
        request_plan(session, mode=PlanMode.AUTO, cause="calendar")


def _keep(session: Session, plan: Plan, solved: Solved) -> None:
    session.add_all(
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
        for item in solved.visits
    )
    session.add_all(
        PlanUnserved(
            plan_id=plan.id,
            work_order_id=item.work_order_id,
            code=item.code,
            text_en=item.text_en,
            text_zh=item.text_zh,
            refused=item.refused,
        )
        for item in solved.missing
    )
    session.flush()
