"""Forgets telemetry past its retention: whole partitions by dropping, what one tenant keeps shorter in batches.

Nothing goes that the scorer or the roll-ups have not taken in, and nothing within the reach of a device that may still
send for that time: a late sample is added to what lies in its bucket, so its neighbours must be there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, Session

from iot_gateway import partitions, rollups
from iot_gateway.models.detection import ScorerCheckpoint
from iot_gateway.models.devices import Device
from iot_gateway.models.rollups import RollupDue, TelemetryRetention
from iot_gateway.service.retention import HOUR_DAYS, MINUTE_DAYS
from kernel.db import Login, engine, transaction
from kernel.log import get_logger
from kernel.settings import get_settings

FOLLOWERS = ("scorer", rollups.CHECKPOINT)

OLD_EVENTS = text("""
    SELECT d.number, :midnight - make_interval(days => GREATEST(COALESCE(r.hour_days, :days), d.max_age_days + 1))
    FROM device d LEFT JOIN telemetry_retention r ON r.tenant_id = d.tenant_id
    CROSS JOIN LATERAL (SELECT e.ts FROM device_event e WHERE e.device_number = d.number ORDER BY e.ts LIMIT 1) first
    WHERE first.ts < :midnight - make_interval(days => GREATEST(COALESCE(r.hour_days, :days), d.max_age_days + 1))
    ORDER BY d.number
""")
ROWS_PER_DELETE, DELETES_PER_RUN = 5000, 400
LOCK_TIMEOUT = "5s"

log = get_logger()


@dataclass(frozen=True)
class Drop:
    """One partition to drop."""

    parent: str
    name: str


@dataclass(frozen=True)
class Cut:
    """Rows of one device before an instant, to delete."""

    table: str
    column: str
    device_number: int
    before: datetime


def followed_until(session: Session, *, at: datetime) -> datetime:
    """Return the instant before which the scorer has seen, and the roll-ups hold, every sample; at most `at`."""
    positions = {
        name: (xid, batch_id)
        for name, xid, batch_id in session.execute(
            select(ScorerCheckpoint.name, ScorerCheckpoint.xid, ScorerCheckpoint.batch_id)
        )
    }
    found = [at, session.scalar(select(func.min(RollupDue.bucket)))]
    for name in FOLLOWERS:
        xid, batch_id = positions.get(name, ("0", 0))
        found.append(
            session.scalar(
                text(
                    "SELECT min(min_ts) FROM telemetry_batch"
                    " WHERE (xid, id) > (CAST(CAST(:xid AS text) AS xid8), CAST(:id AS bigint))"
                ),
                {"xid": xid, "id": batch_id},
            )
        )
    return min(instant for instant in found if instant is not None)


def drops(session: Session, *, at: datetime) -> list[Drop]:
    """Return the partitions that nobody keeps any longer, the oldest first."""
    today, followed = at.astimezone(UTC).date(), followed_until(session, at=at).date()
    least = partitions.days_open(session)
    kept = {
        "telemetry": get_settings().telemetry_raw_days,
        "rollup_minute": _longest(session, TelemetryRetention.minute_days, MINUTE_DAYS),
        "rollup_hour": _longest(session, TelemetryRetention.hour_days, HOUR_DAYS),
    }
    found: list[Drop] = []
    for parent, longest in kept.items():
        until = min(today - timedelta(days=max(longest, least)), followed)
        names = [*partitions.attached(session, parent), *_leftovers(session, parent)]
        found += [Drop(parent, name) for name in sorted(names) if (end := _end(name)) is not None and end <= until]
    return found


def _longest(session: Session, column: InstrumentedAttribute[int], default: int) -> int:
    """Return the longest that any tenant with devices keeps something, in days."""
    query = (
        select(func.max(func.coalesce(column, default)))
        .select_from(Device)
        .outerjoin(TelemetryRetention, TelemetryRetention.tenant_id == Device.tenant_id)
    )
    return session.scalar(query) or default


def cuts(session: Session, *, at: datetime) -> list[Cut]:
    """Return what tenants with a retention of their own keep shorter than the partitions live, and old events.

    Events of devices are in no partitions; they live as long as the hours.
    """
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    followed = followed_until(session, at=at)
    rows = session.execute(
        select(TelemetryRetention, Device.number, Device.max_age_days)
        .join(Device, Device.tenant_id == TelemetryRetention.tenant_id)
        .order_by(Device.number)
    )
    found: list[Cut] = []
    for kept, number, reach in rows:
        for table, column, days in (
            ("telemetry", "ts", kept.raw_days),
            ("rollup_minute", "bucket", kept.minute_days),
            ("rollup_hour", "bucket", kept.hour_days),
        ):
            if days is not None:
                before = midnight - timedelta(days=max(days, reach + 1))
                found.append(Cut(table, column, number, min(before, followed)))
    events = session.execute(OLD_EVENTS, {"midnight": midnight, "days": HOUR_DAYS})
    return found + [Cut("device_event", "ts", number, before) for number, before in events]


def forget(*, at: datetime) -> int:
    """Drop and delete what is past its retention, a bounded number of rows; return how many partitions and rows."""
    with transaction(Login.SYSTEM) as session:
        due, shorter = drops(session, at=at), cuts(session, at=at)
    dropped = _drop(due)
    deleted, deletes = 0, 0
    for cut in shorter:
        rows = ROWS_PER_DELETE
        while rows >= ROWS_PER_DELETE and deletes < DELETES_PER_RUN:
            with transaction(Login.SYSTEM) as session:
                rows = _delete(session, cut)
            deleted, deletes = deleted + rows, deletes + (rows > 0)
    if dropped or deleted:
        log.info("telemetry_forgotten", partitions=dropped, rows=deleted, unfinished=deletes >= DELETES_PER_RUN)
    return dropped + deleted


def _delete(session: Session, cut: Cut) -> int:
    """Delete the oldest rows of a cut, about a batch of them (all that share the last instant)."""
    given = {"number": cut.device_number, "before": cut.before, "skip": ROWS_PER_DELETE - 1}
    last = session.scalar(
        text(
            f"SELECT {cut.column} FROM {cut.table} WHERE device_number = :number AND {cut.column} < :before"
            f" ORDER BY {cut.column} OFFSET :skip LIMIT 1"
        ),
        given,
    )
    limit, bound = (f"{cut.column} <= :last", {"last": last}) if last is not None else (f"{cut.column} < :before", {})
    result = session.execute(
        text(f"DELETE FROM {cut.table} WHERE device_number = :number AND {limit}"), {**given, **bound}
    )
    return int(getattr(result, "rowcount", 0))


def _drop(due: Sequence[Drop]) -> int:
    """Detach and drop partitions one by one; one that is in use for long is left to the next run."""
    if not due:
        return 0
    dropped = 0
    with engine(Login.SYSTEM).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtext('fieldhand.retention'))")):
            return 0
        try:
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            for drop in due:
                try:
                    _detach(connection, drop)
                    connection.execute(text(f'DROP TABLE "{drop.name}"'))
                except OperationalError as error:
                    log.warning("partition_in_use", name=drop.name, error=str(error.orig))
                else:
                    dropped += 1
        finally:
            connection.invalidate()
    return dropped


def _detach(connection: Connection, drop: Drop) -> None:
    pending = connection.scalar(
        text("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = CAST(:name AS regclass)"), {"name": drop.name}
    )
    if pending is not None:
        how = "FINALIZE" if pending else "CONCURRENTLY"
        connection.execute(text(f'ALTER TABLE {drop.parent} DETACH PARTITION "{drop.name}" {how}'))


def _leftovers(session: Session, parent: str) -> Sequence[str]:
    """Return partitions that were detached and, since the process was killed, not dropped."""
    return session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relispartition"
            " AND relnamespace = CAST(current_schema() AS regnamespace) AND relname LIKE :like"
        ),
        {"like": f"{parent}\\_p%"},
    ).all()


def _end(name: str) -> date | None:
    part = partitions.parse(name) or partitions.parse_month(name)
    return part.end if part is not None else None
