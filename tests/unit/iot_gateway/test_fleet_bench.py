"""The fleet bench: the simulator as a child, the production chain, and what the figures mean."""

from datetime import UTC, datetime

import pytest

from iot_gateway.fleet_bench import DAY_MS, Case, Fault, Outcome, Plan, run
from iot_gateway.fleet_report import lines, score

PLAN = Plan(devices=10, days=30, calm_days=15, faults=2)


def at(day: float) -> str:
    return datetime.fromtimestamp(day * 86400.0, UTC).isoformat()


def a_fault(device: str, onset: float = 20.0, failure: float = 26.0, shows: str = "case") -> Fault:
    return Fault(device, "bearing_wear", "bearing", at(onset), at(failure), 5.0, shows, 9.0, visible=True)


def a_case(device: str, day: float, group: str = "bearing") -> Case:
    return Case(device, group, "vibration_mm_s", round(day * DAY_MS), round(day * DAY_MS), 1)


def an_outcome(faults: list[Fault], *cases: Case, silences: tuple[tuple[str, int], ...] = ()) -> Outcome:
    return Outcome(PLAN, list(cases), list(silences), faults, samples=100, seconds=2.0)


def test_a_case_before_the_failure_finds_its_fault() -> None:
    found = score([an_outcome([a_fault("p-1")], a_case("p-1", 22.0))])

    assert (found.recall, found.precision, found.false_per_1000) == (1.0, 1.0, 0.0)
    assert found.leads == [4.0]


@pytest.mark.parametrize(("device", "day"), [("p-2", 22.0), ("p-1", 19.0)])
def test_a_case_of_a_healthy_device_or_before_the_onset_is_false(device: str, day: float) -> None:
    found = score([an_outcome([a_fault("p-1")], a_case(device, day))])

    assert (len(found.false), len(found.missed), found.precision) == (1, 1, 0.0)
    assert found.false_per_1000 == pytest.approx(1000 / (10 * 15))


def test_a_case_after_the_failure_is_neither_found_nor_false() -> None:
    found = score([an_outcome([a_fault("p-1")], a_case("p-1", 26.5))])

    assert (found.recall, len(found.late), len(found.false)) == (0.0, 1, 0)


def test_a_second_case_of_a_fault_is_a_duplicate_whatever_its_group() -> None:
    found = score([an_outcome([a_fault("p-1")], a_case("p-1", 22.0), a_case("p-1", 23.0, "filter"))])

    assert (len(found.found), len(found.duplicates)) == (1, 1)
    assert found.precision == 0.5


def test_a_disturbed_way_asks_for_no_case_and_a_lost_one_is_missed() -> None:
    lost, late = a_fault("p-1", shows="silence"), a_fault("p-2", shows="nothing")
    outcome = an_outcome([lost, late], a_case("p-2", 22.0), silences=(("p-1", round(20.1 * DAY_MS)),))

    found = score([outcome])

    assert (len(found.false), len(found.silent), len(found.unheard)) == (1, 1, 0)
    assert not found.missed


def test_a_small_fleet_is_played_and_judged() -> None:
    plan = Plan(devices=10, days=18, calm_days=15, faults=2, seed=3)

    outcome = run(plan)

    found = score([outcome])
    assert outcome.samples == pytest.approx(10 * 18 * 96 * 0.98, rel=0.05)
    assert len(found.found) + len(found.missed) == 2
    assert lines(found)[0].startswith("faults       2")
