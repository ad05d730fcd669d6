"""The twin of a device: what it should be set to, and what it says it is set to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway import twin
from iot_gateway.errors import StaleTwin, UnfitTwin
from iot_gateway.events import TwinChanged
from iot_gateway.models.twin import DeviceTwin
from iot_gateway.service.devices import get_device
from kernel import outbox
from kernel.ids import new_id


@dataclass(frozen=True)
class TwinView:
    """Both documents of a device, and what is missing between them."""

    device_id: UUID
    desired: dict[str, Any]
    desired_version: int
    desired_by: UUID | None
    desired_at: datetime | None
    reported: dict[str, Any]
    reported_version: int
    reported_at: datetime | None
    delta: dict[str, Any]
    pending: bool
    """The device has not dealt with the newest version."""


def twin_view(session: Session, device_id: UUID) -> TwinView:
    """Return the twin of a device; an empty one where nothing was asked or said yet.

    Raises:
        DeviceNotFound: there is no such device.
    """
    get_device(session, device_id)
    row = session.scalar(select(DeviceTwin).where(DeviceTwin.device_id == device_id))
    if row is None:
        return TwinView(device_id, {}, 0, None, None, {}, 0, None, {}, pending=False)
    return _view(row)


def change_twin(
    session: Session, device_id: UUID, patch: Mapping[str, Any], *, version: int, by: UUID | None, at: datetime
) -> TwinView:
    """Change what a device should be set to, by a merge patch; one that changes nothing makes no new version.

    Raises:
        DeviceNotFound: there is no such device.
        StaleTwin: the desired state is of another version than the caller has read.
        UnfitTwin: the document would be too large, too deep or hold what cannot be kept.
    """
    device = get_device(session, device_id)
    row = _locked(session, device_id, device.tenant_id)
    if row.desired_version != version:
        raise StaleTwin("Read it again.", expected=version, version=row.desired_version)
    fault = twin.fault_of(patch)
    desired = twin.merge(row.desired, patch) if fault is None else {}
    fault = fault or twin.fault_of(desired)
    if fault is not None:
        raise UnfitTwin(fault)
    if not twin.same(desired, row.desired):
        row.desired, row.desired_by, row.desired_at = desired, by, at
        row.desired_version = twin.next_version(row.desired_version, row.reported_version)
        row.due_at, row.attempts = at, 0
        session.flush()
        outbox.publish(session, TwinChanged(device_id=device_id, version=row.desired_version, at=at))
    return _view(row)


def _locked(session: Session, device_id: UUID, tenant_id: UUID) -> DeviceTwin:
    session.execute(
        insert(DeviceTwin)
        .values(id=new_id(), tenant_id=tenant_id, device_id=device_id)
        .on_conflict_do_nothing(index_elements=["device_id"])
    )
    return session.scalars(select(DeviceTwin).where(DeviceTwin.device_id == device_id).with_for_update()).one()


def _view(row: DeviceTwin) -> TwinView:
    return TwinView(
        device_id=row.device_id,
        desired=row.desired,
        desired_version=row.desired_version,
        desired_by=row.desired_by,
        desired_at=row.desired_at,
        reported=row.reported,
        reported_version=row.reported_version,
        reported_at=row.reported_at,
        delta=twin.delta(row.desired, row.reported),
        pending=row.desired_version > row.reported_version,
    )
