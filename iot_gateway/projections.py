"""The night's forecasts by statsmodels: the leading metric of each open case, and one typical device of each metric."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from iot_gateway import repository
from iot_gateway.detect import projection
from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.projection import Projection
from iot_gateway.lifecycle import ACTIVE
from iot_gateway.lifefits import residuals_of
from iot_gateway.models.detection import DeviceCase
from iot_gateway.models.devices import Device
from iot_gateway.models.forecasts import CaseForecast
from kernel.db import tenant_of
from kernel.ids import new_id

HISTORY = timedelta(hours=projection.MOST_HOURS)
TENANT_SECONDS = 600.0
"""For the forecasts of one tenant in a night; the gravest cases come first, the rest keep what they have."""


@dataclass(frozen=True)
class Asked:
    """The series of one open case: hourly means up to `hour` since the epoch, (n,), NaN where there is none."""

    case_id: UUID
    metric: str
    hour: int
    values: Floats


def open_cases(session: Session) -> Sequence[UUID]:
    """Return the active cases of a tenant, the gravest first."""
    query = select(DeviceCase.id).where(DeviceCase.state.in_(ACTIVE))
    return session.scalars(query.order_by(DeviceCase.severity.desc(), DeviceCase.opened_at, DeviceCase.id)).all()


def asked(session: Session, case_id: UUID) -> Asked | None:
    """Return the hours of the leading metric of a case before the last one heard; None where there are none."""
    case = session.get(DeviceCase, case_id)
    metric = str(case.summary.get("metric", "")) if case is not None else ""
    if case is None or not metric:
        return None
    number = session.get_one(Device, case.device_id).number
    last = repository.last_hour(session, number)
    if last is None:
        return None
    rows = repository.hours(session, number, start=last - HISTORY, end=last + timedelta(hours=1))
    told = {_hour(row.hour): float(row.means[metric]) for row in rows if metric in row.means}
    hour = _hour(last)
    values = np.array([told.get(at, np.nan) for at in range(hour - projection.MOST_HOURS + 1, hour + 1)])
    return Asked(case_id, metric, hour, values)


def keep(session: Session, question: Asked, found: Projection, *, at: datetime) -> None:
    """Store the forecast of a case in the place of the one before."""
    row = insert(CaseForecast).values(
        id=new_id(),
        tenant_id=tenant_of(session),
        case_id=question.case_id,
        metric=question.metric,
        made_at=at,
        method=found.method,
        note=found.note,
        points=list(_points(question, found)),
    )
    new = {name: row.excluded[name] for name in ("metric", "made_at", "method", "note", "points")}
    session.execute(row.on_conflict_do_update(index_elements=["case_id"], set_=new))


def of_case(session: Session, case: DeviceCase) -> CaseForecast | None:
    """Return the forecast of an active case; one that has ended has none."""
    if case.state not in ACTIVE:
        return None
    return session.scalar(select(CaseForecast).where(CaseForecast.case_id == case.id))


def residuals(session: Session, device_id: UUID, metric: str, *, at: datetime) -> Floats:
    """Return the residuals of a device's metric over the last two weeks, in scales, (n,)."""
    number = session.get_one(Device, device_id).number
    rows = repository.hours(session, number, start=at - HISTORY, end=at)
    return residuals_of(rows, (metric,))[1][:, 0]


def _points(question: Asked, found: Projection) -> Iterator[list[float]]:
    """Yield [epoch milliseconds of the middle of the hour, low, likely, high]."""
    for after, *band in zip(found.hours, found.low, found.likely, found.high, strict=True):
        yield [((question.hour + after) * 3600 + 1800) * 1000, *(float(f"{value:.6g}") for value in band)]


def _hour(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp()) // 3600
