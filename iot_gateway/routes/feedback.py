"""What findings say of the cases, over HTTP: precision, missed failures, limits of series."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from iot_gateway import drift
from iot_gateway.errors import BadSpan, DeviceNotFound, LimitNotLower
from iot_gateway.schemas.feedback import DriftOut, FailureOut, LimitOut, LowerIn, PrecisionOut
from iot_gateway.service import feedback, limits
from kernel import audit, clock
from kernel.auth import STAFF, Role
from kernel.fields import Instant, Search
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = make_router("telemetry")

READERS = STAFF | {Role.INTEGRATOR}
ACCESS: Access = {
    "get_precision": READERS,
    "list_calibration_drift": READERS,
    "list_failures": READERS,
    "list_series_limits": READERS,
    "lower_series_limit": frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR}),
}
USUAL_SPAN, LONGEST_SPAN = timedelta(days=90), timedelta(days=400)
Since = Annotated[Instant | None, Query(alias="from")]
Until = Annotated[Instant | None, Query(alias="to")]


@router.get("/telemetry/precision", responses=problems(BadSpan))
def get_precision(
    db: Db, *, model: Search = None, failure_group: Search = None, start: Since = None, end: Until = None
) -> PrecisionOut:
    """Return how good the cases opened in a span were, by model and failure group; 90 days unless said, 400 at most."""
    until = end or clock.now()
    since = start or until - USUAL_SPAN
    if not since < until <= since + LONGEST_SPAN:
        raise BadSpan("The span has to be positive and at most 400 days.")
    found = feedback.precision(db, start=since, end=until, model=model or None, failure_group=failure_group or None)
    return PrecisionOut.of(found, since=since, until=until)


@router.get("/telemetry/drift")
def list_calibration_drift(db: Db, *, model: Search = None) -> list[DriftOut]:
    """Return how far the healthy residuals of each metric of the models have moved from their calibration."""
    return [DriftOut.model_validate(line) for line in drift.lines(db, model=model or None)]


@router.get("/telemetry/failures")
def list_failures(
    db: Db,
    *,
    model: Search = None,
    failure_group: Search = None,
    start: Since = None,
    end: Until = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[FailureOut]:
    """Return confirmed failures that no case foresaw, newest first."""
    narrowed = feedback.Narrowed(model or None, failure_group or None, start, end)
    before = decode_time_cursor(cursor) if cursor else None
    rows, more = cut(feedback.list_failures(db, narrowed, before=before, limit=limit + 1), limit)
    following = encode_cursor(rows[-1].occurred_at.isoformat(), rows[-1].id) if more else None
    return Page(items=[FailureOut.model_validate(row) for row in rows], next_cursor=following)


@router.get("/telemetry/series-limits")
def list_series_limits(
    db: Db,
    *,
    model: Search = None,
    failure_group: Search = None,
    device_id: UUID | None = None,
    in_force: bool = False,
    start: Since = None,
    end: Until = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[LimitOut]:
    """Return changes of the limits of series, newest first; `in_force` leaves only those that are raised now."""
    narrowed = limits.LimitFilter(model or None, failure_group or None, device_id, in_force, start, end)
    before = decode_time_cursor(cursor) if cursor else None
    rows, more = cut(limits.list_limits(db, narrowed, before=before, limit=limit + 1), limit)
    following = encode_cursor(rows[-1].at.isoformat(), rows[-1].id) if more else None
    return Page(items=[LimitOut.model_validate(row) for row in rows], next_cursor=following)


@router.post("/telemetry/series-limits", responses=problems(DeviceNotFound, LimitNotLower))
def lower_series_limit(body: LowerIn, db: Db, me: Me) -> LimitOut:
    """Lower the limit of a series, which the scorer follows with the device's next samples."""
    row, changed = limits.lower_limit(
        db, body.device_id, metric=body.metric, factor=body.factor, reason=body.reason, by=me.user_id, at=clock.now()
    )
    if changed:
        audit.record(
            db,
            actor_id=me.user_id,
            action="series_limit.lower",
            subject="device",
            subject_id=body.device_id,
            detail=body.model_dump(include={"metric", "factor", "reason"}) | {"before": row.factor_before},
        )
    return LimitOut.model_validate(limits.limit_line(db, row))
