"""Rows in PostgreSQL's binary COPY format: no text is made or read of what is a number already."""

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from iot_gateway.batch import DeviceEntry, Stored
from iot_gateway.codec import encode_values

COLUMNS = "tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals"
HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_MS = 946_684_800_000
PREFIXES_KEPT = 100_000
_head = struct.Struct("!hi16siii").pack
_row = struct.Struct("!qiiiqiqiqiB").pack
_prefixes: dict[int, bytes] = {}
"""device number -> the bytes before its rows' ts; a device never changes its tenant."""


def telemetry(samples: Iterable[Stored], batch_id: int) -> bytes:
    """Return the rows of a batch, in the order of `COLUMNS`."""
    parts = [HEADER]
    append = parts.append
    known: datetime | None = None
    received = 0
    for device, _, ts, boot, seq, at, values in samples:
        if at is not known:
            known, received = at, micros(at)
        prefix = _prefixes.get(device.number) or _prefix(device)
        vals = encode_values(values)
        append(prefix)
        append(_row((ts - EPOCH_MS) * 1000, 4, boot, 8, seq, 8, received, 8, batch_id, len(vals) + 1, 1))
        append(vals)
    append(TRAILER)
    return b"".join(parts)


def last_values(samples: Iterable[Stored]) -> bytes:
    """Return rows (device_number, tenant_id, ts, vals, last_seen_at)."""
    parts = [HEADER]
    for sample in samples:
        vals = encode_values(sample.values)
        head = struct.pack("!hiii16siqi", 5, 4, sample.device.number, 16, sample.device.tenant_id.bytes, 8,
                           (sample.ts - EPOCH_MS) * 1000, len(vals) + 1)  # fmt: skip
        parts += (head, b"\x01", vals, struct.pack("!iq", 8, micros(sample.received_at)))
    return b"".join([*parts, TRAILER])


def micros(at: datetime) -> int:
    """Return microseconds since 2000-01-01 UTC, PostgreSQL's own count."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _prefix(device: DeviceEntry) -> bytes:
    if len(_prefixes) > PREFIXES_KEPT:
        _prefixes.clear()
    made = _head(8, 16, device.tenant_id.bytes, 4, device.number, 8)
    _prefixes[device.number] = made
    return made
