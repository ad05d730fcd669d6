"""MQTT 5 clients that hand over messages in lists: paho's own, and one with a read loop made for a full queue.

paho reads a packet with three system calls and acknowledges it with a queue entry and a wake-up; here one `recv`
brings up to 256 KiB, PUBLISH packets are cut out of it in one loop, and the acknowledgements of a batch leave as one
buffer. Everything else stays paho's: connect, TLS, keep-alive, reconnecting, subscribing, publishing, all other
packets. For this some of its private names are used; `missing` says which are not as they were, and then the plain
client serves.
"""

import inspect
import struct
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from sys import byteorder
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MalformedPacket

from kernel import clock

RECEIVE_BYTES = 256 * 1024
GATHER_BYTES, GATHER_SECONDS = 4096, 0.001
"""After a smaller read a moment is waited: a broker writes packet by packet, and a read for each of them costs more."""

PUBLISH, PUBLISH_ONE, PUBACK = 0x30, 0x32, 0x40
USUAL_HEAD = 8
"""Bytes around the topic in a usual packet: first byte, two of length, two of the topic's, packet id, no properties."""

PUBACK_HEAD = PUBACK << 24 | 2 << 16
QUEUE_PARAMETERS = ("self", "command", "packet", "mid", "qos")
PRIVATE = (
    "_sock", "_sock_recv", "_in_packet", "_packet_handle", "_packet_queue", "_loop_rc_handle", "_msgtime_mutex",
    "_last_bytes_received",
)  # fmt: skip


class Message(msgspec.Struct, frozen=True, gc=False):
    """One received message; it can be acknowledged only on the connection that brought it."""

    epoch: int
    mid: int
    qos: int
    topic: str
    payload: bytes
    dup: bool
    at: datetime


Deliver = Callable[[list[Message]], None]
_topics: dict[bytes, str] = {}
"""Topics as text, so that each is made and hashed once."""

TOPICS_KEPT = 100_000


class PlainClient(mqtt.Client):
    """paho as it is, with connections counted; messages come one in a list."""

    fast = False

    def __init__(self, client_id: str, deliver: Deliver) -> None:
        """Give every received message to `deliver`, in the client's own thread."""
        super().__init__(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        self.epoch = 0
        self._epoch_lock = threading.Lock()
        self._open = False
        self._deliver = deliver
        self.on_message = self._one

    def reconnect(self) -> MQTTErrorCode:
        """Open a new connection; from here on packet ids of the one before mean nothing."""
        with self._epoch_lock:
            self.epoch += 1
            self._open = False
        return super().reconnect()

    def opened(self) -> None:
        """Allow `publish_all`; to be called when the broker has accepted the connection."""
        with self._epoch_lock:
            self._open = True

    def acknowledge(self, epoch: int, mids: Sequence[int]) -> bool:
        """Acknowledge messages of one connection in this order, if it is still the same."""
        with self._epoch_lock:
            if epoch != self.epoch:
                return False
            self._acknowledge(mids)
        return True

    def publish_all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send messages at QoS 0; without a connection they are dropped."""
        for topic, payload in messages:
            self.publish(topic, payload)

    def _acknowledge(self, mids: Sequence[int]) -> None:
        for mid in mids:
            self.ack(mid, 1)

    def _one(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._deliver([Message(self.epoch, message.mid, message.qos, message.topic, payload, message.dup, clock.now())])


class FastClient(PlainClient):
    """The same client with a read loop, acknowledgements and small messages in bulk."""

    fast = True

    def __init__(self, client_id: str, deliver: Deliver) -> None:
        """Give received messages to `deliver`, one list for each read."""
        super().__init__(client_id, deliver)
        self._rest = b""

    def reconnect(self) -> MQTTErrorCode:
        """Open a new connection; half a packet of the one before is forgotten."""
        self._rest = b""
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:  # noqa: ARG002 - paho's signature
        """Read once and handle every packet that is whole; after a small read, let the next ones gather."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            data = self._sock_recv(RECEIVE_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()
        try:
            result = self._take_in(self._rest + data if self._rest else data)
        except MalformedPacket:
            result = MQTTErrorCode.MQTT_ERR_PROTOCOL
        if result > 0:
            return self._loop_rc_handle(result)
        if len(data) < GATHER_BYTES:
            time.sleep(GATHER_SECONDS)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _take_in(self, data: bytes) -> MQTTErrorCode:
        """Cut packets from `data`; keep the last one, when it is not whole, for the next read."""
        position, sock = 0, self._sock
        while True:
            messages: list[Message] = []
            try:
                position = cut(data, position, messages, epoch=self.epoch, at=clock.now())
            except IndexError as error:
                raise MalformedPacket("a length does not fit") from error
            finally:
                if messages:
                    self._deliver(messages)
            packet = other(data, position)
            if packet is None:
                self._rest = data[position:]
                return MQTTErrorCode.MQTT_ERR_SUCCESS
            command, start, position = packet
            result = self._hand_over(command, data[start:position])
            if result > 0 or self._sock is not sock:
                self._rest = b""
                return result

    def _hand_over(self, command: int, body: bytes) -> MQTTErrorCode:
        """Have paho handle a packet."""
        self._in_packet = {
            "command": command,
            "have_remaining": 1,
            "remaining_count": [],
            "remaining_mult": 1,
            "remaining_length": len(body),
            "packet": bytearray(body),
            "to_process": 0,
            "pos": 0,
        }
        try:
            return self._packet_handle()
        finally:
            self._in_packet["command"] = 0

    def _acknowledge(self, mids: Sequence[int]) -> None:
        self._packet_queue(PUBACK, acknowledgements(mids), 0, 1)

    def publish_all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send messages at QoS 0, as one buffer; without a connection they are dropped."""
        buffer = b"".join(publication(topic.encode(), payload) for topic, payload in messages)
        with self._epoch_lock:
            if buffer and self._open:
                self._packet_queue(PUBACK, buffer, 0, 1)


def cut(data: bytes, position: int, messages: list[Message], *, epoch: int, at: datetime) -> int:
    """Append the PUBLISH packets of QoS 0 and 1 that stand whole at `position`; return where the first other byte is.

    Raises:
        MalformedPacket, IndexError: a packet's lengths do not fit into it.
    """
    while True:
        position = _cut_usual(data, position, messages, epoch, at)
        end = _cut_one(data, position, messages, epoch, at)
        if not end:
            return position
        position = end


def _cut_usual(data: bytes, position: int, messages: list[Message], epoch: int, at: datetime) -> int:
    """Cut what nearly all packets are, up to the first that is not: QoS 1, two bytes of length, no properties.

    One call reads all before the payload; it needs the length of the topic, and takes that of the packet before.
    """
    size, expected = len(data), -1
    append, topics = messages.append, _topics
    read, head = _layout(0), USUAL_HEAD
    while position + head <= size:
        command, low, high, length, name, mid, properties = read(data, position)
        if length != expected:
            expected, head, read = length, USUAL_HEAD + length, _layout(length)
            continue
        body, end = position + head, position + 3 + low - 128 + (high << 7)
        if command & 0xF6 != PUBLISH_ONE or low < 128 or high > 127 or properties or not body <= end <= size:
            break
        topic = topics.get(name) or text_of(name)
        append(Message(epoch, mid, 1, topic, data[body:end], command & 8 != 0, at))
        position = end
    return position


@lru_cache(maxsize=512)
def _layout(length: int) -> Callable[[bytes, int], tuple[Any, ...]]:
    """Return what reads a usual packet with a topic of this length: up to the (absent) properties."""
    return struct.Struct(f">BBBH{length}sHB").unpack_from


def _cut_one(data: bytes, position: int, messages: list[Message], epoch: int, at: datetime) -> int:
    """Cut any PUBLISH packet of QoS 0 or 1; return where it ends, 0 when none stands whole at `position`."""
    if position + 2 > len(data) or data[position] & 0xF4 != PUBLISH:
        return 0
    command, start = data[position], varint_end(data, position + 1)
    if not start:
        return 0
    end = start + varint(data, position + 1, start)
    if end > len(data):
        return 0
    middle = start + 2 + (data[start] << 8 | data[start + 1])
    name = data[start + 2 : middle]
    qos, mid = command >> 1 & 3, 0
    if qos:
        mid = data[middle] << 8 | data[middle + 1]
        middle += 2
    body = middle + 1
    if data[middle]:
        body = varint_end(data, middle)
        body += varint(data, middle, body) if body else len(data)
    if body > end or middle >= end:
        raise MalformedPacket("a length does not fit")
    messages.append(Message(epoch, mid, qos, _topics.get(name) or text_of(name), data[body:end], command & 8 != 0, at))
    return end


def text_of(topic: bytes) -> str:
    """Return a topic as text, and remember it."""
    if len(_topics) >= TOPICS_KEPT:
        _topics.clear()
    text = _topics[topic] = str(topic, "utf-8", "replace")
    return text


def other(data: bytes, position: int) -> tuple[int, int, int] | None:
    """Return (first byte, start of the body, end) of the packet at `position`, None while it is not whole."""
    if position + 2 > len(data):
        return None
    start = varint_end(data, position + 1)
    if not start:
        return None
    end = start + varint(data, position + 1, start)
    return (data[position], start, end) if end <= len(data) else None


def varint_end(data: bytes, position: int) -> int:
    """Return where the variable byte integer at `position` ends, 0 when it is not whole.

    Raises:
        MalformedPacket: it has more than four bytes.
    """
    for end in range(position, min(position + 4, len(data))):
        if data[end] < 128:
            return end + 1
    if len(data) >= position + 4:
        raise MalformedPacket("a length of more than four bytes")
    return 0


def varint(data: bytes, start: int, end: int) -> int:
    """Return the variable byte integer (MQTT 5, section 1.5.5) between two positions."""
    value = 0
    for byte in reversed(data[start:end]):
        value = value << 7 | byte & 127
    return value


def acknowledgements(mids: Iterable[int]) -> bytes:
    """Return the PUBACK packets of these packet ids, one after the other."""
    packets = array("I", [PUBACK_HEAD | mid for mid in mids])
    if byteorder == "little":
        packets.byteswap()
    return packets.tobytes()


def publication(topic: bytes, payload: bytes) -> bytes:
    """Return a PUBLISH packet of QoS 0 without properties."""
    length = 3 + len(topic) + len(payload)
    head = bytearray([PUBLISH])
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    head.append(length)
    return b"%b%b%b\x00%b" % (bytes(head), len(topic).to_bytes(2, "big"), topic, payload)


def missing() -> str | None:
    """Return what of paho's inside is not as this module needs it, None when all is there."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    for name in PRIVATE:
        if not hasattr(client, name):
            return name
    if tuple(inspect.signature(mqtt.Client._packet_queue).parameters)[:5] != QUEUE_PARAMETERS:  # noqa: SLF001
        return "_packet_queue(command, packet, mid, qos)"
    return None
