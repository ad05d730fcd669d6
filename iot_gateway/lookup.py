"""What must be known before a tenant is: read under the `system` login, here and nowhere else on this floor."""

from uuid import UUID

from sqlalchemy import select, text

from iot_gateway.models.access import DeviceClaim
from iot_gateway.models.devices import Device
from kernel.auth import hash_secret
from kernel.db import Login, transaction

COUNT = text("""
    INSERT INTO claim_attempt (address_hash, window_at, count) VALUES (:address, date_trunc('minute', now()), 1)
    ON CONFLICT (address_hash) DO UPDATE SET
        count = CASE WHEN claim_attempt.window_at = excluded.window_at THEN claim_attempt.count + 1 ELSE 1 END,
        window_at = excluded.window_at
    RETURNING count
""")
FORGET = text("DELETE FROM claim_attempt WHERE window_at < now() - interval '1 hour'")


def tenant_of_claim(token: str) -> UUID | None:
    """Return whose claim a token is."""
    with transaction(Login.SYSTEM) as session:
        return session.scalar(select(DeviceClaim.tenant_id).where(DeviceClaim.token_hash == hash_secret(token)))


def device_by_name(name: str) -> tuple[UUID, UUID] | None:
    """Return tenant and id of a device; names are unique everywhere. For commands of the machine's operator."""
    with transaction(Login.SYSTEM) as session:
        row = session.execute(select(Device.tenant_id, Device.id).where(Device.name == name)).one_or_none()
        return (row.tenant_id, row.id) if row is not None else None


def count_attempt(address: str) -> int:
    """Count an attempt of an address in this minute, whatever becomes of it; return how many there are."""
    with transaction(Login.SYSTEM) as session:
        count = int(session.execute(COUNT, {"address": hash_secret(address)}).scalar_one())
        if count == 1:
            session.execute(FORGET)
        return count
