"""What would come due by a plan, before it opens anything, and why it would never."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import scope
from backend.assets.errors import AssetUnknown
from backend.assets.models import Asset
from backend.maintenance import repository
from backend.maintenance.due import Due, Foreseen, Mark, begin, foresee, next_due
from backend.maintenance.models import MaintenancePlan
from backend.maintenance.service.drafts import Draft, draft_of, values_of
from backend.maintenance.service.reckoning import mark_of, reading_of, terms_of

MOST_ASSETS = 1_000
"""Assets of a scope that are looked at for one on which something would come due."""
NO_ASSET = "no_asset"


@dataclass(frozen=True)
class Preview:
    """The next occurrences on one asset, each done on its day and used as before."""

    asset: Asset | None
    coming: list[Foreseen]
    rest: Due
    """What comes after them; without any, what it waits for."""
    never: list[str]
    """Why nothing would ever come due; empty: something would."""


def preview(session: Session, draft: Draft, *, asset_id: UUID | None, at: datetime, count: int) -> Preview:
    """Return what would come due by a draft, on one asset of its scope or on the first on which something would.

    Raises:
        UnfitRule: its rule cannot be read.
        ClassUnknown, AssetUnknown: there is no such class, or the asset is not in the scope.
    """
    never = idle_reasons(session, draft, at=at)
    assets = list(_assets(session, draft))
    if asset_id is not None:
        chosen = next((asset for asset in assets if asset is not None and asset.id == asset_id), None)
        if chosen is None:
            raise AssetUnknown("The asset is not in the scope.", asset_id=asset_id)
    else:
        chosen = next(
            (asset for asset in assets if not _due(session, draft, asset, at=at).hopeless(draft.combinator)),
            next(iter(assets), None),
        )
    return _foresee(session, draft, chosen, mark=None, never=never, at=at, count=count)


def preview_of_plan(
    session: Session, plan: MaintenancePlan, *, asset_id: UUID | None, at: datetime, count: int
) -> Preview:
    """Return what will come due by a plan, counted on from where an asset has got with it.

    Raises:
        AssetUnknown: the asset is not in its scope.
    """
    draft = draft_of(session, plan)
    rows = repository.subjects(session, plan_id=plan.id, asset_id=asset_id, after=None, limit=1)
    if not rows or rows[0].passed_at is None:
        return preview(session, draft, asset_id=asset_id, at=at, count=count)
    chosen = scope.assets_in(session, asset_id=rows[0].asset_id, limit=1) if rows[0].asset_id else [None]
    asset = chosen[0] if chosen else None
    return _foresee(session, draft, asset, mark=mark_of(rows[0]), never=[], at=at, count=count)


def idle_reasons(session: Session, draft: Draft, *, at: datetime) -> list[str]:
    """Return why nothing would ever come due on any asset of a draft's scope; empty: something would."""
    reasons: dict[str, None] = {}
    seen = False
    for asset in _assets(session, draft):
        seen = True
        due = _due(session, draft, asset, at=at)
        if not due.hopeless(draft.combinator):
            return []
        reasons |= dict.fromkeys(part.why.value for part in due.parts if part.at is None)
    return list(reasons) if seen else [NO_ASSET]


def _due(session: Session, draft: Draft, asset: Asset | None, *, at: datetime) -> Due:
    terms = terms_of(session, draft)
    reading = reading_of(session, draft, asset, since=at, at=at)
    return next_due(terms, begin(terms, at=at, total=reading.total, fresh=True), reading, now=at)


def _assets(session: Session, draft: Draft) -> Iterator[Asset | None]:
    if draft.route_id is not None:
        yield None
        return
    class_id = values_of(session, draft)["class_id"]
    yield from scope.assets_in(
        session, asset_id=draft.asset_id, class_id=class_id, site_id=draft.site_id, limit=MOST_ASSETS
    )


def _foresee(
    session: Session,
    draft: Draft,
    asset: Asset | None,
    *,
    mark: Mark | None,
    never: list[str],
    at: datetime,
    count: int,
) -> Preview:
    terms = terms_of(session, draft)
    reading = reading_of(session, draft, asset, since=at, at=at)
    counted = mark or begin(terms, at=at, total=reading.total, fresh=True)
    levels = [level.every for level in draft.levels]
    coming, rest = foresee(terms, counted, reading, levels=levels, now=at, count=count)
    return Preview(asset, coming, rest, never)
