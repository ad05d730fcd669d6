"""The writer: messages in, one committed transaction per batch, then the acknowledgements."""

import random
import threading
import time
from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

from iot_gateway import bare, codec, last_values, metrics, store
from iot_gateway.batch import Batch, Letter, Refused, Stored
from iot_gateway.client import Link
from iot_gateway.fast_mqtt import Message
from iot_gateway.last_values import LastValues
from iot_gateway.marks import Marks
from iot_gateway.partitions import Calendar
from iot_gateway.pulse import Pulse
from iot_gateway.sorting import Known, Sorting
from kernel import clock
from kernel.log import get_logger

if TYPE_CHECKING:
    from iot_gateway.sparkplug.intake import Sparkplug, Turn

BATCH_MESSAGES = 2000
LINGER_SECONDS = 0.005
AHEAD_MESSAGES = 500
"""So many have to wait for the next batch to be sorted while the one before is written: fewer would delay that one."""

CACHE_SECONDS = 60.0
UNKNOWN_SECONDS = 2.0
CONFLICT_SECONDS = 2.0
"""How long after a known key the careful way is kept."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Between tries at a database that is away."""

WAITS = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)
"""What a database says that is away, full, or no longer the first of its cluster."""

log = get_logger()


class Writer:
    """Turns received messages into committed rows; nothing is acknowledged before its commit."""

    def __init__(self, link: Link, stop: threading.Event, pulse: Pulse, sparkplug: "Sparkplug | None" = None) -> None:
        """Write what `link` brings until `stop` is set; `pulse` counts it; `sparkplug` reads what edge nodes say."""
        self._link, self._stop, self._pulse, self._sparkplug = link, stop, pulse, sparkplug
        self._connection: store.Connection | None = None
        self._calendar: Calendar | None = None
        self._calendar_at = self._cleared_at = self._careful_until = float("-inf")
        self._known = Known()
        self._unknown: dict[str, float] = {}
        self._marks = Marks()
        self._last = LastValues()
        self._behind = True
        """Whether last values have to be caught up from the stored batches."""
        self._ahead: list[Message] = []
        """What was taken while the database was busy with the batch before."""
        self._sorted: Sorting | None = None
        """The same, sorted."""
        self._unbooked: tuple[Sequence[Message], Batch, datetime] | None = None
        """What is committed and acknowledged, and when."""
        self._strange: list[Stored] = []
        self._refused: list[Refused] = []
        """What moves the marks and has to wait until the database can be asked."""

    def run(self) -> None:
        """Write until told to stop; a database that is away is waited for."""
        self._get_ready()
        while not self._stop.is_set():
            messages, sorting = self._ahead, self._sorted
            self._ahead, self._sorted = [], None
            if not messages:
                messages = self._link.take(limit=BATCH_MESSAGES, linger_seconds=LINGER_SECONDS, wait_seconds=0.1)
            if messages:
                self._until_committed(messages, sorting)
            self._tidy(idle=not messages)
        self._leave()

    def _get_ready(self) -> None:
        """Connect and catch up before the first message waits for it."""
        try:
            connection = self._connected()
            self._partitions(connection)
            self._learn(connection, ())
        except WAITS:
            self._drop_connection()

    def _until_committed(self, messages: Sequence[Message], sorting: Sorting | None = None) -> None:
        delay = FIRST_PAUSE
        while not self._stop.is_set():
            try:
                batch = self._commit(messages, sorting)
            except WAITS as error:
                sorting = self._sorted = None
                self._drop_connection()
                reason = str(error).partition("\n")[0]
                log.warning("ingest_waits_for_database", error=reason, held=len(messages) + self._link.backlog())
                self._stop.wait(delay * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
                delay = min(LONGEST_PAUSE, delay * 2)
            except psycopg.errors.ForeignKeyViolation as error:
                sorting = self._sorted = None
                self._forget(error)
            else:
                self._link.ack(messages)
                self._book()
                self._unbooked = messages, batch, clock.now()
                if not self._ahead:
                    self._book()
                self._note()
                return

    def _commit(self, messages: Sequence[Message], sorting: Sorting | None = None) -> Batch:
        started = time.perf_counter()
        connection = self._connected()
        turn: Turn | None = None
        if sorting is None:
            sorting, turn = self._prepare(connection, messages)
        if sorting.repeats:
            repeated = [sorting.batch.samples[position] for position in sorting.repeats]
            known = bare.stored_before(connection, repeated)
            sorting.batch.samples = bare.without(sorting.batch.samples, sorting.repeats, known)
        batch = sorting.batch
        self._write(connection, batch)
        if self._sparkplug is not None and turn is not None:
            self._sparkplug.keep(turn)
        metrics.BATCH_SECONDS.observe(time.perf_counter() - started)
        return batch

    def _meanwhile(self) -> None:
        """Book the batch before and sort the next, if a good part of it waits, while the database is busy.

        What has to ask the database is left for later; what is known is forgotten in time, however much waits.
        """
        self._book()
        if self._ahead or self._link.backlog() < AHEAD_MESSAGES:
            return
        self._ahead = self._link.take(limit=BATCH_MESSAGES, linger_seconds=0.0, wait_seconds=0.0)
        now, senders = time.monotonic(), self._known.senders
        fresh = now - min(self._cleared_at, self._calendar_at) <= CACHE_SECONDS
        if self._calendar is None or self._sparkplug is not None or not fresh:
            return
        if all(message.topic in senders for message in self._ahead):
            self._sorted = Sorting(self._known, self._calendar)
            self._sorted.add_all(self._ahead)

    def _book(self) -> None:
        """Count a batch that is committed and acknowledged, keep its last values, move the marks."""
        if self._unbooked is None:
            return
        messages, batch, at = self._unbooked
        self._unbooked = None
        self._pulse.add(batch.samples, batch.letters, first_at=messages[0].at, at=at)
        metrics.MESSAGES.inc(len(messages))
        metrics.SAMPLES.inc(len(batch.samples))
        for reason, count in Tally(letter.reason for letter in batch.letters).items():
            metrics.DEAD_LETTERS.labels(reason).inc(count)
        metrics.BATCH_MESSAGES.observe(len(messages))
        self._last.keep(batch.samples)
        keyed = [sample for sample in batch.samples if sample.keyed] if batch.hashed else batch.samples
        self._strange += self._marks.take_in(keyed, now=time.monotonic())
        self._refused += batch.refused

    def _note(self) -> None:
        """Move the marks of devices not heard of lately; records among the dead letters count, too.

        Should the database go away here, marks stay behind: a look for gaps finds what is stored, the rest comes again.
        """
        strange, refused, now = self._strange, self._refused, time.monotonic()
        self._strange, self._refused = [], []
        try:
            if strange:
                self._marks.note(self._connected(), strange, now=now)
            if refused:
                self._marks.refuse(self._connected(), refused, now=now)
        except WAITS as error:
            self._drop_connection()
            log.warning("ingest_waits_for_database", error=str(error).partition("\n")[0], held=self._link.backlog())

    def _write(self, connection: store.Connection, batch: Batch) -> None:
        """Write the fast way, the careful way on a known key, and without what the database cannot take."""
        now = time.monotonic()
        direct = not batch.redelivered and now >= self._careful_until
        last = self._last.part(now=now)
        try:
            store.write(connection, batch, direct=direct, last=last, meanwhile=self._meanwhile)
        except psycopg.errors.UniqueViolation:
            self._careful_until = now + CONFLICT_SECONDS
            metrics.CONFLICTS.inc()
            self._write(connection, batch)
        except psycopg.errors.UndefinedTable:
            if not direct:
                raise
            self._calendar_at = float("-inf")
            self._careful_until = now + CONFLICT_SECONDS
            self._write(connection, self._without_partition(connection, batch))
        except psycopg.DataError:
            refused = store.refused_samples(connection, batch.samples)
            if not refused:
                raise
            _bury(batch, {index: ("refused-by-database", why) for index, why in refused.items()})
            self._write(connection, batch)
        else:
            if last:
                self._last.written(last, now=now)

    def _without_partition(self, connection: store.Connection, batch: Batch) -> Batch:
        calendar = self._partitions(connection)
        lost = {
            index: ("no-partition", "the day's partition is gone")
            for index, sample in enumerate(batch.samples)
            if calendar.table_of(sample.ts) is None
        }
        _bury(batch, lost)
        return batch

    def _prepare(self, connection: store.Connection, messages: Sequence[Message]) -> tuple[Sorting, "Turn | None"]:
        self._learn(connection, messages)
        turn: Turn | None = None
        if self._sparkplug is not None:
            turn = self._sparkplug.turn(connection, {message.topic for message in messages}, self._known.devices)
        sorting = Sorting(self._known, self._partitions(connection), turn)
        sorting.add_all(messages)
        if turn is not None:
            sorting.batch.after.append(turn.write)
        return sorting, turn

    def _learn(self, connection: store.Connection, messages: Sequence[Message]) -> None:
        now = time.monotonic()
        if now - self._cleared_at > CACHE_SECONDS:
            self._known, self._unknown, self._cleared_at = Known(), {}, now
            if self._sparkplug is not None:
                self._sparkplug.clear()
            self._known.tenants = store.load_tenants(connection)
        senders, devices, unknown = self._known.senders, self._known.devices, self._unknown
        topics = {message.topic for message in messages if message.topic not in senders}
        names = {topic.device for text in topics if (topic := codec.read_topic(text)) is not None}
        if self._sparkplug is not None:
            names.update(name for text in topics for name in self._sparkplug.names(text))
        missing = {name for name in names if name not in devices and now >= unknown.get(name, 0.0)}
        if not missing:
            return
        found = store.load_devices(connection, missing)
        devices.update(found)
        self._known.tenants.update({device.tenant_slug: device.tenant_id for device in found.values()})
        for name in missing - set(found):
            unknown[name] = now + UNKNOWN_SECONDS

    def _forget(self, error: psycopg.errors.ForeignKeyViolation) -> None:
        """Read devices and tenants anew: one of them was deleted while its messages were on their way."""
        log.warning("ingest_forgets_devices", error=str(error).partition("\n")[0])
        self._cleared_at = float("-inf")
        self._last = LastValues()
        self._behind = True
        self._stop.wait(0.05)

    def _partitions(self, connection: store.Connection) -> Calendar:
        now = time.monotonic()
        if self._calendar is None or now - self._calendar_at > CACHE_SECONDS:
            self._calendar, self._calendar_at = store.load_calendar(connection), now
        return self._calendar

    def _tidy(self, *, idle: bool) -> None:
        """Do what comes after batches: last values that need no batch to go with, marks and their acknowledgements."""
        if self._connection is None or not self._link.connected.is_set():
            return
        now = time.monotonic()
        try:
            if idle or (self._last.few() and not self._link.backlog()):
                self._last.flush(self._connection, now=now)
            self._link.publish_all(self._marks.due(self._connection, now=now))
            if self._sparkplug is not None:
                self._link.publish_all(self._sparkplug.due(now=now, at_ms=int(clock.now().timestamp() * 1000)))
        except WAITS:
            self._drop_connection()
        except psycopg.errors.ForeignKeyViolation as error:
            self._forget(error)

    def _leave(self) -> None:
        """Write down at the end what is written only now and then."""
        self._book()
        if self._connection is None:
            return
        try:
            self._last.flush(self._connection, now=float("inf"), limit=None)
            self._marks.keep(self._connection, now=time.monotonic())
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.IntegrityError) as error:
            log.warning("ingest_leaves_without_last_values", error=str(error).partition("\n")[0])
        self._connection.close()

    def _connected(self) -> store.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = store.connect()
            self._calendar = None
        if self._behind:
            last_values.catch_up(self._connection)
            self._behind = False
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
        if sample.keyed:
            batch.refused.append(Refused(device, sample.boot, sample.seq))
    batch.samples = [sample for index, sample in enumerate(batch.samples) if index not in refused]
