"""Meters that are read from a metric of the asset's device, such as its hours of running."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import meter_rows, meters
from backend.assets.metering import PLACES
from backend.assets.meters import Read
from backend.assets.models import Meter, ReadingSource
from iot_gateway.service import devices
from iot_gateway.service.devices import LastSample

APART = timedelta(hours=1)
APART_FAULTY = timedelta(days=1)
"""While the last one does not count: a device that counts from zero again is waiting for its replacement."""
MOST = Decimal(10) ** 8
BATCH = 500


def read_devices(session: Session, *, at: datetime, after: UUID | None = None) -> UUID | None:
    """Read some of the meters that devices feed, at most once an hour each; return behind which one to go on."""
    fed = meter_rows.fed_meters(session, after=after, limit=BATCH)
    samples = devices.last_samples(session, {device_id for _, device_id in fed})
    for meter, device_id in fed:
        read = _read(session, meter, samples.get(device_id))
        if read is not None:
            meters.record_reading(session, meter.id, read, received_at=at)
    return fed[-1][0].id if len(fed) == BATCH else None


def _read(session: Session, meter: Meter, sample: LastSample | None) -> Read | None:
    value = sample.values.get(meter.metric or "") if sample else None
    if sample is None or isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= MOST:
        return None
    last = meter_rows.last_fed(session, meter.id)
    if last is not None and sample.at < last.at + (APART if last.fault is None else APART_FAULTY):
        return None
    return Read(value=Decimal(str(value)).quantize(PLACES), at=sample.at, source=ReadingSource.TELEMETRY)
