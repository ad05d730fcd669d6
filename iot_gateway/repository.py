"""Queries of the gateway's rooms; the ingest path has its own in `iot_gateway.store`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, select, text
from sqlalchemy.orm import Session

from iot_gateway.lifecycle import ACTIVE, Health
from iot_gateway.models.detection import CaseEvidence, DeviceCase
from iot_gateway.models.devices import Device, DeviceContext
from iot_gateway.models.telemetry import TelemetryDeadLetter, TelemetryHour, TelemetryLast


@dataclass(frozen=True)
class DeviceRow:
    """A device with its last values, context and health."""

    id: UUID
    name: str
    model: str
    sampling_seconds: int
    revoked_at: datetime | None
    asset_name: str | None
    site_name: str | None
    seen: datetime | None
    online: bool | None
    firmware: str | None
    vals: dict[str, Any] | None
    health: str


def device_rows(
    session: Session, *, device_id: UUID | None = None, after: str | None = None, limit: int | None = 50
) -> Sequence[DeviceRow]:
    """Return devices by name, with what is known of them now."""
    alarming = select(literal(1)).where(DeviceCase.device_id == Device.id, DeviceCase.state.in_(ACTIVE)).exists()
    silence = func.make_interval(0, 0, 0, 0, 0, 0, func.greatest(120, 5 * Device.sampling_seconds))
    health = case(
        (TelemetryLast.last_seen_at.is_(None), Health.UNKNOWN.value),
        (TelemetryLast.last_seen_at < func.now() - silence, Health.SILENT.value),
        (alarming, Health.ALARM.value),
        else_=Health.OK.value,
    )
    query = (
        select(
            Device.id,
            Device.name,
            Device.model,
            Device.sampling_seconds,
            Device.revoked_at,
            DeviceContext.asset_name,
            DeviceContext.site_name,
            TelemetryLast.last_seen_at,
            TelemetryLast.online,
            TelemetryLast.firmware,
            TelemetryLast.vals,
            health,
        )
        .outerjoin(TelemetryLast, TelemetryLast.device_number == Device.number)
        .outerjoin(DeviceContext, DeviceContext.device_id == Device.id)
        .order_by(Device.name)
    )
    if device_id is not None:
        query = query.where(Device.id == device_id)
    if after is not None:
        query = query.where(Device.name > after)
    if limit is not None:
        query = query.limit(limit)
    rows: Sequence[Any] = session.execute(query).all()
    return [DeviceRow(*row) for row in rows]


def raw_series(session: Session, device_number: int, metric: str, *, start: datetime, end: datetime) -> Sequence[Any]:
    """Return (ts, value) of one metric; at most 400,000 of the newest."""
    return session.execute(
        text(
            "SELECT (extract(epoch FROM ts) * 1000)::bigint, (vals ->> :metric)::float8 FROM telemetry"
            " WHERE device_number = :number AND ts >= :start AND ts <= :end AND vals ? :metric"
            " ORDER BY ts DESC LIMIT 400000"
        ),
        {"number": device_number, "metric": metric, "start": start, "end": end},
    ).all()


def hours(session: Session, device_number: int, *, start: datetime, end: datetime) -> Sequence[TelemetryHour]:
    """Return the hourly rows of a device, oldest first."""
    return session.scalars(
        select(TelemetryHour)
        .where(TelemetryHour.device_number == device_number, TelemetryHour.hour >= start, TelemetryHour.hour <= end)
        .order_by(TelemetryHour.hour)
    ).all()


def case_rows(
    session: Session, *, state: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[DeviceCase, str]]:
    """Return cases with the names of their devices, newest first."""
    query = select(DeviceCase, Device.name).join(Device, Device.id == DeviceCase.device_id)
    if state is not None:
        query = query.where(DeviceCase.state == state)
    if before is not None:
        at, case_id = before
        query = query.where(func.row(DeviceCase.opened_at, DeviceCase.id) < func.row(at, case_id))
    rows = session.execute(query.order_by(DeviceCase.opened_at.desc(), DeviceCase.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


def evidence_of(session: Session, case_id: UUID, *, limit: int = 500) -> Sequence[CaseEvidence]:
    """Return the evidence of a case, newest first."""
    return session.scalars(
        select(CaseEvidence)
        .where(CaseEvidence.case_id == case_id)
        .order_by(CaseEvidence.at.desc(), CaseEvidence.share.desc())
        .limit(limit)
    ).all()


def dead_letters(
    session: Session, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[TelemetryDeadLetter]:
    """Return dead letters, newest first."""
    query = select(TelemetryDeadLetter)
    if before is not None:
        at, letter_id = before
        query = query.where(func.row(TelemetryDeadLetter.received_at, TelemetryDeadLetter.id) < func.row(at, letter_id))
    order = (TelemetryDeadLetter.received_at.desc(), TelemetryDeadLetter.id.desc())
    return session.scalars(query.order_by(*order).limit(limit)).all()
