"""Last values wait in memory and leave a part at a time: the longest waiting first, nothing forgotten."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.batch import DeviceEntry, Stored
from iot_gateway.last_values import INTERVAL, LEAST, SHARE, LastValues, merge

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
VALUES = st.dictionaries(st.sampled_from(["flow", "power", "speed"]), st.integers(0, 9).map(float), min_size=1)
BATCH = st.lists(st.tuples(st.integers(0, 5), VALUES), max_size=12)


def device(number: int) -> DeviceEntry:
    return DeviceEntry(number, UUID(int=number), UUID(int=1), "t", f"d{number}", False, 1, 1)


def sample(number: int, seq: int, values: dict[str, float]) -> Stored:
    return Stored(device(number), "p", 1000 * seq, 1, seq, AT + timedelta(seconds=seq), values)


@given(st.lists(BATCH, max_size=6))
def test_of_what_waits_every_metric_has_its_newest_value(batches) -> None:
    last, seen = LastValues(), []
    for batch in batches:
        samples = [sample(number, len(seen) + n, values) for n, (number, values) in enumerate(batch)]
        last.keep(samples)
        seen += samples

    part = last.part(now=0.0)

    expected: dict[int, dict[str, float]] = {}
    for one in seen:
        expected.setdefault(one.device.number, {}).update(one.values)
    assert {one.device.number: one.values for one in part} == expected
    assert [one.device.number for one in part] == sorted(expected)
    assert part == merge(seen)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=40), st.integers(0, 3))
def test_parts_are_small_and_leave_nobody_waiting(numbers, again) -> None:
    last, now = LastValues(), 0.0
    waiting = list(dict.fromkeys([*numbers, *range(100 * again)]))
    last.keep([sample(number, 1, {"flow": 1.0}) for number in waiting])

    while waiting:
        most = max(LEAST, len(waiting) // SHARE)
        part = [one.device.number for one in last.part(now=now)]
        assert part == sorted(waiting[:most])
        last.written(last.part(now=now), now=now)
        assert last.part(now=now + INTERVAL / 2) == []
        waiting, now = waiting[most:], now + 2 * INTERVAL

    assert last.part(now=now) == []


@given(BATCH, BATCH)
def test_what_comes_while_a_part_is_written_is_not_forgotten_with_it(before, meanwhile) -> None:
    last = LastValues()
    last.keep([sample(number, n, values) for n, (number, values) in enumerate(before)])
    part = last.part(now=0.0)
    newer = [sample(number, 100 + n, values) for n, (number, values) in enumerate(meanwhile)]

    last.keep(newer)
    last.written(part, now=0.0)

    waiting = {one.device.number: one.values for one in last.part(now=INTERVAL)}
    assert waiting.keys() == {one.device.number for one in newer}
    assert all(waiting[one.device.number].items() >= one.values.items() for one in merge(newer))
