"""What people read of plans, of what is due on assets, and of routes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Asset
from backend.customers import service as customers
from backend.maintenance import lifecycle, repository
from backend.maintenance.models import (
    InspectionRoute,
    InspectionStop,
    MaintenanceKitPart,
    MaintenanceLevel,
    MaintenanceOccurrence,
    MaintenancePlan,
    MaintenanceSubject,
    OccurrenceState,
)
from backend.maintenance.service import compliance, rounds
from backend.work.models import WorkOrder
from backend.work.service import views as work
from inventory import service as stock


@dataclass(frozen=True)
class PlanView:
    """A plan with its scope in words, its levels, and how it stands."""

    plan: MaintenancePlan
    class_code: str | None
    scope: str
    levels: Sequence[MaintenanceLevel]
    kit: dict[UUID, list[MaintenanceKitPart]]
    part_numbers: dict[UUID, str]
    subject_count: int
    open_count: int
    next_due_at: datetime | None
    actions: Sequence[lifecycle.PlanAction]


def plan_views(session: Session, plans: Sequence[MaintenancePlan]) -> list[PlanView]:
    """Return plans as people read them."""
    ids = [plan.id for plan in plans]
    levels = repository.levels(session, ids)
    kit = repository.kit(session, [level.id for rows in levels.values() for level in rows])
    parts = stock.parts_by_id(session, {part.part_id for rows in kit.values() for part in rows})
    codes = {kind.id: kind.code for kind in assets.list_asset_classes(session)}
    scopes, figures, opened = _scopes(session, plans, codes), _figures(session, ids), _open_counts(session, ids)
    found = []
    for plan in plans:
        subject_count, next_due_at = figures.get(plan.id, (0, None))
        found.append(
            PlanView(
                plan=plan,
                class_code=codes.get(plan.class_id) if plan.class_id else None,
                scope=scopes[plan.id],
                levels=levels[plan.id],
                kit=kit,
                part_numbers={key: part.number for key, part in parts.items()},
                subject_count=subject_count,
                open_count=opened.get(plan.id, 0),
                next_due_at=next_due_at,
                actions=lifecycle.legal(plan.state),
            )
        )
    return found


def _scopes(session: Session, plans: Sequence[MaintenancePlan], codes: dict[UUID, str]) -> dict[UUID, str]:
    known = assets.assets_by_id(session, {plan.asset_id for plan in plans if plan.asset_id})
    sites = customers.sites_by_id(session, {plan.site_id for plan in plans if plan.site_id})
    found = {}
    for plan in plans:
        words = [
            known[plan.asset_id].name if plan.asset_id else None,
            repository.route(session, plan.route_id).name if plan.route_id else None,
            codes.get(plan.class_id) if plan.class_id else None,
            sites[plan.site_id].name if plan.site_id else None,
        ]
        found[plan.id] = " · ".join(word for word in words if word)
    return found


def _figures(session: Session, plan_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime | None]]:
    rows = session.execute(
        select(MaintenanceSubject.plan_id, func.count(), func.min(MaintenanceSubject.due_at))
        .where(MaintenanceSubject.plan_id.in_(plan_ids), MaintenanceSubject.left_at.is_(None))
        .group_by(MaintenanceSubject.plan_id)
    )
    return {plan_id: (count, due_at) for plan_id, count, due_at in rows}


def _open_counts(session: Session, plan_ids: Sequence[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        select(MaintenanceOccurrence.plan_id, func.count())
        .where(MaintenanceOccurrence.plan_id.in_(plan_ids), MaintenanceOccurrence.state == OccurrenceState.OPEN)
        .group_by(MaintenanceOccurrence.plan_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class SubjectView:
    """How an asset stands with a plan: what is due and why, or which order is open."""

    row: MaintenanceSubject
    plan: MaintenancePlan
    asset: Asset | None
    occurrence: MaintenanceOccurrence | None
    order: WorkOrder | None


def list_subjects(
    session: Session, *, plan_id: UUID | None, asset_id: UUID | None, after: UUID | None, limit: int
) -> list[SubjectView]:
    """Return how assets stand with plans, by id, behind one."""
    rows = repository.subjects(session, plan_id=plan_id, asset_id=asset_id, after=after, limit=limit)
    plans = repository.plans_by_id(session, {row.plan_id for row in rows})
    known = assets.assets_by_id(session, {row.asset_id for row in rows if row.asset_id})
    opened = repository.open_occurrences(session, [row.id for row in rows])
    orders = work.orders_by_id(session, {found.work_order_id for found in opened.values() if found.work_order_id})
    return [
        SubjectView(
            row,
            plans[row.plan_id],
            known.get(row.asset_id) if row.asset_id else None,
            occurrence := opened.get(row.id),
            orders.get(occurrence.work_order_id) if occurrence and occurrence.work_order_id else None,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class OccurrenceView:
    """One time that maintenance came due, with its order."""

    row: MaintenanceOccurrence
    plan_name: str
    outcome: compliance.Outcome
    asset: Asset | None
    order: WorkOrder | None


def list_occurrences(
    session: Session,
    wanted: compliance.Filter,
    *,
    at: datetime,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[OccurrenceView]:
    """Return occurrences with their orders, the last due first, behind a key."""
    rows = compliance.list_occurrences(session, wanted, at=at, before=before, limit=limit)
    known = assets.assets_by_id(session, {row.asset_id for row, _, _ in rows if row.asset_id})
    orders = work.orders_by_id(session, {row.work_order_id for row, _, _ in rows if row.work_order_id})
    return [
        OccurrenceView(
            row,
            name,
            outcome,
            known.get(row.asset_id) if row.asset_id else None,
            orders.get(row.work_order_id) if row.work_order_id else None,
        )
        for row, name, outcome in rows
    ]


def group_names(session: Session, figures: Sequence[compliance.Figures], by: compliance.Grouping) -> dict[str, str]:
    """Return what the groups of a report are called, by key."""
    keys = [row.key for row in figures if row.key]
    if by is compliance.Grouping.MONTH:
        return {key: key for key in keys}
    ids = {UUID(key) for key in keys} if by is not compliance.Grouping.ALL else set()
    if by is compliance.Grouping.PLAN:
        return {str(key): row.name for key, row in repository.plans_by_id(session, ids).items()}
    if by is compliance.Grouping.SITE:
        return {str(key): row.name for key, row in customers.sites_by_id(session, ids).items()}
    return {str(kind.id): kind.code for kind in assets.list_asset_classes(session) if kind.id in ids}


@dataclass(frozen=True)
class RouteView:
    """A route with its stops."""

    route: InspectionRoute
    site_name: str
    stops: Sequence[tuple[InspectionStop, str]]
    """With the name of what stands there."""


def route_views(session: Session, routes: Sequence[InspectionRoute]) -> list[RouteView]:
    """Return routes as people read them."""
    stops = repository.stops(session, [route.id for route in routes])
    names = rounds.names_of(session, [stop for rows in stops.values() for stop in rows])
    sites = customers.sites_by_id(session, {route.site_id for route in routes})
    return [
        RouteView(route, sites[route.site_id].name, [(stop, names[stop.id]) for stop in stops[route.id]])
        for route in routes
    ]
