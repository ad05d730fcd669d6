"""Limits that people set, over HTTP."""

from uuid import UUID

from iot_gateway.errors import (
    DeviceNotFound,
    StaleThreshold,
    ThresholdNotFound,
    ThresholdTaken,
    TooManyThresholds,
    UnfitThreshold,
)
from iot_gateway.models.thresholds import Threshold
from iot_gateway.schemas.thresholds import TermsIn, ThresholdChange, ThresholdIn, ThresholdOut
from iot_gateway.service import thresholds
from kernel.auth import STAFF, Role
from kernel.fields import Search
from kernel.http import Access, Db, Me, problems
from kernel.http import router as make_router
from kernel.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_id_cursor, encode_cursor

router = make_router("telemetry")

READERS = STAFF | {Role.INTEGRATOR}
SETTERS = frozenset({Role.ADMIN, Role.ASSET_MANAGER, Role.SUPERVISOR})
ACCESS: Access = {
    "list_thresholds": READERS,
    "create_threshold": SETTERS,
    "get_threshold": READERS,
    "change_threshold": SETTERS,
    "delete_threshold": SETTERS,
}


def _terms(body: TermsIn) -> thresholds.Terms:
    return thresholds.Terms(**{name: getattr(body, name) for name in TermsIn.model_fields})


def _shown(db: Db, row: Threshold) -> ThresholdOut:
    return ThresholdOut.of(row, thresholds.device_names(db, [row]))


@router.get("/telemetry/thresholds")
def list_thresholds(
    db: Db,
    *,
    device_id: UUID | None = None,
    model: Search = None,
    metric: Search = None,
    enabled: bool | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ThresholdOut]:
    """Return limits that people have set, the oldest first; `device_id` leaves those of the device itself."""
    narrowed = thresholds.ThresholdFilter(device_id, model or None, metric or None, enabled)
    after = decode_id_cursor(cursor) if cursor else None
    rows, more = cut(thresholds.list_thresholds(db, narrowed, after=after, limit=limit + 1), limit)
    following = encode_cursor(rows[-1].id) if more else None
    names = thresholds.device_names(db, rows)
    return Page(items=[ThresholdOut.of(row, names) for row in rows], next_cursor=following)


@router.post(
    "/telemetry/thresholds",
    status_code=201,
    responses=problems(DeviceNotFound, ThresholdTaken, TooManyThresholds, UnfitThreshold),
)
def create_threshold(body: ThresholdIn, db: Db, me: Me) -> ThresholdOut:
    """Set a limit, which the scorer holds against the next samples."""
    target = thresholds.Target(device_id=body.device_id, model=body.model, metric=body.metric, kind=body.kind)
    return _shown(db, thresholds.create_threshold(db, target, _terms(body), by=me.user_id))


@router.get("/telemetry/thresholds/{threshold_id}", responses=problems(ThresholdNotFound))
def get_threshold(threshold_id: UUID, db: Db) -> ThresholdOut:
    """Return a limit."""
    return _shown(db, thresholds.get_threshold(db, threshold_id))


@router.put(
    "/telemetry/thresholds/{threshold_id}",
    responses=problems(ThresholdNotFound, StaleThreshold, UnfitThreshold),
)
def change_threshold(threshold_id: UUID, body: ThresholdChange, db: Db, me: Me) -> ThresholdOut:
    """Change the terms of a limit, or switch it off and on; what had lasted so far begins anew."""
    found = thresholds.change_threshold(db, threshold_id, _terms(body), expected_version=body.version, by=me.user_id)
    return _shown(db, found)


@router.delete("/telemetry/thresholds/{threshold_id}", status_code=204, responses=problems(ThresholdNotFound))
def delete_threshold(threshold_id: UUID, db: Db, me: Me) -> None:
    """Take a limit away; a case that it opened stays."""
    thresholds.delete_threshold(db, threshold_id, by=me.user_id)
