"""Queries over meters and their readings."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from backend.assets.models import Asset, Meter, MeterReading, ReadingFault, ReadingSource

COUNTS = MeterReading.fault.is_(None)


def meter(session: Session, meter_id: UUID, *, lock: bool = False) -> Meter | None:
    """Return a meter, locked if it is about to be read."""
    return session.get(Meter, meter_id, with_for_update=lock or None)


def meter_of_code(session: Session, asset_id: UUID, code: str) -> Meter | None:
    """Return the meter of an asset that is called so."""
    return session.scalar(select(Meter).where(Meter.asset_id == asset_id, Meter.code == code))


def meters(session: Session, asset_ids: Collection[UUID]) -> Sequence[Meter]:
    """Return the meters of assets by code."""
    return session.scalars(select(Meter).where(Meter.asset_id.in_(asset_ids)).order_by(Meter.code, Meter.id)).all()


def fed_meters(session: Session, *, after: UUID | None, limit: int) -> list[tuple[Meter, UUID]]:
    """Return meters that are read from telemetry with the device of their asset, behind one."""
    query = select(Meter, Asset.device_id).join(Asset, Asset.id == Meter.asset_id)
    query = query.where(Meter.metric.is_not(None), Asset.device_id.is_not(None)).order_by(Meter.id).limit(limit)
    rows = session.execute(query if after is None else query.where(Meter.id > after))
    return [(meter, device_id) for meter, device_id in rows if device_id is not None]


def reading(session: Session, reading_id: UUID) -> MeterReading | None:
    """Return a reading."""
    return session.get(MeterReading, reading_id)


def reading_of_operation(session: Session, client_op_id: UUID) -> MeterReading | None:
    """Return the reading that an operation brought."""
    return session.scalar(select(MeterReading).where(MeterReading.client_op_id == client_op_id))


def reading_at(session: Session, meter_id: UUID, at: datetime) -> MeterReading | None:
    """Return the reading of an instant that counts."""
    return session.scalar(select(MeterReading).where(MeterReading.meter_id == meter_id, COUNTS, MeterReading.at == at))


def last(session: Session, meter_id: UUID, *, until: datetime, before: bool = False) -> MeterReading | None:
    """Return the last reading that counts, up to an instant or before it."""
    limit = MeterReading.at < until if before else MeterReading.at <= until
    return _edge(session, MeterReading.meter_id == meter_id, COUNTS, limit, latest=True)


def first(session: Session, meter_id: UUID, *, since: datetime, after: bool = False) -> MeterReading | None:
    """Return the first reading that counts, from an instant on or after it."""
    limit = MeterReading.at > since if after else MeterReading.at >= since
    return _edge(session, MeterReading.meter_id == meter_id, COUNTS, limit, latest=False)


def last_replacement(session: Session, meter_id: UUID, *, until: datetime) -> MeterReading | None:
    """Return the last replacement of the counter up to an instant."""
    replaced = MeterReading.new_first.is_not(None)
    return _edge(session, MeterReading.meter_id == meter_id, COUNTS, replaced, MeterReading.at <= until, latest=True)


def last_fed(session: Session, meter_id: UUID) -> MeterReading | None:
    """Return the last reading from telemetry, whether it counts or not."""
    fed = MeterReading.source == ReadingSource.TELEMETRY
    return _edge(session, MeterReading.meter_id == meter_id, fed, latest=True)


def _edge(session: Session, *conditions: ColumnElement[bool], latest: bool) -> MeterReading | None:
    order = MeterReading.at.desc() if latest else MeterReading.at
    return session.scalar(select(MeterReading).where(*conditions).order_by(order).limit(1))


def later(session: Session, meter_id: UUID, *, since: datetime) -> Sequence[MeterReading]:
    """Return the readings that count after an instant, in the order of time."""
    query = select(MeterReading).where(MeterReading.meter_id == meter_id, COUNTS, MeterReading.at > since)
    return session.scalars(query.order_by(MeterReading.at)).all()


def fallen_back(session: Session, meter_id: UUID) -> Sequence[MeterReading]:
    """Return the readings that are kept because the meter seemed to fall, in the order of time."""
    fell = MeterReading.fault == ReadingFault.FELL_BACK
    query = select(MeterReading).where(MeterReading.meter_id == meter_id, fell)
    return session.scalars(query.order_by(MeterReading.at, MeterReading.id)).all()


def readings(
    session: Session,
    meter_id: UUID,
    *,
    since: datetime | None,
    until: datetime | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[MeterReading]:
    """Return readings of a meter, the latest first, those that do not count among them."""
    query = select(MeterReading).where(MeterReading.meter_id == meter_id)
    if since is not None:
        query = query.where(MeterReading.at >= since)
    if until is not None:
        query = query.where(MeterReading.at < until)
    if before is not None:
        query = query.where(tuple_(MeterReading.at, MeterReading.id) < before)
    return session.scalars(query.order_by(MeterReading.at.desc(), MeterReading.id.desc()).limit(limit)).all()


def every_reading(session: Session, *, limit: int) -> list[tuple[str, str, MeterReading]]:
    """Return the readings that count with the number of their asset and the code of their meter, by time."""
    query = select(Asset.asset_no, Meter.code, MeterReading).join(Meter, Meter.id == MeterReading.meter_id)
    query = query.join(Asset, Asset.id == Meter.asset_id).where(COUNTS)
    rows = session.execute(query.order_by(Asset.asset_no, Meter.code, MeterReading.at).limit(limit))
    return [(asset_no, code, reading) for asset_no, code, reading in rows]
