"""HTTP of maintenance: plans, previews, what is due, compliance, inspection routes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from backend.assets import scope
from backend.assets.errors import AssetUnknown, ClassUnknown
from backend.customers.errors import SiteUnknown
from backend.maintenance.due import Part
from backend.maintenance.errors import (
    IllegalPlanStep,
    PlanNameTaken,
    PlanNeverFires,
    PlanUnknown,
    RouteUnknown,
    StalePlan,
    UnfitPlan,
    UnfitRule,
)
from backend.maintenance.lifecycle import PlanState
from backend.maintenance.models import MaintenancePlan
from backend.maintenance.schemas import (
    ComplianceOut,
    Count,
    FiguresOut,
    ForeseenOut,
    KitOut,
    LevelOut,
    OccurrenceOut,
    PartOut,
    PlanChange,
    PlanIn,
    PlanOut,
    PlanStep,
    PreviewIn,
    PreviewOut,
    SubjectOut,
)
from backend.maintenance.service import compliance, plans, preview, reckoning, views
from backend.maintenance.service.compliance import Filter, Grouping, Outcome
from inventory.errors import UnknownPart
from kernel import clock, http
from kernel.auth import OFFICE, Role
from kernel.fields import Code, Day, Search
from kernel.http import Db, Me, problems
from kernel.paging import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    cut,
    decode_id_cursor,
    decode_name_cursor,
    decode_time_cursor,
    encode_cursor,
)

router = http.router("maintenance")

WRITERS = frozenset({Role.ASSET_MANAGER, Role.SUPERVISOR, Role.ADMIN})
ACCESS = {
    "list_plans": OFFICE,
    "create_plan": WRITERS,
    "get_plan": OFFICE,
    "replace_plan": WRITERS,
    "act_on_plan": WRITERS,
    "preview_draft": OFFICE,
    "preview_plan": OFFICE,
    "list_subjects": OFFICE,
    "list_occurrences": OFFICE,
    "get_compliance": OFFICE,
}
REFERENCES = (AssetUnknown, ClassUnknown, SiteUnknown, RouteUnknown, UnknownPart)


def _plan(db: Session, row: MaintenancePlan) -> PlanOut:
    return _plan_out(views.plan_views(db, [row])[0])


def _plan_out(view: views.PlanView) -> PlanOut:
    own = {name: getattr(view.plan, name) for name in PlanOut.model_fields if hasattr(view.plan, name)}
    told = {name: getattr(view, name) for name in PlanOut.model_fields if hasattr(view, name)}
    levels = [
        LevelOut(
            every=level.every,
            name=level.name,
            checklist_code=level.checklist_code,
            duration_minutes=level.duration_minutes,
            parts=[
                KitOut(part_id=part.part_id, part_number=view.part_numbers[part.part_id], quantity=part.quantity)
                for part in view.kit[level.id]
            ],
        )
        for level in view.levels
    ]
    return PlanOut.model_validate(own | told | {"levels": levels})


@router.get("/maintenance/plans")
def list_plans(
    db: Db,
    *,
    state: Annotated[list[PlanState] | None, Query()] = None,
    q: Search = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PlanOut]:
    """Return plans by name."""
    after = decode_name_cursor(cursor) if cursor else None
    rows, more = cut(plans.list_plans(db, states=state or (), text=q, after=after, limit=limit + 1), limit)
    items = [_plan_out(view) for view in views.plan_views(db, rows)]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name, rows[-1].id) if more else None)


@router.post(
    "/maintenance/plans", status_code=201, responses=problems(PlanNameTaken, UnfitPlan, UnfitRule, *REFERENCES)
)
def create_plan(body: PlanIn, db: Db, me: Me) -> PlanOut:
    """Write a plan; it opens nothing until it is activated."""
    return _plan(db, plans.create_plan(db, body.draft(), by=me.user_id))


@router.get("/maintenance/plans/{maintenance_plan_id}", responses=problems(PlanUnknown))
def get_plan(maintenance_plan_id: UUID, db: Db) -> PlanOut:
    """Return a plan."""
    return _plan(db, plans.get_plan(db, maintenance_plan_id))


@router.put(
    "/maintenance/plans/{maintenance_plan_id}",
    responses=problems(PlanUnknown, StalePlan, PlanNameTaken, UnfitPlan, UnfitRule, PlanNeverFires, *REFERENCES),
)
def replace_plan(maintenance_plan_id: UUID, body: PlanChange, db: Db, me: Me) -> PlanOut:
    """Give a plan other terms; open orders keep those they were opened with."""
    row = plans.replace_plan(
        db, maintenance_plan_id, body.draft(), expected_version=body.version, at=clock.now(), by=me.user_id
    )
    return _plan(db, row)


@router.post(
    "/maintenance/plans/{maintenance_plan_id}/actions",
    responses=problems(PlanUnknown, StalePlan, IllegalPlanStep, PlanNeverFires, UnfitPlan),
)
def act_on_plan(maintenance_plan_id: UUID, body: PlanStep, db: Db, me: Me) -> PlanOut:
    """Activate, pause or retire a plan; one by which nothing would ever come due is not activated."""
    row = plans.act_on_plan(
        db, maintenance_plan_id, body.action, expected_version=body.version, at=clock.now(), by=me.user_id
    )
    return _plan(db, row)


@router.post("/maintenance/preview", responses=problems(UnfitPlan, UnfitRule, *REFERENCES))
def preview_draft(body: PreviewIn, db: Db) -> PreviewOut:
    """Return what would come due by a draft; nothing is written."""
    draft = body.draft()
    plans.check_draft(db, draft)
    found = preview.preview(db, draft, asset_id=body.preview_asset_id, at=clock.now(), count=body.count)
    return _preview(db, found, lead_days=body.lead_days)


@router.get("/maintenance/plans/{maintenance_plan_id}/preview", responses=problems(PlanUnknown, AssetUnknown))
def preview_plan(
    maintenance_plan_id: UUID, db: Db, *, asset_id: UUID | None = None, count: Annotated[Count, Query()] = 12
) -> PreviewOut:
    """Return what will come due by a plan, counted on from where an asset has got with it."""
    row = plans.get_plan(db, maintenance_plan_id)
    found = preview.preview_of_plan(db, row, asset_id=asset_id, at=clock.now(), count=count)
    return _preview(db, found, lead_days=row.lead_days)


def _preview(db: Session, found: preview.Preview, *, lead_days: int) -> PreviewOut:
    zone = reckoning.zone_of(db)
    items = [
        ForeseenOut(
            number=item.number,
            due_at=item.at,
            opens_at=reckoning.opens_at(item.at, lead_days=lead_days, zone=zone),
            level=item.level,
            parts=_parts(item.parts),
        )
        for item in found.coming
    ]
    return PreviewOut(
        asset_id=found.asset.id if found.asset else None,
        asset_name=found.asset.name if found.asset else None,
        items=items,
        rest=_parts(found.rest.parts),
        never=found.never,
    )


def _parts(parts: tuple[Part, ...]) -> list[PartOut]:
    return [PartOut.model_validate(reckoning.to_json(part)) for part in parts]


@router.get("/maintenance/subjects")
def list_subjects(
    db: Db,
    *,
    maintenance_plan_id: UUID | None = None,
    asset_id: UUID | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SubjectOut]:
    """Return how assets stand with plans: what is due and why, or which order is open."""
    after = decode_id_cursor(cursor) if cursor else None
    found = views.list_subjects(db, plan_id=maintenance_plan_id, asset_id=asset_id, after=after, limit=limit + 1)
    rows, more = cut(found, limit)
    at = clock.now()
    return Page(
        items=[_subject(view, at) for view in rows],
        next_cursor=encode_cursor(rows[-1].row.id) if more else None,
    )


def _subject(view: views.SubjectView, at: datetime) -> SubjectOut:
    row, occurrence = view.row, view.occurrence
    return SubjectOut(
        id=row.id,
        maintenance_plan_id=row.plan_id,
        plan_name=view.plan.name,
        plan_state=view.plan.state,
        asset_id=row.asset_id,
        asset_no=view.asset.asset_no if view.asset else None,
        asset_name=view.asset.name if view.asset else None,
        number=row.number,
        missed=row.missed,
        last_ended_at=row.last_ended_at,
        due_at=occurrence.due_at if occurrence else row.due_at,
        opens_at=row.opens_at,
        level=occurrence.level if occurrence else row.level,
        parts=[PartOut.model_validate(part) for part in (occurrence.why if occurrence else row.why)],
        work_order_id=occurrence.work_order_id if occurrence else None,
        work_order_number=view.order.number if view.order else None,
        overdue=occurrence is not None and occurrence.window_to <= at,
    )


@router.get("/maintenance/occurrences", responses=problems(ClassUnknown))
def list_occurrences(
    db: Db,
    *,
    maintenance_plan_id: UUID | None = None,
    asset_id: UUID | None = None,
    site_id: UUID | None = None,
    class_code: Code | None = None,
    start: Day | None = None,
    end: Day | None = None,
    outcome: Annotated[list[Outcome] | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[OccurrenceOut]:
    """Return what came due with its orders, the last due first: the list behind each figure of compliance."""
    wanted = Filter(
        start=start,
        end=end,
        plan_id=maintenance_plan_id,
        site_id=site_id,
        class_id=_class_id(db, class_code),
        asset_id=asset_id,
        outcomes=tuple(outcome or ()),
    )
    before = decode_time_cursor(cursor) if cursor else None
    rows, more = cut(views.list_occurrences(db, wanted, at=clock.now(), before=before, limit=limit + 1), limit)
    return Page(
        items=[_occurrence(view) for view in rows],
        next_cursor=encode_cursor(rows[-1].row.due_at.isoformat(), rows[-1].row.id) if more else None,
    )


def _occurrence(view: views.OccurrenceView) -> OccurrenceOut:
    own = {name: getattr(view.row, name) for name in OccurrenceOut.model_fields if hasattr(view.row, name)}
    return OccurrenceOut.model_validate(
        {
            **own,
            "maintenance_plan_id": view.row.plan_id,
            "plan_name": view.plan_name,
            "outcome": view.outcome,
            "asset_name": view.asset.name if view.asset else None,
            "work_order_number": view.order.number if view.order else None,
        }
    )


@router.get("/maintenance/compliance", responses=problems(ClassUnknown))
def get_compliance(
    db: Db,
    *,
    start: Day,
    end: Day,
    by: Grouping = Grouping.PLAN,
    maintenance_plan_id: UUID | None = None,
    site_id: UUID | None = None,
    class_code: Code | None = None,
) -> ComplianceOut:
    """Return how much of what was due in a period was done in time, by plan, site, class of assets or month."""
    class_id = _class_id(db, class_code)
    wanted = Filter(start=start, end=end, plan_id=maintenance_plan_id, site_id=site_id, class_id=class_id)
    found = compliance.report(db, wanted, by=by, at=clock.now())
    names = views.group_names(db, found, by)
    items = [
        FiguresOut(
            key=names.get(row.key or "") if by is Grouping.ASSET_CLASS else row.key,
            name=names.get(row.key or ""),
            due=row.due,
            share=row.share,
            counts=row.counts,
        )
        for row in found
    ]
    return ComplianceOut(by=by, items=items)


def _class_id(db: Session, class_code: str | None) -> UUID | None:
    return scope.class_by_code(db, class_code).id if class_code else None
