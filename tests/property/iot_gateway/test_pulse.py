"""Counts of what was committed: nothing is counted twice or forgotten, however writing them fails."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.batch import DeviceEntry, Letter, Stored
from iot_gateway.pulse import Pulse

AT = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
DEVICES = [DeviceEntry(n, UUID(int=n), UUID(int=n % 2 + 1), f"t{n % 2}", f"d{n}", False, 1, 1) for n in range(4)]
BATCH = st.tuples(st.lists(st.sampled_from(DEVICES), max_size=8), st.lists(st.integers(0, 2), max_size=3))


@given(st.lists(st.tuples(BATCH, st.sampled_from(["write", "fail", "wait"]), st.integers(0, 90))))
def test_every_sample_and_letter_is_counted_once_for_its_tenant(steps) -> None:
    pulse, written, expected = Pulse(), Counter(), Counter()
    for (senders, owners), then, seconds in steps:
        at = AT + timedelta(seconds=seconds)
        samples = [Stored(device, "p", int(at.timestamp() * 1000) - 5, 1, 1, at, {}) for device in senders]
        letters = [Letter(UUID(int=o) if o else None, at, "", None, "malformed", "", b"") for o in owners]
        pulse.add(samples, letters, first_at=at - timedelta(milliseconds=7), at=at)
        expected.update(("samples", device.tenant_id) for device in senders)
        expected.update(("letters", UUID(int=o)) for o in owners if o)
        if then == "write":
            note(written, pulse.take())
        elif then == "fail":
            pulse.give_back(pulse.take())
    note(written, pulse.take())

    assert +written == expected
    assert pulse.take() == {}


def note(written: Counter, beats) -> None:
    for (tenant_id, minute), beat in beats.items():
        assert minute.second == 0
        assert beat.commit_ms == 7 * beat.samples
        written["samples", tenant_id] += beat.samples
        written["letters", tenant_id] += beat.letters
