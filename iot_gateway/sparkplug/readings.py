"""What a Sparkplug payload measures: records by instant, and what of it is no number.

The key of a record is a hash of the message's bytes, so a message that comes again, at whatever time and after whatever
else, makes the same rows. It depends on nothing but those bytes; the names of the metrics come from the last birth.
"""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from iot_gateway.codec import MAX_METRICS, MAX_NAME, hash_key
from iot_gateway.sparkplug.wire import DataType, Metric, Payload

BD_SEQ = "bdSeq"
REBIRTH = "Node Control/Rebirth"
CONTROL = ("Node Control/", "Device Control/")
EXACT = 2**53
TEXT_BYTES = 1000
TOP = 253_402_300_799_000
"""The last instant that has a date, epoch milliseconds."""

WIDTHS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
TEXTS = (DataType.STRING, DataType.TEXT, DataType.UUID)
NUMERIC = ("int_value", "long_value", "float_value", "double_value", "boolean_value")


class Named(NamedTuple):
    """What a birth says of an alias."""

    name: str
    datatype: int


class Reading(NamedTuple):
    """One record: the metrics of one instant."""

    ts: int
    seq: int
    values: dict[str, float]


class Found(NamedTuple):
    """What a data or birth message holds."""

    readings: list[Reading]
    left_out: dict[str, str]
    """Metrics that are no finite number -> what they are."""
    texts: dict[str, str]
    unknown: list[int]
    """Aliases that no birth has named; then nothing else is read."""
    timeless: bool
    """A metric has no instant at all: nothing is read."""


def learn(payload: Payload) -> dict[int, Named]:
    """Return the aliases that a birth gives."""
    return {
        metric.alias: Named(metric.name, metric.datatype or 0)
        for metric in payload.metrics
        if metric.alias is not None and metric.name is not None
    }


def bd_seq_of(payload: Payload) -> int | None:
    """Return the number that ties a death to its birth."""
    for metric in payload.metrics:
        if metric.name == BD_SEQ and metric.field in ("int_value", "long_value") and isinstance(metric.value, int):
            return metric.value & 0x7FFF_FFFF
    return None


def read(payload: Payload, raw: bytes, names: Mapping[int, Named]) -> Found:
    """Return the records of a payload whose bytes are `raw`.

    All or nothing where a name is missing: a record stored in part could not be completed under the same key.
    """
    found = Found([], {}, {}, [], any(_instant(metric, payload) is None for metric in payload.metrics))
    unknown = {metric.alias or 0 for metric in payload.metrics if metric.name is None and metric.alias not in names}
    if unknown or found.timeless:
        return found._replace(unknown=sorted(unknown))
    first = hash_key(raw)
    for ts, part, metrics in _grouped(payload):
        values: dict[str, float] = {}
        for metric in metrics:
            name, datatype = _name(metric, names)
            if name == BD_SEQ or name.startswith(CONTROL) or metric.transient or metric.null or metric.field is None:
                continue
            number = _number(metric, datatype) if len(name) <= MAX_NAME else "a name that is too long"
            if isinstance(number, str):
                _leave_out(found, metric, name, datatype, number)
            else:
                values[name] = number
        if values:
            found.readings.append(Reading(ts, (first + part) & 0x7FFF_FFFF_FFFF_FFFF, values))
    return found


def _grouped(payload: Payload) -> Iterator[tuple[int, int, list[Metric]]]:
    """Yield (instant, part, metrics); how they are parted depends on the payload alone, not on any birth."""
    groups: dict[int, list[dict[object, Metric]]] = {}
    for metric in payload.metrics:
        ts = _instant(metric, payload)
        if ts is None:
            raise AssertionError("told apart before")
        parts = groups.setdefault(ts, [{}])
        key: object = metric.name if metric.name is not None else metric.alias
        if len(parts[-1]) >= MAX_METRICS or key in parts[-1]:
            parts.append({})
        parts[-1][key] = metric
    for ts, parts in groups.items():
        for part, metrics in enumerate(parts):
            yield ts, part, list(metrics.values())


def _instant(metric: Metric, payload: Payload) -> int | None:
    ts = metric.ts if metric.ts is not None else payload.ts
    return ts if ts is not None and ts <= TOP else None


def _name(metric: Metric, names: Mapping[int, Named]) -> tuple[str, int]:
    known = names.get(metric.alias) if metric.alias is not None else None
    name = metric.name if metric.name is not None else known.name if known is not None else ""
    datatype = metric.datatype or (known.datatype if known is not None else 0)
    return name, datatype


def _number(metric: Metric, datatype: int) -> float | str:
    """Return the value as a number, or what it is instead."""
    value = metric.value
    if metric.field not in NUMERIC or value is None or isinstance(value, bytes):
        return _kind(metric, datatype)
    if isinstance(value, float):
        return value if math.isfinite(value) else "not finite"
    whole = int(value)
    width = WIDTHS.get(DataType(datatype)) if datatype in DataType.__members__.values() else None
    if width is not None and metric.field != "boolean_value":
        whole = _signed(whole, width)
    return float(whole) if abs(whole) <= EXACT else whole


def _signed(value: int, width: int) -> int:
    """Return the signed integer: some senders write two's complement in the type's own width, some in the field's."""
    for bits in (width, 32, 64):
        if value < 1 << bits:
            return value - (1 << bits) if value >= 1 << (bits - 1) else value
    return value


def _kind(metric: Metric, datatype: int) -> str:
    if datatype in DataType.__members__.values() and datatype:
        return DataType(datatype).name.lower()
    return (metric.field or "nothing").removesuffix("_value")


def _leave_out(found: Found, metric: Metric, name: str, datatype: int, why: str) -> None:
    if metric.field == "string_value" and isinstance(metric.value, bytes) and len(name) <= MAX_NAME:
        found.texts[name] = metric.value[:TEXT_BYTES].decode(errors="replace").replace("\x00", "")
        why = why if datatype in TEXTS else "string"
    found.left_out[name[:MAX_NAME]] = why
