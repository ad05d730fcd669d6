"""Sends queued commands, and gives up those that nobody answered."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from iot_gateway import metrics
from iot_gateway.client import Link
from iot_gateway.codec import encode_command
from iot_gateway.lifecycle import CommandState
from iot_gateway.models.devices import Device, DeviceCommand
from iot_gateway.service.commands import expire_commands
from kernel import clock
from kernel.db import Login, transaction

BATCH = 100


def send_commands(link: Link) -> int:
    """Hand queued commands to the broker; one that it does not take stays queued. Return how many went out."""
    if not link.connected.is_set():
        return 0
    with transaction(Login.INGEST) as session:
        return sum(_send(link, command, device) for command, device in _queued(session))


def expire_unanswered() -> int:
    """Mark commands as expired whose time is over."""
    with transaction(Login.INGEST) as session:
        return expire_commands(session, at=clock.now())


def _queued(session: Session) -> list[tuple[DeviceCommand, Device]]:
    rows = session.execute(
        select(DeviceCommand, Device)
        .join(Device, Device.id == DeviceCommand.device_id)
        .where(
            DeviceCommand.state == CommandState.QUEUED,
            DeviceCommand.expires_at > text("now()"),
            Device.revoked_at.is_(None),
        )
        .order_by(DeviceCommand.requested_at)
        .limit(BATCH)
        .with_for_update(of=DeviceCommand, skip_locked=True)
    )
    return [(row[0], row[1]) for row in rows]


def _send(link: Link, command: DeviceCommand, device: Device) -> bool:
    at = clock.now()
    sent = link.deliver(
        f"fieldhand/v1/{device.tenant_slug}/{device.name}/cmd",
        encode_command(str(command.id), command.command, command.args),
        expires_seconds=int((command.expires_at - at).total_seconds()),
        correlation=UUID(str(command.id)).bytes,
    )
    if sent:
        command.state, command.sent_at = CommandState.SENT, at
        metrics.COMMANDS_SENT.inc()
    return sent
