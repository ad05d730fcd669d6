"""The few MQTT 5 packets that a load generator needs, built and read without a client library (OASIS MQTT 5.0)."""

import socket
import struct
from collections.abc import Iterator

CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90
ACK_BYTES = 4
"""A PUBACK without a reason: success."""

READ_BYTES = 1 << 18


class RefusedError(Exception):
    """The broker did not take a connection or a message."""


def length(size: int) -> bytes:
    """Return a variable byte integer."""
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | (0x80 if size else 0))
        if not size:
            return bytes(out)


def field(data: bytes) -> bytes:
    """Return bytes behind their two-byte length."""
    return struct.pack(">H", len(data)) + data


def connect(
    client_id: str, user: str, password: str, *, keep_alive: int = 60, expiry: int = 0, clean: bool = True
) -> bytes:
    """Return CONNECT; `expiry` is how long the session outlives the connection, in seconds."""
    properties = struct.pack(">BI", 0x11, expiry) + struct.pack(">BH", 0x21, 65535)
    flags = 0xC0 | (0x02 if clean else 0)
    body = field(b"MQTT") + bytes([5, flags]) + struct.pack(">H", keep_alive) + length(len(properties)) + properties
    body += field(client_id.encode()) + field(user.encode()) + field(password.encode())
    return b"\x10" + length(len(body)) + body


def subscribe(topic: str, qos: int, mid: int = 1) -> bytes:
    """Return SUBSCRIBE to one topic."""
    body = struct.pack(">HB", mid, 0) + field(topic.encode()) + bytes([qos])
    return b"\x82" + length(len(body)) + body


def publish(topic: bytes, payload: bytes, mid: int) -> bytes:
    """Return PUBLISH at QoS 1."""
    size = 2 + len(topic) + 3 + len(payload)
    return b"\x32" + length(size) + struct.pack(">H", len(topic)) + topic + struct.pack(">HB", mid, 0) + payload


def puback(mid: int) -> bytes:
    """Return PUBACK for success."""
    return struct.pack(">BBH", PUBACK, 2, mid)


def frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the whole packets off the front of a buffer: first byte and body of each."""
    at = 0
    try:
        while (bounds := _body(buffer, at)) is not None:
            first, (start, at) = buffer[at], bounds
            yield first, bytes(buffer[start:at])
    finally:
        del buffer[:at]


def _body(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """Return where the body of the packet at `at` begins and ends, None while some of it is missing."""
    size = shift = 0
    for cursor in range(at + 1, min(at + 5, len(buffer))):
        byte = buffer[cursor]
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            end = cursor + 1 + size
            return (cursor + 1, end) if end <= len(buffer) else None
    return None


def publish_mid(first: int, body: bytes) -> int:
    """Return the packet id of a received PUBLISH, 0 at QoS 0."""
    if not first & 0x06:
        return 0
    at = 2 + (body[0] << 8 | body[1])
    return body[at] << 8 | body[at + 1]


def dial(host: str, port: int, packet: bytes) -> socket.socket:
    """Return a connection that the broker has accepted.

    Raises:
        RefusedError: the broker answered with a reason, or not at all.
    """
    link = socket.create_connection((host, port), timeout=20)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.sendall(packet)
    first, body = await_frame(link, bytearray())
    if first != CONNACK or body[1] != 0:
        raise RefusedError(f"CONNACK {first:#x} {body[:2].hex()}")
    return link


def await_frame(link: socket.socket, buffer: bytearray) -> tuple[int, bytes]:
    """Return the next packet; for the few before the load begins, where one comes at a time."""
    while True:
        for frame in frames(buffer):
            return frame
        data = link.recv(READ_BYTES)
        if not data:
            raise RefusedError("the broker closed the connection")
        buffer += data


def forget_session(host: str, port: int, user: str, password: str) -> None:
    """End the session of a client and what is queued for it."""
    link = dial(host, port, connect(user, user, password))
    link.sendall(b"\xe0\x00")
    link.close()
