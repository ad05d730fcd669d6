"""Devices that have stopped talking, and those that speak again: each said once, by the gateway's clock."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from iot_gateway.events import DeviceSilent, DeviceSpokeAgain
from kernel import outbox

MOST = 5000
"""Devices of one sweep; the next one goes on."""


def publish_silences(session: Session, *, at: datetime) -> int:
    """Publish `DeviceSilent` for devices newly silent; return how many."""
    rows = session.execute(
        text(
            "UPDATE telemetry_last l SET silent_at = :at FROM device d"
            " WHERE d.number = l.device_number AND l.silent_at IS NULL AND d.revoked_at IS NULL"
            " AND l.last_seen_at < CAST(:at AS timestamptz)"
            " - make_interval(secs => GREATEST(120, 5 * d.sampling_seconds))"
            " RETURNING d.id, d.tenant_id, d.name, d.model, l.last_seen_at"
        ),
        {"at": at},
    ).all()
    for device_id, tenant_id, name, model, seen in rows:
        outbox.publish(
            session,
            DeviceSilent(device_id=device_id, name=name, model=model, last_seen_at=seen, silent_at=at),
            tenant_id=tenant_id,
        )
    return len(rows)


def publish_voices(session: Session, *, at: datetime) -> int:
    """Publish `DeviceSpokeAgain` for silent devices that were heard since; return how many."""
    rows = session.execute(
        text(
            "WITH heard AS (SELECT l.device_number, l.silent_at FROM telemetry_last l"
            " JOIN device d ON d.number = l.device_number"
            " WHERE l.silent_at IS NOT NULL AND l.last_seen_at >= CAST(:at AS timestamptz)"
            " - make_interval(secs => GREATEST(120, 5 * d.sampling_seconds))"
            " ORDER BY l.device_number LIMIT :most FOR UPDATE OF l)"
            " UPDATE telemetry_last l SET silent_at = NULL FROM heard h, device d"
            " WHERE l.device_number = h.device_number AND d.number = l.device_number"
            " RETURNING d.id, d.tenant_id, d.name, d.model, l.last_seen_at, h.silent_at"
        ),
        {"at": at, "most": MOST},
    ).all()
    for device_id, tenant_id, name, model, seen, silent_at in rows:
        outbox.publish(
            session,
            DeviceSpokeAgain(device_id=device_id, name=name, model=model, last_seen_at=seen, silent_at=silent_at),
            tenant_id=tenant_id,
        )
    return len(rows)
