"""Telemetry to take away: checked and noted in the request, read page by page while it is sent.

Each page is a short transaction of its own that goes on behind the last key. A slow reader thus holds neither a
connection nor a snapshot, and never keeps a partition from being dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from iot_gateway import files, repository
from iot_gateway.errors import BadExport, DeviceNotFound, ExportTooLarge
from iot_gateway.models.devices import Device
from iot_gateway.models.telemetry import TelemetryLast
from iot_gateway.resolution import Resolution
from kernel.db import tenant_of, transaction

MOST_DEVICES, MOST_METRICS = 100, 50
MOST_DEVICE_DAYS = {Resolution.RAW: 400, Resolution.MINUTE: 8_000, Resolution.HOUR: 200_000}
"""Devices x days that one download may cover."""
PAGE_ROWS = 5_000
ROLLED = ("count", "min", "max", "mean")


@dataclass(frozen=True)
class Export:
    """What is to be read, for whom."""

    tenant_id: UUID
    devices: Sequence[tuple[int, str]]
    """(number, name), by number."""
    metrics: Sequence[str]
    start: datetime
    end: datetime
    resolution: Resolution

    @property
    def columns(self) -> list[str]:
        """Return the header: device, instant, then each metric, in a roll-up with what is known of it."""
        if self.resolution is Resolution.RAW:
            return ["device", "at", *self.metrics]
        return ["device", "at", *(f"{metric}.{part}" for metric in self.metrics for part in ROLLED)]


def plan(
    session: Session,
    *,
    device_ids: Sequence[UUID],
    metrics: Sequence[str],
    start: datetime,
    end: datetime,
    resolution: Resolution,
) -> Export:
    """Check what is asked for; without metrics, those that the devices sent last are taken.

    Raises:
        DeviceNotFound: one of the devices does not exist.
        BadExport: the end lies before the start, or a metric is named twice.
        ExportTooLarge: devices x days, or the metrics, are more than one download may cover.
    """
    if end <= start:
        raise BadExport("`to` must be later than `from`.", field="to")
    wanted = set(device_ids)
    days, most = len(wanted) * ((end - start) / timedelta(days=1)), MOST_DEVICE_DAYS[resolution]
    if len(wanted) > MOST_DEVICES or days > most:
        raise ExportTooLarge(
            f"At most {MOST_DEVICES} devices and {most} devices x days in this resolution.",
            devices=len(wanted),
            device_days=round(days, 1),
            most_device_days=most,
        )
    devices = session.execute(
        select(Device.number, Device.name).where(Device.id.in_(wanted)).order_by(Device.number)
    ).all()
    if len(devices) < len(wanted):
        raise DeviceNotFound
    numbers = [number for number, _ in devices]
    names = list(metrics) or _sent_last(session, numbers)
    if len(set(names)) < len(names):
        raise BadExport("Name each metric once.", field="metric")
    if len(names) > MOST_METRICS:
        raise ExportTooLarge(f"At most {MOST_METRICS} metrics.", metrics=len(names), most_metrics=MOST_METRICS)
    pairs = [(number, name) for number, name in devices]
    return Export(tenant_of(session), pairs, names, start, end, resolution)


def as_csv(export: Export) -> Iterator[bytes]:
    """Yield the export as CSV."""
    return files.csv_pieces(export.columns, _pages(export))


def as_parquet(export: Export) -> Iterator[bytes]:
    """Yield the export as Parquet."""
    return files.parquet_pieces(export.columns, _pages(export))


def _pages(export: Export) -> Iterator[files.Page]:
    """Yield the rows, by device and time, at most `PAGE_ROWS` at once."""
    for number, name in export.devices:
        behind: repository.SampleKey | None = None
        while True:
            with transaction(tenant_id=export.tenant_id) as session:
                keys, rows = repository.export_page(
                    session,
                    number,
                    export.metrics,
                    start=export.start,
                    end=export.end,
                    resolution=export.resolution,
                    behind=behind,
                    limit=PAGE_ROWS,
                )
            if rows:
                yield [(name, *row) for row in rows]
            if len(rows) < PAGE_ROWS:
                break
            behind = keys[-1]


def _sent_last(session: Session, numbers: Sequence[int]) -> list[str]:
    found = session.scalars(select(TelemetryLast.vals).where(TelemetryLast.device_number.in_(numbers)))
    return sorted({name for values in found for name in values})
