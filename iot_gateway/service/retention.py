"""How long a tenant keeps its telemetry."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway.models.rollups import TelemetryRetention
from kernel.db import tenant_of
from kernel.settings import get_settings

MINUTE_DAYS, HOUR_DAYS = 365, 1825


@dataclass(frozen=True)
class Retention:
    """Days that samples and both roll-ups are kept."""

    raw_days: int
    minute_days: int
    hour_days: int


def retention(session: Session) -> Retention:
    """Return how long the tenant keeps what; samples no longer than the deployment does."""
    longest = get_settings().telemetry_raw_days
    row = session.get(TelemetryRetention, tenant_of(session))
    if row is None:
        return Retention(longest, MINUTE_DAYS, HOUR_DAYS)
    return Retention(min(row.raw_days or longest, longest), row.minute_days, row.hour_days)


def keep(session: Session, *, raw_days: int | None, minute_days: int, hour_days: int) -> Retention:
    """Set how long the tenant keeps what; without `raw_days`, samples as long as the deployment does."""
    values = {"raw_days": raw_days, "minute_days": minute_days, "hour_days": hour_days}
    session.execute(
        insert(TelemetryRetention)
        .values(tenant_id=tenant_of(session), **values)
        .on_conflict_do_update(index_elements=["tenant_id"], set_=values)
    )
    session.expire_all()
    return retention(session)
