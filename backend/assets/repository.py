"""Queries over locations, assets, components and failures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.orm import Session

from backend.assets.models import (
    Asset,
    AssetClass,
    AssetComponent,
    AssetState,
    Criticality,
    FailureRecord,
    LocationNode,
)

TREE_DEPTH = 50


def class_by_code(session: Session, code: str) -> AssetClass | None:
    """Return the asset class with this code."""
    return session.scalar(select(AssetClass).where(AssetClass.code == code))


def classes(session: Session, ids: Collection[UUID] | None = None) -> Sequence[AssetClass]:
    """Return asset classes by code, all or those with these ids."""
    query = select(AssetClass).order_by(AssetClass.code)
    return session.scalars(query if ids is None else query.where(AssetClass.id.in_(ids))).all()


def node(session: Session, node_id: UUID) -> LocationNode | None:
    """Return a functional location."""
    return session.get(LocationNode, node_id)


def top_node(session: Session, site_id: UUID) -> LocationNode | None:
    """Return the top of the tree of a site."""
    return session.scalar(select(LocationNode).where(LocationNode.site_id == site_id, LocationNode.parent_id.is_(None)))


def nodes(session: Session, site_id: UUID, *, limit: int) -> Sequence[LocationNode]:
    """Return the functional locations of a site, parents first."""
    query = select(LocationNode).where(LocationNode.site_id == site_id)
    return session.scalars(query.order_by(func.length(LocationNode.path), LocationNode.name).limit(limit)).all()


def nodes_by_id(session: Session, ids: Collection[UUID]) -> Sequence[LocationNode]:
    """Return the functional locations with these ids."""
    return session.scalars(select(LocationNode).where(LocationNode.id.in_(ids))).all()


def nodes_of_name(session: Session, site_id: UUID, name: str) -> Sequence[LocationNode]:
    """Return the functional locations of a site that are called so."""
    return session.scalars(select(LocationNode).where(LocationNode.site_id == site_id, LocationNode.name == name)).all()


def node_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of functional locations by id."""
    rows = session.execute(select(LocationNode.id, LocationNode.name).where(LocationNode.id.in_(ids)))
    return {row.id: row.name for row in rows}


def asset(session: Session, asset_id: UUID, *, lock: bool = False) -> Asset | None:
    """Return an asset, locked if it is about to change."""
    return session.get(Asset, asset_id, with_for_update=lock or None)


def asset_by_number(session: Session, asset_no: str) -> Asset | None:
    """Return the asset with this number."""
    return session.scalar(select(Asset).where(Asset.asset_no == asset_no))


def assets_of_name(session: Session, site_id: UUID, name: str) -> Sequence[Asset]:
    """Return two assets at most of a site that are called so."""
    return session.scalars(select(Asset).where(Asset.site_id == site_id, Asset.name == name).limit(2)).all()


def every_asset(session: Session, *, limit: int) -> Sequence[Asset]:
    """Return assets, those above others first, then by number."""
    levels = select(Asset.id, literal(0).label("level")).where(Asset.parent_id.is_(None)).cte("levels", recursive=True)
    downwards = select(Asset.id, levels.c.level + 1).where(Asset.parent_id == levels.c.id, levels.c.level < TREE_DEPTH)
    levels = levels.union_all(downwards)
    query = select(Asset).join(levels, levels.c.id == Asset.id).order_by(levels.c.level, Asset.asset_no)
    return session.scalars(query.limit(limit)).all()


def asset_of_device(session: Session, device_id: UUID) -> Asset | None:
    """Return the asset that a device reports on."""
    return session.scalar(select(Asset).where(Asset.device_id == device_id))


def assets_by_id(session: Session, ids: Collection[UUID]) -> Sequence[Asset]:
    """Return the assets with these ids."""
    return session.scalars(select(Asset).where(Asset.id.in_(ids))).all()


@dataclass(frozen=True, kw_only=True)
class AssetFilter:
    """Which assets a list shows; None: whichever."""

    text: str | None = None
    """In number, name, model or serial."""
    site_id: UUID | None = None
    customer_id: UUID | None = None
    parent_id: UUID | None = None
    location_id: UUID | None = None
    """At this functional location or below it."""
    class_code: str | None = None
    criticality: Criticality | None = None
    state: AssetState | None = None
    qr_token: str | None = None


EVERY = AssetFilter()


def assets(session: Session, wanted: AssetFilter, *, after: str | None, limit: int) -> Sequence[Asset]:
    """Return assets by number, behind one."""
    query = select(Asset).order_by(Asset.asset_no).limit(limit)
    for field in ("site_id", "customer_id", "parent_id", "criticality", "state", "qr_token"):
        if (value := getattr(wanted, field)) is not None:
            query = query.where(getattr(Asset, field) == value)
    if wanted.class_code is not None:
        query = query.where(Asset.class_id.in_(select(AssetClass.id).where(AssetClass.code == wanted.class_code)))
    if wanted.location_id is not None:
        inside = LocationNode.path.contains(f"/{wanted.location_id}/", autoescape=True)
        query = query.where(Asset.location_id.in_(select(LocationNode.id).where(inside)))
    if wanted.text:
        fields = (Asset.asset_no, Asset.name, Asset.model, func.coalesce(Asset.serial, ""))
        query = query.where(or_(*(func.strpos(func.lower(field), wanted.text.lower()) > 0 for field in fields)))
    if after is not None:
        query = query.where(Asset.asset_no > after)
    return session.scalars(query).all()


def below(session: Session, asset_id: UUID, *, limit: int | None = None) -> Sequence[Asset]:
    """Return the assets below an asset by number."""
    first = select(Asset.id, literal(1).label("level")).where(Asset.parent_id == asset_id)
    found = first.cte("below", recursive=True)
    downwards = select(Asset.id, found.c.level + 1).where(Asset.parent_id == found.c.id, found.c.level < TREE_DEPTH)
    found = found.union_all(downwards)
    query = select(Asset).where(Asset.id.in_(select(found.c.id))).order_by(Asset.asset_no).limit(limit)
    return session.scalars(query).all()


def ancestors(session: Session, asset_id: UUID) -> list[UUID]:
    """Return the assets above an asset, the nearest first."""
    first = select(Asset.parent_id.label("id"), literal(1).label("level")).where(Asset.id == asset_id)
    above = first.cte("above", recursive=True)
    upwards = select(Asset.parent_id, above.c.level + 1).where(Asset.id == above.c.id, above.c.level < TREE_DEPTH)
    above = above.union_all(upwards)
    return list(session.scalars(select(above.c.id).where(above.c.id.is_not(None)).order_by(above.c.level)))


def component_of_operation(session: Session, client_op_id: UUID) -> AssetComponent | None:
    """Return the component that an operation installed."""
    return session.scalar(select(AssetComponent).where(AssetComponent.client_op_id == client_op_id))


def components_inside(session: Session, asset_id: UUID, *, at: datetime | None) -> Sequence[AssetComponent]:
    """Return what is inside an asset, now or at an instant."""
    query = select(AssetComponent).where(AssetComponent.asset_id == asset_id).order_by(AssetComponent.place)
    if at is None:
        return session.scalars(query.where(AssetComponent.removed_at.is_(None))).all()
    query = query.where(or_(AssetComponent.installed_at.is_(None), AssetComponent.installed_at <= at))
    return session.scalars(query.where(or_(AssetComponent.removed_at.is_(None), AssetComponent.removed_at > at))).all()


def installation(session: Session, part_id: UUID, serial: str) -> AssetComponent | None:
    """Return where a serial is installed now."""
    return session.scalar(
        select(AssetComponent).where(
            AssetComponent.part_id == part_id, AssetComponent.serial == serial, AssetComponent.removed_at.is_(None)
        )
    )


def failure(session: Session, asset_id: UUID, order_id: UUID) -> FailureRecord | None:
    """Return what an order found on an asset."""
    return session.scalar(
        select(FailureRecord).where(FailureRecord.asset_id == asset_id, FailureRecord.order_id == order_id)
    )


def failures(session: Session, asset_id: UUID, *, limit: int) -> Sequence[FailureRecord]:
    """Return the failures of an asset, the latest first."""
    return session.scalars(
        select(FailureRecord)
        .where(FailureRecord.asset_id == asset_id)
        .order_by(FailureRecord.at.desc(), FailureRecord.id)
        .limit(limit)
    ).all()


def hand_over(session: Session, customer_id: UUID, into_id: UUID) -> None:
    """Give everything of a customer to another."""
    session.execute(update(Asset).where(Asset.customer_id == customer_id).values(customer_id=into_id))
