"""Queries over what is on record for an asset: states, warranties, parts it is built of, recurring failures."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session, aliased

from backend.assets.models import AssetComponent, AssetStateChange, BomLine, FailureRecord, Warranty


def state_change_at(session: Session, asset_id: UUID, at: datetime) -> AssetStateChange | None:
    """Return the change of an asset's state at an instant."""
    query = select(AssetStateChange).where(AssetStateChange.asset_id == asset_id, AssetStateChange.at == at)
    return session.scalar(query)


def state_changes(
    session: Session, asset_id: UUID, *, before: datetime | None, limit: int
) -> Sequence[AssetStateChange]:
    """Return the changes of an asset's state, the latest first, before an instant."""
    query = select(AssetStateChange).where(AssetStateChange.asset_id == asset_id)
    if before is not None:
        query = query.where(AssetStateChange.at < before)
    return session.scalars(query.order_by(AssetStateChange.at.desc()).limit(limit)).all()


def state_changes_between(
    session: Session, asset_ids: Collection[UUID], *, since: datetime, until: datetime
) -> Sequence[AssetStateChange]:
    """Return the changes of assets between two instants and the one before them, in the order of time."""
    earlier = aliased(AssetStateChange)
    standing = (
        select(func.max(earlier.at))
        .where(earlier.asset_id == AssetStateChange.asset_id, earlier.at <= since)
        .scalar_subquery()
    )
    query = select(AssetStateChange).where(
        AssetStateChange.asset_id.in_(asset_ids),
        AssetStateChange.at < until,
        or_(standing.is_(None), AssetStateChange.at >= standing),
    )
    return session.scalars(query.order_by(AssetStateChange.at)).all()


def warranties(session: Session, asset_id: UUID, *, on_date: date | None = None) -> Sequence[Warranty]:
    """Return the warranties of an asset, those in force on a day or all, the latest first."""
    query = select(Warranty).where(Warranty.asset_id == asset_id)
    if on_date is not None:
        query = query.where(Warranty.starts_on <= on_date, Warranty.ends_on >= on_date)
    return session.scalars(query.order_by(Warranty.ends_on.desc(), Warranty.id)).all()


def warranty(session: Session, warranty_id: UUID) -> Warranty | None:
    """Return a warranty."""
    return session.get(Warranty, warranty_id)


def bom(session: Session, asset_id: UUID) -> Sequence[BomLine]:
    """Return what an asset is built of, by position."""
    query = select(BomLine).where(BomLine.asset_id == asset_id)
    return session.scalars(query.order_by(BomLine.position, BomLine.id)).all()


def clear_bom(session: Session, asset_id: UUID) -> None:
    """Forget what an asset is built of."""
    session.execute(delete(BomLine).where(BomLine.asset_id == asset_id))


def installations(session: Session, part_id: UUID, serial: str, *, limit: int) -> Sequence[AssetComponent]:
    """Return where a serial has been installed, the latest first."""
    query = select(AssetComponent).where(AssetComponent.part_id == part_id, AssetComponent.serial == serial)
    order = func.coalesce(AssetComponent.installed_at, AssetComponent.removed_at).desc().nulls_first()
    return session.scalars(query.order_by(order, AssetComponent.id).limit(limit)).all()


def failures_between(session: Session, asset_id: UUID, *, since: datetime, until: datetime) -> Sequence[FailureRecord]:
    """Return the failures of an asset that were found in a span, in the order of time."""
    query = select(FailureRecord).where(
        FailureRecord.asset_id == asset_id, FailureRecord.at >= since, FailureRecord.at < until
    )
    return session.scalars(query.order_by(FailureRecord.at, FailureRecord.id)).all()


def former_failures(session: Session, records: Sequence[FailureRecord], *, within_days: int) -> dict[UUID, datetime]:
    """Return when the same mode failed on the same asset at most so many days before, by the record's id."""
    later, earlier = aliased(FailureRecord), aliased(FailureRecord)
    same = and_(
        earlier.asset_id == later.asset_id,
        earlier.mode == later.mode,
        earlier.order_id != later.order_id,
        earlier.at < later.at,
        earlier.at >= later.at - func.make_interval(0, 0, 0, within_days),
    )
    query = select(later.id, func.max(earlier.at)).join(earlier, same)
    rows = session.execute(query.where(later.id.in_([record.id for record in records])).group_by(later.id))
    return {row[0]: row[1] for row in rows}
