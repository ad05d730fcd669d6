"""Commands to devices: rows that a gateway sends until they are answered or expire."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from iot_gateway.errors import CommandNotFound, DeviceRevoked
from iot_gateway.lifecycle import UNFINISHED, CommandState
from iot_gateway.models.devices import DeviceCommand
from iot_gateway.service.devices import get_device
from kernel import clock

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class CommandView:
    """A command and how far it got."""

    id: UUID
    device_id: UUID
    command: str
    args: dict[str, Any]
    state: CommandState
    requested_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    detail: str | None


def request_command(
    session: Session,
    device_id: UUID,
    *,
    command: str,
    args: dict[str, Any] | None = None,
    requested_by: UUID | None = None,
    lifetime: timedelta = LIFETIME,
) -> CommandView:
    """Queue a command; it is sent, and sent again at each birth of the device, until answered or expired.

    Raises:
        DeviceNotFound: there is no such device.
        DeviceRevoked: it has been shut out.
    """
    device = get_device(session, device_id)
    if device.revoked_at is not None:
        raise DeviceRevoked("A revoked device cannot be commanded.", revoked_at=device.revoked_at)
    at = clock.now()
    row = DeviceCommand(
        device_id=device_id,
        tenant_id=device.tenant_id,
        command=command,
        args=args or {},
        state=CommandState.QUEUED,
        requested_by=requested_by,
        requested_at=at,
        expires_at=at + lifetime,
    )
    session.add(row)
    session.flush()
    return _view(row)


def command_view(session: Session, command_id: UUID) -> CommandView:
    """Return a command.

    Raises:
        CommandNotFound: there is none.
    """
    row = session.get(DeviceCommand, command_id)
    if row is None:
        raise CommandNotFound("No command has this id.", command_id=command_id)
    return _view(row)


def expire_commands(session: Session, *, at: datetime) -> int:
    """Give up commands that nobody answered in time; return how many."""
    result = session.execute(
        update(DeviceCommand)
        .where(DeviceCommand.state.in_(UNFINISHED), DeviceCommand.expires_at <= at)
        .values(state=CommandState.EXPIRED, finished_at=at)
        .returning(DeviceCommand.id)
    )
    return len(result.all())


def _view(row: DeviceCommand) -> CommandView:
    return CommandView(
        id=row.id,
        device_id=row.device_id,
        command=row.command,
        args=row.args,
        state=row.state,
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        finished_at=row.finished_at,
        detail=row.detail,
    )
