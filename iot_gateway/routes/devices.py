"""Devices and their commands over HTTP."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from iot_gateway.errors import CommandNotFound, CommandUnderWay, DeviceNameTaken, DeviceNotFound, DeviceRevoked
from iot_gateway.lifecycle import FleetState
from iot_gateway.repository import DeviceFilter
from iot_gateway.schemas.devices import CommandIn, CommandOut, DeviceOut, Mute, MutedOut, Provision, Provisioned
from iot_gateway.service import commands, devices
from kernel import audit, clock
from kernel.auth import STAFF, Principal, Role
from kernel.fields import Search
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router
from kernel.paging import (
    DEFAULT_LIMIT,
    BadCursor,
    Cursor,
    Limit,
    Page,
    cut,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
)

router = make_router("telemetry")

MUTES_MOST = 200
OWNERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER})
COMMANDERS = OWNERS | {Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR}
ACCESS: Access = {
    "list_devices": STAFF | {Role.INTEGRATOR},
    "provision_device": OWNERS,
    "get_device": STAFF | {Role.INTEGRATOR},
    "rotate_secret": OWNERS,
    "revoke_device": OWNERS,
    "get_mute": STAFF,
    "mute_device": COMMANDERS,
    "list_muted": STAFF,
    "request_command": COMMANDERS,
    "get_command": STAFF,
    "list_commands": STAFF,
    "cancel_command": COMMANDERS,
}


@router.get("/devices")
def list_devices(
    db: Db,
    *,
    state: FleetState | None = None,
    model: Search = None,
    q: Search = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[DeviceOut]:
    """Return devices by name, with health and last values; `q` is looked for in names of device, asset and site."""
    after = decode_cursor(cursor, parts=1)[0] if cursor else None
    narrowed = DeviceFilter(state=state, model=model or None, text=q or None)
    rows, more = cut(devices.list_devices(db, after=after, limit=limit + 1, narrowed=narrowed), limit)
    items = [DeviceOut.of(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].name) if more else None)


@router.post("/devices", status_code=201, responses=problems(DeviceNameTaken))
def provision_device(body: Provision, db: Db, me: Me) -> Provisioned:
    """Make a device known; its secret is in this answer and nowhere else."""
    device, secret = devices.provision_device(
        db,
        name=body.name,
        model=body.model,
        sampling_seconds=body.sampling_seconds,
        max_age_days=body.max_age_days,
    )
    _note(db, me, "device.provision", device.id, name=body.name)
    return Provisioned(id=device.id, name=device.name, secret=secret)


@router.get("/devices/{device_id}", responses=problems(DeviceNotFound))
def get_device(device_id: UUID, db: Db) -> DeviceOut:
    """Return a device with health and last values."""
    return DeviceOut.of(devices.device_view(db, device_id))


@router.post("/devices/{device_id}/secret", responses=problems(DeviceNotFound, DeviceRevoked))
def rotate_secret(device_id: UUID, db: Db, me: Me) -> Provisioned:
    """Give a device another secret; the old one stops working within seconds."""
    secret = devices.rotate_secret(db, device_id, at=clock.now())
    _note(db, me, "device.rotate_secret", device_id)
    return Provisioned(id=device_id, name=devices.get_device(db, device_id).name, secret=secret)


@router.post("/devices/{device_id}/revoke", responses=problems(DeviceNotFound))
def revoke_device(device_id: UUID, db: Db, me: Me) -> DeviceOut:
    """Shut a device out for good."""
    devices.revoke_device(db, device_id, at=clock.now())
    _note(db, me, "device.revoke", device_id)
    return DeviceOut.of(devices.device_view(db, device_id))


@router.get("/devices/{device_id}/mute", responses=problems(DeviceNotFound))
def get_mute(device_id: UUID, db: Db) -> Mute:
    """Return when no cases of a device are opened."""
    devices.get_device(db, device_id)
    since, until = devices.mute_of(db, device_id)
    return Mute(since=since, until=until)


@router.put("/devices/{device_id}/mute", responses=problems(DeviceNotFound))
def mute_device(device_id: UUID, body: Mute, db: Db, me: Me) -> Mute:
    """Open no cases of a device in a window, such as its maintenance; without both ends it is heard again."""
    devices.mute_device(db, device_id, since=body.since, until=body.until)
    _note(db, me, "device.mute", device_id, since=str(body.since), until=str(body.until))
    return body


@router.get("/mutes")
def list_muted(db: Db, limit: Limit = MUTES_MOST) -> list[MutedOut]:
    """Return the devices that are muted now or will be, by name."""
    return [MutedOut.model_validate(row) for row in devices.list_muted(db, at=clock.now(), limit=limit)]


@router.post("/devices/{device_id}/commands", status_code=202, responses=problems(DeviceNotFound, DeviceRevoked))
def request_command(device_id: UUID, body: CommandIn, db: Db, me: Me) -> CommandOut:
    """Queue a command; it is sent within a second when the device is there, else when it comes back."""
    found = commands.request_command(
        db,
        device_id,
        command=body.command,
        args=dict(body.args),
        requested_by=me.user_id,
        lifetime=timedelta(seconds=body.lifetime_seconds),
    )
    _note(db, me, "device.command", device_id, command=body.command, command_id=str(found.id))
    return CommandOut.model_validate(found)


@router.get("/commands/{command_id}", responses=problems(CommandNotFound))
def get_command(command_id: UUID, db: Db) -> CommandOut:
    """Return a command and how far it got."""
    return CommandOut.model_validate(commands.command_view(db, command_id))


@router.get("/devices/{device_id}/commands", responses=problems(DeviceNotFound, BadCursor))
def list_commands(device_id: UUID, db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CommandOut]:
    """Return the commands of a device, newest first."""
    before = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(commands.list_commands(db, device_id, before=before, limit=limit + 1), limit)
    items = [CommandOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].id) if more else None)


@router.post("/commands/{command_id}/cancel", responses=problems(CommandNotFound, CommandUnderWay))
def cancel_command(command_id: UUID, db: Db, me: Me) -> CommandOut:
    """Withdraw a command that has not gone out."""
    found = commands.cancel_command(db, command_id, at=clock.now())
    _note(db, me, "device.cancel_command", found.device_id, command_id=str(command_id))
    return CommandOut.model_validate(found)


def _note(db: Session, me: Principal, action: str, device_id: UUID, **detail: str) -> None:
    audit.record(db, actor_id=me.user_id, action=action, subject="device", subject_id=device_id, detail=dict(detail))
