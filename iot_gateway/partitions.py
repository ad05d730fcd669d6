"""Day partitions of the telemetry, made ahead; where a replay reaches further back, wider ones fill the gap.

A partition has no row-level security and is granted to the ingest login alone. There is no default partition: it would
block making the missing one, and a sample without a partition is a dead letter.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from iot_gateway.models.detection import ScorerCheckpoint
from iot_gateway.models.devices import Device
from iot_gateway.models.telemetry import TelemetryBatch
from kernel import clock
from kernel.db import Login, transaction
from kernel.log import get_logger

DAYS_BACK, DAYS_AHEAD, REPLAY_STEP_DAYS = 31, 7, 28
BATCHES_KEPT = timedelta(days=2)
NAME = re.compile(r"telemetry_p(\d{8})_(\d{8})")

log = get_logger()


@dataclass(frozen=True, order=True)
class Partition:
    """One partition: days from `start`, before `end`."""

    start: date
    end: date

    @property
    def name(self) -> str:
        """Return the table name; it carries the range."""
        return f"telemetry_p{self.start:%Y%m%d}_{self.end:%Y%m%d}"


class Calendar:
    """The partitions that exist, by instant."""

    def __init__(self, partitions: Sequence[Partition]) -> None:
        """Sort the partitions by their start."""
        self._parts = sorted(partitions)
        self._starts = [_midnight_ms(part.start) for part in self._parts]
        self._ends = [_midnight_ms(part.end) for part in self._parts]

    def table_of(self, ts_ms: int) -> str | None:
        """Return the table that holds an instant (epoch milliseconds), None when there is none."""
        index = bisect_right(self._starts, ts_ms) - 1
        if index < 0 or ts_ms >= self._ends[index]:
            return None
        return self._parts[index].name


def wanted(existing: Sequence[Partition], *, today: date, days_back: int) -> list[Partition]:
    """Return the partitions to make: days around now, wider ones for whatever of a longer past is uncovered."""
    daily_from, until = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD + 1)
    covered = sorted(existing)
    made: list[Partition] = []
    day = daily_from
    while day < until:
        if not any(part.start <= day < part.end for part in covered):
            made.append(Partition(day, day + timedelta(days=1)))
        day += timedelta(days=1)
    day = today - timedelta(days=days_back)
    while day < daily_from:
        holder = next((part for part in covered if part.start <= day < part.end), None)
        if holder is not None:
            day = holder.end
            continue
        following = min((part.start for part in covered if part.start > day), default=daily_from)
        end = min(day + timedelta(days=REPLAY_STEP_DAYS), following, daily_from)
        made.append(Partition(day, end))
        day = end
    return sorted(made)


def existing_partitions(session: Session) -> list[Partition]:
    """Return the attached partitions of the telemetry."""
    names = session.scalars(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'telemetry'::regclass"
        )
    ).all()
    return [part for name in names if (part := parse(name)) is not None]


def parse(name: str) -> Partition | None:
    """Return the range in a partition's name, None for another table."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    start, end = (datetime.strptime(part, "%Y%m%d").replace(tzinfo=UTC).date() for part in match.groups())
    return Partition(start, end)


def maintain(session: Session, *, at: datetime) -> list[str]:
    """Make the missing partitions, as the owner of the telemetry; return their names."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('fieldhand.partitions'))"))
    oldest = session.scalar(select(func.max(Device.max_age_days))) or 0
    days_back = max(DAYS_BACK, oldest + 1)
    missing = wanted(existing_partitions(session), today=at.astimezone(UTC).date(), days_back=days_back)
    for part in missing:
        session.execute(
            text(
                f'CREATE TABLE "{part.name}" PARTITION OF telemetry'
                f" FOR VALUES FROM ('{part.start} 00:00:00+00') TO ('{part.end} 00:00:00+00')"
            )
        )
        session.execute(text(f'REVOKE ALL ON "{part.name}" FROM PUBLIC'))
        session.execute(text(f'GRANT SELECT, INSERT ON "{part.name}" TO fieldhand_ingest'))
    _prune_batches(session, at)
    return [part.name for part in missing]


def _prune_batches(session: Session, at: datetime) -> None:
    """Forget batches that every scorer has long taken in."""
    taken = session.scalar(select(func.min(ScorerCheckpoint.at)))
    if taken is not None:
        reached = select(func.min(ScorerCheckpoint.batch_id)).scalar_subquery()
        session.query(TelemetryBatch).filter(
            TelemetryBatch.at < min(taken, at) - BATCHES_KEPT, TelemetryBatch.id < reached
        ).delete(synchronize_session=False)


def maintain_partitions() -> list[str]:
    """Make the missing partitions, in a transaction of the system login."""
    with transaction(Login.SYSTEM) as session:
        made = maintain(session, at=clock.now())
    if made:
        log.info("partitions_made", count=len(made), first=made[0], last=made[-1])
    return made


def _midnight_ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
