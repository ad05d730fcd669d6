"""Simulated histories: the same for a seed, true to their records, healthy where nothing is wrong."""

import math
from dataclasses import replace

import numpy as np
import pytest

from firmware_sim.effects import How
from firmware_sim.faults import FAULT_MODES
from firmware_sim.generate import END_MS, blocks, events, generate, lures, truth
from firmware_sim.lures import LureKind
from firmware_sim.machines import MACHINES
from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, LureSpec, Scenario
from firmware_sim.signals import Floats
from firmware_sim.stream import DeviceStream

HOUR = 3600.0


def a_scenario(*devices: DeviceSpec, history: float = 4 * DAY) -> Scenario:
    return Scenario(name="test", devices=devices, history=history)


def a_device(model: str = "pump", name: str = "p-1") -> DeviceSpec:
    return DeviceSpec(name=name, model=model, missing=0.0, spikes=0.0)


def column(scenario: Scenario, metric: str, seed: int = 1) -> tuple[Floats, Floats]:
    """Return seconds before the end and values of one metric of a scenario with one device."""
    found = list(blocks(scenario, seed))
    index = found[0].names.index(metric)
    ts = np.concatenate([(np.array(block.ts) - END_MS) / 1000.0 for block in found])
    return ts, np.concatenate([block.matrix[:, index] for block in found])


def test_the_same_seed_gives_the_same_samples() -> None:
    scenario = a_scenario(DeviceSpec("p-1", "pump"), DeviceSpec("c-1", "chiller"))

    first, second = list(generate(scenario, 7)), list(generate(scenario, 7))

    assert first == second


def test_another_seed_gives_other_samples() -> None:
    scenario = a_scenario(a_device())

    assert list(generate(scenario, 1)) != list(generate(scenario, 2))


def test_a_device_is_the_same_whoever_else_is_simulated() -> None:
    alone = a_scenario(a_device())
    among = a_scenario(a_device("lift", "l-1"), a_device())

    mine = [row for row in generate(among, 3) if row[0] == "p-1"]

    assert mine == list(generate(alone, 3))


def test_block_length_does_not_change_the_history() -> None:
    scenario = a_scenario(DeviceSpec("c-1", "chiller"))

    long = np.concatenate([block.matrix for block in blocks(scenario, 5, block=1000)])
    short = np.concatenate([block.matrix for block in blocks(scenario, 5, block=37)])

    np.testing.assert_allclose(short, long, atol=0.11)
    assert np.mean((short != long) & ~np.isnan(long)) < 0.001


def test_samples_come_in_order_of_time_and_end_at_the_end() -> None:
    scenario = a_scenario(a_device(), a_device("lift", "l-1"), history=DAY)

    ts = [row[1] for row in generate(scenario, 1)]

    assert ts == sorted(ts)
    assert END_MS - 300_000 < ts[-1] <= END_MS
    assert len(ts) == pytest.approx(2 * DAY / 300, abs=2)


@pytest.mark.parametrize("model", MACHINES)
def test_every_metric_is_finite_and_named(model: str) -> None:
    scenario = a_scenario(DeviceSpec("d-1", model), history=DAY)

    for _, _, values in generate(scenario, 1):
        assert set(values) <= set(MACHINES[model].names)
        assert all(math.isfinite(value) for value in values.values())


@pytest.mark.parametrize("model", ["chiller", "pump", "lift", "ev_charger", "cold_room"])
def test_load_follows_the_hour_and_the_metrics_answer_unevenly(model: str) -> None:
    scenario = a_scenario(a_device(model), history=7 * DAY)

    _, load = column(scenario, "load_pct")

    assert np.percentile(load, 95) - np.percentile(load, 5) > 30


def modes() -> list[tuple[str, str]]:
    return [
        (mode, model)
        for mode, fault in FAULT_MODES.items()
        for model, effects in fault.effects.items()
        if effects and effects[0].how is How.PUSH
    ]


@pytest.mark.parametrize(("mode", "model"), modes())
def test_a_fault_moves_its_leading_metric_by_its_severity_and_nothing_before_onset(mode: str, model: str) -> None:
    healthy = a_scenario(a_device(model))
    fault = FaultSpec("p-1", mode, onset=-2 * DAY, failure=-DAY, severity=5.0)
    leading = FAULT_MODES[mode].effects[model][0]
    sigma = next(metric.sigma for metric in MACHINES[model].metrics if metric.name == leading.metric)

    when, before = column(healthy, leading.metric)
    _, after = column(replace(healthy, faults=(fault,)), leading.metric)

    shift = (after - before) / sigma
    assert np.all(shift[when < fault.onset] == 0.0)
    assert abs(np.median(shift[when > fault.failure])) == pytest.approx(5.0, rel=0.75)
    assert np.sign(np.median(shift[when > fault.failure])) == np.sign(leading.gain)


def test_bearing_wear_grows_ever_faster_and_heat_comes_later() -> None:
    healthy = a_scenario(a_device())
    fault = FaultSpec("p-1", "bearing_wear", onset=-3 * DAY, failure=0.0, severity=10.0)
    sick = replace(healthy, faults=(fault,))

    when, vibration = column(healthy, "vibration_mm_s")
    rise = column(sick, "vibration_mm_s")[1] - vibration
    heat = column(sick, "bearing_temp_c")[1] - column(healthy, "bearing_temp_c")[1]

    days = [rise[(when > -d * DAY) & (when < -(d - 1) * DAY)].mean() for d in (3, 2, 1)]
    assert days[1] - days[0] < days[2] - days[1]
    assert np.all(heat[when < -2.1 * DAY] == 0.0)
    assert heat[when > -0.5 * DAY].mean() > 0.0


def test_a_stuck_sensor_repeats_one_value() -> None:
    fault = FaultSpec("p-1", "sensor_stuck", onset=-DAY, failure=DAY)

    when, values = column(replace(a_scenario(a_device()), faults=(fault,)), "bearing_temp_c")

    assert np.unique(values[when >= -DAY]).size == 1
    assert np.unique(values[when < -DAY]).size > 50


def test_the_truth_tells_onset_failure_group_skill_and_part() -> None:
    fault = FaultSpec("p-1", "bearing_wear", onset=-DAY, failure=2 * DAY, severity=4.0)
    scenario = replace(a_scenario(a_device()), faults=(fault,))

    (record,) = truth(scenario)

    assert record.onset == "2025-12-31T00:00:00.000+00:00"
    assert record.functional_failure_at == "2026-01-03T00:00:00.000+00:00"
    assert (record.failure_group, record.skill, record.part) == ("bearing", "rotating", "BRG-6205")
    assert (record.metric, record.severity, record.closed_at) == ("vibration_mm_s", 4.0, None)


def with_lure(kind: LureKind, model: str = "pump", lasts: float = 6 * HOUR) -> Scenario:
    return replace(a_scenario(a_device(model)), lures=(LureSpec(("p-1",), kind, -DAY, lasts),))


def test_a_power_cut_is_silence_and_a_restart() -> None:
    scenario = with_lure(LureKind.POWER_CUT)

    when, _ = column(scenario, "load_pct")
    marks = [mark for _, mark in events(scenario, 1)]

    assert not np.any((when >= -DAY) & (when < -DAY + 6 * HOUR))
    assert [(mark.reboots, mark.event) for mark in marks] == [(True, False)]


def test_a_firmware_update_is_reported_and_changes_the_version() -> None:
    marks = [mark for _, mark in events(with_lure(LureKind.FIRMWARE_UPDATE, lasts=420), 1)]

    assert [mark.kind for mark in marks] == ["firmware_update", "restart"]
    assert marks[1].firmware == marks[0].detail["to"]


def test_a_planned_stop_stops_the_flow_and_is_reported() -> None:
    scenario = with_lure(LureKind.PLANNED_STOP)

    when, flow = column(scenario, "flow_m3h")

    assert np.all(flow[(when >= -DAY) & (when < -DAY + 6 * HOUR)] < 5)
    assert [mark.kind for _, mark in events(scenario, 1)] == ["planned_stop"]


@pytest.mark.parametrize("kind", [LureKind.DOOR_OPEN, LureKind.SETPOINT_CHANGE])
def test_a_reported_disturbance_begins_and_ends(kind: LureKind) -> None:
    scenario = with_lure(kind, "lift")

    when, disturbed = column(scenario, "door_cycle_s")
    shift = disturbed - column(a_scenario(a_device("lift")), "door_cycle_s")[1]

    during = (when >= -DAY) & (when < -DAY + 6 * HOUR)
    assert np.all(shift[during] > 0.3)
    assert np.all(np.abs(shift[~during]) < 0.011)
    assert [record.kind for record in lures(scenario)] == [kind]


def test_a_season_comes_with_the_weather_and_a_repair_with_a_new_level() -> None:
    warm = with_lure(LureKind.SEASON, "chiller", lasts=12 * HOUR)
    mended = with_lure(LureKind.REPAIR, "chiller")
    plain = a_scenario(a_device("chiller"))

    when, ambient = column(plain, "ambient_c")
    warmer = column(warm, "ambient_c")[1] - ambient
    shift = column(mended, "vibration_mm_s")[1] - column(plain, "vibration_mm_s")[1]

    assert warmer[-1] == pytest.approx(8.0, abs=0.2)
    assert np.mean(shift[when > -0.5 * DAY]) == pytest.approx(0.8 * 0.08, rel=0.3)


def test_a_repair_brings_a_live_machine_back_to_normal() -> None:
    spec = replace(a_device(), noise=0.01)
    fault = FaultSpec("p-1", "bearing_wear", onset=-DAY, failure=0.0, severity=2000.0)
    scenario = replace(a_scenario(spec, history=0.0), faults=(fault,))
    stream = DeviceStream(scenario, spec, seed=1, end_ms=END_MS)

    worn = stream.live(END_MS + 1000)["vibration_mm_s"]
    stream.repair(END_MS + 1500)
    mended = stream.live(END_MS + 2000)["vibration_mm_s"]

    assert worn - mended == pytest.approx(2000 * 0.01 * 0.08, rel=0.05)


def test_speed_makes_a_fault_grow_faster_than_the_wall_clock() -> None:
    spec = replace(a_device(), noise=0.01)
    fault = FaultSpec("p-1", "bearing_wear", onset=0.0, failure=DAY, severity=2000.0)
    scenario = replace(a_scenario(spec, history=0.0), faults=(fault,))

    grown = [
        DeviceStream(scenario, spec, seed=1, end_ms=END_MS, speed=speed).live(END_MS + 24_000)["vibration_mm_s"]
        for speed in (1.0, 3600.0)
    ]

    assert grown[1] > grown[0] + 1.0
