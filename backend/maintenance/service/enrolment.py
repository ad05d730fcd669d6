"""Which assets a plan looks after: those in its scope now, each with a row of its own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.assets import scope
from backend.assets import service as assets
from backend.maintenance import repository
from backend.maintenance.due import Anchor, first_total
from backend.maintenance.models import MaintenancePlan, MaintenanceSubject
from backend.maintenance.service.reckoning import reckon, terms_of, total_at
from kernel.db import tenant_of
from kernel.ids import new_id

ENROL_EVERY = timedelta(minutes=10)
"""How often it is looked up which assets belong to a plan."""
AT_A_TIME = 1_000
LOOKED_AT_ONCE = 50


def sweep(session: Session, *, at: datetime, limit: int) -> int:
    """Look up the assets of plans whose turn it is; return of how many plans."""
    plans = repository.plans_to_enrol(session, at=at, limit=limit)
    for plan in plans:
        enrol(session, plan, at=at)
    return len(plans)


def enrol(session: Session, plan: MaintenancePlan, *, at: datetime, fresh: bool = False) -> None:
    """Take up the assets that a plan is for and let go of those that it is not for any more; the plan is locked.

    `fresh`: the plan begins with them. One that comes back counts on from where it was.
    """
    wanted: set[UUID | None] = set(_in_scope(session, plan))
    known = {row.asset_id: row for row in repository.subjects_of_plan(session, plan.id)}
    for asset_id, row in known.items():
        if (asset_id in wanted) is (row.left_at is not None):
            row.left_at = None if asset_id in wanted else at
            row.look_at = at
    missing: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "tenant_id": tenant_of(session),
            "plan_id": plan.id,
            "asset_id": asset_id,
            "entered_at": at,
            "fresh": fresh,
            "look_at": at,
            "why": [],
        }
        for asset_id in wanted - set(known)
    ]
    for start in range(0, len(missing), AT_A_TIME):
        session.execute(insert(MaintenanceSubject).values(missing[start : start + AT_A_TIME]).on_conflict_do_nothing())
    plan.enrol_at = at + ENROL_EVERY
    session.flush()


def _in_scope(session: Session, plan: MaintenancePlan) -> list[UUID | None]:
    if plan.route_id is not None:
        return [None]
    found: list[UUID | None] = []
    after: UUID | None = None
    while rows := scope.assets_in(
        session,
        asset_id=plan.asset_id,
        class_id=plan.class_id,
        site_id=plan.site_id,
        after=after,
        limit=AT_A_TIME,
    ):
        found += [row.id for row in rows]
        after = rows[-1].id
    return found


def reckon_all(session: Session, plan: MaintenancePlan, *, at: datetime, resumed: bool = False) -> None:
    """Reckon anew what is due for the assets of a plan: the first ones at once, the others with the next sweeps.

    `resumed`: what came due by a fixed plan while it was paused is behind it; a floating one counts on from completion.
    """
    for place, row in enumerate(repository.subjects_of_plan(session, plan.id)):
        if resumed and plan.anchor is Anchor.FIXED and row.passed_at is not None:
            row.passed_at = max(row.passed_at, at)
            row.passed_total = first_total(terms_of(session, plan), total_at(session, plan, row.asset_id, at))
        row.look_at = at
        if place < LOOKED_AT_ONCE and row.left_at is None:
            look(session, plan, row, at=at)
    session.flush()


def look(session: Session, plan: MaintenancePlan, row: MaintenanceSubject, *, at: datetime) -> None:
    """Reckon what is due for a subject, unless its order is open; it is locked."""
    asset = assets.assets_by_id(session, [row.asset_id]).get(row.asset_id) if row.asset_id else None
    levels = repository.levels(session, [plan.id])[plan.id]
    opened = row.id in repository.open_occurrences(session, [row.id])
    reckon(session, plan, row, asset, levels=levels, opened=opened, at=at)


def look_at_due(session: Session, *, at: datetime, limit: int) -> int:
    """Reckon the subjects whose turn it is; return how many."""
    rows = repository.subjects_to_look_at(session, at=at, limit=limit)
    plans = repository.plans_by_id(session, {row.plan_id for row in rows})
    for row in rows:
        look(session, plans[row.plan_id], row, at=at)
    return len(rows)
