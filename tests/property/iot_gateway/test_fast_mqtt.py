"""Cut anywhere, packets give the fast client the same messages as paho's own."""

from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from iot_gateway.fast_mqtt import FastClient, PlainClient, acknowledgements, cut, publication, varint, varint_end
from tests.contract.mqtt.test_paho import on_wire, read_out

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def length_of(count: int) -> bytes:
    encoded = bytearray()
    while True:
        count, low = divmod(count, 128)
        encoded.append(low | (128 if count else 0))
        if not count:
            return bytes(encoded)


@st.composite
def properties(draw: st.DrawFn) -> bytes:
    made = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if draw(st.booleans()):
        made.MessageExpiryInterval = draw(st.integers(0, 2**32 - 1))
    if draw(st.booleans()):
        made.CorrelationData = draw(st.binary(max_size=200))
    if draw(st.booleans()):
        made.UserProperty = [("key", draw(st.text(max_size=40, alphabet="abc温")))]
    return bytes(made.pack())  # type: ignore[no-untyped-call]


@st.composite
def publishes(draw: st.DrawFn) -> bytes:
    qos = draw(st.integers(0, 1))
    first = 0x30 | qos << 1 | draw(st.booleans()) | (draw(st.booleans()) << 3 if qos else 0)
    topic = draw(st.sampled_from(["a", "fieldhand/v1/demo/pump-1/telemetry", "温/b", "x" * 200])).encode()
    mid = draw(st.integers(1, 65535)).to_bytes(2, "big") if qos else b""
    payload = draw(st.binary(max_size=20)) * draw(st.sampled_from([1, 12, 1500]))
    body = len(topic).to_bytes(2, "big") + topic + mid + draw(properties()) + payload
    return bytes([first]) + length_of(len(body)) + body


others = st.sampled_from(
    [
        b"\xd0\x00",  # PINGRESP
        b"\x90\x04\x00\x07\x00\x01",  # SUBACK
        b"\xb0\x04\x00\x08\x00\x00",  # UNSUBACK
        b"\x40\x02\x00\x09",  # PUBACK of something we never sent
        b"\x20\x03\x00\x00\x00",  # CONNACK
    ]
)
flows = st.lists(publishes() | others, min_size=1, max_size=8)


@st.composite
def cut_flows(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    data = b"".join(draw(flows))
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    pieces = [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
    return data, [piece for piece in pieces if piece]


def seen(kind: type[PlainClient], pieces: list[bytes]) -> tuple[list[tuple[object, ...]], list[str], MQTTErrorCode]:
    client, wire, got = on_wire(kind, pieces)
    heard: list[str] = []
    client.on_subscribe = lambda _c, _d, mid, reasons, _p: heard.append(f"suback {mid} {reasons}")
    client.on_unsubscribe = lambda _c, _d, mid, reasons, _p: heard.append(f"unsuback {mid} {reasons}")
    client.on_connect = lambda _c, _d, _f, reason, _p: heard.append(f"connack {reason}")
    result = read_out(client, wire)
    return [astuple(message)[:-1] for message in got], heard, result


@patient
@given(st.lists(publishes(), max_size=8))
def test_every_publish_packet_is_cut_here_and_none_left_to_paho(packets) -> None:
    data, messages = b"".join(packets), []

    assert cut(data, 0, messages, epoch=1, at=datetime.now(UTC)) == len(data)
    assert len(messages) == len(packets)


@patient
@given(cut_flows())
def test_cut_anywhere_it_is_what_paho_reads(flow: tuple[bytes, list[bytes]]) -> None:
    data, pieces = flow

    expected = seen(PlainClient, [data])

    assert seen(FastClient, pieces) == expected
    assert seen(FastClient, [data]) == expected


@patient
@given(publishes())
def test_cut_after_every_byte_it_is_the_same(packet: bytes) -> None:
    pieces = [packet[at : at + 1] for at in range(min(len(packet), 400))] + [packet[400:]]

    assert seen(FastClient, [piece for piece in pieces if piece]) == seen(PlainClient, [packet])


@patient
@given(publishes(), st.integers(0, 40), st.integers(0, 255))
def test_a_damaged_packet_is_read_or_breaks_the_connection(packet: bytes, place: int, byte: int) -> None:
    start = varint_end(packet, 1)
    damaged = bytearray(packet)
    damaged[start + place % (len(packet) - start)] = byte

    messages, _, result = seen(FastClient, [bytes(damaged) + packet])

    assert (len(messages), result) in {(2, MQTTErrorCode.MQTT_ERR_SUCCESS), (0, MQTTErrorCode.MQTT_ERR_PROTOCOL)}


@patient
@given(st.integers(0, 268_435_455), st.binary(max_size=3))
def test_lengths_are_read_as_they_are_written(count: int, tail: bytes) -> None:
    encoded = length_of(count)

    assert varint_end(encoded + tail, 0) == len(encoded)
    assert varint(encoded + tail, 0, len(encoded)) == count
    assert varint_end(encoded[:-1], 0) == 0


@patient
@given(st.text(min_size=1, max_size=30, alphabet="ab/温"), st.binary(max_size=300))
def test_what_is_published_can_be_read(topic: str, payload: bytes) -> None:
    messages, _, _ = seen(FastClient, [publication(topic.encode(), payload)])

    assert messages == [(0, 0, 0, topic, payload, False)]


@patient
@given(st.lists(st.integers(1, 65535), max_size=20))
def test_acknowledgements_are_those_of_paho(mids: list[int]) -> None:
    client, wire, _ = on_wire(PlainClient, [])
    for mid in mids:
        assert mqtt.Client.ack(client, mid, 1) == MQTTErrorCode.MQTT_ERR_SUCCESS
        client.loop_write()

    assert wire.sent == acknowledgements(mids)
