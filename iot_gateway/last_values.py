"""`telemetry_last`: the newest value of each metric of each device.

A busy gateway writes it a few times a second and not with every batch: the row of a device would be written anew for
each of its messages. What a killed gateway had not written yet is taken from the last batches at the next start.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from iot_gateway import rows
from iot_gateway.batch import Stored

Connection = psycopg.Connection[tuple[Any, ...]]

INTERVAL = 0.25
MERGE_OVER = 8000
BATCHES_AGAIN, SECONDS_AGAIN = 2000, 30

UPSERT = (
    "INSERT INTO telemetry_last AS l (device_number, tenant_id, ts, vals, last_seen_at) {rows}"
    " ON CONFLICT (device_number) DO UPDATE SET"
    " vals = CASE WHEN l.ts IS NULL OR excluded.ts >= l.ts THEN l.vals || excluded.vals ELSE l.vals END,"
    " ts = GREATEST(l.ts, excluded.ts), last_seen_at = GREATEST(l.last_seen_at, excluded.last_seen_at)"
)


class LastValues:
    """What is stored and not yet among the last values."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._pending: list[Stored] = []
        self._written_at = float("-inf")

    def due(self, *, now: float) -> bool:
        """Tell whether it is time to write."""
        return now - self._written_at >= INTERVAL

    def with_batch(self, samples: Sequence[Stored]) -> list[Stored]:
        """Return what is to be written together with a batch, in order."""
        return [*self._pending, *samples]

    def keep(self, samples: Sequence[Stored]) -> None:
        """Remember the samples of a batch that was committed without them."""
        self._pending += samples
        if len(self._pending) > MERGE_OVER:
            self._pending = merge(self._pending)

    def written(self, *, now: float) -> None:
        """Forget what is committed."""
        self._pending, self._written_at = [], now

    def flush(self, connection: Connection, *, now: float) -> None:
        """Write and commit what is due, if anything is."""
        if self._pending and self.due(now=now):
            with connection.transaction():
                upsert(connection, merge(self._pending))
            self.written(now=now)


def prepare(connection: Connection) -> None:
    """Make the connection's own table to copy into."""
    connection.execute(
        "CREATE TEMP TABLE landing_last (device_number int, tenant_id uuid, ts timestamptz, vals jsonb,"
        " last_seen_at timestamptz) ON COMMIT DELETE ROWS"
    )


def merge(samples: Iterable[Stored]) -> list[Stored]:
    """Return one sample per device with the newest value of every metric, by device number."""
    newest: dict[int, Stored] = {}
    for sample in samples:
        number = sample[0][0]
        known = newest.get(number)
        if known is None or (sample[2] > known[2] and sample[6].keys() >= known[6].keys()):
            newest[number] = sample
        else:
            newest[number] = _later(known, sample)
    return [newest[number] for number in sorted(newest)]


def _later(known: Stored, sample: Stored) -> Stored:
    older, newer = known, sample
    if (sample.ts, sample.boot, sample.seq) < (known.ts, known.boot, known.seq):
        older, newer = sample, known
    received_at = max(known.received_at, sample.received_at)
    return newer._replace(values={**older.values, **newer.values}, received_at=received_at)


def lock(connection: Connection, newest: Sequence[Stored], others: Iterable[int]) -> None:
    """Lock the rows that a transaction writes in two steps, in the order that every gateway takes."""
    numbers = sorted({*others, *(sample.device.number for sample in newest)})
    connection.execute(
        "SELECT 1 FROM telemetry_last WHERE device_number = ANY(%s) ORDER BY device_number FOR UPDATE", [numbers]
    )


def upsert(connection: Connection, newest: Sequence[Stored]) -> None:
    """Write last values; the samples are one per device, by number."""
    if not newest:
        return
    with connection.cursor().copy("COPY landing_last FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(rows.last_values(newest))
    connection.execute(UPSERT.format(rows="SELECT * FROM landing_last ORDER BY device_number"))


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
    connection.execute(
        UPSERT.format(
            rows=(
                "SELECT t.device_number, t.tenant_id, max(t.ts), jsonb_object_agg(v.key, v.value ORDER BY t.ts, t.boot,"
                " t.seq), max(t.received_at) FROM telemetry t CROSS JOIN jsonb_each(t.vals) v"
                " JOIN device d ON d.number = t.device_number AND d.tenant_id = t.tenant_id"
                " WHERE t.batch_id BETWEEN %s AND %s AND t.ts BETWEEN %s AND %s GROUP BY 1, 2 ORDER BY 1"
            )
        )
        + " WHERE excluded.last_seen_at > l.last_seen_at",
        found,
    )
    connection.commit()
