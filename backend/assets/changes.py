"""Assets that change: edited by version, many at once with a result for each, the gateway told where devices belong."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import repository, service, tree
from backend.assets.errors import AssetUnknown, ClassUnknown, StaleVersion, WrongPlace
from backend.assets.models import Asset
from kernel import audit
from kernel.errors import Problem

SHOWN = frozenset({"name", "location_id", "parent_id", "criticality"})
"""What the gateway is told of an asset for its device, and of what stands above other assets."""


class Result(NamedTuple):
    """What became of one asset of many."""

    asset_id: UUID
    problem: Problem | None


def update_asset(
    session: Session, asset_id: UUID, *, version: int | None, changes: Mapping[str, Any], by: UUID | None = None
) -> Asset:
    """Change fields of an asset; `class_code` names its class; without a version whatever stands there is changed.

    Raises:
        AssetUnknown, ClassUnknown, NodeUnknown: there is no such asset, class, location or parent.
        WrongPlace: location or parent stand on another site, or the parent stands below the asset.
        StaleVersion: it changed since it was read.
    """
    asset = repository.asset(session, asset_id, lock=True)
    if asset is None:
        raise AssetUnknown("No asset has this id.", asset_id=asset_id)
    if version is not None and asset.version != version:
        raise StaleVersion("Read the asset again before changing it.", version=asset.version)
    said = dict(changes)
    if "class_code" in said:
        said["class_id"] = _class_id(session, said.pop("class_code"))
    _check_place(session, asset, said)
    changed = {field: value for field, value in said.items() if getattr(asset, field) != value}
    if not changed:
        return asset
    for field, value in changed.items():
        setattr(asset, field, value)
    asset.version += 1
    session.flush()
    detail = {"fields": sorted(changed)}
    audit.record(session, action="asset.change", subject="asset", subject_id=asset_id, actor_id=by, detail=detail)
    if SHOWN & changed.keys():
        for below in [asset, *repository.below(session, asset_id)]:
            if below.device_id is not None:
                service.link_device(session, below.id, device_id=below.device_id)
    return asset


def _class_id(session: Session, code: str) -> UUID:
    kind = repository.class_by_code(session, code)
    if kind is None:
        raise ClassUnknown(f"No asset class has the code {code}.", code=code)
    return kind.id


def _check_place(session: Session, asset: Asset, said: Mapping[str, Any]) -> None:
    location_id, parent_id = said.get("location_id"), said.get("parent_id")
    if location_id is not None and tree.get_location_node(session, location_id).site_id != asset.site_id:
        raise WrongPlace("The functional location belongs to another site.", location_id=location_id)
    if parent_id is None:
        return
    if service.get_asset(session, parent_id).site_id != asset.site_id:
        raise WrongPlace("The parent stands on another site.", parent_id=parent_id)
    if asset.id in {parent_id, *repository.ancestors(session, parent_id)}:
        raise WrongPlace("The parent stands below the asset.", parent_id=parent_id)


def update_many(
    session: Session, asset_ids: Sequence[UUID], *, changes: Mapping[str, Any], by: UUID | None = None
) -> list[Result]:
    """Change the same fields of many assets; what is refused for one leaves the others changed."""
    refused: dict[UUID, Problem | None] = {}
    # In the order of their ids: two bulk edits at once would wait for each other otherwise.
    for asset_id in sorted(set(asset_ids)):
        try:
            with session.begin_nested():
                update_asset(session, asset_id, version=None, changes=changes, by=by)
            refused[asset_id] = None
        except Problem as problem:
            refused[asset_id] = problem
    return [Result(asset_id, refused[asset_id]) for asset_id in dict.fromkeys(asset_ids)]
