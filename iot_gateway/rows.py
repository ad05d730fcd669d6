"""Rows in PostgreSQL's binary COPY format: no text is made or read of what is a number already."""

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from iot_gateway.batch import DeviceEntry, Stored
from iot_gateway.codec import encode_values

COLUMNS = "tenant_id, device_number, ts, boot, seq, received_at, batch_id, vals"
HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_US = 946_684_800_000_000
PIECE_ROWS = 250
"""So that the server takes in one piece while the next is made."""

PREFIXES_KEPT = 100_000
_head = struct.Struct("!hi16siii").pack
_row = struct.Struct("!qiiiq24siB").pack
_tail = struct.Struct("!iqiq").pack
_prefixes: dict[int, bytes] = {}
"""device number -> the bytes before its rows' ts; a device never changes its tenant."""


def telemetry(samples: Sequence[Stored], batch_id: int) -> Iterator[bytes]:
    """Give the rows of a batch piece by piece, in the order of `COLUMNS`."""
    prefixes, row, encode = _prefixes.get, _row, encode_values
    known: datetime | None = None
    tail = b""
    parts = [HEADER]
    for start in range(0, len(samples), PIECE_ROWS):
        append = parts.append
        for sample in samples[start : start + PIECE_ROWS]:
            if sample.received_at is not known:
                known = sample.received_at
                tail = _tail(8, micros(known), 8, batch_id)
            device = sample.device
            vals = encode(sample.values)
            append(prefixes(device.number) or _prefix(device))
            append(row(sample.ts * 1000 - EPOCH_US, 4, sample.boot, 8, sample.seq, tail, len(vals) + 1, 1))
            append(vals)
        yield b"".join(parts)
        parts = []
    yield b"".join([*parts, TRAILER])


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
