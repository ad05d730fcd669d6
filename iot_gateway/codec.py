"""From bytes of a topic to records, and why some cannot be taken.

Understood: one record `{"ts","boot","seq","values"}` or an array of them. Degraded, without an end-to-end
acknowledgement: ThingsBoard's `{"ts","values"}` and bare `{"key": value}`, keyed by a hash of their bytes.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec

from iot_gateway import thingsboard, twin

MAX_PAYLOAD = 64 * 1024
MAX_RECORDS = 2000
MAX_METRICS = 256
MAX_NAME = 64
REPORT_FRAME = 256
"""Bytes that a report may have around its document."""

Ts = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_000)]
Boot = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class _Record(msgspec.Struct, frozen=True, gc=False):
    ts: Ts
    values: dict[str, float]
    boot: Boot | None = None
    seq: Seq | None = None


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record with a key of its own, as nearly all are."""

    ts: Ts
    boot: Boot
    seq: Seq
    values: Annotated[dict[str, float], msgspec.Meta(min_length=1, max_length=MAX_METRICS)]


class EventMessage(msgspec.Struct, frozen=True):
    """Something a device did on purpose."""

    ts: Ts
    boot: Boot
    seq: Seq
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    detail: dict[str, Any] = {}


class StateMessage(msgspec.Struct, frozen=True):
    """Birth or last will."""

    online: bool
    boot: Boot
    model: str | None = None
    firmware: str | None = None


class CommandAnswer(msgspec.Struct, frozen=True):
    """What a device says to a command."""

    id: str
    status: str
    detail: str = ""


class ReportMessage(msgspec.Struct, frozen=True):
    """What a device says it is set to."""

    boot: Boot
    seq: Seq
    version: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    state: dict[str, Any]


class Sample(NamedTuple):
    """One record that can be stored; `keyed` when it carries its own boot and number, `bare` when not even a time."""

    ts: int
    boot: int
    seq: int
    values: dict[str, float]
    keyed: bool
    bare: bool = False


class Reject(NamedTuple):
    """A record that cannot be taken; with its key, if it has one, so that it is not sent again and again."""

    reason: str
    detail: str
    payload: bytes
    key: tuple[int, int] | None = None


class Topic(NamedTuple):
    """Where a message came from."""

    tenant: str
    device: str
    leaf: str


Decoded = tuple[list[Sample], list[Reject]]

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_plain = msgspec.json.Decoder(Record)
_one = msgspec.json.Decoder(_Record)
_many = msgspec.json.Decoder(list[_Record])
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_event = msgspec.json.Decoder(EventMessage)
_state = msgspec.json.Decoder(StateMessage)
_report = msgspec.json.Decoder(ReportMessage)
_answer = msgspec.json.Decoder(CommandAnswer)
_json = msgspec.json.Encoder()
_names: set[str] = set()
"""Metric names that are known to be short enough."""

_NAMES_KEPT = 10_000


def read_topic(topic: str) -> Topic | None:
    """Return the parts of `fieldhand/v1/{tenant}/{device}/{leaf}`, None for another topic."""
    parts = topic.split("/", 4)
    if len(parts) != 5 or parts[0] != "fieldhand" or parts[1] != "v1":
        return None
    return Topic(parts[2], parts[3], parts[4])


def read_record(payload: bytes) -> Record | None:
    """Return the record of a message that is nothing else; None for whatever `decode_telemetry` has to look at."""
    if len(payload) > MAX_PAYLOAD:
        return None
    try:
        record = _plain.decode(payload)
    except UNREADABLE:
        return None
    return record if _names.issuperset(record.values) or _learn_names(record.values) else None


def _learn_names(values: dict[str, float]) -> bool:
    if max(map(len, values)) > MAX_NAME:
        return False
    if len(_names) > _NAMES_KEPT:
        _names.clear()
    _names.update(values)
    return True


def decode_telemetry(payload: bytes, *, at: datetime) -> Decoded:
    """Return the records of a telemetry message and what is wrong with the others; `at` stamps bare forms."""
    if len(payload) > MAX_PAYLOAD:
        return [], [Reject("oversize", f"{len(payload)} bytes, {MAX_PAYLOAD} at most", payload[:MAX_PAYLOAD])]
    try:
        if payload[:1] == b"[":
            records: Sequence[_Record] = _many.decode(payload)
        else:
            records = (_one.decode(payload),)
    except UNREADABLE:
        return _one_by_one(payload, at)
    if len(records) > MAX_RECORDS:
        return [], [_too_many(len(records), payload)]
    samples: list[Sample] = []
    for record in records:
        boot, seq = record.boot, record.seq
        if boot is None or seq is None or not 0 < len(record.values) <= MAX_METRICS:
            return _one_by_one(payload, at)
        samples.append(Sample(record.ts, boot, seq, record.values, True))
    return _named(samples, payload)


def _named(samples: list[Sample], payload: bytes) -> Decoded:
    if len(payload) > MAX_NAME and any(len(name) > MAX_NAME for sample in samples for name in sample.values):
        good = [sample for sample in samples if all(len(name) <= MAX_NAME for name in sample.values)]
        bad = [sample for sample in samples if sample not in good]
        detail = f"a metric name is longer than {MAX_NAME}"
        return good, [Reject("malformed", detail, encode_sample(s), (s.boot, s.seq)) for s in bad]
    return samples, []


def _one_by_one(payload: bytes, at: datetime) -> Decoded:
    """Take an array apart, so that one bad record costs only itself."""
    try:
        raws = [bytes(raw) for raw in _raws.decode(payload)] if payload.lstrip()[:1] == b"[" else [payload]
    except UNREADABLE as error:
        return [], _whole(payload, str(error))
    if len(raws) > MAX_RECORDS:
        return [], [_too_many(len(raws), payload)]
    samples: list[Sample] = []
    rejects: list[Reject] = []
    for raw in raws:
        try:
            sample, rest = _read_one(raw, at)
        except (*UNREADABLE, ValueError) as error:
            rejects.append(_reject(raw, str(error)))
            continue
        samples += [sample] if sample else []
        rejects += [rest] if rest else []
    return samples, rejects


def _read_one(raw: bytes, at: datetime) -> tuple[Sample | None, Reject | None]:
    try:
        record = _one.decode(raw)
    except msgspec.ValidationError:
        item = json.loads(raw)
        if isinstance(item, dict) and "boot" in item and "seq" in item:
            raise
        return _read_loose(raw, item, at)
    _check(record.values)
    if record.boot is None or record.seq is None:
        return Sample(record.ts, 0, hash_key(raw), record.values, False), None
    return Sample(record.ts, record.boot, record.seq, record.values, True), None


def _read_loose(raw: bytes, item: object, at: datetime) -> tuple[Sample | None, Reject | None]:
    """Take the numbers of a record in ThingsBoard's words; what is none of it becomes a dead letter."""
    found = thingsboard.read(item)
    _check(found.values | found.rest)
    ts = found.ts if found.ts is not None else int(at.timestamp() * 1000)
    sample = Sample(ts, 0, hash_key(raw), found.values, False, bare=found.ts is None)
    rest: Reject | None = None
    if found.rest:
        reason = "not-a-number" if found.finite else "not-finite"
        body = found.rest if found.ts is None else {"ts": ts, "values": found.rest}
        detail = f"stored without {', '.join(sorted(found.rest))}" if found.values else "no value is a number"
        rest = Reject(reason, detail, json.dumps(body, ensure_ascii=False).encode(errors="replace"))
    return (sample if found.values else None), rest


def _check(values: Mapping[str, object]) -> None:
    if not values:
        raise ValueError("no values")
    if len(values) > MAX_METRICS:
        raise ValueError(f"{len(values)} values, {MAX_METRICS} at most")
    if any(len(name) > MAX_NAME for name in values):
        raise ValueError(f"a metric name is longer than {MAX_NAME}")


def hash_key(raw: bytes) -> int:
    """Return the number that stands for a record without one: the same bytes give the same."""
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big") >> 1


def _whole(payload: bytes, error: str) -> list[Reject]:
    """Reject a message that is no JSON; a lenient look may still find the keys of its records."""
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return [Reject("malformed", error, payload)]
    items = found if isinstance(found, list) else [found]
    if len(items) > MAX_RECORDS:
        return [_too_many(len(items), payload)]
    return [Reject("not-finite", error, json.dumps(item).encode(), _key(item)) for item in items]


def _reject(raw: bytes, error: str) -> Reject:
    try:
        item = json.loads(raw)
    except (ValueError, RecursionError):
        return Reject("malformed", error, raw)
    values = item.get("values", item) if isinstance(item, dict) else {}
    odd = isinstance(values, dict) and any(isinstance(v, float) and not math.isfinite(v) for v in values.values())
    return Reject("not-finite" if odd else "malformed", error, raw, _key(item))


def _key(item: object) -> tuple[int, int] | None:
    if not isinstance(item, dict):
        return None
    boot, seq = item.get("boot"), item.get("seq")
    if type(boot) is int and type(seq) is int and 0 <= boot < 2**31 and 0 <= seq < 2**63:
        return boot, seq
    return None


def _too_many(count: int, payload: bytes) -> Reject:
    return Reject("too-many-records", f"{count} records, {MAX_RECORDS} at most", payload)


def decode_event(payload: bytes) -> EventMessage | Reject:
    """Return an event, or why it is none."""
    if len(payload) > MAX_PAYLOAD:
        return Reject("oversize", f"{len(payload)} bytes", payload[:MAX_PAYLOAD])
    try:
        return _event.decode(payload)
    except UNREADABLE as error:
        return Reject("malformed", str(error), payload)


def decode_state(payload: bytes) -> StateMessage | Reject:
    """Return a birth or will, or why it is none."""
    if len(payload) > MAX_PAYLOAD:
        return Reject("oversize", f"{len(payload)} bytes", payload[:MAX_PAYLOAD])
    try:
        return _state.decode(payload)
    except UNREADABLE as error:
        return Reject("malformed", str(error), payload)


def decode_answer(payload: bytes) -> CommandAnswer | Reject:
    """Return the answer to a command, or why it is none."""
    if len(payload) > MAX_PAYLOAD:
        return Reject("oversize", f"{len(payload)} bytes", payload[:MAX_PAYLOAD])
    try:
        return _answer.decode(payload)
    except UNREADABLE as error:
        return Reject("malformed", str(error), payload)


def decode_report(payload: bytes) -> ReportMessage | Reject:
    """Return what a device is set to, or why it is no such report."""
    if len(payload) > twin.MAX_BYTES + REPORT_FRAME:
        return Reject("oversize", f"{len(payload)} bytes", payload[:MAX_PAYLOAD])
    try:
        report = _report.decode(payload)
    except UNREADABLE as error:
        return Reject("malformed", str(error), payload)
    fault = twin.fault_of(report.state)
    return report if fault is None else Reject("malformed", fault, payload)


def encode_ack(boot: int, seq: int) -> bytes:
    """Return the watermark message: every record of this boot up to `seq` is committed."""
    return b'{"boot":%d,"seq":%d}' % (boot, seq)


def encode_command(command_id: str, command: str, args: dict[str, Any]) -> bytes:
    """Return a command message."""
    return _json.encode({"id": command_id, "command": command, "args": args})


def encode_desired(version: int, desired: dict[str, Any]) -> bytes:
    """Return the message that says what a device should be set to."""
    return _json.encode({"version": version, "desired": desired})


encode_values: Callable[[dict[str, float]], bytes] = _json.encode
"""Returns the JSON of the values of one record; called for each, so it is the encoder's own method."""


def encode_sample(sample: Sample) -> bytes:
    """Return a record as it came."""
    return _json.encode({"ts": sample.ts, "boot": sample.boot, "seq": sample.seq, "values": sample.values})
