"""The examples of docs/device-protocol.md are what the reference client says and understands, byte for byte."""

import re
from pathlib import Path

from firmware_sim import protocol
from firmware_sim.buffer import RingBuffer
from firmware_sim.protocol import Ack, Answer, Command, Status, Topics

PAGE = (
    (Path(__file__).resolve().parents[3] / "docs" / "device-protocol.md")
    .read_text(encoding="utf-8")
    .split("\n## 12. ")[0]
)
JSON = [block.encode() for block in re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)]
HEX = [bytes.fromhex(block) for block in re.findall(r"```\n([0-9a-f \n]+?)\n```", PAGE)]
TOPICS = Topics("demo", "demo-pump-01")
COMMAND_ID = "0199f6a0-7c1e-7d53-9d0e-3f6b8f0a1c22"


def test_every_example_is_the_clients_own() -> None:
    first = protocol.record(1767225600000, 17, 1, {"flow_m3h": 74.3, "vibration_mm_s": 1.742})
    more = [
        protocol.record(1767225900000, 17, 2, {"flow_m3h": 74.1, "vibration_mm_s": 1.75}),
        protocol.record(1767226200000, 17, 3, {"flow_m3h": 73.9}),
    ]

    said = [
        protocol.birth(17, "pump", "1.4.2"),
        protocol.will(17),
        protocol.telemetry([first]),
        protocol.telemetry(more),
        protocol.event(1767225600000, 17, 1, "door_open", {"until": 1767231000000}),
        protocol.answer(Answer(COMMAND_ID, Status.ACKED, "1 faults cleared")),
    ]

    assert [JSON[i] for i in (0, 1, 2, 3, 5, 7)] == said
    assert protocol.read_ack(JSON[4]) == Ack(17, 3)
    assert protocol.read_command(JSON[6]) == Command(COMMAND_ID, "reset_after_repair", {})
    assert protocol.read_desired(JSON[8]) is not None


def test_the_packets_carry_those_payloads() -> None:
    connect, subscribe, publish = HEX[:3]

    assert (len(connect), len(subscribe), len(publish)) == (124, 79, 136)
    assert JSON[1] in connect
    assert TOPICS.state.encode() in connect
    assert TOPICS.ack.encode() in subscribe
    assert TOPICS.cmd.encode() in subscribe
    assert publish.endswith(JSON[2])
    assert TOPICS.telemetry.encode() in publish


def test_what_is_neither_ack_nor_command_is_ignored() -> None:
    for junk in (b"", b"{", b"[]", b'{"boot":1}', b'{"boot":"x","seq":1}', b"\xff\xfe"):
        assert protocol.read_ack(junk) is None
        assert protocol.read_command(junk) is None


def test_a_message_holds_at_most_64_kib_and_a_thousand_records() -> None:
    buffer = RingBuffer(5000, 4000)
    for ts in range(3000):
        buffer.append(ts, 1, {"value": 1.0} if ts < 2000 else {f"metric_{n}": 1.5 for n in range(20)})

    batches = []
    while batch := buffer.take():
        batches.append(batch)

    assert max(len(batch.payload) for batch in batches) <= 65_536
    assert max(batch.count for batch in batches) <= 1000
    assert sum(batch.count for batch in batches) == 3000


def test_a_device_stays_quick_while_a_gateway_may_just_be_starting_and_then_grows_slow() -> None:
    assert [protocol.unheard_pause(rounds) for rounds in (1, 2, 4, 5, 6, 8, 9, 10**9)] == [1, 1, 1, 2, 4, 16, 30, 30]
