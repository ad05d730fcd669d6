"""The ingest path's own SQL: one transaction per batch, COPY into the partitions."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.copy import LibpqWriter
from psycopg.types.json import Jsonb

from iot_gateway import downlink, last_values, rows
from iot_gateway.batch import Batch, DeviceEntry, Letter, Stored
from iot_gateway.partitions import Calendar, Partition, parse
from kernel.db import Login, database_url
from kernel.ids import new_id
from kernel.settings import get_settings

Connection = psycopg.Connection[tuple[Any, ...]]

PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A database host that vanishes does not say goodbye: after this it counts as away, be it that we speak or listen."""

SERVER_PATIENCE = {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
"""The same the other way round: a gateway that vanishes keeps no locks."""


def connect() -> Connection:
    """Open a connection of the ingest login, with a landing table of its own.

    Raises:
        psycopg.OperationalError: nobody answers within 5 seconds, or not as a database does.
    """
    url = database_url(get_settings(), Login.INGEST).replace("postgresql+psycopg://", "postgresql://", 1)
    connection = psycopg.connect(url, application_name="fieldhand-gateway", **PATIENCE)
    connection.execute("SET timezone TO 'UTC'")
    for name, value in SERVER_PATIENCE.items():
        connection.execute(f"SET {name} TO {value}")
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


def write(
    connection: Connection,
    batch: Batch,
    *,
    direct: bool,
    last: Sequence[Stored] | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Write a batch and commit it; `direct` copies into the partitions and trips over a known key.

    `last` are last values to write with it, one sample per device, by number; those of the batch when it is not given.
    `meanwhile` is called while the server is busy with the rows that are copied directly, and has to do without it.
    """
    newest = last_values.merge(batch.samples) if last is None else last
    with connection.transaction():
        if batch.samples:
            batch_id = _open_batch(connection, batch.samples)
            if direct:
                _copy_direct(connection, batch.samples, batch_id, meanwhile)
            else:
                _copy_landing(connection, batch.samples, batch_id)
                connection.execute(
                    f"INSERT INTO telemetry ({rows.COLUMNS}) SELECT {rows.COLUMNS} FROM landing ON CONFLICT DO NOTHING"
                )
        if batch.states and newest:
            last_values.lock(connection, newest, [device.number for device, _, _ in batch.states])
        last_values.upsert(connection, newest)
        _write_events(connection, batch)
        _write_states(connection, batch)
        downlink.write_answers(connection, batch.answers)
        downlink.write_reports(connection, batch.reports)
        _write_letters(connection, batch.letters)
        for write_more in batch.after:
            write_more(connection)


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


def _copy_direct(
    connection: Connection, samples: Sequence[Stored], batch_id: int, meanwhile: Callable[[], None] | None
) -> None:
    tables = sorted({sample.table for sample in samples})
    for table in tables:
        own = [sample for sample in samples if sample.table == table] if len(tables) > 1 else samples
        _copy(connection, table, own, batch_id, meanwhile if table == tables[-1] else None)


def _copy_landing(connection: Connection, samples: Sequence[Stored], batch_id: int) -> None:
    _copy(connection, "landing", samples, batch_id)


def _copy(
    connection: Connection,
    table: str,
    samples: Sequence[Stored],
    batch_id: int,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    cursor = connection.cursor()
    command = f'COPY "{table}" ({rows.COLUMNS}) FROM STDIN (FORMAT BINARY)'
    with cursor.copy(command, writer=LibpqWriter(cursor, flush_threshold=0)) as copy:
        for piece in rows.telemetry(samples, batch_id):
            copy.write(piece)
        if meanwhile is not None:
            meanwhile()


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
    for device, state, at in sorted(batch.states, key=lambda item: item[0].number):
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
