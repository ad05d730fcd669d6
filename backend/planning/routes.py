"""Plans, the reasons behind one order, and the board of a day."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query

from backend.planning import repository, service
from backend.planning.board import board as whole_board
from backend.planning.errors import PlanNotDraft, UnknownPlan
from backend.planning.models import Plan
from backend.planning.schemas import Board, OrderPlanOut, PlanAccepted, PlanOut, PlanRequest
from kernel import clock
from kernel.auth import OFFICE, STAFF, Role
from kernel.http import Db, Me, problems
from kernel.http import router as make_router

router = make_router("planning")

PLANNERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "request_plan": PLANNERS,
    "get_plan": OFFICE,
    "accept_plan": PLANNERS,
    "discard_plan": PLANNERS,
    "plan_of_order": STAFF,
    "board": OFFICE,
}


@router.post("/plans", status_code=202, response_model=PlanAccepted)
def request_plan(body: PlanRequest, db: Db, me: Me) -> Plan:
    """Ask for a plan of everything that waits; `auto` commits it, `draft` shows it first."""
    return service.request_plan(db, mode=body.mode, cause="person", requested_by=me.user_id)


@router.get("/plans/{plan_id}", response_model=PlanOut, responses=problems(UnknownPlan))
def get_plan(plan_id: UUID, db: Db) -> dict[str, Any]:
    """Return a plan with its lines and what it left out."""
    return _plan_out(db, _known(repository.plan(db, plan_id), plan_id))


@router.post("/plans/{plan_id}/accept", response_model=PlanOut, responses=problems(UnknownPlan, PlanNotDraft))
def accept_plan(plan_id: UUID, db: Db) -> dict[str, Any]:
    """Commit a draft; lines whose orders have changed are left, with the reason."""
    return _plan_out(db, service.accept_plan(db, plan_id))


@router.post("/plans/{plan_id}/discard", response_model=PlanOut, responses=problems(UnknownPlan, PlanNotDraft))
def discard_plan(plan_id: UUID, db: Db) -> dict[str, Any]:
    """Put a draft away."""
    return _plan_out(db, service.discard_plan(db, plan_id))


@router.get("/work-orders/{work_order_id}/plan", response_model=OrderPlanOut, responses=problems(UnknownPlan))
def plan_of_order(work_order_id: UUID, db: Db) -> dict[str, Any]:
    """Return what the newest plan says about an order: the choice with its reasons, the others with theirs."""
    chosen, refused = repository.last_word_on(db, work_order_id), repository.last_refusal_of(db, work_order_id)
    if chosen is not None and (refused is None or chosen[0].id > refused[0].id):
        line, plan, name = chosen
        return {
            "plan_id": plan.id,
            "planned_at": plan.solved_at,
            "engine": plan.engine,
            "technician": {"id": line.technician_id, "name": name},
            "start": line.start_at,
            "travel_minutes": round(line.travel_seconds / 60),
            "reasons": line.reasons,
            "refused": line.refused,
            "pickup": line.pickup,
            "note": line.note,
        }
    if refused is None:
        raise UnknownPlan("No plan has looked at this order yet.", work_order_id=work_order_id)
    missing, plan = refused
    return {
        "plan_id": plan.id,
        "planned_at": plan.solved_at,
        "engine": plan.engine,
        "technician": None,
        "start": None,
        "travel_minutes": None,
        "reasons": [{"code": missing.code, "text_en": missing.text_en, "text_zh": missing.text_zh, "figure": None}],
        "refused": missing.refused,
        "pickup": None,
        "note": None,
    }


@router.get("/board", response_model=Board)
def board(db: Db, day: Annotated[date | None, Query(alias="date")] = None) -> dict[str, Any]:
    """Return everybody's visits of a day, today by default."""
    return whole_board(db, day or today(clock.now(), repository.time_zone(db)))


def today(at: datetime, time_zone: str) -> date:
    """Return the local day of an instant."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def _known(plan: Plan | None, plan_id: UUID) -> Plan:
    if plan is None:
        raise UnknownPlan("There is no such plan.", plan_id=plan_id)
    return plan


def _plan_out(db: Db, plan: Plan) -> dict[str, Any]:
    columns = (
        "id", "state", "mode", "cause", "engine", "cost", "summary", "created_at", "solved_at", "committed_at", "error",
    )  # fmt: skip
    return {
        **{name: getattr(plan, name) for name in columns},
        "visits": [
            {
                "work_order_id": line.work_order_id,
                "technician_id": line.technician_id,
                "start": line.start_at,
                "end": line.end_at,
                "travel_seconds": line.travel_seconds,
                "pickup": line.pickup,
                "reasons": line.reasons,
                "visit_id": line.visit_id,
                "note": line.note,
            }
            for line in repository.plan_visits(db, plan.id)
        ],
        "unserved": [
            {
                "work_order_id": item.work_order_id,
                "number": number,
                "code": item.code,
                "text_en": item.text_en,
                "text_zh": item.text_zh,
            }
            for item, number in repository.plan_unserved(db, plan.id)
        ],
    }
