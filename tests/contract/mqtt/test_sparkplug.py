"""Golden Sparkplug B payloads, written by hand from the field numbers of the specification."""

import pytest

from iot_gateway.sparkplug import readings, topics, wire
from iot_gateway.sparkplug.readings import Named
from iot_gateway.sparkplug.topics import Kind
from iot_gateway.sparkplug.wire import DataType, Metric, Payload

TS = 1767225600000
STAMP = "80 d0 ea b6 b7 33"

BIRTH = bytes.fromhex(
    f"08 {STAMP}"  # 1 timestamp
    "12 0b 0a 05 62 64 53 65 71 20 08 58 07"  # bdSeq, UInt64, 11 long_value 7
    "12 13 0a 04 54 65 6d 70 10 05 20 0a 69 00 00 00 00 00 80 35 40"  # Temp, alias 5, Double, 13 double_value 21.5
    "12 0c 0a 05 4c 65 76 65 6c 20 01 50 fe 01"  # Level, Int8, 10 int_value 254
    "18 00"  # 3 seq
)
DATA = bytes.fromhex(
    f"08 {STAMP}"
    "12 0b 10 05 69 00 00 00 00 00 00 36 40"  # alias 5, 22.0
    "12 14 10 05 18 88 d8 ea b6 b7 33 28 01 69 00 00 00 00 00 80 36 40"  # alias 5, 1.032 s later, historical, 22.5
    "12 04 10 06 38 01"  # alias 6, is_null
    "12 04 10 07 70 01"  # alias 7, 14 boolean_value
    "18 01"
)


def test_a_birth_is_read_byte_by_byte() -> None:
    payload = wire.decode(BIRTH)

    assert payload == Payload(
        TS,
        0,
        (
            Metric("bdSeq", datatype=DataType.UINT64, field="long_value", value=7),
            Metric("Temp", 5, datatype=DataType.DOUBLE, field="double_value", value=21.5),
            Metric("Level", datatype=DataType.INT8, field="int_value", value=254),
        ),
    )
    assert wire.encode(payload) == BIRTH
    assert readings.bd_seq_of(payload) == 7
    assert readings.learn(payload) == {5: Named("Temp", DataType.DOUBLE)}
    [reading] = readings.read(payload, BIRTH, {}).readings
    assert (reading.ts, reading.values) == (TS, {"Temp": 21.5, "Level": -2.0})


def test_data_by_alias_is_parted_by_its_instants() -> None:
    names = {5: Named("Temp", DataType.DOUBLE), 6: Named("Flow", DataType.FLOAT), 7: Named("Open", DataType.BOOLEAN)}

    found = readings.read(wire.decode(DATA), DATA, names)

    assert [(reading.ts, reading.values) for reading in found.readings] == [
        (TS, {"Temp": 22.0, "Open": 1.0}),
        (TS + 1032, {"Temp": 22.5}),
    ]
    assert (found.left_out, found.unknown) == ({}, [])


def test_data_before_the_birth_is_not_read_in_part() -> None:
    found = readings.read(wire.decode(DATA), DATA, {5: Named("Temp", DataType.DOUBLE)})

    assert found.unknown == [6, 7]
    assert found.readings == []


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        ("0a 01 61 20 0c 7a 02 6f 6e", "string"),
        ("0a 01 61 20 10 8a 01 00", "dataset"),
        ("0a 01 61 20 11 82 01 02 00 01", "bytes"),
        ("0a 01 61 20 13 92 01 00", "template"),
        ("0a 01 61 20 09 65 00 00 c0 7f", "not finite"),
        ("0a 01 61 20 0a 69 00 00 00 00 00 00 f0 ff", "not finite"),
    ],
)
def test_what_is_no_number_is_named_and_the_rest_stored(metric: str, why: str) -> None:
    body = bytes.fromhex(metric)
    good = bytes.fromhex("12 05 0a 01 62 50 03")
    raw = bytes.fromhex(f"08 {STAMP}") + b"\x12" + bytes([len(body)]) + body + good + b"\x18\x01"

    found = readings.read(wire.decode(raw), raw, {})

    assert found.left_out == {"a": why}
    assert [reading.values for reading in found.readings] == [{"b": 3.0}]


@pytest.mark.parametrize(
    "raw", [b"\xff", b"{", b'{"ts":1,"values":{"a":1}}', b"\x12\x05\x0a\x09a", b"\x12\x03\x0a\x01\xff"]
)
def test_what_is_no_payload_is_refused(raw: bytes) -> None:
    with pytest.raises(wire.UnreadableError):
        wire.decode(raw)


def test_topics_are_told_apart() -> None:
    assert topics.read_topic("spBv1.0/acme/NBIRTH/edge-1") == ("acme", Kind.NBIRTH, "edge-1", None)
    assert topics.read_topic("spBv1.0/acme/DDATA/edge-1/pump-1") == ("acme", Kind.DDATA, "edge-1", "pump-1")
    for other in ("spBv1.0/acme/NCMD/edge-1", "spBv1.0/STATE/host", "spBv1.0/acme/NDATA/edge-1/x", "spAv1.0/a/NDATA/e"):
        assert topics.read_topic(other) is None
