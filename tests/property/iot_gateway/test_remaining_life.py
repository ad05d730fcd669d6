"""Laws of remaining life: the three ends keep their order, and the window holds what it promises."""

import functools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect import forecast, rul, wear
from iot_gateway.detect.lives import Life
from iot_gateway.detect.rul import Forecaster, Stage
from tests.unit.iot_gateway.wearing import a_fault, a_life, faults, lives

KNOWN = {Stage.TREND: 0, Stage.MATCHING: 12, Stage.BOOSTING: 24}


@functools.cache
def learned(stage: Stage) -> Forecaster:
    return rul.learn(lives(KNOWN[stage]), stage=stage)


VALUES = st.lists(
    st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False) for _ in range(4)]),
    min_size=1,
    max_size=60,
)


@settings(max_examples=25, deadline=None)
@given(rows=VALUES, stage=st.sampled_from(Stage), pace=st.sampled_from([0.25, 1.0, 24.0]))
def test_early_likely_and_late_keep_their_order_whatever_was_measured(
    rows: list[tuple[float, ...]], stage: Stage, pace: float
) -> None:
    life = Life("any", pace * np.arange(1.0, len(rows) + 1.0), np.array(rows, dtype=np.float64))

    window = learned(stage).ask(life)

    assert 0.0 <= window.p10 <= window.p50 <= window.p90 < np.inf


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(1000, 2000), cut=st.integers(5, 59), stage=st.sampled_from(Stage))
def test_the_same_life_is_always_told_the_same(seed: int, cut: int, stage: Stage) -> None:
    life = a_life(seed).until(cut)

    assert learned(stage).ask(life) == learned(stage).ask(life)


def test_most_lives_that_no_fit_has_seen_end_within_their_window() -> None:
    for stage in (Stage.MATCHING, Stage.BOOSTING):
        held = []
        for seed in range(200):
            life = a_life(5000 + seed)
            cut = int(np.random.default_rng(seed).integers(20, len(life.cycles)))
            window = learned(stage).ask(life.until(cut))
            held.append(window.p10 <= len(life.cycles) - cut <= window.p90)
        assert 0.62 <= float(np.mean(held)) <= 0.97, stage


@functools.cache
def learned_of_faults(stage: Stage) -> Forecaster:
    return rul.learn(faults(KNOWN[stage]), stage=stage)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.floats(-60, 60, allow_nan=False) for _ in range(2)]), min_size=6, max_size=60),
    stage=st.sampled_from([Stage.TREND, Stage.MATCHING]),
    gap=st.integers(1, 5),
    cold=st.booleans(),
)
def test_the_window_of_a_case_keeps_its_order_whatever_its_deviations(rows, stage: Stage, gap: int, cold: bool) -> None:
    life = Life("any", 500.0 + gap * np.arange(len(rows)), np.array(rows, dtype=np.float64), onset=490.0)

    window = forecast.window_of(learned_of_faults(stage), life, cold=cold)

    assert window is not None or stage is Stage.TREND
    if window is not None:
        assert 0.0 <= window.p10_hours <= window.p50_hours <= window.p90_hours <= 2 * 90 * 24
        assert (window.basis, window.failures) == (stage.value, KNOWN[stage])
        assert window.low_confidence or not cold


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2000), cut=st.integers(6, 59), low=st.floats(2.0, 20.0), more=st.floats(1.0, 3.0))
def test_a_higher_level_of_failure_is_reached_no_earlier(seed: int, cut: int, low: float, more: float) -> None:
    life = a_fault(seed).until(cut)
    index = wear.deviation(life)

    sooner, later = (rul.by_trend(index, life, fails_at=level) for level in (low, low * more))

    assert sooner.p10 <= later.p10
    assert sooner.p50 <= later.p50
    assert sooner.p90 <= later.p90


def test_most_faults_that_no_fit_has_seen_fail_within_their_window() -> None:
    held = []
    for seed in range(150):
        fault = a_fault(5000 + seed)
        cut = int(np.random.default_rng(seed).integers(10, len(fault.cycles)))
        window = learned_of_faults(Stage.MATCHING).ask(fault.until(cut))
        held.append(window.p10 <= len(fault.cycles) - cut <= window.p90)
    assert 0.62 <= float(np.mean(held)) <= 0.97
