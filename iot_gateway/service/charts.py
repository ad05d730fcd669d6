"""Series for charts: from samples or a roll-up by the span asked for, with the band that was expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from iot_gateway import repository
from iot_gateway.detect import catalogue
from iot_gateway.detect.downsample import thin
from iot_gateway.errors import BadSeries
from iot_gateway.models.devices import Device
from iot_gateway.models.telemetry import TelemetryHour
from iot_gateway.resolution import MOST_ROWS, Resolution, fitting, step_seconds
from iot_gateway.service.devices import get_device
from iot_gateway.service.retention import retention
from kernel import clock

Point = tuple[int, float]
BandPoint = tuple[int, float, float]
Thinned = tuple[list[Point], list[BandPoint] | None]


@dataclass(frozen=True)
class Series:
    """One metric over time, thinned out for a chart; instants in epoch milliseconds."""

    metric: str
    unit: str
    start: datetime
    end: datetime
    resolution: Resolution
    step_seconds: int | None
    """What one point stands for; None for samples."""
    points: Sequence[Point]
    """Samples, or the mean of each step at its middle."""
    envelope: Sequence[BandPoint] | None
    """The lowest and highest sample of each step; None for samples, whose extremes are among the points."""
    band: Sequence[BandPoint] | None
    """The band that was expected."""


def series(
    session: Session, device_id: UUID, *, metric: str, start: datetime, end: datetime, max_points: int = 600
) -> Series:
    """Return one metric of a device as `chart` does.

    Raises:
        DeviceNotFound: there is no such device.
        BadSeries: the end lies before the start.
    """
    return chart(session, device_id, metrics=[metric], start=start, end=end, max_points=max_points)[0]


def chart(
    session: Session, device_id: UUID, *, metrics: Sequence[str], start: datetime, end: datetime, max_points: int
) -> list[Series]:
    """Return metrics of a device, each at most `max_points`, from the finest rows that fit the span.

    Raises:
        DeviceNotFound: there is no such device.
        BadSeries: the end lies before the start.
    """
    if end <= start:
        raise BadSeries("`to` must be later than `from`.", field="to")
    device = get_device(session, device_id)
    chosen = _fitting(session, device, start, end)
    thinned = _raw(session, device, metrics, start, end, max_points=max_points) if chosen is Resolution.RAW else None
    if thinned is None and chosen is Resolution.RAW:
        chosen = Resolution.MINUTE if end - start <= timedelta(minutes=MOST_ROWS) else Resolution.HOUR
    step = None
    if thinned is None:
        step = step_seconds(start, end, resolution=chosen, max_points=max_points)
        thinned = _rolled(session, device, metrics, start, end, resolution=chosen, step=step)
    hours = repository.hours(session, device.number, start=start - timedelta(hours=1), end=end)
    return [
        Series(
            metric,
            catalogue.unit(device.model, metric),
            start,
            end,
            chosen,
            step,
            points,
            envelope,
            _band(hours, metric, max_points),
        )
        for metric, (points, envelope) in zip(metrics, thinned, strict=True)
    ]


def _fitting(session: Session, device: Device, start: datetime, end: datetime) -> Resolution:
    kept, now = retention(session), clock.now()
    reach = device.max_age_days + 1
    return fitting(
        start,
        end,
        sampling_seconds=device.sampling_seconds,
        raw_from=now - timedelta(days=max(kept.raw_days, reach)),
        minute_from=now - timedelta(days=max(kept.minute_days, reach)),
    )


def _raw(
    session: Session, device: Device, metrics: Sequence[str], start: datetime, end: datetime, *, max_points: int
) -> list[Thinned] | None:
    """Return the samples of each metric, None where the device sends far more than it said."""
    rows = repository.raw_series(session, device.number, metrics, start=start, end=end, limit=MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        return None
    table = np.array([[np.nan if cell is None else cell for cell in row[1:]] for row in reversed(rows)], dtype=float)
    stamps = np.array([row[0] for row in reversed(rows)], dtype=np.int64)
    found: list[Thinned] = []
    for column in range(len(metrics)):
        values = table[:, column] if len(rows) else np.empty(0)
        known = np.flatnonzero(~np.isnan(values))
        kept = known[thin(stamps[known], values[known], max_points)]
        found.append((list(zip(stamps[kept].tolist(), values[kept].tolist(), strict=True)), None))
    return found


def _rolled(
    session: Session,
    device: Device,
    metrics: Sequence[str],
    start: datetime,
    end: datetime,
    *,
    resolution: Resolution,
    step: int,
) -> list[Thinned]:
    rows = repository.rolled_series(
        session, device.number, metrics, start=start, end=end, resolution=resolution, step_seconds=step
    )
    found: list[Thinned] = []
    for column in range(len(metrics)):
        at = 1 + 3 * column
        cells = [(int(row[0]) + step * 500, row[at], row[at + 1], row[at + 2]) for row in rows if row[at] is not None]
        points = [(middle, mean) for middle, _, _, mean in cells]
        found.append((points, [(middle, low, high) for middle, low, high, _ in cells]))
    return found


def _band(hours: Sequence[TelemetryHour], metric: str, max_points: int) -> Sequence[BandPoint] | None:
    """Return the expected band, every n-th hour of it so that at most `max_points` are left."""
    band = [
        (epoch_ms(hour.hour + timedelta(minutes=30)), *catalogue.band(*hour.expected[metric]))
        for hour in hours
        if metric in hour.expected
    ]
    step = -(-len(band) // max_points) if band else 1
    return band[::step] or None


def epoch_ms(at: datetime) -> int:
    """Return an instant as milliseconds since the epoch."""
    return int(at.astimezone(UTC).timestamp() * 1000)
