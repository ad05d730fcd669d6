"""Laws of forecasts and of proofs by limits: hours are means of samples, and a block with one slip proves nothing."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect import memory, outlook
from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.memory import NO_NOTES, Limit, Notes, Proof
from iot_gateway.detect.outlook import FAR_HOURS, KEPT_HOURS, Outlook
from iot_gateway.detect.proof import Verdict, stay_clear

MINUTE = 60_000


def seen(values, *, every: int = 15 * MINUTE) -> Outlook:
    """Return what is remembered of samples at a steady pace."""
    found = Outlook()
    for place, value in enumerate(values):
        outlook.take_in(found, 1000 * HOUR_MS + place * every, value)
    return found


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=600), st.integers(1, 90))
def test_hours_are_the_means_of_their_samples_and_the_open_one_is_not_among_them(values, minutes) -> None:
    found = seen(values, every=minutes * MINUTE)

    by_hour: dict[int, list[float]] = {}
    for place, value in enumerate(values):
        by_hour.setdefault(1000 + place * minutes // 60, []).append(value)
    ended = sorted(by_hour)[:-1][-KEPT_HOURS:]
    assert found.hours == ended
    for mean, hour in zip(found.means, ended, strict=True):
        assert math.isclose(mean, math.fsum(by_hour[hour]) / len(by_hour[hour]), rel_tol=1e-6, abs_tol=1e-3)


def test_a_sample_from_an_hour_that_has_ended_changes_nothing() -> None:
    found = seen(range(40))
    before = (found.total, found.count, list(found.means))

    assert outlook.take_in(found, 1000 * HOUR_MS, 99.0) is None
    assert (found.total, found.count, found.means) == before


def test_the_hours_left_shrink_towards_a_limit_from_either_side_and_are_none_at_it() -> None:
    for sign in (1, -1):
        left = [outlook.hours_left(seen(sign * n / 8 for n in range(size)), sign * 30.0) for size in (60, 120, 200)]
        assert left == sorted(left, reverse=True)
        assert left[-1] < 15
    assert outlook.hours_left(seen(n / 8 for n in range(300)), 30.0) == 0.0
    assert outlook.hours_left(seen(-n / 8 for n in range(300)), 30.0) == FAR_HOURS
    assert outlook.hours_left(seen([20.0] * 300), 30.0) == FAR_HOURS
    assert outlook.hours_left(Outlook(), 30.0) == FAR_HOURS


def test_what_was_before_a_repair_is_forgotten() -> None:
    found = seen(range(40))
    outlook.forget(found, 1006)

    assert found.hours == [1006, 1007, 1008]
    assert found.count > 0
    assert not found.known
    outlook.forget(found, 1010)
    assert (found.hours, found.count) == ([], 0)


def judged(beyond, *, samples: int = 4, seconds: int = 0):
    """Return the verdict on samples a minute apart, and the proof afterwards."""
    trial = Proof(0, samples, seconds)
    return stay_clear(trial, np.arange(1, len(beyond) + 1) * MINUTE, np.array(beyond, dtype=np.bool_)), trial


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10))
def test_a_proof_does_not_depend_on_how_its_samples_came(beyond, cut) -> None:
    whole, trial = judged(beyond)
    parts = Proof(0, 4, 0)
    ts, off = np.arange(1, len(beyond) + 1) * MINUTE, np.array(beyond, dtype=np.bool_)
    first = stay_clear(parts, ts[:cut], off[:cut])

    assert (first or stay_clear(parts, ts[cut:], off[cut:])) == whole
    assert whole is not None or parts == trial


def test_one_slip_spoils_its_block_and_three_blocks_are_a_relapse() -> None:
    assert judged([False] * 3)[0] is None
    assert judged([False] * 4)[0].verdict is Verdict.PROVEN
    assert judged([True, *[False] * 6])[0] is None
    proven = judged([True, *[False] * 7])[0]
    assert (proven.verdict, proven.at, proven.beyond) == (Verdict.PROVEN, 8 * MINUTE, 0)
    relapsed = judged([True, False, False, False] * 3)[0]
    assert (relapsed.verdict, relapsed.at, relapsed.beyond) == (Verdict.RELAPSED, 12 * MINUTE, 1)
    assert judged([False] * 9, seconds=600)[0] is None
    assert judged([False] * 10, seconds=600)[0].at == 10 * MINUTE


def test_notes_come_back_whole_and_those_from_before_there_were_limits_are_read() -> None:
    record = memory.blank(1)[0]
    state = Limit(
        3, 5, 1.5, beyond_since=4, alarm=True, case="c", told_hour=7, outlook=Outlook(1, 2, 3.0, 4, [1], [2.0])
    )
    found = memory.load(memory.dump(("a",), record, Notes(limits={"t": state})))
    assert found is not None
    assert found.notes.limits == {"t": state}

    before = memory.dump(("a",), record, Notes(active={"bearing": "c"})).replace(b"\xa6limits\x80", b"")
    size = len(Notes.__struct_fields__)
    before = before.replace(bytes([0xDE, 0, size]) if size > 15 else bytes([0x80 + size]), bytes([0x80 + size - 1]), 1)
    old = memory.load(before)
    assert old is not None
    assert (old.notes.active, old.notes.limits) == ({"bearing": "c"}, {})
    assert old.notes != NO_NOTES
