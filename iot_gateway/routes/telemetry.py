"""Telemetry and dead letters over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime

from iot_gateway.errors import BadSeries, DeviceNotFound
from iot_gateway.schemas.telemetry import DeadLetterOut, SeriesOut
from iot_gateway.service import readings
from kernel import clock
from kernel.auth import STAFF, Role
from kernel.http import Access, Db, problems
from kernel.http import router as make_router
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = make_router("telemetry")

ACCESS: Access = {
    "get_series": STAFF | {Role.INTEGRATOR},
    "list_dead_letters": frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR, Role.AUDITOR, Role.INTEGRATOR}),
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


@router.get("/telemetry/dead-letters")
def list_dead_letters(db: Db, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[DeadLetterOut]:
    """Return messages that could not be taken, newest first."""
    rows, more = cut(
        readings.list_dead_letters(db, before=decode_time_cursor(cursor) if cursor else None, limit=limit + 1), limit
    )
    following = encode_cursor(rows[-1].received_at.isoformat(), rows[-1].id) if more else None
    return Page(items=[DeadLetterOut.of(row) for row in rows], next_cursor=following)
