"""The writer: messages in, one committed transaction per batch, then the acknowledgements."""

import random
import threading
import time
from collections import Counter as Tally
from collections.abc import Sequence
from uuid import UUID

import psycopg

from iot_gateway import codec, metrics, store
from iot_gateway.client import Link, Message
from iot_gateway.marks import Marks
from iot_gateway.partitions import Calendar
from iot_gateway.pulse import Pulse
from iot_gateway.sorting import Sorting
from iot_gateway.store import Batch, DeviceEntry, Letter
from kernel import clock
from kernel.log import get_logger

BATCH_MESSAGES = 1000
LINGER_SECONDS = 0.005
CACHE_SECONDS = 60.0
UNKNOWN_SECONDS = 2.0
CONFLICT_SECONDS = 2.0
"""How long after a known key the careful way is kept."""

log = get_logger()


class Writer:
    """Turns received messages into committed rows; nothing is acknowledged before its commit."""

    def __init__(self, link: Link, stop: threading.Event, pulse: Pulse) -> None:
        """Write what `link` brings until `stop` is set; `pulse` counts it."""
        self._link, self._stop, self._pulse = link, stop, pulse
        self._connection: store.Connection | None = None
        self._calendar: Calendar | None = None
        self._calendar_at = self._cleared_at = self._careful_until = float("-inf")
        self._devices: dict[str, DeviceEntry] = {}
        self._unknown: dict[str, float] = {}
        self._tenants: dict[str, UUID] = {}
        self._marks = Marks()

    def run(self) -> None:
        """Write until told to stop; a database that is away is waited for."""
        while not self._stop.is_set():
            messages = self._link.take(limit=BATCH_MESSAGES, linger_seconds=LINGER_SECONDS, wait_seconds=0.2)
            if messages:
                self._until_committed(messages)
            self._send_marks()
        if self._connection is not None:
            self._connection.close()

    def _until_committed(self, messages: Sequence[Message]) -> None:
        delay = 0.1
        while not self._stop.is_set():
            try:
                self._commit(messages)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self._drop_connection()
                log.warning("ingest_waits_for_database", error=str(error).splitlines()[0], held=len(messages))
                self._stop.wait(delay * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
                delay = min(5.0, delay * 2)
                continue
            self._link.ack(messages)
            return

    def _commit(self, messages: Sequence[Message]) -> None:
        started = time.perf_counter()
        connection = self._connected()
        sorting = self._prepare(connection, messages)
        batch = sorting.batch
        self._write(connection, batch)
        self._pulse.add(batch.samples, batch.letters, first_at=messages[0].at, at=clock.now())
        metrics.MESSAGES.inc(len(messages))
        metrics.SAMPLES.inc(len(batch.samples))
        for reason, count in Tally(letter.reason for letter in batch.letters).items():
            metrics.DEAD_LETTERS.labels(reason).inc(count)
        metrics.BATCH_SECONDS.observe(time.perf_counter() - started)
        self._marks.note(connection, sorting.keys, now=time.monotonic())

    def _write(self, connection: store.Connection, batch: Batch) -> None:
        """Write the fast way, the careful way on a known key, and without what the database cannot take."""
        direct = not batch.redelivered and time.monotonic() >= self._careful_until
        try:
            store.write(connection, batch, direct=direct)
        except psycopg.errors.UniqueViolation:
            self._careful_until = time.monotonic() + CONFLICT_SECONDS
            metrics.CONFLICTS.inc()
            self._write(connection, batch)
        except psycopg.errors.UndefinedTable:
            if not direct:
                raise
            self._calendar_at = float("-inf")
            self._careful_until = time.monotonic() + CONFLICT_SECONDS
            self._write(connection, self._without_partition(connection, batch))
        except psycopg.DataError:
            refused = store.refused_samples(connection, batch.samples)
            if not refused:
                raise
            _bury(batch, {index: ("refused-by-database", why) for index, why in refused.items()})
            self._write(connection, batch)

    def _without_partition(self, connection: store.Connection, batch: Batch) -> Batch:
        calendar = self._partitions(connection)
        lost = {
            index: ("no-partition", "the day's partition is gone")
            for index, sample in enumerate(batch.samples)
            if calendar.table_of(sample.ts) is None
        }
        _bury(batch, lost)
        return batch

    def _prepare(self, connection: store.Connection, messages: Sequence[Message]) -> Sorting:
        names = {topic.device for message in messages if (topic := codec.read_topic(message.topic)) is not None}
        self._learn(connection, names)
        sorting = Sorting(self._devices, self._tenants, self._partitions(connection))
        for message in messages:
            sorting.add(message)
        return sorting

    def _learn(self, connection: store.Connection, names: set[str]) -> None:
        now = time.monotonic()
        if now - self._cleared_at > CACHE_SECONDS:
            self._devices, self._unknown, self._cleared_at = {}, {}, now
            self._tenants = store.load_tenants(connection)
        missing = {name for name in names if name not in self._devices and now >= self._unknown.get(name, 0.0)}
        if not missing:
            return
        found = store.load_devices(connection, missing)
        self._devices.update(found)
        self._tenants.update({device.tenant_slug: device.tenant_id for device in found.values()})
        for name in missing - set(found):
            self._unknown[name] = now + UNKNOWN_SECONDS

    def _partitions(self, connection: store.Connection) -> Calendar:
        now = time.monotonic()
        if self._calendar is None or now - self._calendar_at > CACHE_SECONDS:
            self._calendar, self._calendar_at = store.load_calendar(connection), now
        return self._calendar

    def _send_marks(self) -> None:
        if self._connection is None or not self._link.connected.is_set():
            return
        try:
            for topic, payload in self._marks.due(self._connection, now=time.monotonic()):
                self._link.publish(topic, payload)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            self._drop_connection()

    def _connected(self) -> store.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = store.connect()
            self._calendar = None
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _bury(batch: Batch, refused: dict[int, tuple[str, str]]) -> None:
    """Move samples to the dead letters."""
    for index, (reason, detail) in refused.items():
        sample = batch.samples[index]
        device = sample.device
        topic = f"fieldhand/v1/{device.tenant_slug}/{device.name}/telemetry"
        payload = codec.encode_sample(codec.Sample(sample.ts, sample.boot, sample.seq, sample.values, True))
        batch.letters.append(Letter(device.tenant_id, sample.received_at, topic, device.name, reason, detail, payload))
    batch.samples = [sample for index, sample in enumerate(batch.samples) if index not in refused]
