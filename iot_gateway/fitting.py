"""The nightly fit: what is normal for each device, from its healthy hours of the last weeks."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway import follow, purpose, repository
from iot_gateway.detect import catalogue, learning
from iot_gateway.detect.hours import hour_of_week
from iot_gateway.detect.profile import MetricProfile
from iot_gateway.models.detection import DetectorProfile, DeviceCase
from iot_gateway.models.devices import Device
from iot_gateway.models.telemetry import TelemetryHour
from kernel.ids import new_id

HISTORY, SHORTEST_HOURS = timedelta(days=28), 14 * 24


def fit_device(session: Session, device: Device, *, at: datetime) -> int:
    """Fit the profiles of one device anew; return how many metrics. Too little healthy history leaves the old ones."""
    kept = {
        metric: msgspec.convert(body, MetricProfile)
        for metric, body in session.execute(
            select(DetectorProfile.metric, DetectorProfile.body).where(DetectorProfile.device_id == device.id)
        )
    }
    if not kept:
        return 0
    rows = healthy_hours(session, device, at=at)
    if len(rows) < SHORTEST_HOURS:
        return 0
    names = tuple(sorted({name for row in rows for name in row.means}))
    known = catalogue.model(device.model, names)
    metrics = tuple(name for name in known.metrics if name in names)
    found = learning.fit_all(known, metrics, _history(rows, metrics, device, kept))
    for metric, profile in found.items():
        old = kept.get(metric)
        fitted = learning.with_spread_of(profile, old)
        _keep(session, device, fitted, at=at)
    return len(found)


def healthy_hours(session: Session, device: Device, *, at: datetime) -> list[TelemetryHour]:
    """Return the hours of the last weeks without alarm, outside the life of any case, after the last meant change."""
    since = max(at - HISTORY, _changed_at(session, device, at=at))
    spans = [
        (case.started_at, case.recovered_at or case.closed_at or at)
        for case in session.scalars(select(DeviceCase).where(DeviceCase.device_id == device.id))
    ]
    return [
        row
        for row in repository.hours(session, device.number, start=since, end=at)
        if not row.alarms and not any(start <= row.hour <= end for start, end in spans)
    ]


def _changed_at(session: Session, device: Device, *, at: datetime) -> datetime:
    """Return when the level of a device was last changed on purpose; long ago without such a change."""
    reach = at - HISTORY - timedelta(milliseconds=purpose.LONGEST_CHANGE_MS)
    changes = [
        purpose.purpose_of(event.kind, int(event.ts.timestamp() * 1000), event.detail)
        for event in follow.load_events(session, [device.number], start=reach, end=at)
    ]
    hour = purpose.relearns(changes, int(at.timestamp()) // 3600)
    return reach if hour is None else datetime.fromtimestamp((hour + 1) * 3600, tz=UTC)


def _history(
    rows: Sequence[TelemetryHour], metrics: Sequence[str], device: Device, kept: dict[str, MetricProfile]
) -> learning.History:
    hours = np.array([int(row.hour.astimezone(UTC).timestamp()) // 3600 for row in rows], dtype=np.int64)
    zone = ZoneInfo(device.time_zone)
    means = np.array([[row.means.get(name, np.nan) for name in metrics] for row in rows], dtype=np.float64)
    runs = [kept[name].longest_run_ms if name in kept else 0 for name in metrics]
    return learning.History(
        hours=hours,
        weeks=np.array([hour_of_week(hour, zone) for hour in hours.tolist()], dtype=np.int64),
        means=means,
        spreads=np.full_like(means, np.nan),
        longest_runs=np.array(runs, dtype=np.int64),
    )


def _keep(session: Session, device: Device, profile: MetricProfile, *, at: datetime) -> None:
    row = insert(DetectorProfile).values(
        id=new_id(),
        tenant_id=device.tenant_id,
        device_id=device.id,
        metric=profile.metric,
        provisional=False,
        fitted_at=at,
        body=msgspec.to_builtins(profile),
    )
    new = {"provisional": False, "fitted_at": at, "body": row.excluded.body}
    session.execute(row.on_conflict_do_update(index_elements=["device_id", "metric"], set_=new))
