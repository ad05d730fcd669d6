"""MQTT 5 as bytes, as far as `docs/device-protocol.md` needs it: thousands of messages a second from one core."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

CONNACK, PUBLISH, PUBACK, SUBACK, DISCONNECT = 0x20, 0x30, 0x40, 0x90, 0xE0
PING = b"\xc0\x00"
LEAVE = b"\xe0\x02\x04\x00"
"""DISCONNECT with will message."""
NO_SUBSCRIBER = 0x10


class Packet(NamedTuple):
    """One packet as received: first byte and what follows the length."""

    head: int
    body: bytes

    @property
    def kind(self) -> int:
        """Return the packet type, without its flags."""
        return self.head & 0xF0


def connect(name: str, secret: str, *, will_topic: str, will: bytes, keep_alive: int = 30) -> bytes:
    """Return CONNECT: clean start, retained will at QoS 1, receive maximum 64."""
    body = _text("MQTT") + b"\x05\xee" + struct.pack(">H", keep_alive) + b"\x03\x21\x00\x40"
    body += _text(name) + b"\x00" + _text(will_topic) + struct.pack(">H", len(will)) + will
    return _packet(0x10, body + _text(name) + _text(secret))


def subscribe(mid: int, topics: Sequence[tuple[str, int]]) -> bytes:
    """Return SUBSCRIBE to topics at their QoS."""
    body = struct.pack(">H", mid) + b"\x00" + b"".join(_text(topic) + bytes([qos]) for topic, qos in topics)
    return _packet(0x82, body)


def publish(topic: bytes, mid: int, payload: bytes, *, retain: bool = False) -> bytes:
    """Return PUBLISH at QoS 1."""
    size = 2 + len(topic) + 3 + len(payload)
    head = b"\x33" if retain else b"\x32"
    return b"".join(
        (head, _length(size), struct.pack(">H", len(topic)), topic, struct.pack(">H", mid), b"\x00", payload)
    )


def puback(mid: int) -> bytes:
    """Return PUBACK."""
    return b"\x40\x02" + struct.pack(">H", mid)


def read_puback(body: bytes) -> tuple[int, int]:
    """Return packet id and reason."""
    return body[0] << 8 | body[1], body[2] if len(body) > 2 else 0


def read_publish(packet: Packet) -> tuple[bytes, bytes, int | None]:
    """Return topic, payload and packet id, None at QoS 0."""
    body = packet.body
    size = body[0] << 8 | body[1]
    topic, at = body[2 : 2 + size], 2 + size
    mid = None
    if packet.head & 0x06:
        mid, at = body[at] << 8 | body[at + 1], at + 2
    length, at = _read_length(body, at)
    return topic, body[at + length :], mid


class Reader:
    """Cuts a stream of bytes into packets."""

    def __init__(self) -> None:
        """Start with nothing received."""
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Yield the packets that are complete with this data."""
        data = self._rest + data
        at = 0
        while len(data) - at >= 2:
            try:
                length, begin = _read_length(data, at + 1)
            except IndexError:
                break
            if len(data) < begin + length:
                break
            yield Packet(data[at], data[begin : begin + length])
            at = begin + length
        self._rest = data[at:]


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(">H", len(raw)) + raw


def _packet(head: int, body: bytes) -> bytes:
    return bytes([head]) + _length(len(body)) + body


def _length(value: int) -> bytes:
    parts = bytearray()
    while True:
        value, low = divmod(value, 128)
        parts.append(low | 0x80 if value else low)
        if not value:
            return bytes(parts)


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
