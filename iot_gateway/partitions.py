"""Day partitions of the telemetry and month partitions of its roll-ups, made ahead.

Where a replay reaches further back, wider partitions of the telemetry fill the gap.

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
MONTH_NAME = re.compile(r"(rollup_minute|rollup_hour)_p(\d{4})(\d{2})")
ROLLUPS = ("rollup_minute", "rollup_hour")

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


@dataclass(frozen=True, order=True)
class Month:
    """One partition of a roll-up: the month that begins at `start`."""

    parent: str
    start: date

    @property
    def end(self) -> date:
        """Return the first day of the next month."""
        return (self.start + timedelta(days=31)).replace(day=1)

    @property
    def name(self) -> str:
        """Return the table name; it carries the month."""
        return f"{self.parent}_p{self.start:%Y%m}"


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


def wanted_months(existing: Sequence[Month], *, parent: str, today: date, days_back: int) -> list[Month]:
    """Return the partitions of a roll-up to make: every month that the telemetry's partitions touch."""
    month, last = (today - timedelta(days=days_back)).replace(day=1), today + timedelta(days=DAYS_AHEAD)
    made: list[Month] = []
    while month <= last:
        made.append(Month(parent, month))
        month = made[-1].end
    return [month for month in made if month not in existing]


def existing_partitions(session: Session) -> list[Partition]:
    """Return the attached partitions of the telemetry."""
    return [part for name in attached(session, "telemetry") if (part := parse(name)) is not None]


def existing_months(session: Session, parent: str) -> list[Month]:
    """Return the attached partitions of a roll-up."""
    return [month for name in attached(session, parent) if (month := parse_month(name)) is not None]


def attached(session: Session, parent: str) -> Sequence[str]:
    """Return the names of a table's partitions."""
    return session.scalars(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = CAST(:parent AS regclass)"
        ),
        {"parent": parent},
    ).all()


def parse(name: str) -> Partition | None:
    """Return the range in a partition's name, None for another table."""
    match = NAME.fullmatch(name)
    if match is None:
        return None
    start, end = (datetime.strptime(part, "%Y%m%d").replace(tzinfo=UTC).date() for part in match.groups())
    return Partition(start, end)


def parse_month(name: str) -> Month | None:
    """Return the month in a partition's name, None for another table."""
    match = MONTH_NAME.fullmatch(name)
    return Month(match[1], date(int(match[2]), int(match[3]), 1)) if match is not None else None


def days_open(session: Session) -> int:
    """Return how many days back a sample may still come in: the longest reach of any device, and one day more."""
    oldest = session.scalar(select(func.max(Device.max_age_days))) or 0
    return max(DAYS_BACK, oldest + 1)


def maintain(session: Session, *, at: datetime) -> list[str]:
    """Make the missing partitions, as the owner of the telemetry; return their names."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('fieldhand.partitions'))"))
    today, days_back = at.astimezone(UTC).date(), days_open(session)
    missing = wanted(existing_partitions(session), today=today, days_back=days_back)
    for part in missing:
        _make(session, part, parent="telemetry", grants="SELECT, INSERT")
    months = [
        month
        for parent in ROLLUPS
        for month in wanted_months(existing_months(session, parent), parent=parent, today=today, days_back=days_back)
    ]
    for month in months:
        _make(session, month, parent=month.parent, grants="SELECT, INSERT, UPDATE")
    _prune_batches(session, at)
    return [*(part.name for part in missing), *(month.name for month in months)]


def _make(session: Session, part: Partition | Month, *, parent: str, grants: str) -> None:
    session.execute(
        text(
            f'CREATE TABLE "{part.name}" PARTITION OF {parent}'
            f" FOR VALUES FROM ('{part.start} 00:00:00+00') TO ('{part.end} 00:00:00+00')"
        )
    )
    session.execute(text(f'REVOKE ALL ON "{part.name}" FROM PUBLIC'))
    session.execute(text(f'GRANT {grants} ON "{part.name}" TO fieldhand_ingest'))


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
