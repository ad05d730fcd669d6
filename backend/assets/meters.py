"""Meters: read in any order, added up over rollovers and replacements; what does not fit is kept where it was read.

A person in the office is refused and can put it right at once. What was read in the field, by a technician or a
device, is kept with its fault: it counts as soon as a late reading or a replacement explains it, or is voided.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import meter_rows, metering, service
from backend.assets.errors import (
    AlreadyKnown,
    MeterFellBack,
    MeterUnknown,
    NoCounter,
    OutOfRange,
    ReadInFuture,
    ReadingExists,
    ReadingUnknown,
    StaleVersion,
)
from backend.assets.events import MeterRead
from backend.assets.metering import Counter, Mark, Standing
from backend.assets.models import Meter, MeterKind, MeterReading, ReadingFault, ReadingSource
from kernel import audit
from kernel.outbox import publish

SKEW = timedelta(minutes=2)
"""How much later than the server's a clock in the field may be."""
RECENT = timedelta(days=90)
LEAST_SPAN = timedelta(days=1)
FIELD = frozenset({ReadingSource.VISIT, ReadingSource.TELEMETRY})
FAULTS = {
    MeterFellBack: ReadingFault.FELL_BACK,
    ReadingExists: ReadingFault.SAME_INSTANT,
    OutOfRange: ReadingFault.OUT_OF_RANGE,
    ReadInFuture: ReadingFault.FUTURE,
}


@dataclass(frozen=True, kw_only=True)
class Read:
    """What was read from a meter: its value, and the counter that took its place then."""

    value: Decimal
    at: datetime
    source: ReadingSource
    replaced_by: Counter | None = None
    note: str = ""
    actor_id: UUID | None = None
    client_op_id: UUID | None = None


class Total(NamedTuple):
    """What a meter had counted at an instant."""

    total: Decimal
    read_at: datetime
    """The last reading up to then."""
    reckoned: bool
    """In proportion to time between two readings; otherwise it is that reading's."""


class Usage(NamedTuple):
    """How much is counted in a day of 24 hours."""

    per_day: Decimal
    since: datetime
    until: datetime


def create_meter(
    session: Session,
    asset_id: UUID,
    *,
    code: str,
    name: str,
    unit: str,
    kind: MeterKind,
    rolls_over_at: Decimal | None = None,
    metric: str | None = None,
) -> Meter:
    """Add a meter to an asset.

    Raises:
        AssetUnknown: there is no such asset.
        AlreadyKnown: the asset has a meter of this code.
        NoCounter: a gauge does not roll over.
    """
    service.get_asset(session, asset_id)
    if meter_rows.meter_of_code(session, asset_id, code) is not None:
        raise AlreadyKnown(f"The asset has a meter {code} already.", code=code)
    if kind is MeterKind.GAUGE and rolls_over_at is not None:
        raise NoCounter("A gauge does not roll over.")
    meter = Meter(
        asset_id=asset_id, code=code, name=name, unit=unit, kind=kind, rolls_over_at=rolls_over_at, metric=metric
    )
    session.add(meter)
    session.flush()
    return meter


def update_meter(session: Session, meter_id: UUID, *, version: int, name: str, metric: str | None) -> Meter:
    """Change what a meter is called and which metric feeds it; what it counts stays as it is.

    Raises:
        MeterUnknown: there is no such meter.
        StaleVersion: it changed since it was read.
    """
    meter = _locked(session, meter_id)
    if meter.version != version:
        raise StaleVersion("Read the meter again before changing it.", version=meter.version)
    meter.name, meter.metric, meter.version = name, metric, version + 1
    session.flush()
    return meter


def get_meter(session: Session, meter_id: UUID) -> Meter:
    """Return a meter.

    Raises:
        MeterUnknown: there is none with this id.
    """
    meter = meter_rows.meter(session, meter_id)
    if meter is None:
        raise MeterUnknown("No meter has this id.", meter_id=meter_id)
    return meter


def meter_of(session: Session, asset_id: UUID, code: str) -> Meter | None:
    """Return the meter of an asset that is called so, if it has one."""
    return meter_rows.meter_of_code(session, asset_id, code)


def meters_of(session: Session, asset_ids: Collection[UUID]) -> Sequence[Meter]:
    """Return the meters of assets by code."""
    return meter_rows.meters(session, asset_ids)


def _locked(session: Session, meter_id: UUID) -> Meter:
    meter = meter_rows.meter(session, meter_id, lock=True)
    if meter is None:
        raise MeterUnknown("No meter has this id.", meter_id=meter_id)
    return meter


def record_reading(session: Session, meter_id: UUID, read: Read, *, received_at: datetime) -> MeterReading:
    """Write down a reading, late or not; the same one again changes nothing.

    From the field (visit, telemetry) it is kept with its fault where others are refused.

    Raises:
        MeterUnknown: there is no such meter.
        NoCounter: a gauge has no counter to replace.
        MeterFellBack: the counter showed more before, or less afterwards, and nothing explains it.
        OutOfRange: the counter cannot show that.
        ReadInFuture: it was read later than now.
        ReadingExists: another reading of the same instant, or another with the same operation, says something else.
    """
    meter = _locked(session, meter_id)
    if meter.kind is MeterKind.GAUGE and read.replaced_by is not None:
        raise NoCounter("A gauge has no counter to replace.")
    known = meter_rows.reading_of_operation(session, read.client_op_id) if read.client_op_id else None
    if known is None:
        known = meter_rows.reading_at(session, meter_id, read.at)
        if known is not None and _mark(known) != Mark(read.value, read.replaced_by):
            known = None
    elif known.meter_id != meter_id:
        raise ReadingExists("The operation has brought another reading.", reading_id=known.id)
    if known is not None:
        return known
    row = _row(meter, read)
    try:
        _check(session, meter, row, received_at)
        later = _count(session, meter, row)
    except tuple(FAULTS) as refusal:
        if read.source not in FIELD:
            raise
        row.fault, row.total = FAULTS[type(refusal)], None
        session.add(row)
        session.flush()
        return row
    session.add(row)
    session.flush()
    _tell(session, meter, row)
    if later or read.replaced_by is not None:
        _explain(session, meter)
    return row


def _row(meter: Meter, read: Read) -> MeterReading:
    return MeterReading(
        meter_id=meter.id,
        at=read.at,
        value=read.value,
        new_first=read.replaced_by.shown if read.replaced_by else None,
        new_rolls_over_at=read.replaced_by.rolls_over_at if read.replaced_by else None,
        source=read.source,
        note=read.note,
        actor_id=read.actor_id,
        client_op_id=read.client_op_id,
    )


def _mark(row: MeterReading) -> Mark:
    return Mark(row.value, None if row.new_first is None else Counter(row.new_first, row.new_rolls_over_at))


def _check(session: Session, meter: Meter, row: MeterReading, received_at: datetime) -> None:
    if row.at > received_at + SKEW:
        raise ReadInFuture("It cannot have been read yet.", at=row.at)
    other = meter_rows.reading_at(session, meter.id, row.at)
    if other is not None:
        raise ReadingExists("There is another reading of this instant.", reading_id=other.id, value=str(other.value))


def _count(session: Session, meter: Meter, row: MeterReading) -> bool:
    """Give a reading its total, and those after it theirs; tell whether there are any, counted or not."""
    if meter.kind is MeterKind.GAUGE:
        return False
    tail = meter_rows.later(session, meter.id, since=row.at)
    waits = any(fallen.at > row.at for fallen in meter_rows.fallen_back(session, meter.id))
    _add_up(session, meter, row.at, [row, *tail])
    return bool(tail) or waits


def _add_up(session: Session, meter: Meter, at: datetime, rows: Sequence[MeterReading]) -> None:
    """Give all readings from an instant on their totals; nothing has changed if one of them does not follow."""
    before = _standing(session, meter, at)
    totals = list(metering.follow(before, map(_mark, rows), rolls_over_at=meter.rolls_over_at))
    for row, total in zip(rows, totals, strict=True):
        if row.total != total:
            row.total = total


def _standing(session: Session, meter: Meter, at: datetime) -> Standing | None:
    row = meter_rows.last(session, meter.id, until=at, before=True)
    if row is None or row.total is None:
        return None
    replaced = meter_rows.last_replacement(session, meter.id, until=row.at)
    rolls_over_at = replaced.new_rolls_over_at if replaced else meter.rolls_over_at
    return Standing(row.total, Counter(row.value if row.new_first is None else row.new_first, rolls_over_at))


def _explain(session: Session, meter: Meter) -> None:
    """Count the readings that had seemed to fall and now follow, until no other one does."""
    waiting = list(meter_rows.fallen_back(session, meter.id))
    counted = True
    while counted:
        counted = False
        for row in list(waiting):
            if meter_rows.reading_at(session, meter.id, row.at) is not None:
                continue
            try:
                _count(session, meter, row)
            except (MeterFellBack, OutOfRange):
                continue
            row.fault, counted = None, True
            session.flush()
            waiting.remove(row)
            _tell(session, meter, row)


def _tell(session: Session, meter: Meter, row: MeterReading) -> None:
    event = MeterRead(
        reading_id=row.id,
        meter_id=meter.id,
        asset_id=meter.asset_id,
        code=meter.code,
        at=row.at,
        value=row.value,
        total=row.total,
        source=row.source,
    )
    publish(session, event)


def void_reading(session: Session, reading_id: UUID, *, note: str, actor_id: UUID | None) -> MeterReading:
    """Say that a reading is wrong: it is kept, and counts no more; once more changes nothing.

    Raises:
        ReadingUnknown: there is no such reading.
        MeterFellBack: without it, a replacement, the later readings would not follow.
    """
    row = meter_rows.reading(session, reading_id)
    if row is None:
        raise ReadingUnknown("No reading has this id.", reading_id=reading_id)
    meter = _locked(session, row.meter_id)
    session.refresh(row)
    if row.fault is ReadingFault.VOIDED:
        return row
    if row.total is not None:
        _add_up(session, meter, row.at, meter_rows.later(session, meter.id, since=row.at))
    row.fault, row.total = ReadingFault.VOIDED, None
    row.note = "\n".join(filter(None, [row.note, note]))[:4_000]
    session.flush()
    detail = {"meter_id": str(meter.id), "at": row.at.isoformat(), "value": str(row.value), "note": note}
    audit.record(
        session,
        actor_id=actor_id,
        action="meter.void",
        subject="asset",
        subject_id=meter.asset_id,
        detail=detail,
    )
    if meter.kind is MeterKind.CUMULATIVE:
        _explain(session, meter)
    return row


def list_readings(
    session: Session,
    meter_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[MeterReading]:
    """Return readings of a meter, the latest first, those that do not count among them.

    Raises:
        MeterUnknown: there is no such meter.
    """
    get_meter(session, meter_id)
    return meter_rows.readings(session, meter_id, since=since, until=until, before=before, limit=limit)


def last_reading(session: Session, meter_id: UUID, *, at: datetime) -> MeterReading | None:
    """Return the last reading up to an instant that counts, if there is one."""
    return meter_rows.last(session, meter_id, until=at)


def total_at(session: Session, meter_id: UUID, at: datetime) -> Total | None:
    """Return all that a counter had counted at an instant, None before its first reading.

    Between two readings it is reckoned in proportion to time; behind the last one it is that reading's total.

    Raises:
        MeterUnknown: there is no such meter.
        NoCounter: it is a gauge.
    """
    if get_meter(session, meter_id).kind is MeterKind.GAUGE:
        raise NoCounter("A gauge has no total.", meter_id=meter_id)
    earlier = _point(meter_rows.last(session, meter_id, until=at))
    if earlier is None:
        return None
    later = _point(meter_rows.first(session, meter_id, since=at, after=True))
    total, reckoned = metering.between(earlier, later, at)
    return Total(total, earlier[0], reckoned)


def usage_rate(session: Session, meter_id: UUID, at: datetime) -> Usage | None:
    """Return how much a counter counts in a day, by its readings of the 90 days before an instant.

    Where they span less than a day, the reading before them is taken as the first; None: there is no other.

    Raises:
        MeterUnknown: there is no such meter.
        NoCounter: it is a gauge.
    """
    if get_meter(session, meter_id).kind is MeterKind.GAUGE:
        raise NoCounter("A gauge has no usage.", meter_id=meter_id)
    later = _point(meter_rows.last(session, meter_id, until=at))
    if later is None:
        return None
    earlier = _point(meter_rows.first(session, meter_id, since=at - RECENT))
    if earlier is None or later[0] - earlier[0] < LEAST_SPAN:
        earlier = _point(meter_rows.last(session, meter_id, until=later[0] - LEAST_SPAN))
    return None if earlier is None else Usage(metering.per_day(earlier, later), earlier[0], later[0])


def _point(row: MeterReading | None) -> tuple[datetime, Decimal] | None:
    return None if row is None or row.total is None else (row.at, row.total)
