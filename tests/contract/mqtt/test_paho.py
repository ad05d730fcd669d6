"""What the fast client uses of paho's inside is there and does what it is used for."""

import ssl
import struct

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import MQTTErrorCode
from structlog.testing import capture_logs

from iot_gateway import fast_mqtt
from iot_gateway.client import make_client
from iot_gateway.fast_mqtt import FastClient, Message, PlainClient

CONNACK = b"\x20\x03\x00\x00\x00"


class Wire:
    """A socket that gives what it was given, in the pieces it was given in."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces
        self.sent = b""

    def recv(self, size: int) -> bytes:
        if not self.pieces:
            raise BlockingIOError
        piece, rest = self.pieces[0][:size], self.pieces[0][size:]
        self.pieces[:1] = [rest] if rest else []
        return piece

    def send(self, data: bytes) -> int:
        self.sent += bytes(data)
        return len(data)

    def close(self) -> None:
        self.pieces = []


def on_wire(kind: type[PlainClient], pieces: list[bytes]) -> tuple[PlainClient, Wire, list[Message]]:
    got: list[Message] = []
    client = kind("gateway-1", got.extend)
    wire = Wire(list(pieces))
    client._sock = wire  # type: ignore[assignment]
    return client, wire, got


def read_out(client: PlainClient, wire: Wire) -> MQTTErrorCode:
    while wire.pieces and client._sock is not None:
        result = client.loop_read()
        if result:
            return result
    return MQTTErrorCode.MQTT_ERR_SUCCESS


def test_nothing_is_missing_in_the_pinned_version() -> None:
    assert fast_mqtt.missing() is None
    assert isinstance(make_client("gateway-1", lambda _: None), FastClient)


@pytest.mark.parametrize("name", ["_packet_handle", "_packet_queue", "_loop_rc_handle", "_sock_recv"])
def test_without_a_private_name_the_plain_client_serves(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(mqtt.Client, name)

    with capture_logs() as said:
        client = make_client("gateway-1", lambda _: None)

    assert type(client) is PlainClient
    assert [(line["event"], line["missing"]) for line in said] == [("mqtt_fast_path_off", name)]


def test_with_another_signature_the_plain_client_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt.Client, "_packet_queue", lambda self, packet: None)

    assert type(make_client("gateway-1", lambda _: None)) is PlainClient


def test_paho_looks_for_bytes_that_tls_has_already_decrypted() -> None:
    """`_loop` asks `pending` before it waits, so that a read of one TLS record does not leave others behind."""
    assert "pending" in mqtt.Client._loop.__code__.co_names
    assert hasattr(ssl.SSLSocket, "pending")


def test_paho_handles_the_packets_that_are_left_to_it() -> None:
    client, wire, _ = on_wire(FastClient, [CONNACK + b"\x90\x04\x00\x01\x00\x01"])
    granted: list[str] = []
    client.on_subscribe = lambda _c, _d, mid, reasons, _p: granted.append(f"{mid} {reasons[0]}")

    assert read_out(client, wire) == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert client.is_connected()
    assert granted == ["1 Granted QoS 1"]


def test_acknowledgements_leave_as_one_buffer_in_order() -> None:
    client, wire, _ = on_wire(FastClient, [CONNACK])
    read_out(client, wire)

    assert client.acknowledge(client.epoch, [1, 300, 65535])
    client.loop_write()

    assert wire.sent == struct.pack(">HHHHHH", 0x4002, 1, 0x4002, 300, 0x4002, 65535)


def test_an_earlier_connection_is_not_acknowledged() -> None:
    client, _, _ = on_wire(FastClient, [])
    epoch = client.epoch
    client.connect_async("127.0.0.1", 1)
    with pytest.raises(ConnectionRefusedError):
        client.reconnect()

    assert not client.acknowledge(epoch, [1])
    assert not client.want_write()


def test_small_messages_leave_as_one_buffer_and_only_with_a_connection() -> None:
    client, wire, _ = on_wire(FastClient, [CONNACK])
    read_out(client, wire)
    messages = [("a/ack", b"x"), ("b/ack", b"y" * 200)]

    client.publish_all(messages)
    client.loop_write()
    assert wire.sent == b""
    client.opened()
    client.publish_all(messages)
    client.loop_write()

    first, second = b"\x30\x09\x00\x05a/ack\x00x", b"\x30\xd0\x01\x00\x05b/ack\x00" + b"y" * 200
    assert wire.sent == first + second
