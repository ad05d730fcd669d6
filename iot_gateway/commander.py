"""Sends what waits for devices that are there: commands and desired states.

A row is claimed before it is sent, in a transaction of its own, and noted as sent after it: no lock is held while the
broker is waited for, and a gateway that dies in between leaves a row that comes due again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from iot_gateway import metrics
from iot_gateway.client import Link
from iot_gateway.codec import encode_command, encode_desired
from iot_gateway.lifecycle import retry_seconds
from iot_gateway.service.commands import expire_commands
from kernel import clock
from kernel.db import Login, transaction

BATCH = 100

REACHABLE = """
    EXISTS (SELECT 1 FROM telemetry_last l WHERE l.device_number = d.number AND l.online IS NOT FALSE
        AND l.last_seen_at > now() - make_interval(secs => GREATEST(120, 5 * d.sampling_seconds)))
"""
"""Heard of lately and not gone by its own will; the birth of another makes its rows due."""

_COMMANDS = f"""
    SELECT c.id, d.tenant_slug, d.name, c.command, c.args, c.expires_at, c.attempts
    FROM device_command c JOIN device d ON d.id = c.device_id
    WHERE c.state IN ('queued', 'sent') AND c.due_at <= now() AND c.expires_at > now() AND d.revoked_at IS NULL
        AND {REACHABLE}
    ORDER BY c.due_at LIMIT :batch FOR UPDATE OF c SKIP LOCKED
"""
_TWINS = f"""
    SELECT t.device_id, d.tenant_slug, d.name, t.desired_version, t.desired, t.attempts
    FROM device_twin t JOIN device d ON d.id = t.device_id
    WHERE t.desired_version > t.reported_version AND t.due_at <= now() AND d.revoked_at IS NULL AND {REACHABLE}
    ORDER BY t.due_at LIMIT :batch FOR UPDATE OF t SKIP LOCKED
"""


class Parcel(NamedTuple):
    """One message to be handed to the broker."""

    key: UUID
    topic: str
    payload: bytes
    expires_seconds: int


def send_commands(link: Link) -> int:
    """Hand due commands to the broker; return how many it took."""
    if not link.connected.is_set():
        return 0
    taken = 0
    for parcel in _claim_commands(clock.now()):
        if not _deliver(link, parcel):
            break
        with transaction(Login.INGEST) as session:
            session.execute(
                text("UPDATE device_command SET state = 'sent', sent_at = :at WHERE id = :id AND state = ANY(:open)"),
                {"id": parcel.key, "at": clock.now(), "open": ["queued", "sent"]},
            )
        taken += 1
        metrics.COMMANDS_SENT.inc()
    return taken


def send_twins(link: Link) -> int:
    """Hand desired states to the broker that their devices have not dealt with; return how many it took."""
    if not link.connected.is_set():
        return 0
    taken = 0
    for parcel in _claim_twins():
        if not _deliver(link, parcel):
            break
        taken += 1
        metrics.TWINS_SENT.inc()
    return taken


def expire_unanswered() -> int:
    """Mark commands as expired whose time is over."""
    with transaction(Login.INGEST) as session:
        return expire_commands(session, at=clock.now())


def _deliver(link: Link, parcel: Parcel) -> bool:
    return link.deliver(
        parcel.topic, parcel.payload, expires_seconds=parcel.expires_seconds, correlation=parcel.key.bytes
    )


def _claim_commands(at: datetime) -> list[Parcel]:
    def parcel(row: Any) -> Parcel:
        left = int((row.expires_at - at).total_seconds())
        return Parcel(
            row.id,
            f"fieldhand/v1/{row.tenant_slug}/{row.name}/cmd",
            encode_command(str(row.id), row.command, row.args),
            max(1, min(left, retry_seconds(row.attempts + 1))),
        )

    return _claim(
        _COMMANDS,
        "UPDATE device_command SET attempts = attempts + 1, due_at = now() + make_interval(secs => :wait)"
        " WHERE id = :key",
        parcel,
    )


def _claim_twins() -> list[Parcel]:
    def parcel(row: Any) -> Parcel:
        return Parcel(
            row.device_id,
            f"fieldhand/v1/{row.tenant_slug}/{row.name}/twin/desired",
            encode_desired(row.desired_version, row.desired),
            retry_seconds(row.attempts + 1),
        )

    return _claim(
        _TWINS,
        "UPDATE device_twin SET attempts = attempts + 1, due_at = now() + make_interval(secs => :wait)"
        " WHERE device_id = :key",
        parcel,
    )


def _claim(query: str, update: str, make: Callable[[Any], Parcel]) -> list[Parcel]:
    """Take due rows for one sending; whoever comes next finds them due when the answer is overdue."""
    with transaction(Login.INGEST) as session:
        rows: Sequence[Any] = session.execute(text(query), {"batch": BATCH}).all()
        parcels = [make(row) for row in rows]
        if rows:
            waits = [
                {"key": parcel.key, "wait": retry_seconds(row.attempts + 1)}
                for parcel, row in zip(parcels, rows, strict=True)
            ]
            session.execute(text(update), waits)
    return parcels
