"""Devices that have stopped talking: said once per silence, by the gateway's clock."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from iot_gateway.events import DeviceSilent
from kernel import outbox


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
