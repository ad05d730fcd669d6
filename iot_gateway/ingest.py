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
from iot_gateway.store import Batch, DeviceEntry, Letter, Stored
from kernel.log import get_logger

BATCH_MESSAGES = 1000
LINGER_SECONDS = 0.005
CACHE_SECONDS = 60.0
UNKNOWN_SECONDS = 2.0
CONFLICT_SECONDS = 2.0
"""How long after a known key the careful way is kept."""

log = get_logger()
Key = tuple[DeviceEntry, int, int, int]


class Writer:
    """Turns received messages into committed rows; nothing is acknowledged before its commit."""

    def __init__(self, link: Link, stop: threading.Event) -> None:
        """Write what `link` brings until `stop` is set."""
        self._link, self._stop = link, stop
        self._connection: store.Connection | None = None
        self._calendar: store.Calendar | None = None
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
            except psycopg.OperationalError as error:
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
        batch, keys = self._prepare(connection, messages)
        self._write(connection, batch)
        metrics.MESSAGES.inc(len(messages))
        metrics.SAMPLES.inc(len(batch.samples))
        for reason, count in Tally(letter.reason for letter in batch.letters).items():
            metrics.DEAD_LETTERS.labels(reason).inc(count)
        metrics.BATCH_SECONDS.observe(time.perf_counter() - started)
        self._marks.note(connection, keys, now=time.monotonic())

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

    def _prepare(self, connection: store.Connection, messages: Sequence[Message]) -> tuple[Batch, list[Key]]:
        batch, keys = Batch(redelivered=any(message.dup for message in messages)), list[Key]()
        topics = [codec.read_topic(message.topic) for message in messages]
        self._learn(connection, {topic.device for topic in topics if topic is not None})
        for index, (message, topic) in enumerate(zip(messages, topics, strict=True)):
            if topic is None:
                batch.letters.append(_letter(None, message, None, "unknown-topic", message.topic))
                continue
            device = self._devices.get(topic.device)
            if device is None:
                tenant_id = self._tenants.get(topic.tenant)
                batch.letters.append(_letter(tenant_id, message, topic.device, "unknown-device", topic.device))
            elif device.tenant_slug != topic.tenant:
                detail = f"the topic says {topic.tenant[:64]}"
                batch.letters.append(_letter(device.tenant_id, message, device.name, "wrong-tenant", detail))
            elif device.revoked:
                batch.letters.append(_letter(device.tenant_id, message, device.name, "revoked-device", ""))
            else:
                self._sort(connection, batch, keys, index, message, device, topic.leaf)
        return batch, keys

    def _sort(
        self,
        connection: store.Connection,
        batch: Batch,
        keys: list[Key],
        index: int,
        message: Message,
        device: DeviceEntry,
        leaf: str,
    ) -> None:
        if leaf == "telemetry":
            self._take_samples(connection, batch, keys, index, message, device)
            return
        decode = {"state": codec.decode_state, "event": codec.decode_event, "cmd/ack": codec.decode_answer}.get(leaf)
        found = decode(message.payload) if decode else codec.Reject("unknown-topic", leaf, message.payload)
        if isinstance(found, codec.Reject):
            batch.letters.append(_letter(device.tenant_id, message, device.name, found.reason, found.detail))
        elif isinstance(found, codec.StateMessage):
            batch.states.append((device, found, message.at))
        elif isinstance(found, codec.EventMessage):
            if (why := _outside(device, found.ts, message)) is not None:
                batch.letters.append(_letter(device.tenant_id, message, device.name, "outside-policy", why))
            elif b"\\u0000" in message.payload:
                batch.letters.append(_letter(device.tenant_id, message, device.name, "malformed", "a null character"))
            else:
                batch.events.append((device, found, message.at))
        else:
            _take_answer(batch, device, found, message)

    def _take_samples(
        self,
        connection: store.Connection,
        batch: Batch,
        keys: list[Key],
        index: int,
        message: Message,
        device: DeviceEntry,
    ) -> None:
        calendar = self._partitions(connection)
        samples, rejects = codec.decode_telemetry(message.payload, at=message.at)
        newest = int(message.at.timestamp() * 1000)
        for sample in samples:
            if sample.keyed:
                keys.append((device, sample.boot, sample.seq, sample.ts))
            table = calendar.table_of(sample.ts)
            why = _outside(device, sample.ts, message)
            if why is None and table is not None:
                row = Stored(device, table, sample.ts, sample.boot, sample.seq, message.at, sample.values, index)
                batch.samples.append(row)
                continue
            reason, detail = ("outside-policy", why) if why is not None else ("no-partition", f"ts {sample.ts}")
            payload = codec.encode_sample(sample)
            batch.letters.append(
                Letter(device.tenant_id, message.at, message.topic, device.name, reason, detail or "", payload)
            )
        for reject in rejects:
            if reject.key is not None:
                keys.append((device, *reject.key, newest))
            batch.letters.append(
                Letter(
                    device.tenant_id,
                    message.at,
                    message.topic,
                    device.name,
                    reject.reason,
                    reject.detail[:2000],
                    reject.payload[: codec.MAX_PAYLOAD],
                )
            )

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

    def _partitions(self, connection: store.Connection) -> store.Calendar:
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
        except psycopg.OperationalError:
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


def _outside(device: DeviceEntry, ts: int, message: Message) -> str | None:
    now = int(message.at.timestamp() * 1000)
    if ts < now - device.max_age_ms:
        return f"ts {ts} is more than {device.max_age_ms // 86_400_000} days old"
    if ts > now + device.max_ahead_ms:
        return f"ts {ts} is more than {device.max_ahead_ms // 1000} s ahead"
    return None


def _take_answer(batch: Batch, device: DeviceEntry, found: codec.CommandAnswer, message: Message) -> None:
    try:
        command_id = UUID(found.id)
    except ValueError:
        batch.letters.append(_letter(device.tenant_id, message, device.name, "malformed", "the id is no UUID"))
        return
    detail = found.detail.replace("\x00", "")
    batch.answers.append((device, command_id, found.status == "acked", detail, message.at))


def _letter(tenant_id: UUID | None, message: Message, name: str | None, reason: str, detail: str) -> Letter:
    excerpt = message.payload[: codec.MAX_PAYLOAD]
    return Letter(tenant_id, message.at, message.topic, name, reason, detail[:2000], excerpt)


def _bury(batch: Batch, refused: dict[int, tuple[str, str]]) -> None:
    """Move samples to the dead letters."""
    for index, (reason, detail) in refused.items():
        sample = batch.samples[index]
        device = sample.device
        topic = f"fieldhand/v1/{device.tenant_slug}/{device.name}/telemetry"
        payload = codec.encode_values(sample.values)
        batch.letters.append(Letter(device.tenant_id, sample.received_at, topic, device.name, reason, detail, payload))
    batch.samples = [sample for index, sample in enumerate(batch.samples) if index not in refused]
