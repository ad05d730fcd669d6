"""Commands to devices: rows that a gateway sends until they are answered or expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from iot_gateway.errors import CommandNotFound, CommandUnderWay, DeviceRevoked
from iot_gateway.events import CommandFinished
from iot_gateway.lifecycle import UNFINISHED, CommandState, CommandStep, command_after
from iot_gateway.models.devices import DeviceCommand
from iot_gateway.service.devices import get_device
from kernel import clock, outbox
from kernel.errors import Invalid

LIFETIME = timedelta(minutes=10)
LIFETIMES = (timedelta(seconds=1), timedelta(days=30))
"""The shortest and the longest that may be asked for."""
BATCH = 1000


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
    attempts: int
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
    """Queue a command; it goes out when the device is there, again and again until answered or expired.

    Raises:
        DeviceNotFound: there is no such device.
        DeviceRevoked: it has been shut out.
        Invalid: the lifetime is outside `LIFETIMES`.
    """
    if not LIFETIMES[0] <= lifetime <= LIFETIMES[1]:
        raise Invalid("A command lives between a second and 30 days.", field="lifetime_seconds")
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
        due_at=at,
        attempts=0,
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


def list_commands(
    session: Session, device_id: UUID, *, before: UUID | None = None, limit: int = 50
) -> Sequence[CommandView]:
    """Return the commands of a device, newest first, behind `before`.

    Raises:
        DeviceNotFound: there is no such device.
    """
    get_device(session, device_id)
    query = select(DeviceCommand).where(DeviceCommand.device_id == device_id)
    if before is not None:
        query = query.where(DeviceCommand.id < before)
    return [_view(row) for row in session.scalars(query.order_by(DeviceCommand.id.desc()).limit(limit))]


def cancel_command(session: Session, command_id: UUID, *, at: datetime) -> CommandView:
    """Withdraw a command that no gateway has begun to send; a second time changes nothing.

    Raises:
        CommandNotFound: there is none.
        CommandUnderWay: it may have reached the device, or has come to its end.
    """
    row = session.get(DeviceCommand, command_id, with_for_update=True)
    if row is None:
        raise CommandNotFound("No command has this id.", command_id=command_id)
    if row.state is CommandState.CANCELLED:
        return _view(row)
    if row.attempts > 0 or command_after(row.state, CommandStep.CANCEL) is not CommandState.CANCELLED:
        raise CommandUnderWay("Only what has not gone out can be withdrawn.", state=row.state, attempts=row.attempts)
    _finish(session, row, CommandState.CANCELLED, at)
    session.flush()
    return _view(row)


def expire_commands(session: Session, *, at: datetime) -> int:
    """Give up commands that nobody answered in time; return how many."""
    rows = session.scalars(
        select(DeviceCommand)
        .where(DeviceCommand.state.in_(UNFINISHED), DeviceCommand.expires_at <= at)
        .order_by(DeviceCommand.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        _finish(session, row, command_after(row.state, CommandStep.EXPIRE), at)
    return len(rows)


def _finish(session: Session, row: DeviceCommand, state: CommandState, at: datetime) -> None:
    row.state, row.finished_at = state, at
    outbox.publish(
        session,
        CommandFinished(command_id=row.id, device_id=row.device_id, command=row.command, state=state.value, at=at),
        tenant_id=row.tenant_id,
    )


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
        attempts=row.attempts,
        finished_at=row.finished_at,
        detail=row.detail,
    )
