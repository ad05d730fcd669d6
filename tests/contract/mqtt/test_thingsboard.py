"""Golden ThingsBoard payloads: what devices made for it send is taken, and nothing of it lost."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway import codec

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOW = 1767225600000
TS = 1451649600512

TAKEN = [
    (b'{"temperature":22.5,"humidity":61}', [(NOW, {"temperature": 22.5, "humidity": 61})]),
    (b'[{"temperature":22.5},{"humidity":61}]', [(NOW, {"temperature": 22.5}), (NOW, {"humidity": 61})]),
    (b'{"ts":1451649600512,"values":{"temperature":22.5}}', [(TS, {"temperature": 22.5})]),
    (
        b'[{"ts":1451649600512,"values":{"a":1}},{"ts":1451649601000,"values":{"a":2}},{"b":3}]',
        [(TS, {"a": 1}), (1451649601000, {"a": 2}), (NOW, {"b": 3})],
    ),
    (b'{"ts":1451649600512,"values":{"open":true,"shut":false}}', [(TS, {"open": 1, "shut": 0})]),
    (b'{"a":"42","b":"-73.5","c":null}', [(NOW, {"a": 42, "b": -73.5})]),
    (b'{"ts":5,"seq":1,"flow":2}', [(NOW, {"ts": 5, "seq": 1, "flow": 2})]),
]

PARTED = [
    (b'{"a":1,"b":"on"}', {"a": 1}, "not-a-number", {"b": "on"}),
    (b'{"ts":7,"values":{"a":1,"b":"1e3","c":[1],"d":{"e":1}}}', {"a": 1}, "not-a-number",
     {"ts": 7, "values": {"b": "1e3", "c": [1], "d": {"e": 1}}}),
    (b'{"a":1,"b":""}', {"a": 1}, "not-a-number", {"b": ""}),
    (b'{"state":"on"}', None, "not-a-number", {"state": "on"}),
]  # fmt: skip

REFUSED = [
    (b'{"ts":"yesterday","values":{"a":1}}', "malformed"),
    (b'{"ts":-1,"values":{"a":1}}', "malformed"),
    (b'{"ts":1.5,"values":{"a":1}}', "malformed"),
    (b'{"ts":5,"values":{}}', "malformed"),
    (b'{"a":null}', "malformed"),
    (b'{"boot":1,"seq":2,"flow":3}', "malformed"),
    (b'{"%s":true}' % (b"x" * 65), "malformed"),
    (b'{"a":NaN}', "not-finite"),
    (b"[[1]]", "malformed"),
]


@pytest.mark.parametrize(("payload", "records"), TAKEN)
def test_thingsboards_forms_are_taken(payload: bytes, records: list[tuple[int, dict[str, float]]]) -> None:
    samples, rejects = codec.decode_telemetry(payload, at=AT)

    assert [(sample.ts, sample.values) for sample in samples] == records
    assert rejects == []
    assert not any(sample.keyed for sample in samples)


@pytest.mark.parametrize(("payload", "stored", "reason", "rest"), PARTED)
def test_what_is_no_number_is_kept_with_its_reason(
    payload: bytes, stored: dict[str, float] | None, reason: str, rest: object
) -> None:
    samples, [reject] = codec.decode_telemetry(payload, at=AT)

    assert [sample.values for sample in samples] == ([stored] if stored else [])
    assert (reject.reason, json.loads(reject.payload), reject.key) == (reason, rest, None)


@pytest.mark.parametrize(("payload", "reason"), REFUSED)
def test_what_is_no_record_is_refused_whole(payload: bytes, reason: str) -> None:
    samples, [reject] = codec.decode_telemetry(payload, at=AT)

    assert samples == []
    assert reject.reason == reason


def test_a_number_too_large_leaves_the_others_alone() -> None:
    [sample], [reject] = codec.decode_telemetry(b'{"ts":7,"values":{"a":1,"b":1e999}}', at=AT)

    assert sample.values == {"a": 1}
    assert reject.reason == "not-finite"


def test_the_key_is_the_bytes() -> None:
    [first], _ = codec.decode_telemetry(b'{"ts":5,"values":{"a":true}}', at=AT)
    [again], _ = codec.decode_telemetry(b'{"ts":5,"values":{"a":true}}', at=datetime(2026, 2, 1, tzinfo=UTC))
    [other], _ = codec.decode_telemetry(b'{"ts":5,"values":{"a":false}}', at=AT)
    [bare], _ = codec.decode_telemetry(b'{"a":true}', at=AT)

    assert first == again
    assert first.seq != other.seq
    assert (first.bare, bare.bare) == (False, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text("a1.-é", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abctsvalues", max_size=6), inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, min_size=1, max_size=4), max_size=4))
def test_every_value_is_stored_or_in_a_dead_letter(records: list[dict[str, object]]) -> None:
    samples, rejects = codec.decode_telemetry(json.dumps(records).encode(), at=AT)

    stored = sum(len(sample.values) for sample in samples)
    kept = sum(len(json.loads(reject.payload)) for reject in rejects)
    said = sum(value is not None for record in records for value in record.values())
    assert stored <= said <= stored + kept
