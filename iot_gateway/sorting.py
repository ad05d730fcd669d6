"""Sorts received messages: what is stored, what becomes a dead letter, and why."""

from collections.abc import Mapping
from uuid import UUID

from iot_gateway import codec
from iot_gateway.client import Message
from iot_gateway.downlink import Said
from iot_gateway.partitions import Calendar
from iot_gateway.store import Batch, DeviceEntry, Letter, Stored
from iot_gateway.twin import Report

Key = tuple[DeviceEntry, int, int, int]
"""(device, boot, seq, ts) of a record that is dealt with once the batch is committed."""

DECODERS = {
    "state": codec.decode_state,
    "event": codec.decode_event,
    "cmd/ack": codec.decode_answer,
    "twin/reported": codec.decode_report,
}


class Sorting:
    """One batch in the making."""

    def __init__(self, devices: Mapping[str, DeviceEntry], tenants: Mapping[str, UUID], calendar: Calendar) -> None:
        """Sort by what is known of devices, tenants and partitions now."""
        self._devices, self._tenants, self._calendar = devices, tenants, calendar
        self.batch = Batch()
        self.keys: list[Key] = []

    def add(self, message: Message) -> None:
        """Take in one message; whatever is wrong with it, it is dealt with."""
        self.batch.redelivered |= message.dup
        topic = codec.read_topic(message.topic)
        if topic is None:
            self._bury(message, None, "unknown-topic", message.topic)
            return
        device = self._devices.get(topic.device)
        if device is None:
            sender = (self._tenants.get(topic.tenant), topic.device)
            self.batch.letters.append(_letter(message, sender, "unknown-device", topic.device))
        elif device.tenant_slug != topic.tenant:
            self._bury(message, device, "wrong-tenant", f"the topic says {topic.tenant[:64]}")
        elif device.revoked:
            self._bury(message, device, "revoked-device", "")
        elif topic.leaf == "telemetry":
            self._add_samples(message, device)
        else:
            self._add_other(message, device, topic.leaf)

    def _add_samples(self, message: Message, device: DeviceEntry) -> None:
        samples, rejects = codec.decode_telemetry(message.payload, at=message.at)
        for sample in samples:
            if sample.keyed:
                self.keys.append((device, sample.boot, sample.seq, sample.ts))
            table = self._calendar.table_of(sample.ts)
            why = _outside(device, sample.ts, message)
            if why is not None:
                self._bury(message, device, "outside-policy", why, codec.encode_sample(sample))
            elif table is None:
                self._bury(message, device, "no-partition", f"ts {sample.ts}", codec.encode_sample(sample))
            else:
                self.batch.samples.append(
                    Stored(device, table, sample.ts, sample.boot, sample.seq, message.at, sample.values)
                )
        now = int(message.at.timestamp() * 1000)
        for reject in rejects:
            if reject.key is not None:
                self.keys.append((device, *reject.key, now))
            self._bury(message, device, reject.reason, reject.detail, reject.payload)

    def _add_other(self, message: Message, device: DeviceEntry, leaf: str) -> None:
        decode = DECODERS.get(leaf)
        found = decode(message.payload) if decode else codec.Reject("unknown-topic", leaf, message.payload)
        if isinstance(found, codec.Reject):
            self._bury(message, device, found.reason, found.detail)
        elif b"\\u0000" in message.payload:
            self._bury(message, device, "malformed", "a null character in a text")
        elif isinstance(found, codec.StateMessage):
            self.batch.states.append((device, found, message.at))
        elif isinstance(found, codec.CommandAnswer):
            self._add_answer(message, device, found)
        elif isinstance(found, codec.ReportMessage):
            report = Report(found.boot, found.seq, found.version, found.state)
            self.batch.reports.append((device, report, message.at))
        elif (why := _outside(device, found.ts, message)) is not None:
            self._bury(message, device, "outside-policy", why)
        else:
            self.batch.events.append((device, found, message.at))

    def _add_answer(self, message: Message, device: DeviceEntry, found: codec.CommandAnswer) -> None:
        try:
            command_id = UUID(found.id)
        except ValueError:
            self._bury(message, device, "malformed", "the id of the command is no UUID")
            return
        self.batch.answers.append(Said(device, command_id, found.status == "acked", found.detail, message.at))

    def _bury(
        self, message: Message, device: DeviceEntry | None, reason: str, detail: str, payload: bytes | None = None
    ) -> None:
        sender = (device.tenant_id, device.name) if device else (None, None)
        self.batch.letters.append(_letter(message, sender, reason, detail, payload))


def _outside(device: DeviceEntry, ts: int, message: Message) -> str | None:
    now = int(message.at.timestamp() * 1000)
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
