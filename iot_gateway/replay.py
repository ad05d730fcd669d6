"""Dead letters that somebody asked to be sent again: the same decoding and storing, with what is known now.

Instants are judged by when the message came, not by when it is replayed: a letter does not grow too old by waiting,
and one from the future does not become right by it. Keys are the ones the message carried, so a second replay, or one
of something that the device sent again meanwhile, stores nothing twice.
"""

from collections.abc import Sequence
from typing import NamedTuple

import psycopg

from iot_gateway import codec, metrics, store
from iot_gateway.batch import Batch, Letter
from iot_gateway.fast_mqtt import Message
from iot_gateway.lifecycle import LetterState
from iot_gateway.sorting import Foreign, Known, Sorting
from iot_gateway.sparkplug import topics
from iot_gateway.sparkplug.topics import Kind
from iot_gateway.store import Connection
from kernel.log import get_logger

PER_ROUND = 200
LEAVES = ("telemetry", "event")
"""A birth, a will or an answer says how things stood when it came: its moment is over."""

ASKED = "SELECT id, topic FROM telemetry_dead_letter WHERE state = 'requested' ORDER BY asked_at, id LIMIT %s"
LOCKED = (
    "SELECT tenant_id, received_at, topic, device_name, reason, detail, payload FROM telemetry_dead_letter"
    " WHERE id = %s AND state = 'requested' FOR UPDATE SKIP LOCKED"
)
SETTLE = (
    "UPDATE telemetry_dead_letter SET state = %s, replayed_at = now(), stored_count = %s, outcome_reason = %s,"
    " outcome_detail = %s WHERE id = %s"
)

log = get_logger()


class Outcome(NamedTuple):
    """What became of a replay; `reason` is None when everything is stored."""

    stored: int
    reason: str | None
    detail: str | None

    @property
    def state(self) -> LetterState:
        """Return where the letter stands after it."""
        return LetterState.STORED if self.reason is None else LetterState.REFUSED


def replay_requested(connection: Connection, *, limit: int = PER_ROUND) -> int:
    """Replay letters that were asked for, each in a transaction of its own; return how many.

    Several gateways may do so at once: a letter is locked while it is worked on.
    """
    asked = connection.execute(ASKED, [limit]).fetchall()
    connection.commit()
    if not asked:
        return 0
    names = {topic.device for _, text in asked if (topic := codec.read_topic(text)) is not None}
    known, calendar = Known(), store.load_calendar(connection)
    known.devices, known.tenants = store.load_devices(connection, names), store.load_tenants(connection)
    foreign = _foreign(connection, {text for _, text in asked}, known)
    done = 0
    for letter_id, _ in asked:
        with connection.transaction():
            row = connection.execute(LOCKED, [letter_id]).fetchone()
            if row is None:
                continue
            outcome = _replay(connection, Letter(*row), Sorting(known, calendar, foreign))
            connection.execute(SETTLE, [outcome.state.value, outcome.stored, outcome.reason, outcome.detail, letter_id])
        done += 1
        metrics.REPLAYS.labels(outcome.state.value).inc()
        log.info("dead_letter_replayed", letter_id=str(letter_id), state=outcome.state.value, stored=outcome.stored)
    return done


def _foreign(connection: Connection, texts: set[str], known: Known) -> Foreign | None:
    """Return what reads Sparkplug letters, by the last births; it changes no session."""
    names = {name for text in texts if (topic := topics.read_topic(text)) is not None for name in topic.devices()}
    if not names:
        return None
    from iot_gateway.sparkplug.intake import Sparkplug  # noqa: PLC0415 - loads protobuf, which few gateways need

    known.devices.update(store.load_devices(connection, names))
    return Sparkplug().turn(connection, texts, known.devices, replaying=True)


def _replay(connection: Connection, letter: Letter, sorting: Sorting) -> Outcome:
    topic, other = codec.read_topic(letter.topic), topics.read_topic(letter.topic)
    if topic is None and other is None:
        return Outcome(0, "unknown-topic", letter.topic[:2000])
    if topic is not None and topic.leaf not in LEAVES:
        return Outcome(0, "moment-passed", topic.leaf[:64])
    if other is not None and other.kind in (Kind.NDEATH, Kind.DDEATH):
        return Outcome(0, "moment-passed", other.kind)
    if letter.reason == "oversize":
        return Outcome(0, "oversize", letter.detail)
    sorting.add(Message(0, 0, 0, letter.topic, letter.payload, True, letter.received_at))
    batch = sorting.batch
    owners = {sample.device.tenant_id for sample in batch.samples} | {event[0].tenant_id for event in batch.events}
    if owners - {letter.tenant_id}:
        return Outcome(0, "wrong-tenant", "the name is that of another tenant's device now")
    refused, batch.letters = batch.letters, []
    return _write(connection, batch) or _told(batch, refused)


def _write(connection: Connection, batch: Batch) -> Outcome | None:
    """Store what could be sorted; return why the database took none of it."""
    try:
        store.write(connection, batch, direct=False)
    except psycopg.errors.CheckViolation as error:
        return Outcome(0, "no-partition", _first_line(error))
    except psycopg.errors.ForeignKeyViolation as error:
        return Outcome(0, "unknown-device", _first_line(error))
    except psycopg.DataError as error:
        return Outcome(0, "refused-by-database", _first_line(error))
    return None


def _told(batch: Batch, refused: Sequence[Letter]) -> Outcome:
    stored = len(batch.samples) + len(batch.events)
    if refused:
        return Outcome(stored, refused[0].reason, refused[0].detail)
    return Outcome(stored, None, None)


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0][:2000]
