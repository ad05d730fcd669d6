"""The ingest path's own SQL: one transaction per batch, COPY into the partitions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from iot_gateway import downlink
from iot_gateway.codec import EventMessage, StateMessage, encode_values
from iot_gateway.downlink import Said
from iot_gateway.partitions import Calendar, Partition, parse
from iot_gateway.twin import Report
from kernel.db import Login, database_url
from kernel.ids import new_id
from kernel.settings import get_settings

Connection = psycopg.Connection[tuple[Any, ...]]
COLUMNS = "tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals"


class DeviceEntry(NamedTuple):
    """What the gateway must know of a device."""

    number: int
    id: UUID
    tenant_id: UUID
    tenant_slug: str
    name: str
    revoked: bool
    max_age_ms: int
    max_ahead_ms: int


class Stored(NamedTuple):
    """One sample on its way into a partition."""

    device: DeviceEntry
    table: str
    ts: int
    boot: int
    seq: int
    received_at: datetime
    values: dict[str, float]


class Letter(NamedTuple):
    """One dead letter."""

    tenant_id: UUID | None
    received_at: datetime
    topic: str
    device_name: str | None
    reason: str
    detail: str
    payload: bytes


@dataclass
class Batch:
    """What one transaction writes."""

    samples: list[Stored] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    events: list[tuple[DeviceEntry, EventMessage, datetime]] = field(default_factory=list)
    states: list[tuple[DeviceEntry, StateMessage, datetime]] = field(default_factory=list)
    answers: list[Said] = field(default_factory=list)
    reports: list[tuple[DeviceEntry, Report, datetime]] = field(default_factory=list)
    redelivered: bool = False


def connect() -> Connection:
    """Open a connection of the ingest login, with a landing table of its own."""
    url = database_url(get_settings(), Login.INGEST).replace("postgresql+psycopg://", "postgresql://", 1)
    connection = psycopg.connect(url, connect_timeout=5, application_name="fieldhand-gateway")
    connection.execute("SET timezone TO 'UTC'")
    connection.execute("CREATE TEMP TABLE landing (LIKE telemetry) ON COMMIT DELETE ROWS")
    connection.commit()
    return connection


def load_calendar(connection: Connection) -> Calendar:
    """Return the partitions that exist now."""
    rows = connection.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'telemetry'::regclass"
    ).fetchall()
    connection.commit()
    found: list[Partition] = [part for (name,) in rows if (part := parse(name)) is not None]
    return Calendar(found)


def load_devices(connection: Connection, names: Iterable[str]) -> dict[str, DeviceEntry]:
    """Return the devices of these names that exist."""
    rows = connection.execute(
        "SELECT number, id, tenant_id, tenant_slug, name, revoked_at IS NOT NULL, max_age_days * 86400000::bigint,"
        " max_ahead_seconds * 1000::bigint FROM device WHERE name = ANY(%s)",
        [list(names)],
    ).fetchall()
    connection.commit()
    return {row[4]: DeviceEntry(*row) for row in rows}


def load_tenants(connection: Connection) -> dict[str, UUID]:
    """Return the tenants that have devices, by their word in topics."""
    rows = connection.execute("SELECT DISTINCT tenant_slug, tenant_id FROM device").fetchall()
    connection.commit()
    return dict(rows)


def write(connection: Connection, batch: Batch, *, direct: bool) -> None:
    """Write a batch and commit it; `direct` copies into the partitions and trips over a known key."""
    with connection.transaction():
        if batch.samples:
            batch_id = _open_batch(connection, batch.samples)
            if direct:
                _copy_direct(connection, batch.samples, batch_id)
            else:
                _copy_landing(connection, batch.samples, batch_id)
                connection.execute(
                    f"INSERT INTO telemetry ({COLUMNS}) SELECT {COLUMNS} FROM landing ON CONFLICT DO NOTHING"
                )
            _upsert_last(connection, batch.samples)
        _write_events(connection, batch)
        _write_states(connection, batch)
        downlink.write_answers(connection, batch.answers)
        downlink.write_reports(connection, batch.reports)
        _write_letters(connection, batch.letters)


def refused_samples(connection: Connection, samples: Sequence[Stored]) -> dict[int, str]:
    """Return the samples that the database cannot take, by halving: index -> why."""
    found: dict[int, str] = {}
    pending = [(0, len(samples))]
    while pending:
        start, end = pending.pop()
        try:
            with connection.transaction(force_rollback=True):
                _copy_landing(connection, samples[start:end], 0)
        except psycopg.DataError as error:
            if end - start == 1:
                found[start] = str(error).splitlines()[0]
            else:
                middle = (start + end) // 2
                pending += [(start, middle), (middle, end)]
    return found


def _open_batch(connection: Connection, samples: Sequence[Stored]) -> int:
    stamps = [sample.ts for sample in samples]
    row = connection.execute(
        "INSERT INTO telemetry_batch (row_count, min_ts, max_ts) VALUES (%s, %s, %s) RETURNING id",
        [len(samples), _instant(min(stamps)), _instant(max(stamps))],
    ).fetchone()
    if row is None:
        raise AssertionError("INSERT ... RETURNING gave no row")
    return int(row[0])


def _lines(samples: Iterable[Stored], batch_id: int) -> bytes:
    return b"".join(
        b"%s\t%d\t%s\t%d\t%d\t%s\t%d\t%s\n"
        % (
            str(sample.device.tenant_id).encode(),
            sample.device.number,
            _instant(sample.ts).isoformat().encode(),
            sample.boot,
            sample.seq,
            sample.received_at.isoformat().encode(),
            batch_id,
            encode_values(sample.values).replace(b"\\", b"\\\\"),
        )
        for sample in samples
    )


def _copy_direct(connection: Connection, samples: Sequence[Stored], batch_id: int) -> None:
    by_table: dict[str, list[Stored]] = defaultdict(list)
    for sample in samples:
        by_table[sample.table].append(sample)
    cursor = connection.cursor()
    for table in sorted(by_table):
        with cursor.copy(f'COPY "{table}" ({COLUMNS}) FROM STDIN') as copy:
            copy.write(_lines(by_table[table], batch_id))


def _copy_landing(connection: Connection, samples: Sequence[Stored], batch_id: int) -> None:
    with connection.cursor().copy(f"COPY landing ({COLUMNS}) FROM STDIN") as copy:
        copy.write(_lines(samples, batch_id))


def _upsert_last(connection: Connection, samples: Sequence[Stored]) -> None:
    newest: dict[int, Stored] = {}
    for sample in samples:
        known = newest.get(sample.device.number)
        if known is None or (sample.ts, sample.boot, sample.seq) >= (known.ts, known.boot, known.seq):
            newest[sample.device.number] = sample
    rows = [newest[number] for number in sorted(newest)]
    connection.execute(
        "INSERT INTO telemetry_last AS l (device_number, tenant_id, ts, vals, last_seen_at)"
        " SELECT * FROM unnest(%s::int[], %s::uuid[], %s::timestamptz[], %s::jsonb[], %s::timestamptz[])"
        " ON CONFLICT (device_number) DO UPDATE SET"
        " vals = CASE WHEN l.ts IS NULL OR excluded.ts >= l.ts THEN l.vals || excluded.vals ELSE l.vals END,"
        " ts = GREATEST(l.ts, excluded.ts), last_seen_at = GREATEST(l.last_seen_at, excluded.last_seen_at)",
        [
            [row.device.number for row in rows],
            [row.device.tenant_id for row in rows],
            [_instant(row.ts) for row in rows],
            [Jsonb(row.values) for row in rows],
            [row.received_at for row in rows],
        ],
    )


def _write_events(connection: Connection, batch: Batch) -> None:
    for device, event, at in batch.events:
        connection.execute(
            "INSERT INTO device_event (device_number, ts, boot, seq, tenant_id, received_at, kind, detail)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                device.number,
                _instant(event.ts),
                event.boot,
                event.seq,
                device.tenant_id,
                at,
                event.kind,
                Jsonb(event.detail),
            ],
        )


def _write_states(connection: Connection, batch: Batch) -> None:
    """Keep births and wills in order; one of an older boot than the last birth says nothing."""
    for device, state, at in batch.states:
        newer = connection.execute(
            "INSERT INTO telemetry_last AS l (device_number, tenant_id, last_seen_at, online, boot, firmware)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (device_number) DO UPDATE SET online = excluded.online,"
            " boot = excluded.boot, firmware = COALESCE(excluded.firmware, l.firmware),"
            " last_seen_at = CASE WHEN excluded.online THEN GREATEST(l.last_seen_at, excluded.last_seen_at)"
            " ELSE l.last_seen_at END"
            " WHERE l.boot IS NULL OR excluded.boot >= l.boot RETURNING 1",
            [device.number, device.tenant_id, at, state.online, state.boot, state.firmware],
        ).fetchone()
        if state.online and newer is not None:
            downlink.note_birth(connection, device.id)


def _write_letters(connection: Connection, letters: Sequence[Letter]) -> None:
    if letters:
        connection.cursor().executemany(
            "INSERT INTO telemetry_dead_letter"
            " (id, tenant_id, received_at, topic, device_name, reason, detail, payload)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [(new_id(), *letter) for letter in letters],
        )


def _instant(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(ts_ms / 1000, tz=UTC)
