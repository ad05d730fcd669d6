"""The nightly fit: what is normal for each device, from its healthy hours of the last weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
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
from iot_gateway.drift import Day, day_of
from iot_gateway.lifefits import residuals_of
from iot_gateway.models.detection import DetectorProfile, DeviceCase
from iot_gateway.models.devices import Device
from kernel.ids import new_id

HISTORY, SHORTEST_HOURS = timedelta(days=28), 14 * 24


class Hour(NamedTuple):
    """What a stored hour tells a fit."""

    hour: datetime
    means: Mapping[str, float]
    expected: Mapping[str, Sequence[float]]
    alarms: Sequence[str]


@dataclass(frozen=True)
class Fit:
    """What the night has made of a device: how many series were fitted anew, and how the last day was for each."""

    series: int = 0
    days: tuple[Day, ...] = ()


def fit_device(session: Session, device: Device, *, at: datetime) -> Fit:
    """Fit the profiles of one device anew. Too little healthy history leaves the old ones."""
    kept = {
        metric: msgspec.convert(body, MetricProfile)
        for metric, body in session.execute(
            select(DetectorProfile.metric, DetectorProfile.body).where(DetectorProfile.device_id == device.id)
        )
    }
    if not kept:
        return Fit()
    rows = healthy_hours(session, device, at=at)
    days = _last_day(device, rows, kept, at=at)
    if len(rows) < SHORTEST_HOURS:
        return Fit(days=days)
    names = tuple(sorted({name for row in rows for name in row.means}))
    known = catalogue.model(device.model, names)
    metrics = tuple(name for name in known.metrics if name in names)
    found = learning.fit_all(known, metrics, _history(rows, metrics, device, kept))
    _keep(session, device, [learning.with_spread_of(one, kept.get(metric)) for metric, one in found.items()], at=at)
    return Fit(len(found), days)


def _last_day(
    device: Device, rows: Sequence[Hour], kept: Mapping[str, MetricProfile], *, at: datetime
) -> tuple[Day, ...]:
    today = [row for row in rows if row.hour > at - timedelta(days=1)]
    _, residuals = residuals_of(today, tuple(kept))
    days = (
        day_of(device.id, device.model, metric, scale=kept[metric].scale, residuals=residuals[:, column])
        for column, metric in enumerate(kept)
    )
    return tuple(day for day in days if day is not None)


def healthy_hours(session: Session, device: Device, *, at: datetime) -> list[Hour]:
    """Return the hours of the last weeks without alarm, outside the life of any case, after the last meant change."""
    since = max(at - HISTORY, _changed_at(session, device, at=at))
    spans = [
        (case.started_at, case.recovered_at or case.closed_at or at)
        for case in session.scalars(select(DeviceCase).where(DeviceCase.device_id == device.id))
    ]
    return [
        row
        for row in map(Hour._make, repository.hour_rows(session, device.number, start=since, end=at))
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
    rows: Sequence[Hour], metrics: Sequence[str], device: Device, kept: dict[str, MetricProfile]
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


def _keep(session: Session, device: Device, profiles: Sequence[MetricProfile], *, at: datetime) -> None:
    if not profiles:
        return
    row = insert(DetectorProfile).values(
        [
            {
                "id": new_id(),
                "tenant_id": device.tenant_id,
                "device_id": device.id,
                "metric": one.metric,
                "provisional": False,
                "fitted_at": at,
                "body": msgspec.to_builtins(one),
            }
            for one in profiles
        ]
    )
    new = {"provisional": False, "fitted_at": at, "body": row.excluded.body}
    session.execute(row.on_conflict_do_update(index_elements=["device_id", "metric"], set_=new))
