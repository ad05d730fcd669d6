"""Meters over HTTP."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import meters
from backend.assets.errors import (
    AlreadyKnown,
    AssetUnknown,
    MeterFellBack,
    MeterUnknown,
    NoCounter,
    OutOfRange,
    ReadInFuture,
    ReadingExists,
    ReadingUnknown,
    StaleVersion,
)
from backend.assets.meter_schemas import (
    MeterIn,
    MeterOut,
    MeterPatch,
    MeterReadingOut,
    ReadingIn,
    ReplacementIn,
    TotalOut,
    VoidIn,
)
from backend.assets.meters import Read
from backend.assets.models import Meter, MeterKind, ReadingSource
from backend.assets.service import get_asset
from kernel import clock, http
from kernel.auth import STAFF, Role
from kernel.fields import Instant
from kernel.http import Db, Me, problems
from kernel.paging import DEFAULT_LIMIT, BadCursor, Cursor, Limit, Page, cut, decode_time_cursor, encode_cursor

router = http.router("meters")

READERS = STAFF | {Role.INTEGRATOR}
WRITERS = frozenset({Role.ASSET_MANAGER, Role.SUPERVISOR, Role.ADMIN, Role.INTEGRATOR})
REPORTERS = WRITERS | {Role.AGENT, Role.DISPATCHER}
ACCESS = {
    "list_meters": READERS,
    "create_meter": WRITERS,
    "update_meter": WRITERS,
    "get_total": READERS,
    "list_readings": READERS,
    "record_reading": REPORTERS,
    "replace_counter": WRITERS,
    "void_reading": WRITERS,
}
REFUSALS = (MeterUnknown, MeterFellBack, NoCounter, OutOfRange, ReadInFuture, ReadingExists)


def _out(db: Session, meter: Meter) -> MeterOut:
    at = clock.now()
    usage = meters.usage_rate(db, meter.id, at) if meter.kind is MeterKind.CUMULATIVE else None
    return MeterOut.of(meter, meters.last_reading(db, meter.id, at=at), usage)


@router.get("/assets/{asset_id}/meters", responses=problems(AssetUnknown))
def list_meters(asset_id: UUID, db: Db) -> Page[MeterOut]:
    """Return the meters of an asset with their last readings and usage."""
    get_asset(db, asset_id)
    return Page(items=[_out(db, meter) for meter in meters.meters_of(db, [asset_id])], next_cursor=None)


@router.post("/assets/{asset_id}/meters", status_code=201, responses=problems(AssetUnknown, AlreadyKnown, NoCounter))
def create_meter(asset_id: UUID, body: MeterIn, db: Db) -> MeterOut:
    """Add a meter to an asset."""
    return _out(db, meters.create_meter(db, asset_id, **body.model_dump()))


@router.patch("/meters/{meter_id}", responses=problems(MeterUnknown, StaleVersion))
def update_meter(meter_id: UUID, body: MeterPatch, db: Db) -> MeterOut:
    """Change what a meter is called and which metric feeds it."""
    return _out(db, meters.update_meter(db, meter_id, **body.model_dump()))


@router.get("/meters/{meter_id}/total", responses=problems(MeterUnknown, NoCounter))
def get_total(meter_id: UUID, db: Db, at: Instant | None = None) -> TotalOut:
    """Return all that a counter had counted at an instant, over rollovers and replacements."""
    then = at or clock.now()
    return TotalOut.of(then, meters.total_at(db, meter_id, then))


@router.get("/meters/{meter_id}/readings", responses=problems(MeterUnknown, BadCursor))
def list_readings(
    meter_id: UUID,
    db: Db,
    *,
    since: Instant | None = None,
    until: Instant | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[MeterReadingOut]:
    """Return readings of a meter, the latest first, those that do not count among them."""
    before = decode_time_cursor(cursor) if cursor else None
    found = meters.list_readings(db, meter_id, since=since, until=until, before=before, limit=limit + 1)
    rows, more = cut(found, limit)
    items = [MeterReadingOut.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=encode_cursor(rows[-1].at.isoformat(), rows[-1].id) if more else None)


@router.post("/meters/{meter_id}/readings", status_code=201, responses=problems(*REFUSALS))
def record_reading(meter_id: UUID, body: ReadingIn, db: Db, me: Me) -> MeterReadingOut:
    """Write down what a meter shows or showed; the same reading again changes nothing."""
    now = clock.now()
    read = Read(
        value=body.value,
        at=body.at or now,
        source=ReadingSource.MANUAL,
        note=body.note,
        actor_id=me.user_id,
        client_op_id=body.client_op_id,
    )
    return MeterReadingOut.model_validate(meters.record_reading(db, meter_id, read, received_at=now))


@router.post("/meters/{meter_id}/replacements", status_code=201, responses=problems(*REFUSALS))
def replace_counter(meter_id: UUID, body: ReplacementIn, db: Db, me: Me) -> MeterReadingOut:
    """Write down that the counter was replaced by another; the total goes on."""
    now = clock.now()
    read = Read(
        value=body.old_final,
        at=body.at or now,
        source=ReadingSource.MANUAL,
        replaced_by=body.counter(),
        note=body.note,
        actor_id=me.user_id,
        client_op_id=body.client_op_id,
    )
    return MeterReadingOut.model_validate(meters.record_reading(db, meter_id, read, received_at=now))


@router.post("/meter-readings/{reading_id}/void", responses=problems(ReadingUnknown, MeterFellBack))
def void_reading(reading_id: UUID, body: VoidIn, db: Db, me: Me) -> MeterReadingOut:
    """Say that a reading is wrong: it is kept, and counts no more."""
    return MeterReadingOut.model_validate(meters.void_reading(db, reading_id, note=body.note, actor_id=me.user_id))
