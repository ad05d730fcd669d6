"""Golden payloads: what devices in the field send stays understood, byte by byte."""

from datetime import UTC, datetime

import pytest

from iot_gateway import codec
from iot_gateway.codec import Sample

AT = datetime(2026, 1, 1, tzinfo=UTC)
AT_MS = 1_767_225_600_000

TAKEN: list[tuple[bytes, list[tuple[int, int, int, dict[str, float]]]]] = [
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":1}}', [(1, 2, 3, {"a": 1.0})]),
    (b'{"values":{"a":-1.5e3},"seq":3,"ts":1,"boot":0,"extra":null}', [(1, 0, 3, {"a": -1500.0})]),
    (b' [ {"ts":1,"boot":2,"seq":3,"values":{"a":1}} ] ', [(1, 2, 3, {"a": 1.0})]),
    (
        b'[{"ts":1,"boot":2,"seq":3,"values":{"a":1}},{"ts":2,"boot":2,"seq":4,"values":{"b":2.5}}]',
        [(1, 2, 3, {"a": 1.0}), (2, 2, 4, {"b": 2.5})],
    ),
    ('{"ts":1,"boot":2,"seq":3,"values":{"温度":21.5}}'.encode(), [(1, 2, 3, {"温度": 21.5})]),
]

REFUSED: list[tuple[bytes, str, tuple[int, int] | None]] = [
    (b"", "malformed", None),
    (b"null", "malformed", None),
    (b"3", "malformed", None),
    (b'"text"', "malformed", None),
    (b"{", "malformed", None),
    (b"\xff\xfe", "malformed", None),
    (b"[" * 5000, "malformed", None),
    (b"{}", "malformed", None),
    (b'{"ts":1,"boot":2,"seq":3,"values":{}}', "malformed", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":"1"}}', "malformed", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":true}}', "malformed", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":null}}', "malformed", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":{"b":1}}}', "malformed", (2, 3)),
    (b'{"ts":-1,"boot":2,"seq":3,"values":{"a":1}}', "malformed", (2, 3)),
    (b'{"ts":1.5,"boot":2,"seq":3,"values":{"a":1}}', "malformed", (2, 3)),
    (b'{"ts":1,"boot":-2,"seq":3,"values":{"a":1}}', "malformed", None),
    (b'{"ts":1,"boot":2,"seq":99999999999999999999,"values":{"a":1}}', "malformed", None),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":NaN}}', "not-finite", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":-Infinity}}', "not-finite", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"a":1e999}}', "not-finite", (2, 3)),
    (b'{"ts":1,"boot":2,"seq":3,"values":{"%s":1}}' % (b"x" * 65), "malformed", (2, 3)),
]


@pytest.mark.parametrize(("payload", "records"), TAKEN)
def test_a_record_is_understood(payload: bytes, records: list[tuple[int, int, int, dict[str, float]]]) -> None:
    samples, rejects = codec.decode_telemetry(payload, at=AT)

    assert samples == [Sample(*record, True) for record in records]
    assert rejects == []


@pytest.mark.parametrize(("payload", "reason", "key"), REFUSED)
def test_a_bad_record_is_refused_with_its_reason(payload: bytes, reason: str, key: tuple[int, int] | None) -> None:
    samples, rejects = codec.decode_telemetry(payload, at=AT)

    assert samples == []
    assert [(reject.reason, reject.key) for reject in rejects] == [(reason, key)]


def test_thingsboard_forms_get_a_key_of_their_own() -> None:
    [first], _ = codec.decode_telemetry(b'{"ts":5,"values":{"a":1}}', at=AT)
    [again], _ = codec.decode_telemetry(b'{"ts":5,"values":{"a":1}}', at=AT)
    [bare], _ = codec.decode_telemetry(b'{"a":1}', at=AT)

    assert first == again
    assert (first.ts, first.boot, first.keyed) == (5, 0, False)
    assert (bare.ts, bare.values, bare.keyed) == (AT_MS, {"a": 1.0}, False)


def test_what_is_too_large_is_refused_whole() -> None:
    long = b'{"ts":1,"boot":2,"seq":3,"values":{"a":1}}' + b" " * codec.MAX_PAYLOAD
    swarm = b"[" + b",".join([b"1"] * 2001) + b"]"

    assert codec.decode_telemetry(long, at=AT)[1][0].reason == "oversize"
    assert codec.decode_telemetry(swarm, at=AT)[1][0].reason == "too-many-records"


def test_states_events_and_answers_are_understood() -> None:
    birth = codec.decode_state(b'{"online":true,"boot":4,"model":"chiller-x","firmware":"1.4.2"}')
    will = codec.decode_state(b'{"online":false,"boot":4}')
    event = codec.decode_event(b'{"ts":1,"boot":1,"seq":1,"kind":"door_open","detail":{"until":9}}')
    answer = codec.decode_answer(b'{"id":"x","status":"acked","detail":""}')

    assert isinstance(birth, codec.StateMessage)
    assert (birth.online, birth.boot, birth.firmware) == (True, 4, "1.4.2")
    assert isinstance(will, codec.StateMessage)
    assert not will.online
    assert isinstance(event, codec.EventMessage)
    assert event.detail == {"until": 9}
    assert isinstance(answer, codec.CommandAnswer)
    assert isinstance(codec.decode_state(b"{}"), codec.Reject)


def test_what_we_send_is_what_the_protocol_says() -> None:
    assert codec.encode_ack(3, 17) == b'{"boot":3,"seq":17}'
    assert codec.encode_command("id-1", "reset_after_repair", {}) == (
        b'{"id":"id-1","command":"reset_after_repair","args":{}}'
    )
    assert codec.read_topic("fieldhand/v1/demo/pump-1/cmd/ack") == ("demo", "pump-1", "cmd/ack")
    assert codec.read_topic("fieldhand/v2/demo/pump-1/state") is None
