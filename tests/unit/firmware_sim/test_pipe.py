"""A fleet through a pipe: day by day, repaired when visited, and the truth at the end."""

import io
from typing import Any

from firmware_sim.draw import FleetPlan, draw_fleet
from firmware_sim.pipe import play
from firmware_sim.scenario import DeviceSpec, FaultSpec, Scenario
from firmware_sim.visibility import visibility

DAY = 86400.0


def a_scenario(mode: str = "sensor_bias", severity: float = 50.0) -> Scenario:
    spec = DeviceSpec("p-1", "pump", sampling_seconds=3600.0, missing=0.0, spikes=0.0)
    fault = FaultSpec("p-1", mode, -6 * DAY, -DAY, severity)
    return Scenario("pipe", (spec,), (fault,), history=8 * DAY)


def played(scenario: Scenario, visits: dict[int, str]) -> list[dict[str, Any]]:
    """Return all lines; `visits` names the device of each day that has a visit."""
    answers = [f'["{visits[day]}"]' if day in visits else "[]" for day in range(1, 9)]
    return list(play(scenario, 1, io.BytesIO("\n".join(answers).encode())))


def heat_by_day(lines: list[dict[str, Any]]) -> list[float]:
    column = lines[0]["devices"][0]["metrics"].index("bearing_temp_c")
    return [
        sum(row[column] for row in line["values"]) / len(line["values"]) for line in lines if line["kind"] == "samples"
    ]


def test_a_visit_repairs_a_broken_machine_and_says_so() -> None:
    lines = played(a_scenario(), {5: "p-1"})

    heat = heat_by_day(lines)
    truth = lines[-1]["faults"][0]
    assert [line["found"] for line in lines if line["kind"] == "finding"] == [True]
    assert min(heat[2:5]) > max(heat[:2]) + 10
    assert max(heat[5:]) < min(heat[2:5]) - 10
    assert truth["closed_at"] == "2025-12-29T00:00:00.000+00:00"


def test_a_visit_before_the_onset_finds_nothing() -> None:
    lines = played(a_scenario(), {1: "p-1"})

    assert [line["found"] for line in lines if line["kind"] == "finding"] == [False]
    assert lines[-1]["faults"][0]["closed_at"] == "2026-01-01T00:00:00.000+00:00"


def test_a_disturbed_way_is_told_by_the_arrivals() -> None:
    lines = played(a_scenario("late_messages"), {5: "p-1"})

    samples = [line for line in lines if line["kind"] == "samples"]
    late = [at - ts for line in samples for at, ts in zip(line["at"] or line["ts"], line["ts"], strict=True)]
    assert max(late) > 3_600_000
    assert [line["found"] for line in lines if line["kind"] == "finding"] == [False]


def test_a_larger_fault_is_more_visible_and_a_tiny_one_is_not() -> None:
    spec = a_scenario().devices[0]

    def seen(severity: float) -> float:
        return visibility(FaultSpec("p-1", "bearing_wear", -2 * DAY, 0.0, severity), spec)

    assert seen(0.5) < 5.0 < seen(6.0) < seen(12.0)


def test_a_fleet_has_as_many_faults_as_asked_all_modes_in_turn_and_all_over_by_the_end() -> None:
    plan = FleetPlan(devices=200, days=45, calm_days=15, faults=50, ways=10, season=True)

    fleet = draw_fleet(plan, 4)

    cases = fleet.faults[:50]
    assert len(fleet.faults) == 60
    assert len({fault.device for fault in fleet.faults}) == 60
    assert len({fault.mode for fault in cases}) == 16
    assert all(fault.onset >= -30 * DAY and fault.failure <= 0.0 for fault in fleet.faults)
