"""Limits that people set: written down, changed, taken away; which of them holds for a device."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from iot_gateway.detect.thresholds import RATES, ThresholdKind
from iot_gateway.errors import (
    DeviceNotFound,
    StaleThreshold,
    ThresholdNotFound,
    ThresholdTaken,
    TooManyThresholds,
    UnfitThreshold,
)
from iot_gateway.models.devices import Device
from iot_gateway.models.thresholds import Threshold
from kernel import audit

MOST_PER_TARGET = 64
"""Limits of one device, and of one model: each is held against every sample."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a limit is of: a device or a model, a metric, a kind. It never changes."""

    device_id: UUID | None
    model: str | None
    metric: str
    kind: ThresholdKind


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a person may change of a limit; `models.Threshold` says what each member means."""

    value: float
    for_seconds: int
    clear_seconds: int
    hysteresis: float
    horizon_hours: int | None
    severity: int
    failure_group: str
    enabled: bool


@dataclass(frozen=True)
class ThresholdFilter:
    """How a list of limits is narrowed."""

    device_id: UUID | None = None
    model: str | None = None
    metric: str | None = None
    enabled: bool | None = None


def create_threshold(session: Session, target: Target, terms: Terms, *, by: UUID | None) -> Threshold:
    """Set a limit.

    Raises:
        DeviceNotFound: there is none with this id.
        ThresholdTaken: the device or model has one of this metric and kind.
        TooManyThresholds: it has as many as it may.
        UnfitThreshold: the terms do not fit the kind.
    """
    _check(target.kind, terms)
    if target.device_id is not None:
        held = select(Device.id).where(Device.id == target.device_id).with_for_update(key_share=True)
        if session.scalar(held) is None:
            raise DeviceNotFound("No device has this id.", device_id=target.device_id)
    same = (Threshold.device_id == target.device_id) if target.device_id else (Threshold.model == target.model)
    known = select(Threshold.id).where(same, Threshold.metric == target.metric, Threshold.kind == target.kind)
    if (taken := session.scalar(known)) is not None:
        raise ThresholdTaken("Change the one that is there.", threshold_id=taken)
    if (session.scalar(select(func.count()).where(same)) or 0) >= MOST_PER_TARGET:
        raise TooManyThresholds("Take others away first.", most=MOST_PER_TARGET)
    row = Threshold(**vars(target), **vars(terms), version=1)
    session.add(row)
    session.flush()
    detail = {**vars(target), "device_id": str(target.device_id or ""), **vars(terms)}
    _note(session, row, "threshold.create", by, detail)
    return row


def change_threshold(
    session: Session, threshold_id: UUID, terms: Terms, *, expected_version: int, by: UUID | None
) -> Threshold:
    """Change a limit; the scorer follows it with the next samples, and what had lasted so far begins anew.

    Raises:
        ThresholdNotFound: there is none with this id.
        StaleThreshold: it changed since it was read.
        UnfitThreshold: the terms do not fit its kind.
    """
    row = _locked(session, threshold_id)
    if row.version != expected_version:
        raise StaleThreshold("Read it again.", expected=expected_version, version=row.version)
    _check(row.kind, terms)
    changed = {name: value for name, value in vars(terms).items() if getattr(row, name) != value}
    if changed:
        _note(
            session, row, "threshold.change", by, {name: [getattr(row, name), value] for name, value in changed.items()}
        )
        for name, value in changed.items():
            setattr(row, name, value)
        row.version += 1
        session.flush()
    return row


def delete_threshold(session: Session, threshold_id: UUID, *, by: UUID | None) -> None:
    """Take a limit away; a case that it opened stays.

    Raises:
        ThresholdNotFound: there is none with this id.
    """
    row = _locked(session, threshold_id)
    detail = {"device_id": str(row.device_id or ""), "model": row.model, "metric": row.metric, "kind": row.kind}
    _note(session, row, "threshold.delete", by, {**detail, "value": row.value, "version": row.version})
    session.delete(row)
    session.flush()


def get_threshold(session: Session, threshold_id: UUID) -> Threshold:
    """Return a limit.

    Raises:
        ThresholdNotFound: there is none with this id.
    """
    row = session.get(Threshold, threshold_id)
    if row is None:
        raise ThresholdNotFound("No limit has this id.", threshold_id=threshold_id)
    return row


def list_thresholds(
    session: Session, narrowed: ThresholdFilter, *, after: UUID | None, limit: int
) -> Sequence[Threshold]:
    """Return limits, the oldest first, behind an id."""
    wanted = {name: value for name, value in vars(narrowed).items() if value is not None}
    query = select(Threshold).filter_by(**wanted)
    if after is not None:
        query = query.where(Threshold.id > after)
    return session.scalars(query.order_by(Threshold.id).limit(limit)).all()


def device_names(session: Session, rows: Iterable[Threshold]) -> dict[UUID, str]:
    """Return the names of the devices that limits are of."""
    ids = {row.device_id for row in rows if row.device_id is not None}
    found = session.execute(select(Device.id, Device.name).where(Device.id.in_(ids)))
    return {device.id: device.name for device in found}


def in_force(session: Session, devices: Iterable[tuple[UUID, UUID, str]]) -> dict[UUID, list[Threshold]]:
    """Return by device the limits that hold for it; devices are (tenant, id, model), those without any are left out.

    A limit of the device itself stands in the place of its model's of the same metric and kind, switched off as well.
    """
    known = list(devices)
    models = {(tenant_id, model) for tenant_id, _, model in known}
    rows = session.scalars(
        select(Threshold)
        .where(
            or_(
                Threshold.device_id.in_([device_id for _, device_id, _ in known]),
                tuple_(Threshold.tenant_id, Threshold.model).in_(models),
            )
        )
        .order_by(Threshold.id)
    )
    own: dict[UUID, dict[tuple[str, ThresholdKind], Threshold]] = {}
    shared: dict[tuple[UUID, str], dict[tuple[str, ThresholdKind], Threshold]] = {}
    for row in rows:
        if row.device_id is not None:
            own.setdefault(row.device_id, {})[row.metric, row.kind] = row
        else:
            shared.setdefault((row.tenant_id, str(row.model)), {})[row.metric, row.kind] = row
    if not own and not shared:
        return {}
    found: dict[UUID, list[Threshold]] = {}
    for tenant_id, device_id, model in known:
        both = {**shared.get((tenant_id, model), {}), **own.get(device_id, {})}
        if held := [row for row in both.values() if row.enabled]:
            found[device_id] = held
    return found


def _check(kind: ThresholdKind, terms: Terms) -> None:
    if (kind is ThresholdKind.FORECAST) != (terms.horizon_hours is not None):
        raise UnfitThreshold("A forecast has a horizon, and nothing else has.", kind=kind)
    if kind in RATES and terms.value <= 0:
        raise UnfitThreshold("The limit of a rate is how fast it may change an hour, above 0 either way.", kind=kind)


def _locked(session: Session, threshold_id: UUID) -> Threshold:
    row = session.get(Threshold, threshold_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise ThresholdNotFound("No limit has this id.", threshold_id=threshold_id)
    return row


def _note(session: Session, row: Threshold, action: str, by: UUID | None, detail: dict[str, Any]) -> None:
    audit.record(session, action=action, subject="threshold", subject_id=row.id, actor_id=by, detail=detail)
