"""Laws of the limits that people set: many rules at once are judged as each alone, and patience only delays."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect.thresholds import Rules, States, step, until_limit

MINUTE = 60_000


def rules(*, limit=10.0, direction=1, back=None, lasts=2, clear=1, per=0, gap=10) -> Rules:
    """Return one rule; times in minutes."""
    return Rules(
        np.array([direction]),
        np.array([limit]),
        np.array([limit if back is None else back]),
        np.array([lasts * MINUTE]),
        np.array([clear * MINUTE]),
        np.array([per * MINUTE]),
        np.array([gap * MINUTE]),
    )


def alarms(rule: Rules, samples) -> list[bool]:
    """Return whether the rule is in alarm after each sample (minute, value)."""
    states, found = States.none(1), []
    for minute, value in samples:
        states = step(rule, states, np.array([minute * MINUTE]), np.array([value]))
        found.append(bool(states.alarm[0]))
    return found


def test_an_alarm_needs_its_time_and_ends_after_its_own() -> None:
    rule = rules(lasts=2, clear=2, back=8.0)
    values = [5, 11, 12, 13, 9, 7, 11, 7, 7, 7]

    assert alarms(rule, list(enumerate(values, 1))) == [False] * 3 + [True] * 6 + [False]


def test_a_silence_is_no_time_beyond_the_limit_and_a_sample_from_before_is_none() -> None:
    assert alarms(rules(), [(1, 11.0), (30, 11.0), (31, 11.0), (32, 11.0)]) == [False, False, False, True]
    assert alarms(rules(), [(10, 11.0), (9, 5.0), (12, np.nan), (13, 11.0)]) == [False, False, False, True]


def test_a_rate_of_change_is_judged_between_samples_and_not_across_a_silence() -> None:
    rule = rules(limit=3.0, per=1, lasts=0, clear=0)

    assert alarms(rule, [(1, 0.0), (2, 2.0), (3, 6.0), (4, 6.0), (40, 500.0)]) == [False, False, True, False, False]
    assert alarms(rules(limit=-3.0, direction=-1, per=1, lasts=0), [(1, 9.0), (2, 5.0)]) == [False, True]


series = st.lists(st.tuples(st.integers(1, 5), st.one_of(st.just(float("nan")), st.floats(0, 20))), max_size=40)


@settings(deadline=None)
@given(series, st.integers(0, 6), st.integers(0, 6))
def test_more_patience_raises_no_alarm_that_less_would_not(steps, one, other) -> None:
    minutes = np.cumsum([gap for gap, _ in steps]).tolist()
    samples = [(minute, value) for minute, (_, value) in zip(minutes, steps, strict=True)]

    hasty = alarms(rules(lasts=min(one, other)), samples)
    patient = alarms(rules(lasts=max(one, other)), samples)

    assert all(early or not late for early, late in zip(hasty, patient, strict=True))


@settings(deadline=None)
@given(series, series)
def test_rules_side_by_side_are_judged_as_each_alone(first, second) -> None:
    count = min(len(first), len(second))
    one, other = rules(), rules(limit=4.0, direction=-1)
    both = Rules(*(np.concatenate(pair) for pair in zip(vars(one).values(), vars(other).values(), strict=True)))
    states, found = States.none(2), []
    times = np.zeros(2, dtype=np.int64)
    for (gap, value), (next_gap, next_value) in zip(first, second, strict=False):
        times = times + np.array([gap, next_gap]) * MINUTE
        states = step(both, states, times, np.array([value, next_value]))
        found.append(states.alarm.tolist())

    for place, (rule, steps) in enumerate([(one, first[:count]), (other, second[:count])]):
        minutes = np.cumsum([gap for gap, _ in steps]).tolist()
        alone = alarms(rule, [(minute, value) for minute, (_, value) in zip(minutes, steps, strict=True)])
        assert [both_now[place] for both_now in found] == alone


def test_a_line_that_rises_reaches_its_limit_and_one_that_falls_does_not() -> None:
    hours = np.arange(72.0)
    window = until_limit(hours, 20 + 0.1 * hours, limit=30.0, direction=1)

    assert window is not None
    assert window.p10_hours <= window.p50_hours <= window.p90_hours
    assert abs(window.p50_hours - 29.0) < 1.0
    assert until_limit(hours, 20 - 0.1 * hours, limit=30.0, direction=1) is None
    assert until_limit(hours, 20 - 0.1 * hours, limit=10.0, direction=-1) is not None
