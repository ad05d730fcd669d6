"""What a person writes of a plan, and whether its parts fit each other."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import scope
from backend.assets import service as assets
from backend.customers import service as customers
from backend.maintenance import recurrence, repository
from backend.maintenance.due import Anchor, Combinator
from backend.maintenance.errors import UnfitPlan
from backend.maintenance.models import Limit, MaintenancePlan


@dataclass(frozen=True, kw_only=True)
class LevelDraft:
    """What a person writes of a level."""

    every: int
    name: str
    checklist_code: str | None
    duration_minutes: int
    parts: tuple[tuple[UUID, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person writes of a plan; `models.MaintenancePlan` says what each member means."""

    name: str
    asset_id: UUID | None
    class_code: str | None
    site_id: UUID | None
    route_id: UUID | None
    rule: str | None
    starts_on: date
    due_time: time
    meter: str | None
    every: Decimal | None
    metric: str | None
    metric_limit: Limit | None
    metric_value: float | None
    metric_seconds: int
    combinator: Combinator
    anchor: Anchor
    season: tuple[int, ...]
    tolerance_days: int
    lead_days: int
    summary: str
    description: str
    skill: str
    skill_level: int
    priority: int
    signature_required: bool
    mute_device: bool
    levels: tuple[LevelDraft, ...]


APART = ("class_code", "season", "levels")
"""Members of a draft that its row keeps in another way."""


def draft_of(session: Session, row: MaintenancePlan) -> Draft:
    """Return a plan as it would be written anew."""
    levels = repository.levels(session, [row.id])[row.id]
    kit = repository.kit(session, [level.id for level in levels])
    kind = next((item for item in assets.list_asset_classes(session) if item.id == row.class_id), None)
    same = {name: getattr(row, name) for name in Draft.__dataclass_fields__ if name not in APART}
    return Draft(
        **same,
        class_code=kind.code if kind else None,
        season=tuple(row.season),
        levels=tuple(
            LevelDraft(
                every=level.every,
                name=level.name,
                checklist_code=level.checklist_code,
                duration_minutes=level.duration_minutes,
                parts=tuple((part.part_id, part.quantity) for part in kit[level.id]),
            )
            for level in levels
        ),
    )


def values_of(session: Session, draft: Draft) -> dict[str, Any]:
    """Return the members of a plan's row, without those of its life.

    Raises:
        ClassUnknown: no class has this code.
    """
    kind = scope.class_by_code(session, draft.class_code) if draft.class_code else None
    kept = {name: value for name, value in vars(draft).items() if name not in APART}
    return {**kept, "class_id": kind.id if kind else None, "season": sorted(set(draft.season))}


def check_terms(session: Session, draft: Draft) -> None:
    """Refuse a draft whose parts contradict each other, or that names what does not exist.

    Raises:
        UnfitPlan, UnfitRule, AssetUnknown, ClassUnknown, SiteUnknown, RouteUnknown: they do.
    """
    wide = draft.class_code is not None or draft.site_id is not None
    if (draft.asset_id is not None) + (draft.route_id is not None) + wide != 1:
        raise UnfitPlan("A plan is for one asset, for those of a class or site, or for a route.", field="asset_id")
    if draft.rule is None and draft.every is None and draft.metric is None:
        raise UnfitPlan("Say when it comes due: by calendar, meter or condition.", field="rule")
    if (draft.meter is None) != (draft.every is None):
        raise UnfitPlan("A meter has an interval.", field="every")
    if len({draft.metric is None, draft.metric_limit is None, draft.metric_value is None}) != 1:
        raise UnfitPlan("A condition has a metric, a side and a value.", field="metric")
    if draft.route_id is not None and (draft.every is not None or draft.metric is not None):
        raise UnfitPlan("A round comes due by calendar.", field="route_id")
    if draft.rule is not None:
        recurrence.check(draft.rule)
    _check_levels(draft)
    for given, known in ((draft.asset_id, assets.get_asset), (draft.site_id, customers.get_site)):
        if given is not None:
            known(session, given)
    if draft.route_id is not None:
        repository.route(session, draft.route_id)
    values_of(session, draft)


def _check_levels(draft: Draft) -> None:
    steps = [level.every for level in draft.levels]
    if 1 not in steps or len(set(steps)) != len(steps):
        raise UnfitPlan("Levels are told once each, the plain one at every occurrence.", field="levels")
    for level in draft.levels:
        ids = [part_id for part_id, _ in level.parts]
        if len(set(ids)) != len(ids):
            raise UnfitPlan("A level names each part once.", field="levels")
        if draft.route_id is not None and level.checklist_code is not None:
            raise UnfitPlan("The stops of a route say what is asked.", field="levels")
