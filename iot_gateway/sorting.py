"""Sorts received messages: what is stored, what becomes a dead letter, and why."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from iot_gateway import bare, codec
from iot_gateway.batch import Batch, DeviceEntry, Letter, Refused, Stored
from iot_gateway.downlink import Said
from iot_gateway.fast_mqtt import Message
from iot_gateway.partitions import Calendar
from iot_gateway.twin import Report

DECODERS = {
    "state": codec.decode_state,
    "event": codec.decode_event,
    "cmd/ack": codec.decode_answer,
    "twin/reported": codec.decode_report,
}
DAY_MS = 86_400_000


class Known:
    """What is known of senders; forgotten from time to time, so that a change is seen."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.devices: dict[str, DeviceEntry] = {}
        self.tenants: dict[str, UUID] = {}
        self.senders: dict[str, DeviceEntry] = {}
        """topic -> device, of telemetry topics whose device may send on them."""


class Foreign(Protocol):
    """Reads messages of topics that are not ours."""

    def add(self, message: Message, sorting: "Sorting") -> bool:
        """Take in a message; tell whether it was one of these."""


class Sorting:
    """One batch in the making."""

    def __init__(self, known: Known, calendar: Calendar, foreign: Foreign | None = None) -> None:
        """Sort by what is known of devices, tenants and partitions now."""
        self._known, self._calendar, self._foreign = known, calendar, foreign
        self._tables: dict[int, str | None] = {}
        self.batch = Batch()
        self.repeats: set[int] = set()
        """Positions of samples that have no time of their own and may have come before."""

    def add_all(self, messages: Iterable[Message]) -> None:
        """Take in messages; the plain ones, which are nearly all, without a detour."""
        sender, read, keep = self._known.senders.get, codec.read_record, self.batch.samples.append
        known: datetime | None = None
        now = day = 0
        table: str | None = None
        dups = False
        for message in messages:
            if message.at is not known:
                known = message.at
                now = _ms(known)
            device = sender(message.topic)
            record = read(message.payload) if device is not None else None
            if device is None or record is None:
                self.add(message)
                continue
            ts = record.ts
            if ts // DAY_MS != day:
                day = ts // DAY_MS
                table = self._tables.get(day) or self._table_of(ts)
            if table is None or not now - device.max_age_ms <= ts <= now + device.max_ahead_ms:
                self.add(message)
                continue
            dups |= message.dup
            keep(Stored(device, table, ts, record.boot, record.seq, message.at, record.values))
        self.batch.redelivered |= dups

    def add(self, message: Message) -> None:
        """Take in one message; whatever is wrong with it, it is dealt with."""
        self.batch.redelivered |= message.dup
        topic = codec.read_topic(message.topic)
        if topic is None:
            if self._foreign is None or not self._foreign.add(message, self):
                self.bury(message, None, "unknown-topic", message.topic)
            return
        device = self.sender(message, tenant=topic.tenant, name=topic.device)
        if device is None:
            return
        if topic.leaf == "telemetry":
            self._known.senders[message.topic] = device
            self._add_samples(message, device)
        else:
            self._add_other(message, device, topic.leaf)

    def device(self, name: str) -> DeviceEntry | None:
        """Return what is known of a device."""
        return self._known.devices.get(name)

    def sender(self, message: Message, *, tenant: str, name: str) -> DeviceEntry | None:
        """Return the device that a topic names, if it may send under this tenant; otherwise bury the message."""
        device = self._known.devices.get(name)
        if device is None:
            sender = (self._known.tenants.get(tenant), name)
            self.batch.letters.append(_letter(message, sender, "unknown-device", name))
        elif device.tenant_slug != tenant:
            self.bury(message, device, "wrong-tenant", f"the topic says {tenant[:64]}")
        elif device.revoked:
            self.bury(message, device, "revoked-device", "")
        else:
            return device
        return None

    def store(self, message: Message, device: DeviceEntry, sample: codec.Sample) -> bool:
        """Take in one record; tell whether it is to be stored.

        One that is not, and has a number of its own, is dealt with all the same: the device need not send it again.
        """
        table = self._table_of(sample.ts)
        why = _outside(device, sample.ts, message)
        if why is not None:
            self.bury(message, device, "outside-policy", why, codec.encode_sample(sample))
        elif table is None:
            self.bury(message, device, "no-partition", f"ts {sample.ts}", codec.encode_sample(sample))
        else:
            self.batch.hashed |= not sample.keyed
            self.batch.samples.append(
                Stored(device, table, sample.ts, sample.boot, sample.seq, message.at, sample.values, sample.keyed)
            )
            return True
        if sample.keyed:
            self.batch.refused.append(Refused(device, sample.boot, sample.seq))
        return False

    def _add_samples(self, message: Message, device: DeviceEntry) -> None:
        samples, rejects = codec.decode_telemetry(message.payload, at=message.at)
        for sample in samples:
            if not sample.bare:
                self.store(message, device, sample)
            elif self.store(message, device, sample._replace(seq=bare.number(sample.seq, message))) and message.dup:
                self.repeats.add(len(self.batch.samples) - 1)
        for reject in rejects:
            if reject.key is not None:
                self.batch.refused.append(Refused(device, *reject.key))
            self.bury(message, device, reject.reason, reject.detail, reject.payload)

    def _table_of(self, ts: int) -> str | None:
        """Return the partition of an instant; they begin and end at midnight."""
        table = self._calendar.table_of(ts)
        self._tables[ts // DAY_MS] = table
        return table

    def _add_other(self, message: Message, device: DeviceEntry, leaf: str) -> None:
        decode = DECODERS.get(leaf)
        found = decode(message.payload) if decode else codec.Reject("unknown-topic", leaf, message.payload)
        if isinstance(found, codec.Reject):
            self.bury(message, device, found.reason, found.detail)
        elif b"\\u0000" in message.payload:
            self.bury(message, device, "malformed", "a null character in a text")
        elif isinstance(found, codec.StateMessage):
            self.batch.states.append((device, found, message.at))
        elif isinstance(found, codec.CommandAnswer):
            self._add_answer(message, device, found)
        elif isinstance(found, codec.ReportMessage):
            report = Report(found.boot, found.seq, found.version, found.state)
            self.batch.reports.append((device, report, message.at))
        elif (why := _outside(device, found.ts, message)) is not None:
            self.bury(message, device, "outside-policy", why)
        else:
            self.batch.events.append((device, found, message.at))

    def _add_answer(self, message: Message, device: DeviceEntry, found: codec.CommandAnswer) -> None:
        try:
            command_id = UUID(found.id)
        except ValueError:
            self.bury(message, device, "malformed", "the id of the command is no UUID")
            return
        self.batch.answers.append(Said(device, command_id, found.status == "acked", found.detail, message.at))

    def bury(
        self, message: Message, device: DeviceEntry | None, reason: str, detail: str, payload: bytes | None = None
    ) -> None:
        """Make a message, or a part of it, a dead letter."""
        sender = (device.tenant_id, device.name) if device else (None, None)
        self.batch.letters.append(_letter(message, sender, reason, detail, payload))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _outside(device: DeviceEntry, ts: int, message: Message) -> str | None:
    now = _ms(message.at)
    if ts < now - device.max_age_ms:
        return f"ts {ts} is more than {device.max_age_ms // 86_400_000} days old"
    if ts > now + device.max_ahead_ms:
        return f"ts {ts} is more than {device.max_ahead_ms // 1000} s ahead"
    return None


def _letter(
    message: Message, sender: tuple[UUID | None, str | None], reason: str, detail: str, payload: bytes | None = None
) -> Letter:
    excerpt = (payload if payload is not None else message.payload)[: codec.MAX_PAYLOAD]
    clean = detail.replace("\x00", "")[:2000]
    return Letter(sender[0], message.at, message.topic, sender[1], reason, clean, excerpt)
