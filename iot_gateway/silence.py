"""Devices that have stopped talking, and those that speak again: each said once, by the gateway's clock.

While broker, gateway or database are away nobody is heard, and no device is to blame: silence counts from the moment
the way has been open since.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from iot_gateway.events import DeviceSilent, DeviceSpokeAgain
from iot_gateway.models.fleet import BrokerStatus
from kernel import outbox

MOST = 5000
"""Devices of one sweep; the next one goes on."""


FRESH = timedelta(seconds=45)
"""The gateway writes down every ten seconds that it is there and hears the broker."""

NEVER = datetime.min.replace(tzinfo=UTC)


class Hearing:
    """Since when the way from the devices into the database is open without a break."""

    def __init__(self) -> None:
        """Know nothing yet: the way opens with the first look that finds it open."""
        self._since: datetime | None = None
        self._looked_at = NEVER

    def look(self, session: Session, *, at: datetime) -> datetime | None:
        """Return since when it is open, None while it is not; who did not look for a while begins anew."""
        fresh = at - FRESH
        open_now = session.scalar(
            select(BrokerStatus.gateway)
            .where(BrokerStatus.at >= fresh, func.coalesce(BrokerStatus.heard_at, BrokerStatus.at) >= fresh)
            .limit(1)
        )
        if open_now is None:
            self._since = None
        elif self._since is None or self._looked_at < fresh:
            self._since = at
        self._looked_at = at
        return self._since


def publish_silences(session: Session, *, at: datetime, heard_since: datetime = NEVER) -> int:
    """Publish `DeviceSilent` for devices newly silent; return how many.

    `heard_since` is when the way from the devices was last broken: silence counts from then on.
    """
    rows = session.execute(
        text(
            "UPDATE telemetry_last l SET silent_at = :at FROM device d"
            " WHERE d.number = l.device_number AND l.silent_at IS NULL AND d.revoked_at IS NULL"
            " AND GREATEST(l.last_seen_at, CAST(:heard_since AS timestamptz)) < CAST(:at AS timestamptz)"
            " - make_interval(secs => GREATEST(120, 5 * d.sampling_seconds))"
            " RETURNING d.id, d.tenant_id, d.name, d.model, l.last_seen_at"
        ),
        {"at": at, "heard_since": heard_since},
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
