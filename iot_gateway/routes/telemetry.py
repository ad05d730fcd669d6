"""Telemetry over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime

from iot_gateway.errors import BadSeries, DeviceNotFound
from iot_gateway.schemas.telemetry import SeriesOut
from iot_gateway.service import readings
from kernel import clock
from kernel.auth import STAFF, Role
from kernel.http import Access, Db, problems
from kernel.http import router as make_router

router = make_router("telemetry")

ACCESS: Access = {
    "get_series": STAFF | {Role.INTEGRATOR},
}
SERIES_DAYS = 7


@router.get("/devices/{device_id}/series", responses=problems(DeviceNotFound, BadSeries))
def get_series(
    device_id: UUID,
    db: Db,
    *,
    metric: Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[^\x00]+$")],
    start: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    max_points: Annotated[int, Query(ge=10, le=5000)] = 600,
) -> SeriesOut:
    """Return one metric over time, thinned out, with the band that was expected."""
    until = end or clock.now()
    since = start or until - timedelta(days=SERIES_DAYS)
    return SeriesOut.of(readings.series(db, device_id, metric=metric, start=since, end=until, max_points=max_points))
