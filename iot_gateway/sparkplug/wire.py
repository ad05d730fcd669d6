"""Sparkplug B payloads as bytes (Eclipse Sparkplug 3.0.0, section 6.4).

The message types are described here by the field numbers of the specification and built when the module is loaded, so
nothing is generated. Only what is read is described; the rest of a payload is skipped.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

Value = int | float | bool | bytes | None


class DataType(IntEnum):
    """Types of metrics, by their number in the specification."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19


class UnreadableError(ValueError):
    """These bytes are no Sparkplug payload."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a payload; what it does not say is None."""

    name: str | None = None
    alias: int | None = None
    ts: int | None = None
    datatype: int | None = None
    historical: bool = False
    transient: bool = False
    null: bool = False
    field: str | None = None
    """Which of the value fields is set, for example `double_value`."""
    value: Value = None


@dataclass(frozen=True, slots=True)
class Payload:
    """One message; `ts` is epoch milliseconds."""

    ts: int | None = None
    seq: int | None = None
    metrics: tuple[Metric, ...] = ()


_F = descriptor_pb2.FieldDescriptorProto
_PAYLOAD = (("timestamp", 1, _F.TYPE_UINT64), ("seq", 3, _F.TYPE_UINT64))
_METRIC = (
    ("name", 1, _F.TYPE_BYTES),
    ("alias", 2, _F.TYPE_UINT64),
    ("timestamp", 3, _F.TYPE_UINT64),
    ("datatype", 4, _F.TYPE_UINT32),
    ("is_historical", 5, _F.TYPE_BOOL),
    ("is_transient", 6, _F.TYPE_BOOL),
    ("is_null", 7, _F.TYPE_BOOL),
)
_VALUES = (
    ("int_value", 10, _F.TYPE_UINT32),
    ("long_value", 11, _F.TYPE_UINT64),
    ("float_value", 12, _F.TYPE_FLOAT),
    ("double_value", 13, _F.TYPE_DOUBLE),
    ("boolean_value", 14, _F.TYPE_BOOL),
    ("string_value", 15, _F.TYPE_BYTES),
    ("bytes_value", 16, _F.TYPE_BYTES),
    ("dataset_value", 17, _F.TYPE_BYTES),
    ("template_value", 18, _F.TYPE_BYTES),
    ("extension_value", 19, _F.TYPE_BYTES),
)
"""Texts and inner messages are read as bytes: on the wire they are the same, and nothing nests."""


def _describe() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="fieldhand/sparkplug.proto", package="fieldhand.sparkplug")
    payload, metric = file.message_type.add(name="Payload"), file.message_type.add(name="Metric")
    for name, number, kind in _PAYLOAD:
        payload.field.add(name=name, number=number, type=kind, label=_F.LABEL_OPTIONAL)
    payload.field.add(
        name="metrics", number=2, type=_F.TYPE_MESSAGE, type_name=".fieldhand.sparkplug.Metric", label=_F.LABEL_REPEATED
    )
    for name, number, kind in _METRIC:
        metric.field.add(name=name, number=number, type=kind, label=_F.LABEL_OPTIONAL)
    metric.oneof_decl.add(name="value")
    for name, number, kind in _VALUES:
        metric.field.add(name=name, number=number, type=kind, label=_F.LABEL_OPTIONAL, oneof_index=0)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("fieldhand.sparkplug.Payload"))


_Message = _describe()


def decode(payload: bytes) -> Payload:
    """Read a payload.

    Raises:
        UnreadableError: these bytes are none, or a metric's name is no text that a database can hold.
    """
    message = _Message()
    try:
        message.ParseFromString(payload)
        metrics = tuple(_metric(item) for item in message.metrics)
    except (DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(str(error)) from error
    if any(metric.name is not None and "\x00" in metric.name for metric in metrics):
        raise UnreadableError("a null character in a metric's name")
    return Payload(_own(message, "timestamp"), _own(message, "seq"), metrics)


def encode(payload: Payload) -> bytes:
    """Write a payload.

    Raises:
        ValueError: a value does not fit its field.
    """
    message = _Message()
    _set(message, timestamp=payload.ts, seq=payload.seq)
    for metric in payload.metrics:
        item = message.metrics.add()
        name = None if metric.name is None else metric.name.encode()
        _set(item, name=name, alias=metric.alias, timestamp=metric.ts, datatype=metric.datatype)
        _set(item, is_historical=metric.historical or None, is_transient=metric.transient or None)
        _set(item, is_null=metric.null or None)
        if metric.field is not None:
            _set(item, **{metric.field: metric.value})
    return bytes(message.SerializeToString(deterministic=True))


def _metric(item: Any) -> Metric:
    field: str | None = item.WhichOneof("value")
    return Metric(
        name=item.name.decode() if item.HasField("name") else None,
        alias=_own(item, "alias"),
        ts=_own(item, "timestamp"),
        datatype=_own(item, "datatype"),
        historical=item.is_historical,
        transient=item.is_transient,
        null=item.is_null,
        field=field,
        value=None if field is None else getattr(item, field),
    )


def _own(message: Any, name: str) -> int | None:
    return int(getattr(message, name)) if message.HasField(name) else None


def _set(message: Any, **values: Value) -> None:
    for name, value in values.items():
        if value is not None:
            setattr(message, name, value)
