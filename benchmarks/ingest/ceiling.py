"""What the machine allows: one fdatasync, the broker's own rate, COPY into the very partition."""

import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import UUID

import psycopg

from benchmarks.ingest.load import SEED, Job, values
from benchmarks.ingest.runner import publishers, run_jobs
from benchmarks.ingest.world import PROBE, World, say
from iot_gateway.partitions import Calendar, parse

BATCH_ROWS = 2000
"""As many as a full batch of the gateway."""
COLUMNS = "tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals"
POSTGRES_EPOCH_MS = 946_684_800_000
SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">II", 0, 0)


def fsync_ms(folder: Path, *, times: int = 100) -> tuple[float, float]:
    """Return the median and the worst time of a write of 8 KiB with fdatasync, in milliseconds."""
    path, block, taken = folder / "fsync-probe", os.urandom(8192), []
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        for _ in range(times):
            begun = time.perf_counter()
            os.pwrite(descriptor, block, 0)
            os.fdatasync(descriptor)
            taken.append((time.perf_counter() - begun) * 1e3)
    finally:
        os.close(descriptor)
        path.unlink()
    return median(taken), max(taken)


def broker_rate(world: World, count: int) -> float:
    """Return messages a second from two publishers through the broker to one subscriber, QoS 1 on both ways."""
    say(f"broker, {count} messages")
    reader = Job(
        kind="subscribe",
        port=world.broker.gateway_port,
        user=PROBE,
        password=world.secrets[PROBE],
        tenant=world.tenant,
        count=count,
    )
    answers = run_jobs([reader, *publishers(world, count, boot=world.next_boot())], seconds=90)
    world.forget(PROBE)
    taken: float = answers[0]["ended"] - min(answer["begun"] for answer in answers[1:])
    return count / taken


def copy_rate(world: World, count: int, *, binary: bool) -> float:
    """Return rows a second of COPY with the key: one connection, a commit for each two thousand, made beforehand."""
    say(f"COPY {'binary' if binary else 'text'}, {count} rows")
    world.empty()
    boot, now = world.next_boot(), int(time.time() * 1000)
    url = world.environment["FIELDHAND_INGEST_DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url) as connection:
        table, tenant_id, numbers = _target(connection, world, now)
        make = _binary if binary else _text
        batches = [
            make(tenant_id, numbers, boot, range(start, min(count, start + BATCH_ROWS)), now)
            for start in range(0, count, BATCH_ROWS)
        ]
        connection.commit()
        begun = time.perf_counter()
        for batch in batches:
            with (
                connection.cursor() as cursor,
                cursor.copy(f'COPY "{table}" ({COLUMNS}) FROM STDIN{" (FORMAT binary)" if binary else ""}') as copy,
            ):
                copy.write(batch)
            connection.commit()
        return count / (time.perf_counter() - begun)


def _target(connection: psycopg.Connection, world: World, now: int) -> tuple[str, UUID, list[int]]:
    rows = connection.execute(
        "SELECT number, tenant_id FROM device WHERE tenant_slug = %s ORDER BY name", [world.tenant]
    ).fetchall()
    names = connection.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'telemetry'::regclass"
    ).fetchall()
    table = Calendar([part for (name,) in names if (part := parse(name)) is not None]).table_of(now)
    if table is None:
        raise AssertionError("no partition for today")
    return table, rows[0][1], [number for number, _ in rows]


def _text(tenant_id: UUID, numbers: list[int], boot: int, indices: range, now: int) -> bytes:
    stamp, measured = datetime.fromtimestamp(now / 1000, tz=UTC).isoformat().encode(), values(SEED)
    return b"".join(
        b"%s\t%d\t%s\t%d\t%d\t%s\t%d\t%s\n"
        % (
            str(tenant_id).encode(),
            numbers[index % len(numbers)],
            stamp,
            boot,
            index // len(numbers) + 1,
            stamp,
            indices.start,
            measured[index % len(measured)],
        )
        for index in indices
    )


def _binary(tenant_id: UUID, numbers: list[int], boot: int, indices: range, now: int) -> bytes:
    stamp, measured = (now - POSTGRES_EPOCH_MS) * 1000, values(SEED)
    rows = [SIGNATURE]
    for index in indices:
        document = measured[index % len(measured)]
        head = struct.pack(
            ">hi16siiiqiiiqiqiqi",
            *(8, 16, tenant_id.bytes),
            *(4, numbers[index % len(numbers)], 8, stamp),
            *(4, boot, 8, index // len(numbers) + 1),
            *(8, stamp, 8, indices.start),
            len(document) + 1,
        )
        rows += [head, b"\x01", document]
    return b"".join([*rows, struct.pack(">h", -1)])
