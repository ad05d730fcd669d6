"""Devices: made known, given secrets, placed in a context, watched."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway import repository
from iot_gateway.errors import DeviceNameTaken, DeviceNotFound, DeviceRevoked
from iot_gateway.events import DeviceProvisioned
from iot_gateway.lifecycle import Health
from iot_gateway.models.access import DeviceCertificate, in_force
from iot_gateway.models.devices import Device, DeviceContext
from iot_gateway.models.telemetry import TelemetryLast
from iot_gateway.repository import DeviceFilter
from iot_gateway.secret import hash_for_broker, new_secret
from kernel import outbox
from kernel.db import Tenant, tenant_of
from kernel.errors import Invalid
from kernel.ids import new_id

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
"""Names are topics, user names and client ids: nothing a broker reads as a wildcard or a level."""


@dataclass(frozen=True)
class DeviceView:
    """A device as people see it."""

    id: UUID
    name: str
    model: str
    sampling_seconds: int
    asset_name: str | None
    site_name: str | None
    health: Health
    online: bool | None
    firmware: str | None
    last_seen_at: datetime | None
    last_values: dict[str, Any]
    last_sample_at: datetime | None
    """Of the newest sample, by the device's own clock."""
    revoked_at: datetime | None


@dataclass(frozen=True)
class DeviceHealth:
    """A device as the map sees it."""

    id: UUID
    name: str
    model: str
    health: Health
    last_seen_at: datetime | None


def provision_device(
    session: Session,
    *,
    name: str,
    model: str,
    sampling_seconds: int,
    max_age_days: int = 30,
    asset_id: UUID | None = None,
    site_id: UUID | None = None,
) -> tuple[Device, str]:
    """Make a device known; return it and its secret, which is kept only as a hash. The event says where it belongs.

    Raises:
        DeviceNameTaken: some device of some tenant has this name.
        Invalid: the name cannot be a topic.
    """
    if not NAME.fullmatch(name) or name.startswith("gateway"):
        raise Invalid("A device name has 2 to 63 letters, digits, dots, hyphens; 'gateway...' is kept.", field="name")
    tenant = session.get_one(Tenant, tenant_of(session))
    secret = new_secret()
    device_id = session.scalar(
        insert(Device)
        .values(
            id=new_id(),
            tenant_id=tenant.id,
            tenant_slug=tenant.slug,
            time_zone=tenant.time_zone,
            name=name,
            model=model,
            sampling_seconds=sampling_seconds,
            max_age_days=max_age_days,
            secret_hash=hash_for_broker(secret),
        )
        .on_conflict_do_nothing(index_elements=["name"])
        .returning(Device.id)
    )
    if device_id is None:
        raise DeviceNameTaken("Choose another name; device names are unique everywhere.", name=name)
    placed = DeviceProvisioned(device_id=device_id, name=name, model=model, asset_id=asset_id, site_id=site_id)
    outbox.publish(session, placed)
    return session.get_one(Device, device_id), secret


def rotate_secret(session: Session, device_id: UUID, *, at: datetime) -> str:
    """Give a device another secret; the old one stops working within seconds.

    Raises:
        DeviceNotFound: there is none.
        DeviceRevoked: it has been shut out for good.
    """
    device = _locked(session, device_id)
    if device.revoked_at is not None:
        raise DeviceRevoked("Provision it under another name.", revoked_at=device.revoked_at)
    secret = new_secret()
    device.secret_hash, device.access_changed_at = hash_for_broker(secret), at
    return secret


def revoke_device(session: Session, device_id: UUID, *, at: datetime) -> None:
    """Shut a device out; a second time changes nothing.

    Raises:
        DeviceNotFound: there is none.
    """
    device = _locked(session, device_id)
    if device.revoked_at is None:
        device.revoked_at = device.access_changed_at = at
        session.execute(
            update(DeviceCertificate)
            .where(DeviceCertificate.device_id == device_id, in_force(at))
            .values(revoked_at=at)
        )


def set_device_context(
    session: Session,
    device_id: UUID,
    *,
    site_key: str | None = None,
    group_path: str | None = None,
    asset_name: str | None = None,
    site_name: str | None = None,
    criticality: str | None = None,
) -> None:
    """Say where a device belongs; replaces what was said before. When it is muted stays.

    Raises:
        DeviceNotFound: there is none.
    """
    get_device(session, device_id)
    values = {
        "site_key": site_key,
        "group_path": group_path,
        "asset_name": asset_name,
        "site_name": site_name,
        "criticality": criticality,
    }
    _say(session, device_id, values)


def mute_device(session: Session, device_id: UUID, *, since: datetime | None, until: datetime | None) -> None:
    """Open no cases of a device in a window, such as its maintenance; without both ends it is heard again.

    Without an end it stays muted. Cases that are open already go on.

    Raises:
        DeviceNotFound: there is none.
        Invalid: the window ends before it begins, or has an end only.
    """
    get_device(session, device_id)
    if until is not None and (since is None or until <= since):
        raise Invalid("A window begins before it ends.", field="until")
    _say(session, device_id, {"mute_from": since, "mute_to": until})


def mute_of(session: Session, device_id: UUID) -> tuple[datetime | None, datetime | None]:
    """Return from when and until when a device is muted."""
    row = session.execute(
        select(DeviceContext.mute_from, DeviceContext.mute_to).where(DeviceContext.device_id == device_id)
    ).one_or_none()
    return (row.mute_from, row.mute_to) if row else (None, None)


@dataclass(frozen=True)
class MutedDevice:
    """A device with a window in which no cases of it are opened; it may lie ahead."""

    device_id: UUID
    device_name: str
    model: str
    since: datetime
    until: datetime | None


def list_muted(session: Session, *, at: datetime, limit: int) -> list[MutedDevice]:
    """Return the devices whose window is not over, by name."""
    rows = session.execute(
        select(Device.id, Device.name, Device.model, DeviceContext.mute_from, DeviceContext.mute_to)
        .join(DeviceContext, DeviceContext.device_id == Device.id)
        .where(DeviceContext.mute_from.is_not(None), DeviceContext.mute_to.is_(None) | (DeviceContext.mute_to > at))
        .order_by(Device.name)
        .limit(limit)
    )
    return [
        MutedDevice(row.id, row.name, row.model, row.mute_from, row.mute_to)
        for row in rows
        if row.mute_from is not None
    ]


def names_of(session: Session, device_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of devices by id; unknown ones are missing."""
    rows = session.execute(select(Device.id, Device.name).where(Device.id.in_(device_ids)))
    return {row.id: row.name for row in rows}


@dataclass(frozen=True)
class LastSample:
    """The newest values of a device."""

    at: datetime
    values: dict[str, Any]


def last_samples(session: Session, device_ids: Collection[UUID]) -> dict[UUID, LastSample]:
    """Return the newest values of devices by id; one that never sent any is missing."""
    query = select(Device.id, TelemetryLast.ts, TelemetryLast.vals)
    query = query.join(TelemetryLast, TelemetryLast.device_number == Device.number)
    rows = session.execute(query.where(Device.id.in_(device_ids), TelemetryLast.ts.is_not(None)))
    return {row.id: LastSample(row.ts, row.vals) for row in rows}


def _say(session: Session, device_id: UUID, values: dict[str, Any]) -> None:
    session.execute(
        insert(DeviceContext)
        .values(id=new_id(), tenant_id=tenant_of(session), device_id=device_id, **values)
        .on_conflict_do_update(index_elements=["device_id"], set_=values)
    )


def get_device(session: Session, device_id: UUID) -> Device:
    """Return a device.

    Raises:
        DeviceNotFound: there is none.
    """
    device = session.get(Device, device_id)
    if device is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    return device


def find_device(session: Session, name: str) -> Device:
    """Return a device by its name.

    Raises:
        DeviceNotFound: there is none.
    """
    device = session.scalar(select(Device).where(Device.name == name))
    if device is None:
        raise DeviceNotFound("No device has this name.", name=name)
    return device


def device_view(session: Session, device_id: UUID) -> DeviceView:
    """Return a device with its health and last values.

    Raises:
        DeviceNotFound: there is none.
    """
    rows = repository.device_rows(session, device_id=device_id)
    if not rows:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    return _view(rows[0])


def list_devices(
    session: Session, *, after: str | None = None, limit: int = 50, narrowed: DeviceFilter | None = None
) -> Sequence[DeviceView]:
    """Return devices by name, behind `after`, all of them or those that a filter lets through."""
    return [_view(row) for row in repository.device_rows(session, after=after, limit=limit, narrowed=narrowed)]


def count_devices(session: Session, *, model: str | None = None, site_key: str | None = None) -> int:
    """Return how many devices are not revoked, all of them or those of a model or a site."""
    query = select(func.count()).select_from(Device).where(Device.revoked_at.is_(None))
    if model is not None:
        query = query.where(Device.model == model)
    if site_key is not None:
        here = select(DeviceContext.device_id).where(DeviceContext.site_key == site_key)
        query = query.where(Device.id.in_(here))
    return session.scalar(query) or 0


def device_health(session: Session) -> list[DeviceHealth]:
    """Return the health of every device that is not revoked."""
    return [
        DeviceHealth(id=row.id, name=row.name, model=row.model, health=Health(row.health), last_seen_at=row.seen)
        for row in repository.device_rows(session, limit=None)
        if row.revoked_at is None
    ]


def _locked(session: Session, device_id: UUID) -> Device:
    device = session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise DeviceNotFound("No device has this id.", device_id=device_id)
    return device


def _view(row: repository.DeviceRow) -> DeviceView:
    return DeviceView(
        id=row.id,
        name=row.name,
        model=row.model,
        sampling_seconds=row.sampling_seconds,
        asset_name=row.asset_name,
        site_name=row.site_name,
        health=Health(row.health),
        online=row.online,
        firmware=row.firmware,
        last_seen_at=row.seen,
        last_values=row.vals or {},
        last_sample_at=row.sampled,
        revoked_at=row.revoked_at,
    )
