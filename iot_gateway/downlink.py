"""What a device's birth, answers and reports do to what is said to it; part of the ingest transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from iot_gateway import twin
from iot_gateway.events import CommandFinished, TwinApplied
from iot_gateway.lifecycle import CommandState, CommandStep, command_after
from iot_gateway.twin import Report
from kernel.ids import new_id
from kernel.outbox import Event, encode

if TYPE_CHECKING:
    from iot_gateway.batch import DeviceEntry
    from iot_gateway.store import Connection


class Said(NamedTuple):
    """A device's answer to a command."""

    device: DeviceEntry
    command_id: UUID
    good: bool
    detail: str
    at: datetime


def note_birth(connection: Connection, device_id: UUID) -> None:
    """Make everything that waits for a device due at once: it has just come, and may have lost what was sent."""
    connection.execute(
        "UPDATE device_command SET due_at = now(), attempts = LEAST(attempts, 1)"
        " WHERE device_id = %s AND state IN ('queued', 'sent') AND expires_at > now()",
        [device_id],
    )
    connection.execute(
        "UPDATE device_twin SET due_at = now(), attempts = 0"
        " WHERE device_id = %s AND desired_version > reported_version",
        [device_id],
    )


def write_answers(connection: Connection, answers: Iterable[Said]) -> None:
    """End the commands that were answered; an answer to another device's or a finished command ends nothing."""
    for said in sorted(answers, key=lambda said: said.command_id):
        row = connection.execute(
            "SELECT state, command, expires_at FROM device_command WHERE id = %s AND device_id = %s FOR UPDATE",
            [said.command_id, said.device.id],
        ).fetchone()
        if row is None:
            continue
        state = CommandState(row[0])
        after = command_after(state, CommandStep.ACK if said.good else CommandStep.FAIL)
        if after is not state:
            connection.execute(
                "UPDATE device_command SET state = %s, finished_at = %s, detail = %s WHERE id = %s",
                [after.value, said.at, said.detail[:2000], said.command_id],
            )
            event = CommandFinished(
                command_id=said.command_id, device_id=said.device.id, command=row[1], state=after.value, at=said.at
            )
            _publish(connection, said.device.tenant_id, event)
        elif state is CommandState.EXPIRED:
            late = f"answered too late: {'acked' if said.good else 'failed'} {said.detail}"
            connection.execute(
                "UPDATE device_command SET detail = COALESCE(detail, %s) WHERE id = %s",
                [late[:2000].strip(), said.command_id],
            )


def write_reports(connection: Connection, reports: Iterable[tuple[DeviceEntry, Report, datetime]]) -> None:
    """Keep what devices say they are set to; an older or repeated report changes nothing."""
    latest: dict[int, tuple[DeviceEntry, Report, datetime]] = {}
    for device, report, at in reports:
        held = latest.get(device.number)
        if held is None or twin.newer(held[1], report) is report:
            latest[device.number] = (device, report, at)
    for number in sorted(latest):
        _write_report(connection, *latest[number])


def _write_report(connection: Connection, device: DeviceEntry, report: Report, at: datetime) -> None:
    connection.execute(
        "INSERT INTO device_twin (id, tenant_id, device_id) VALUES (%s, %s, %s) ON CONFLICT (device_id) DO NOTHING",
        [new_id(), device.tenant_id, device.id],
    )
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT reported_boot, reported_seq, reported_version, desired_version, desired FROM device_twin"
        " WHERE device_id = %s FOR UPDATE",
        [device.id],
    ).fetchone()
    if row is None:
        raise AssertionError("the twin just written is not there")
    boot, seq, known_version, wanted, desired = row
    known = Report(boot, seq, known_version, {})
    if twin.newer(known, report) is known:
        return
    connection.execute(
        "UPDATE device_twin SET reported = %s, reported_version = %s, reported_boot = %s, reported_seq = %s,"
        " reported_at = %s WHERE device_id = %s",
        [Jsonb(report.state), report.version, report.boot, report.seq, at, device.id],
    )
    if known_version < wanted <= report.version:
        agrees = not twin.delta(desired, report.state)
        event = TwinApplied(device_id=device.id, version=report.version, agrees=agrees, at=at)
        _publish(connection, device.tenant_id, event)


def _publish(connection: Connection, tenant_id: UUID, event: Event) -> None:
    connection.execute(
        "INSERT INTO outbox_event (id, tenant_id, topic, body) VALUES (%s, %s, %s, %s)",
        [new_id(), tenant_id, event.topic, Jsonb(encode(event))],
    )
