"""docs/device-protocol.md is the contract: its examples are what the gateway understands and the client sends."""

import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from firmware_sim import protocol
from firmware_sim.buffer import RingBuffer
from firmware_sim.client import DeviceClient
from firmware_sim.link import Broker
from firmware_sim.memory import Memory
from firmware_sim.protocol import Answer, Status, Topics
from firmware_sim.updates import read_update
from iot_gateway import codec
from iot_gateway.sparkplug.intake import rebirth

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "device-protocol.md").read_text(encoding="utf-8")
AT = datetime(2026, 1, 1, tzinfo=UTC)
BOOT, FIRST = 17, (1767225600000, {"flow_m3h": 74.3, "vibration_mm_s": 1.742})


def section(title: str) -> str:
    """Return the text under a heading of the document."""
    [found] = re.findall(rf"^## [0-9]+\. {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    return found


def examples(title: str) -> list[bytes]:
    """Return the JSON examples of a section."""
    return [block.encode() for block in re.findall(r"```json\n(.*?)\n```", section(title), re.DOTALL)]


def packets() -> list[bytes]:
    """Return the packets of section 10: CONNECT, SUBSCRIBE, PUBLISH."""
    return [bytes.fromhex(block) for block in re.findall(r"```\n([0-9a-f \n]+?)\n```", section("Bytes"))]


class Memory17(Memory):
    """A flash that says that the boot after 16 begins."""

    def __init__(self) -> None:
        super().__init__(None)
        self._flash.boot = BOOT - 1


class Wire:
    """The other end of a client's connection: a broker that only answers, and keeps what it got."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(5)
        self.port: int = self._listener.getsockname()[1]
        self.client = DeviceClient(
            Topics("demo", "demo-pump-01"),
            model="pump",
            secret="s3cr3t",
            broker=Broker("127.0.0.1", self.port),
            memory=Memory17(),
            buffer=RingBuffer(100, 50),
            handler=lambda command: Answer(command.id, Status.ACKED, "1 faults cleared"),
        )
        self._peer: socket.socket | None = None
        self._received = b""

    def close(self) -> None:
        if self._peer is not None:
            self._peer.close()
        self._listener.close()
        self.client.close()

    def hang_up(self) -> None:
        """Close the connection, as a broker that is stopped."""
        assert self._peer is not None
        self._peer.close()
        self._peer, self._received = None, b""
        assert select.select([self.client.socket()], [], [], 5)[0]
        self.client.read()

    def packet(self) -> bytes:
        """Return the next whole packet of the client."""
        deadline = time.monotonic() + 90
        while (packet := self._cut()) is None:
            assert time.monotonic() < deadline, f"no whole packet in {self._received!r}"
            self.client.tick(time.monotonic())
            if self._peer is None and self.client.socket() is not None:
                self._peer = self._listener.accept()[0]
            if self.client.wants_write():
                self.client.write()
            if self._peer is not None and select.select([self._peer], [], [], 0.02)[0]:
                self._received += self._peer.recv(65536)
        return packet

    def answer(self, packet: bytes) -> None:
        """Send a packet to the client and let it read it."""
        assert self._peer is not None
        self._peer.sendall(packet)
        assert select.select([self.client.socket()], [], [], 5)[0]
        self.client.read()

    def _cut(self) -> bytes | None:
        length, shift = 0, 0
        for index, byte in enumerate(self._received[1:5], start=2):
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                packet = self._received[: index + length]
                if len(packet) < index + length:
                    return None
                self._received = self._received[index + length :]
                return packet
        return None


@pytest.fixture
def wire() -> Iterator[Wire]:
    with closing(Wire()) as found:
        yield found


def test_the_clients_packets_are_those_of_the_document(wire: Wire) -> None:
    connect, subscribe, publish = packets()
    wire.client.measure(*FIRST)

    assert wire.packet() == connect
    wire.answer(bytes.fromhex("20 03 00 00 00"))
    assert wire.packet() == subscribe
    wire.answer(bytes.fromhex("90 05 00 01 00 00 01"))
    birth = wire.packet()
    assert birth.endswith(examples("Birth and will")[0])
    assert birth[0] == 0x33, "QoS 1, retained"
    assert wire.packet() == publish


def come_online(wire: Wire) -> None:
    """Answer CONNECT and SUBSCRIBE and take in the birth."""
    wire.packet()
    wire.answer(bytes.fromhex("20 03 00 00 00"))
    wire.packet()
    wire.answer(bytes.fromhex("90 05 00 01 00 00 01"))
    wire.packet()


def test_only_the_watermark_frees_a_record(wire: Wire) -> None:
    wire.client.measure(*FIRST)
    come_online(wire)
    wire.packet()

    wire.answer(bytes.fromhex("40 02 00 03"))
    assert len(wire.client.buffer) == 1
    topic, payload = b"fieldhand/v1/demo/demo-pump-01/ack", codec.encode_ack(BOOT, 1)
    body = len(topic).to_bytes(2, "big") + topic + b"\x00" + payload
    wire.answer(b"\x30" + bytes([len(body)]) + body)

    assert len(wire.client.buffer) == 0


def test_an_event_the_broker_refused_comes_again_with_the_next_connection(wire: Wire) -> None:
    wire.client.report(FIRST[0], "door_open", {})
    come_online(wire)
    event = wire.packet()
    assert b"door_open" in event

    wire.answer(bytes.fromhex("40 04 00 03 87 00"))
    wire.hang_up()
    come_online(wire)

    assert wire.packet() == event
    assert wire.client.counts.refused == 1


def test_birth_and_will_are_understood_as_meant() -> None:
    birth, will = examples("Birth and will")

    assert codec.decode_state(birth) == codec.StateMessage(True, BOOT, "pump", "1.4.2")
    assert codec.decode_state(will) == codec.StateMessage(False, BOOT)
    assert (protocol.birth(BOOT, "pump", "1.4.2"), protocol.will(BOOT)) == (birth, will)


def test_every_telemetry_example_is_stored() -> None:
    one, several = examples("Telemetry")

    assert codec.decode_telemetry(one, at=AT) == ([codec.Sample(FIRST[0], BOOT, 1, FIRST[1], True)], [])
    samples, rejects = codec.decode_telemetry(several, at=AT)
    assert [(sample.boot, sample.seq, sample.keyed) for sample in samples] == [(17, 2, True), (17, 3, True)]
    assert rejects == []
    again = [protocol.record(sample.ts, sample.boot, sample.seq, sample.values) for sample in samples]
    assert protocol.telemetry(again) == several


def test_the_watermark_is_written_and_read_as_shown() -> None:
    [shown] = examples("Acknowledgement")

    assert codec.encode_ack(BOOT, 3) == shown
    assert protocol.read_ack(shown) == protocol.Ack(BOOT, 3)


def test_the_event_is_written_and_read_as_shown() -> None:
    [shown] = examples("Events")
    detail = {"until": 1767231000000}

    assert protocol.event(FIRST[0], BOOT, 1, "door_open", detail) == shown
    assert codec.decode_event(shown) == codec.EventMessage(FIRST[0], BOOT, 1, "door_open", dict(detail))


def test_command_and_answer_are_written_and_read_as_shown() -> None:
    command, answer = examples("Commands")[:2]
    known = protocol.read_command(command)
    assert known is not None

    assert codec.encode_command(known.id, known.command, {}) == command
    assert protocol.answer(Answer(known.id, Status.ACKED, "1 faults cleared")) == answer
    assert codec.decode_answer(answer) == codec.CommandAnswer(known.id, "acked", "1 faults cleared")


def test_the_other_payloads_are_taken_as_said() -> None:
    bare, several, timed, last = examples("Other payloads")
    packet, command = [
        bytes.fromhex(block) for block in re.findall(r"```\n([0-9a-f \n]+?)\n```", section("Other payloads"))
    ]

    assert codec.decode_telemetry(bare, at=AT)[0][0].values == {"temperature": 22.5, "humidity": 61}
    assert [sample.values for sample in codec.decode_telemetry(several, at=AT)[0]] == [
        {"temperature": 22.5},
        {"humidity": 61},
    ]
    [sample], _ = codec.decode_telemetry(timed, at=AT)
    assert (sample.ts, sample.values) == (1451649600512, {"temperature": 22.5, "running": 1})
    samples, [letter] = codec.decode_telemetry(last, at=AT)
    assert [sample.values for sample in samples] == [{"temperature": 22.5}, {"temperature": 22.7}]
    assert f"dead letter `{letter.payload.decode().replace(' ', '')}`" in section("Other payloads")
    assert letter.reason == "not-a-number"
    assert f"packet id 1, {len(packet)} bytes" in section("Other payloads")
    assert packet.endswith(timed)
    assert command == rebirth(1767225600000)


def test_the_limits_are_the_gateways() -> None:
    limits = section("Telemetry")

    assert f"**{codec.MAX_PAYLOAD:,} bytes**" in limits
    assert f"{protocol.MAX_RECORDS:,} records ({codec.MAX_RECORDS:,} are taken)" in limits
    assert f"1 to {codec.MAX_METRICS} metrics" in limits
    assert f"1 to {codec.MAX_NAME} characters" in limits


def test_the_topics_are_both_sides() -> None:
    table = section("Topics")
    leaves = re.findall(r"^\| `([a-z/]+)` \| (device to platform|platform to device)", table, re.MULTILINE)
    topics = Topics("demo", "demo-pump-01")
    said = {topics.state, topics.telemetry, topics.event, topics.ack, topics.cmd, topics.cmd_ack}
    said |= {topics.twin_desired, topics.twin_reported}

    assert {f"fieldhand/v1/demo/demo-pump-01/{leaf}" for leaf, _ in leaves} >= said
    assert all(codec.read_topic(topic) is not None for topic in said)


def test_settings_and_report_are_written_and_read_as_shown() -> None:
    desired, reported = examples("Settings")
    known = protocol.read_desired(desired)
    assert known is not None

    assert codec.encode_desired(known.version, known.desired) == desired
    assert protocol.reported(BOOT, 1, known.version, {"interval_seconds": 10}) == reported
    assert codec.decode_report(reported) == codec.ReportMessage(BOOT, 1, 3, {"interval_seconds": 10})


def test_the_report_packet_is_the_example() -> None:
    [shown] = [bytes.fromhex(block) for block in re.findall(r"```\n([0-9a-f \n]+?)\n```", section("Settings"))]
    topic = Topics("demo", "demo-pump-01").twin_reported.encode()

    assert len(shown) == int(re.findall(r"packet id 4, ([0-9]+) bytes", section("Settings"))[0])
    assert shown[:2] == bytes([0x32, len(shown) - 2])
    assert shown[2:] == len(topic).to_bytes(2, "big") + topic + b"\x00\x04\x00" + examples("Settings")[1]


def test_the_update_and_its_event_are_written_and_read_as_shown() -> None:
    command, event = examples("Firmware update")
    known = protocol.read_command(command)
    assert known is not None
    args = msgspec.to_builtins(read_update(known))

    assert msgspec.json.decode(codec.encode_command(known.id, known.command, args)) == msgspec.json.decode(command)
    read = codec.decode_event(event)
    assert isinstance(read, codec.EventMessage)
    assert protocol.event(read.ts, read.boot, read.seq, read.kind, read.detail) == event
