"""What the odd faults do to the samples, and on their way: as their truth says."""

from dataclasses import replace

import numpy as np
import pytest

from firmware_sim.effects import SPIKE_SHARE, How
from firmware_sim.faults import FAULT_MODES, Shows
from firmware_sim.generate import END_MS, blocks, generate, truth
from firmware_sim.lures import LURES, PUSHES, LureKind
from firmware_sim.machines import MACHINES
from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, LureSpec, Scenario
from firmware_sim.signals import Floats
from firmware_sim.stream import DeviceStream

HOUR_MS = 3_600_000
ONSET, FAILURE = -2 * DAY, -DAY


def a_scenario(model: str, *faults: FaultSpec, history: float = 4 * DAY) -> Scenario:
    spec = DeviceSpec("d-1", model, missing=0.0, spikes=0.0)
    return Scenario(name="test", devices=(spec,), faults=faults, history=history)


def a_fault(mode: str, severity: float = 5.0) -> FaultSpec:
    return FaultSpec("d-1", mode, ONSET, FAILURE, severity)


def column(scenario: Scenario, metric: str) -> tuple[Floats, Floats]:
    found = list(blocks(scenario, 1))
    index = found[0].names.index(metric)
    ts = np.concatenate([(np.array(block.ts) - END_MS) / 1000.0 for block in found])
    return ts, np.concatenate([block.matrix[:, index] for block in found])


def shift(model: str, fault: FaultSpec, metric: str) -> tuple[Floats, Floats]:
    """Return when and by how much the fault moves the metric, in deviations of its noise."""
    when, healthy = column(a_scenario(model), metric)
    sigma = next(one.sigma for one in MACHINES[model].metrics if one.name == metric)
    return when, (column(a_scenario(model, fault), metric)[1] - healthy) / sigma


def modes_with(how: How) -> list[tuple[str, str]]:
    return [
        (mode, model)
        for mode, fault in FAULT_MODES.items()
        for model, effects in fault.effects.items()
        if effects and effects[0].how is how
    ]


@pytest.mark.parametrize("mode", FAULT_MODES)
def test_every_mode_names_metrics_of_its_models_and_who_repairs_it(mode: str) -> None:
    fault = FAULT_MODES[mode]

    assert fault.skill
    assert fault.part
    assert fault.failure_group
    for model, effects in fault.effects.items():
        assert {effect.metric for effect in effects} <= set(MACHINES[model].names)
        assert all(0.0 <= effect.starts < 1.0 for effect in effects)


@pytest.mark.parametrize(("mode", "model"), modes_with(How.SWING))
def test_a_swing_leaves_the_mean_and_widens_the_hour(mode: str, model: str) -> None:
    fault = a_fault(mode)
    metric = FAULT_MODES[mode].leading(model)

    when, moved = shift(model, fault, metric)

    assert np.all(moved[when < ONSET] == 0.0)
    late = moved[when > FAILURE]
    assert abs(late.mean()) < 0.5
    assert late.std() == pytest.approx(5.0, rel=0.1)


@pytest.mark.parametrize(("mode", "model"), modes_with(How.SPIKE))
def test_spikes_are_few_and_far(mode: str, model: str) -> None:
    metric = FAULT_MODES[mode].leading(model)

    when, moved = shift(model, a_fault(mode), metric)

    after = moved[when > FAILURE]
    hit = np.abs(after) > 10.0
    assert np.all(moved[when < ONSET] == 0.0)
    assert SPIKE_SHARE / 3 < hit.mean() < SPIKE_SHARE * 3
    assert np.all(np.abs(after[~hit]) < 0.2)


@pytest.mark.parametrize(("mode", "model"), modes_with(How.HOLD))
def test_a_stuck_valve_holds_its_metric_while_the_load_goes_on(mode: str, model: str) -> None:
    metric = FAULT_MODES[mode].leading(model)
    sigma = next(one.sigma for one in MACHINES[model].metrics if one.name == metric)

    when, values = column(a_scenario(model, a_fault(mode)), metric)

    held = values[when >= ONSET]
    assert np.unique(held).size > 50
    assert held.std() == pytest.approx(sigma, rel=0.4)
    assert values[when < ONSET].std() > 4 * sigma


@pytest.mark.parametrize("mode", ["sensor_drift", "sensor_bias", "sensor_spikes", "sensor_stuck"])
def test_a_faulty_sensor_may_be_any_of_the_device(mode: str) -> None:
    fault = replace(a_fault(mode), metric="pressure_kpa")

    _, moved = shift("pump", fault, "pressure_kpa")
    _, others = shift("pump", fault, "bearing_temp_c")

    assert np.abs(moved).max() > 1.0
    assert np.all(others == 0.0)
    assert truth(a_scenario("pump", fault))[0].metric == "pressure_kpa"


def arrivals(mode: str, severity: float = 6.0) -> list[tuple[float, float]]:
    """Return (arrives, stamped) of every record, in seconds after the end."""
    scenario = a_scenario("pump", a_fault(mode, severity))
    stream = DeviceStream(scenario, scenario.devices[0], seed=1, end_ms=END_MS)
    return [((one.at - END_MS) / 1000.0, (one.ts - END_MS) / 1000.0) for one in stream.arrivals()]


def plain() -> list[float]:
    return [(row[1] - END_MS) / 1000.0 for row in generate(a_scenario("pump"), 1)]


def test_a_lost_connection_is_silence_and_then_everything_at_once() -> None:
    found = arrivals("connectivity_loss")

    assert sorted(ts for _, ts in found) == plain()
    assert not [at for at, _ in found if ONSET <= at < FAILURE]
    assert sum(at == FAILURE for at, _ in found) == pytest.approx((FAILURE - ONSET) / 300, abs=2)


def test_a_flapping_connection_comes_and_goes_and_loses_nothing() -> None:
    found = arrivals("connectivity_flapping")

    gaps = np.diff([at for at, _ in found])
    assert sorted(ts for _, ts in found) == plain()
    assert (gaps > 3600).sum() == pytest.approx((FAILURE - ONSET) / 10800, abs=2)


def test_late_messages_are_the_same_ones_out_of_order() -> None:
    found = arrivals("late_messages")

    late = [at - ts for at, ts in found if at > ts]
    assert sorted(ts for _, ts in found) == plain()
    assert len(late) == pytest.approx(0.3 * (FAILURE - ONSET) / 300, rel=0.3)
    assert 4 * 3600 < max(late) <= 6 * 3600


def test_duplicates_and_a_replayed_day_bring_the_same_records_again() -> None:
    once = plain()
    twice = [ts for _, ts in arrivals("duplicate_messages")]
    replayed = arrivals("replayed_batch")

    assert sorted(set(twice)) == once
    assert len(twice) - len(once) == pytest.approx(0.3 * (FAILURE - ONSET) / 300, rel=0.3)
    assert sum(at == ONSET for at, ts in replayed if ts < ONSET) == pytest.approx(288, abs=2)


def test_a_clock_jumps_back_by_its_severity() -> None:
    off = {round(at - ts) for at, ts in arrivals("clock_jump", severity=6.0)}

    assert off == {0, 6 * 1200}


@pytest.mark.parametrize("mode", [mode for mode, fault in FAULT_MODES.items() if fault.shows is not Shows.CASE])
def test_a_fault_of_the_way_touches_no_value(mode: str) -> None:
    scenario = a_scenario("pump", a_fault(mode))

    healthy = {tuple(values.items()) for _, _, values in generate(a_scenario("pump"), 1)}

    assert {tuple(values.items()) for _, _, values in generate(scenario, 1)} == healthy
    assert [(record.metric, record.shows) for record in truth(scenario)] == [("", FAULT_MODES[mode].shows)]


def test_a_repair_brings_what_the_way_held_back() -> None:
    scenario = a_scenario("pump", FaultSpec("d-1", "connectivity_loss", -DAY, DAY), history=2 * DAY)
    stream = DeviceStream(scenario, scenario.devices[0], seed=1, end_ms=END_MS)
    before = list(stream.arrivals())

    stream.repair(END_MS + 1)
    held = list(stream.courier.due(END_MS + 1))

    assert len(before) == len(held) == 288
    assert {arrival.at for arrival in held} == {END_MS + 1}


@pytest.mark.parametrize("kind", PUSHES)
def test_a_lure_that_moves_metrics_ends_and_is_reported(kind: LureKind) -> None:
    lure = LureSpec(("d-1",), kind, -DAY, 2 * 3600.0)
    metric = PUSHES[kind]["lift"][0][0]

    when, healthy = column(a_scenario("lift"), metric)
    moved = column(replace(a_scenario("lift"), lures=(lure,)), metric)[1] - healthy

    during = (when >= -DAY) & (when < -DAY + 2 * 3600.0)
    assert np.all(np.abs(moved[during]) > 0.2)
    assert np.all(np.abs(moved[~during]) < 0.011)
    assert LURES[kind].event
