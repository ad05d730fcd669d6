"""Scenario files: the shipped ones hold, broken ones are refused with line and field."""

from pathlib import Path

import pytest

from firmware_sim.errors import ScenarioError
from firmware_sim.faults import FAULT_MODES
from firmware_sim.generate import truth
from firmware_sim.lures import LureKind
from firmware_sim.scenario import DAY
from firmware_sim.scenario_file import SHIPPED, load_scenario, parse_scenario

GOOD = """\
name: small
history: 2d
devices:
  - {name: "x-{08..10}", model: pump, sampling: 60s}
  - name: y-1
    model: lift
faults:
  - device: x-09
    mode: bearing_wear
    onset: -1d12h
    failure: +6h
    severity: 0.5
lures:
  - devices: all
    kind: door_open
    at: -3h
"""


def test_a_scenario_is_read() -> None:
    scenario = parse_scenario(GOOD)

    assert [device.name for device in scenario.devices] == ["x-08", "x-09", "x-10", "y-1"]
    assert scenario.devices[0].sampling_seconds == 60
    assert scenario.history == 2 * DAY
    assert (scenario.faults[0].onset, scenario.faults[0].severity) == (-1.5 * DAY, 0.5)
    assert len(scenario.lures[0].devices) == 4


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_hold(path: Path) -> None:
    scenario = load_scenario(Path(path.name))

    assert scenario.devices
    assert len(truth(scenario)) == len(scenario.faults)


def test_the_shipped_scenarios_cover_every_mode_and_every_lure() -> None:
    faults = {fault.mode for fault in load_scenario(Path("faults")).faults}
    kinds = {lure.kind for lure in load_scenario(Path("lures")).lures}

    assert faults == set(FAULT_MODES) - {"overheating"}
    assert kinds == set(LureKind)


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        ("mode: bearing_wear", "mode: bearing_ware", 9, "faults[0].mode"),
        ("mode: bearing_wear", "mode: fan_failure", 9, "faults[0].mode"),
        ("device: x-09", "device: x-99", 8, "faults[0].device"),
        ("failure: +6h", "failure: -2d", 11, "faults[0].failure"),
        ("severity: 0.5", "severity: big", 12, "faults[0].severity"),
        ("severity: 0.5", "severity: .nan", 12, "faults[0].severity"),
        ("severity: 0.5", "metric: flow_m3h", 12, "faults[0].metric"),
        ("    onset: -1d12h\n", "", 8, "faults[0].onset"),
        ("onset: -1d12h", "onset: 5", 10, "faults[0].onset"),
        ("history: 2d", "history: -2d", 2, "history"),
        ("history: 2d", "history: [2d]", 2, "history"),
        ("history: 2d", "histroy: 2d", 2, "histroy"),
        ("model: lift", "model: elevator", 6, "devices[1].model"),
        ("name: y-1", "name: x-08", 5, "devices[1].name"),
        ("name: y-1", "name: Y 1", 5, "devices[1].name"),
        ("x-{08..10}", "x-{10..08}", 4, "devices[0].name"),
        ("kind: door_open", "kind: window_open", 15, "lures[0].kind"),
        ("devices: all", "device: y-1\n    devices: all", 14, "lures[0].device"),
        ("devices: all", "devices: [y-2]", 14, "lures[0].devices"),
        ("    kind: door_open", "    at: -1h\n    kind: door_open", 17, "lures[0].at"),
        ("faults:", "other: none\nfaults:", 7, "other"),
    ],
)
def test_a_broken_scenario_names_line_and_field(old: str, new: str, line: int, field: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(GOOD.replace(old, new, 1), "bad.yaml")

    assert (refused.value.field, refused.value.line) == (field, line)
    assert str(refused.value).startswith(f"bad.yaml, line {refused.value.line}")


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "\x00", "just text", "a: b: c"])
def test_what_is_no_scenario_at_all_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse_scenario(text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        load_scenario(tmp_path / "none.yaml")
