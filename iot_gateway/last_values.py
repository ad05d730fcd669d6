"""`telemetry_last`: the newest value of each metric of each device.

The row of a device is not written for each of its messages: the newest values wait in memory and are written a part
at a time, the longest waiting first. What a killed gateway had not written is taken from the last batches at the next
start.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from iot_gateway.batch import Stored

Connection = psycopg.Connection[tuple[Any, ...]]

INTERVAL = 0.05
LEAST, SHARE = 16, 25
"""With a batch goes a 25th of the devices that wait, 16 at least: all of them at once would hold up the batch."""

IDLE_LIMIT = 200
BATCHES_AGAIN, SECONDS_AGAIN = 2000, 30

UPSERT = (
    "INSERT INTO telemetry_last AS l (device_number, tenant_id, ts, vals, last_seen_at) {rows}"
    " ON CONFLICT (device_number) DO UPDATE SET"
    " vals = CASE WHEN l.ts IS NULL OR excluded.ts >= l.ts THEN l.vals || excluded.vals ELSE l.vals END,"
    " ts = GREATEST(l.ts, excluded.ts), last_seen_at = GREATEST(l.last_seen_at, excluded.last_seen_at)"
)
GIVEN = (
    "SELECT * FROM json_to_recordset(%s::json)"
    " AS r(number int, tenant_id uuid, ts timestamptz, vals jsonb, seen_at timestamptz) ORDER BY number"
)

BROUGHT = (
    "SELECT t.device_number, t.tenant_id, max(t.ts), jsonb_object_agg(v.key, v.value ORDER BY t.ts, t.boot, t.seq),"
    " max(b.received_at) FROM (SELECT device_number, max(ts) AS ts, max(received_at) AS received_at,"
    " (SELECT array_agg(name) FROM jsonb_object_keys(vals) AS name) AS names"
    " FROM telemetry WHERE batch_id BETWEEN %s AND %s AND ts BETWEEN %s AND %s GROUP BY device_number, names) b"
    " CROSS JOIN LATERAL (SELECT * FROM telemetry"
    " WHERE device_number = b.device_number AND ts = b.ts OFFSET 0) t"
    " JOIN device d ON d.number = t.device_number AND d.tenant_id = t.tenant_id"
    " CROSS JOIN jsonb_each(t.vals) v GROUP BY 1, 2 ORDER BY 1"
)
"""Only the newest record of each set of metrics that a device sends is opened: a busy device's are alike."""


class Row(msgspec.Struct):
    """One device's last values as JSON."""

    number: int
    tenant_id: UUID
    ts: datetime
    vals: dict[str, float]
    seen_at: datetime


class LastValues:
    """What is stored and not yet among the last values: one sample per device, the longest waiting first."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._waiting: dict[int, Stored] = {}
        self._written_at = float("-inf")

    def keep(self, samples: Iterable[Stored]) -> None:
        """Remember the samples of a committed batch."""
        _merge_into(self._waiting, samples)

    def part(self, *, now: float) -> list[Stored]:
        """Return what is to be written with a batch, by device number; nothing when it is not time yet."""
        return self._first(max(LEAST, len(self._waiting) // SHARE), now)

    def written(self, part: Iterable[Stored], *, now: float) -> None:
        """Forget what is committed, unless something newer has come meanwhile."""
        for sample in part:
            if self._waiting.get(sample.device.number) is sample:
                del self._waiting[sample.device.number]
        self._written_at = now

    def few(self) -> bool:
        """Tell whether so little waits that it holds up nobody."""
        return len(self._waiting) <= LEAST

    def flush(self, connection: Connection, *, now: float, limit: int | None = IDLE_LIMIT) -> None:
        """Write and commit what is due, if anything is."""
        part = self._first(limit, now)
        if part:
            with connection.transaction():
                upsert(connection, part)
            self.written(part, now=now)

    def _first(self, count: int | None, now: float) -> list[Stored]:
        if now - self._written_at < INTERVAL:
            return []
        return sorted(islice(self._waiting.values(), count), key=_number)


def merge(samples: Iterable[Stored]) -> list[Stored]:
    """Return one sample per device with the newest value of every metric, by device number."""
    newest: dict[int, Stored] = {}
    _merge_into(newest, samples)
    return sorted(newest.values(), key=_number)


def _merge_into(newest: dict[int, Stored], samples: Iterable[Stored]) -> None:
    find = newest.get
    for sample in samples:
        number = sample.device.number
        known = find(number)
        if known is None or (sample.ts > known.ts and sample.values.keys() >= known.values.keys()):
            newest[number] = sample
        else:
            newest[number] = _later(known, sample)


def _number(sample: Stored) -> int:
    return sample.device.number


def _later(known: Stored, sample: Stored) -> Stored:
    older, newer = known, sample
    if (sample.ts, sample.boot, sample.seq) < (known.ts, known.boot, known.seq):
        older, newer = sample, known
    received_at = max(known.received_at, sample.received_at)
    return msgspec.structs.replace(newer, values={**older.values, **newer.values}, received_at=received_at)


def lock(connection: Connection, newest: Sequence[Stored], others: Iterable[int]) -> None:
    """Lock the rows that a transaction writes in two steps, in the order that every gateway takes."""
    numbers = sorted({*others, *(sample.device.number for sample in newest)})
    connection.execute(
        "SELECT 1 FROM telemetry_last WHERE device_number = ANY(%s) ORDER BY device_number FOR UPDATE", [numbers]
    )


def upsert(connection: Connection, newest: Sequence[Stored]) -> None:
    """Write last values; the samples are one per device."""
    if not newest:
        return
    given = [
        Row(
            sample.device.number,
            sample.device.tenant_id,
            datetime.fromtimestamp(sample.ts / 1000, tz=UTC),
            sample.values,
            sample.received_at,
        )
        for sample in newest
    ]
    connection.execute(UPSERT.format(rows=GIVEN), [msgspec.json.encode(given).decode()])


def catch_up(connection: Connection) -> None:
    """Take in what the last batches brought, since a killed gateway may not have come to it."""
    found = connection.execute(
        "SELECT min(id), max(id), min(min_ts), max(max_ts) FROM"
        " (SELECT * FROM telemetry_batch ORDER BY id DESC LIMIT %s) b"
        " WHERE at > (SELECT at FROM telemetry_batch ORDER BY id DESC LIMIT 1) - make_interval(secs => %s)",
        [BATCHES_AGAIN, SECONDS_AGAIN],
    ).fetchone()
    if found is None or found[0] is None:
        connection.commit()
        return
    connection.execute(UPSERT.format(rows=BROUGHT) + " WHERE excluded.last_seen_at > l.last_seen_at", found)
    connection.commit()
