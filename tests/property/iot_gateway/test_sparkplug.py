"""Laws of the Sparkplug decoder: what is written is read, whatever comes raises nothing else, and order repeats."""

import math
import struct

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.sparkplug import readings, session, wire
from iot_gateway.sparkplug.readings import Named
from iot_gateway.sparkplug.session import Edge
from iot_gateway.sparkplug.wire import DataType, Metric, Payload

U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
NAMES = st.text("abcXYZ019 /._-é温\U0001f600\n", max_size=70)
INSTANTS = st.integers(0, readings.TOP)
VALUES = st.one_of(
    st.tuples(st.just("int_value"), U32),
    st.tuples(st.just("long_value"), U64),
    st.tuples(st.just("float_value"), st.floats(width=32)),
    st.tuples(st.just("double_value"), st.floats()),
    st.tuples(st.just("boolean_value"), st.booleans()),
    st.tuples(st.just("string_value"), NAMES.map(str.encode)),
    st.tuples(st.just("bytes_value"), st.binary(max_size=20)),
    st.tuples(st.just("dataset_value"), st.binary(max_size=20)),
    st.tuples(st.just("template_value"), st.binary(max_size=20)),
    st.tuples(st.none(), st.none()),
)


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    field, value = draw(VALUES)
    return Metric(
        name=draw(st.none() | NAMES),
        alias=draw(st.none() | U64),
        ts=draw(st.none() | INSTANTS),
        datatype=draw(st.none() | U32),
        historical=draw(st.booleans()),
        transient=draw(st.booleans()),
        null=draw(st.booleans()),
        field=field,
        value=value,
    )


PAYLOADS = st.builds(
    Payload, ts=st.none() | INSTANTS, seq=st.none() | U64, metrics=st.lists(metrics(), max_size=8).map(tuple)
)


def same(one: object, other: object) -> bool:
    """Compare values; a NaN is itself."""
    return one == other or (
        isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)
    )


@given(PAYLOADS)
def test_what_is_written_is_read(payload: Payload) -> None:
    again = wire.decode(wire.encode(payload))

    assert (again.ts, again.seq, len(again.metrics)) == (payload.ts, payload.seq, len(payload.metrics))
    for found, meant in zip(again.metrics, payload.metrics, strict=True):
        assert same(found.value, meant.value)
        assert (found.name, found.alias, found.ts, found.datatype, found.field) == (
            meant.name,
            meant.alias,
            meant.ts,
            meant.datatype,
            meant.field,
        )
        assert (found.historical, found.transient, found.null) == (meant.historical, meant.transient, meant.null)


@given(st.binary(max_size=300), st.dictionaries(U64, st.builds(Named, NAMES, U32), max_size=3))
def test_whatever_bytes_come_they_are_read_or_refused(raw: bytes, names: dict[int, Named]) -> None:
    try:
        payload = wire.decode(raw)
    except wire.UnreadableError:
        return
    readings.learn(payload)
    readings.bd_seq_of(payload)
    found = readings.read(payload, raw, names)
    assert all(math.isfinite(value) for reading in found.readings for value in reading.values.values())


@given(PAYLOADS, st.data())
def test_damaged_payloads_are_read_or_refused(payload: Payload, data: st.DataObject) -> None:
    raw = bytearray(wire.encode(payload))
    for _ in range(data.draw(st.integers(0, 3))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(raw[: data.draw(st.integers(0, len(raw)))])

    try:
        found = readings.read(wire.decode(cut), cut, {})
    except wire.UnreadableError:
        return
    assert all(reading.ts <= readings.TOP and 0 <= reading.seq < 2**63 for reading in found.readings)


@given(PAYLOADS)
def test_every_measured_number_is_stored_or_named(payload: Payload) -> None:
    names = {metric.alias: Named(f"m{metric.alias}", 0) for metric in payload.metrics if metric.alias is not None}
    found = readings.read(payload, wire.encode(payload), names)
    if found.unknown or found.timeless:
        assert not found.readings
        return
    told = {(r.ts, name) for r in found.readings for name in r.values}
    for metric in payload.metrics:
        name = metric.name if metric.name is not None else f"m{metric.alias}"
        if metric.field is None or metric.null or metric.transient:
            continue
        ts = metric.ts if metric.ts is not None else payload.ts
        assert (ts, name) in told or name[:64] in found.left_out


@given(PAYLOADS, st.dictionaries(U64, st.builds(Named, NAMES, U32), max_size=5))
def test_keys_do_not_depend_on_the_birth(payload: Payload, names: dict[int, Named]) -> None:
    raw = wire.encode(payload)
    every = {metric.alias: Named("other", 0) for metric in payload.metrics if metric.alias is not None}

    here = readings.read(payload, raw, names | {alias: Named("x", 0) for alias in every if alias not in names})
    there = readings.read(payload, raw, every)

    keys = {(reading.ts, reading.seq) for reading in here.readings}
    assert keys == {(reading.ts, reading.seq) for reading in there.readings}
    assert len(keys) == len(here.readings)


@given(
    st.integers(-(2**63), 2**63 - 1), st.sampled_from([DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64])
)
def test_signed_integers_are_read_in_both_ways_of_writing_them(value: int, kind: DataType) -> None:
    width = readings.WIDTHS[kind]
    value = (value + (1 << (width - 1))) % (1 << width) - (1 << (width - 1))
    field, bits = ("long_value", 64) if width == 64 else ("int_value", 32)

    for written in {value % (1 << width), value % (1 << bits)}:
        metric = Metric(name="n", ts=1, datatype=kind, field=field, value=written)
        [reading] = readings.read(Payload(metrics=(metric,)), b"", {}).readings
        assert reading.values == {"n": value}


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float_keeps_its_32_bits(value: float) -> None:
    raw = wire.encode(Payload(1, 0, (Metric(name="n", datatype=DataType.FLOAT, field="float_value", value=value),)))
    [reading] = readings.read(wire.decode(raw), raw, {}).readings

    assert struct.pack("<f", reading.values["n"]) == struct.pack("<f", value)


def run(edge: Edge, messages: list[tuple[str, int]], *, again: bool) -> tuple[Edge, list[bool]]:
    """Let an edge node live through (kind, number); return it and where a gap was seen."""
    gaps = []
    for kind, number in messages:
        if kind == "birth":
            edge = session.born(edge, ts=0, seq=0, bd_seq=number, names={}, texts={})
        elif kind == "death":
            edge = session.died(edge, number) or edge
        else:
            edge, gap = session.numbered(edge, number, again=again)
            gaps.append(gap)
    return edge, gaps


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Return the messages of an edge node that loses nothing."""
    told: list[tuple[str, int]] = []
    for bd_seq in range(draw(st.integers(1, 4))):
        told.append(("birth", bd_seq))
        told += [("data", (n + 1) % 256) for n in range(draw(st.integers(0, 300)))]
        if draw(st.booleans()):
            told.append(("death", bd_seq))
    return told


@given(lives(), st.data())
def test_any_end_of_a_life_told_again_changes_nothing_and_is_no_gap(
    life: list[tuple[str, int]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(life)))
    start = data.draw(st.integers(0, cut))

    straight, gaps = run(Edge(), life, again=False)
    edge, before = run(Edge(), life[:cut], again=False)
    edge, repeated = run(edge, life[start:cut], again=True)
    edge, after = run(edge, life[cut:], again=False)

    assert not any([*gaps, *before, *repeated, *after])
    assert (edge.born, edge.seq, edge.bd_seq) == (straight.born, straight.seq, straight.bd_seq)


@given(st.integers(0, 255), st.integers(1, 254))
def test_a_missing_message_is_noticed(at: int, missing: int) -> None:
    edge = Edge(1, True, 0, at)

    _, gap = session.numbered(edge, (at + 1 + missing) % 256, again=False)

    assert gap


@given(st.integers(0, 255), st.integers(0, 255))
def test_a_death_counts_for_its_own_birth_only(birth: int, death: int) -> None:
    edge = session.born(Edge(), ts=0, seq=0, bd_seq=birth, names={}, texts={})

    assert (session.died(edge, death) is not None) == (birth == death)
