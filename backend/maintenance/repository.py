"""Queries over plans, what comes due by them, and inspection routes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.maintenance.errors import PlanUnknown, RouteUnknown
from backend.maintenance.lifecycle import PlanState
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


def plan(session: Session, plan_id: UUID, *, lock: bool = False) -> MaintenancePlan:
    """Return a plan, as it stands now if it is locked.

    Raises:
        PlanUnknown: there is none with this id.
    """
    query = select(MaintenancePlan).where(MaintenancePlan.id == plan_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise PlanUnknown("No maintenance plan has this id.", maintenance_plan_id=plan_id)
    return found


def plan_by_name(session: Session, name: str) -> MaintenancePlan | None:
    """Return the plan of a name."""
    return session.scalar(select(MaintenancePlan).where(MaintenancePlan.name == name))


def plans(
    session: Session,
    *,
    states: Collection[PlanState],
    text: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[MaintenancePlan]:
    """Return plans by name, behind a key, whose name or summary contains `text`."""
    name, key = MaintenancePlan.name, MaintenancePlan.id
    query = select(MaintenancePlan).order_by(name, key).limit(limit)
    if states:
        query = query.where(MaintenancePlan.state.in_(states))
    if text:
        query = query.where(
            name.icontains(text, autoescape=True) | MaintenancePlan.summary.icontains(text, autoescape=True)
        )
    if after is not None:
        query = query.where((name > after[0]) | ((name == after[0]) & (key > after[1])))
    return session.scalars(query).all()


def plans_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, MaintenancePlan]:
    """Return plans by id."""
    return {row.id: row for row in session.scalars(select(MaintenancePlan).where(MaintenancePlan.id.in_(ids)))}


def plans_to_enrol(session: Session, *, at: datetime, limit: int) -> Sequence[MaintenancePlan]:
    """Return active plans whose assets are to be looked up, locked; those that another sweeper holds are left out."""
    return session.scalars(
        select(MaintenancePlan)
        .where(MaintenancePlan.state == PlanState.ACTIVE, MaintenancePlan.enrol_at <= at)
        .order_by(MaintenancePlan.enrol_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def levels(session: Session, plan_ids: Collection[UUID]) -> dict[UUID, list[MaintenanceLevel]]:
    """Return the levels of plans, the plain one first."""
    found: dict[UUID, list[MaintenanceLevel]] = {plan_id: [] for plan_id in plan_ids}
    query = select(MaintenanceLevel).where(MaintenanceLevel.plan_id.in_(plan_ids)).order_by(MaintenanceLevel.every)
    for row in session.scalars(query):
        found[row.plan_id].append(row)
    return found


def kit(session: Session, level_ids: Collection[UUID]) -> dict[UUID, list[MaintenanceKitPart]]:
    """Return the parts that levels take."""
    found: dict[UUID, list[MaintenanceKitPart]] = {level_id: [] for level_id in level_ids}
    query = select(MaintenanceKitPart).where(MaintenanceKitPart.level_id.in_(level_ids))
    for row in session.scalars(query.order_by(MaintenanceKitPart.id)):
        found[row.level_id].append(row)
    return found


def subject(session: Session, subject_id: UUID) -> MaintenanceSubject:
    """Return a subject as it stands now, locked."""
    query = select(MaintenanceSubject).where(MaintenanceSubject.id == subject_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def subjects_of_plan(session: Session, plan_id: UUID) -> Sequence[MaintenanceSubject]:
    """Return all subjects of a plan, locked in one order."""
    query = select(MaintenanceSubject).where(MaintenanceSubject.plan_id == plan_id).order_by(MaintenanceSubject.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def subjects(
    session: Session, *, plan_id: UUID | None, asset_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[MaintenanceSubject]:
    """Return subjects by id, behind one; those that left their plan are left out."""
    query = select(MaintenanceSubject).where(MaintenanceSubject.left_at.is_(None))
    if plan_id is not None:
        query = query.where(MaintenanceSubject.plan_id == plan_id)
    if asset_id is not None:
        query = query.where(MaintenanceSubject.asset_id == asset_id)
    if after is not None:
        query = query.where(MaintenanceSubject.id > after)
    return session.scalars(query.order_by(MaintenanceSubject.id).limit(limit)).all()


def subjects_metered(session: Session, asset_id: UUID, meter: str) -> Sequence[MaintenanceSubject]:
    """Return the subjects of active plans that count by a meter of an asset, locked in one order."""
    return session.scalars(
        select(MaintenanceSubject)
        .join(MaintenancePlan, MaintenancePlan.id == MaintenanceSubject.plan_id)
        .where(MaintenanceSubject.asset_id == asset_id, MaintenanceSubject.left_at.is_(None))
        .where(MaintenancePlan.meter == meter, MaintenancePlan.state == PlanState.ACTIVE)
        .order_by(MaintenanceSubject.id)
        .with_for_update(of=MaintenanceSubject)
    ).all()


def subjects_to_look_at(session: Session, *, at: datetime, limit: int) -> Sequence[MaintenanceSubject]:
    """Return subjects of active plans to be reckoned anew, locked; those that another sweeper holds are left out."""
    return _swept(session, MaintenanceSubject.look_at, at=at, limit=limit)


def subjects_to_open(session: Session, *, at: datetime, limit: int) -> Sequence[MaintenanceSubject]:
    """Return subjects of active plans whose order is to be opened, locked; those of another sweeper are left out."""
    return _swept(session, MaintenanceSubject.opens_at, at=at, limit=limit)


def _swept(
    session: Session, column: InstrumentedAttribute[datetime | None], *, at: datetime, limit: int
) -> Sequence[MaintenanceSubject]:
    return session.scalars(
        select(MaintenanceSubject)
        .join(MaintenancePlan, MaintenancePlan.id == MaintenanceSubject.plan_id)
        .where(column <= at, MaintenanceSubject.left_at.is_(None), MaintenancePlan.state == PlanState.ACTIVE)
        .order_by(column)
        .limit(limit)
        .with_for_update(of=MaintenanceSubject, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def open_occurrences(session: Session, subject_ids: Collection[UUID]) -> dict[UUID, MaintenanceOccurrence]:
    """Return the open occurrences of subjects, by subject."""
    query = select(MaintenanceOccurrence).where(
        MaintenanceOccurrence.subject_id.in_(subject_ids), MaintenanceOccurrence.state == OccurrenceState.OPEN
    )
    return {row.subject_id: row for row in session.scalars(query)}


def occurrence_of_order(session: Session, work_order_id: UUID) -> MaintenanceOccurrence | None:
    """Return the occurrence that an order is for."""
    return session.scalar(select(MaintenanceOccurrence).where(MaintenanceOccurrence.work_order_id == work_order_id))


def route(session: Session, route_id: UUID, *, lock: bool = False) -> InspectionRoute:
    """Return an inspection route.

    Raises:
        RouteUnknown: there is none with this id.
    """
    query = select(InspectionRoute).where(InspectionRoute.id == route_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise RouteUnknown("No inspection route has this id.", route_id=route_id)
    return found


def route_by_name(session: Session, name: str) -> InspectionRoute | None:
    """Return the route of a name."""
    return session.scalar(select(InspectionRoute).where(InspectionRoute.name == name))


def routes(session: Session, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[InspectionRoute]:
    """Return inspection routes by name, behind a key."""
    name, key = InspectionRoute.name, InspectionRoute.id
    query = select(InspectionRoute).order_by(name, key).limit(limit)
    if after is not None:
        query = query.where((name > after[0]) | ((name == after[0]) & (key > after[1])))
    return session.scalars(query).all()


def stops(session: Session, route_ids: Collection[UUID]) -> dict[UUID, list[InspectionStop]]:
    """Return the stops of routes, in order."""
    found: dict[UUID, list[InspectionStop]] = {route_id: [] for route_id in route_ids}
    query = select(InspectionStop).where(InspectionStop.route_id.in_(route_ids)).order_by(InspectionStop.seq)
    for row in session.scalars(query):
        found[row.route_id].append(row)
    return found


def plans_of_route(session: Session, route_id: UUID) -> Sequence[UUID]:
    """Return the plans that walk a route."""
    return session.scalars(select(MaintenancePlan.id).where(MaintenancePlan.route_id == route_id).limit(1)).all()
