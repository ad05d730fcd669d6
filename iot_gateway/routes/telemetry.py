"""Telemetry over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, StringConstraints

from iot_gateway.errors import BadSeries, DeviceNotFound
from iot_gateway.schemas.telemetry import DeviceChartOut, SeriesOut
from iot_gateway.service import charts
from kernel import clock
from kernel.auth import STAFF, Role
from kernel.http import Access, Db, problems
from kernel.http import router as make_router

router = make_router("telemetry")

ACCESS: Access = {
    "get_series": STAFF | {Role.INTEGRATOR},
    "get_chart": STAFF | {Role.INTEGRATOR},
}
SERIES_DAYS = 7
MetricName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]
MaxPoints = Annotated[int, Query(ge=10, le=2000)]


@router.get("/devices/{device_id}/series", responses=problems(DeviceNotFound, BadSeries))
def get_series(
    device_id: UUID,
    db: Db,
    *,
    metric: Annotated[MetricName, Query()],
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    max_points: MaxPoints = 600,
) -> SeriesOut:
    """Return one metric over time, thinned out, with the band that was expected."""
    until = end or clock.now()
    since = start or until - timedelta(days=SERIES_DAYS)
    return SeriesOut.of(charts.series(db, device_id, metric=metric, start=since, end=until, max_points=max_points))


@router.get("/devices/{device_id}/chart", responses=problems(DeviceNotFound, BadSeries))
def get_chart(
    device_id: UUID,
    db: Db,
    *,
    metric: Annotated[list[MetricName], Query(min_length=1, max_length=12)],
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    max_points: MaxPoints = 600,
) -> DeviceChartOut:
    """Return several metrics over the same time, each thinned out, with what was expected."""
    until = end or clock.now()
    since = start or until - timedelta(days=SERIES_DAYS)
    found = charts.chart(db, device_id, metrics=metric, start=since, end=until, max_points=max_points)
    return DeviceChartOut(series=[SeriesOut.of(series) for series in found])
