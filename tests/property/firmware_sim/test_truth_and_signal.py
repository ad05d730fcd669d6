"""Laws of simulated faults: the same for a seed, nothing before the onset, every record delivered as often as told."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.delivery import MODES, Courier, Disturbance
from firmware_sim.faults import FAULT_MODES
from firmware_sim.generate import END_MS, blocks, truth
from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, Scenario
from firmware_sim.truth import instant


@st.composite
def sick(draw: st.DrawFn) -> Scenario:
    mode = draw(st.sampled_from(sorted(FAULT_MODES)))
    model = draw(st.sampled_from(sorted(FAULT_MODES[mode].effects)))
    onset = -DAY * draw(st.floats(0.2, 1.8))
    failure = onset + DAY * draw(st.floats(0.05, 3.0))
    fault = FaultSpec("d-1", mode, onset, failure, draw(st.floats(0.5, 12.0)))
    return Scenario("law", (DeviceSpec("d-1", model, sampling_seconds=900.0),), (fault,), history=2 * DAY)


@given(sick(), st.integers(0, 50), st.sampled_from([7, 64, 1000]))
@settings(max_examples=40, deadline=None)
def test_a_sick_device_is_the_seeds_own_and_healthy_before_the_onset(scenario: Scenario, seed: int, block: int) -> None:
    first = np.concatenate([part.matrix for part in blocks(scenario, seed)])
    again = np.concatenate([part.matrix for part in blocks(scenario, seed, block=block)])
    healthy = list(blocks(replace(scenario, faults=()), seed))
    ts = np.concatenate([part.ts for part in healthy])
    before = ts < END_MS + 1000.0 * scenario.faults[0].onset

    (record,) = truth(scenario)

    np.testing.assert_allclose(again, first, atol=1.01)
    np.testing.assert_array_equal(first[before], np.concatenate([part.matrix for part in healthy])[before])
    assert record.onset == instant(END_MS + 1000.0 * scenario.faults[0].onset)
    assert record.onset < record.functional_failure_at


disturbances = st.builds(
    Disturbance,
    mode=st.sampled_from(sorted(MODES)),
    onset=st.integers(0, 200_000_000),
    end=st.integers(200_000_001, 400_000_000),
    severity=st.floats(0.5, 12.0),
)


@given(st.lists(disturbances, max_size=3), st.lists(st.integers(0, 500_000_000), min_size=1, max_size=60, unique=True))
def test_the_way_loses_nothing_and_delivers_in_order(faults: list[Disturbance], moments: list[int]) -> None:
    courier = Courier(faults, [1])
    arrived = []
    for at in sorted(moments):
        courier.take(at, {"n": float(at)})
        arrived += courier.due(at)
    arrived += courier.due(10**12)

    times = Counter(arrival.values["n"] for arrival in arrived)
    doubles = {"duplicate_messages", "replayed_batch"}
    assert set(times) == set(moments)
    assert [arrival.at for arrival in arrived] == sorted(arrival.at for arrival in arrived)
    assert all(arrival.at >= arrival.values["n"] for arrival in arrived)
    if not {fault.mode for fault in faults} & doubles:
        assert set(times.values()) == {1}
