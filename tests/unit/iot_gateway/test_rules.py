"""Rules of the gateway that need nothing but values."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from iot_gateway import purpose
from iot_gateway.batch import DeviceEntry
from iot_gateway.broker_files import Access, acl_lines, password_lines
from iot_gateway.detect import catalogue, engine, fusion, quality, suspicion
from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.fusion import GroupState, MetricState
from iot_gateway.detect.lanes import lanes_of
from iot_gateway.gateway import rest_after
from iot_gateway.marks import Mark
from iot_gateway.partitions import Calendar, Partition, parse, wanted
from iot_gateway.secret import hash_for_broker, matches
from tests.detecting import a_bank, score

TODAY = date(2026, 11, 22)
NAB = Path(os.environ.get("FIELDHAND_DATA", "shared/data")) / "telemetry/nab_dev"


def test_days_are_covered_ahead_and_a_long_past_by_wider_partitions() -> None:
    parts = wanted([], today=TODAY, days_back=400)

    calendar = Calendar(parts)
    for back in range(-7, 401):
        at = datetime(2026, 11, 22, 12, tzinfo=UTC) - timedelta(days=back)
        assert calendar.table_of(int(at.timestamp() * 1000)) is not None, back
    assert calendar.table_of(0) is None
    assert len(parts) < 60
    assert all(parse(part.name) == part for part in parts)
    assert wanted(parts, today=TODAY, days_back=400) == []


def test_a_later_longer_past_fills_only_the_gap() -> None:
    first = wanted([], today=TODAY - timedelta(days=9), days_back=31)
    later = wanted(first, today=TODAY, days_back=100)

    everything = sorted([*first, *later])
    assert all(a.end == b.start for a, b in pairwise(everything))


def test_the_watermark_moves_over_what_is_there_without_a_gap() -> None:
    device = DeviceEntry(1, *([None] * 5), 0, 0)  # type: ignore[arg-type]
    mark = Mark(device, 1, 0, 0)

    for seqs, expected in [([2, 3], 0), ([1], 3), ([3, 2], 3), ([6, 5], 3), ([4], 6)]:
        mark.add(seqs)
        assert mark.seq == expected
    assert not mark.pending


def test_a_device_may_touch_its_own_topics_only() -> None:
    devices = [Access("pump-1", "acme", hash_for_broker("secret"))]

    rules = acl_lines(devices)

    own = [line for line in rules.split("user pump-1\n")[1].splitlines() if line]
    assert own == [
        "topic write fieldhand/v1/acme/pump-1/telemetry",
        "topic write fieldhand/v1/acme/pump-1/event",
        "topic write fieldhand/v1/acme/pump-1/state",
        "topic write fieldhand/v1/acme/pump-1/cmd/ack",
        "topic write fieldhand/v1/acme/pump-1/twin/reported",
        "topic read fieldhand/v1/acme/pump-1/cmd",
        "topic read fieldhand/v1/acme/pump-1/ack",
        "topic read fieldhand/v1/acme/pump-1/twin/desired",
    ]
    assert "#" not in "".join(own)
    assert "+" not in "".join(own)
    assert password_lines(devices) == f"pump-1:{devices[0].secret_hash}\n"
    assert matches("secret", devices[0].secret_hash)
    assert not matches("Secret", devices[0].secret_hash)


def test_a_case_needs_three_alarm_hours_in_six() -> None:
    assert not fusion.ripe([10, 11], 11)
    assert fusion.ripe([10, 11, 12], 12)
    assert fusion.ripe([7, 10, 12], 12)
    assert not fusion.ripe([6, 10, 12], 12)


def test_a_group_speaks_by_its_first_lead_in_its_direction() -> None:
    [cooling, _] = catalogue.MODELS["ev_charger"].groups

    slower = fusion.judge(cooling, {"fan_rpm": MetricState(-4, 0.0, 1.2), "cabinet_temp_c": MetricState(2, 0.5, 0)})
    faster = fusion.judge(cooling, {"fan_rpm": MetricState(4, 1.2, 0.0)})

    assert slower.alarming
    assert sum(slower.shares.values()) == pytest.approx(1.0)
    assert not faster.alarming


def test_what_an_open_case_explains_opens_no_second_one() -> None:
    chiller = catalogue.MODELS["chiller"]
    ripe = [
        GroupState("refrigerant", True, 1.2, {"supply_temp_c": 1.0}),
        GroupState("heat_exchanger", True, 3.0, {"condenser_temp_c": 1.0}),
    ]

    assert [state.name for state in fusion.choose(chiller, ripe, [])] == ["heat_exchanger"]
    assert fusion.choose(chiller, ripe, ["heat_exchanger"]) == []


def test_a_suspected_sensor_and_what_only_a_slow_chart_shows_are_explained_by_any_case() -> None:
    pump = suspicion.extended(catalogue.MODELS["pump"])
    sensor = GroupState("sensor", True, 1.0, {"pressure_kpa": 1.0})
    surely = GroupState("belt", True, 1.2, {"motor_current_a": 1.0})
    slowly = GroupState("belt", True, 1.2, {"motor_current_a": 1.0}, sure=False)

    assert fusion.choose(pump, [sensor], ["filter"]) == []
    assert fusion.choose(pump, [slowly], ["sensor"]) == []
    assert fusion.choose(pump, [surely], ["sensor"]) == [surely]
    assert fusion.choose(pump, [surely], ["filter"]) == []
    clogged = GroupState("filter", True, 1.2, {"flow_m3h": 1.0})
    assert fusion.choose(pump, [replace(clogged, sure=False)], ["bearing"]) == []
    assert fusion.choose(pump, [clogged], ["bearing"]) == [clogged]


def test_a_suspected_sensor_opens_no_case_of_a_group_that_its_metric_leads() -> None:
    bank = a_bank("pump")
    memory = bank.memory(0)
    one = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    over = np.array([1.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    nothing = np.zeros(6, dtype=np.bool_)
    reading = suspicion.Reading("flow_m3h", 1.0, 2.0, 0.1, -10.0, 1.5)

    def opened(hour: int, *, high, low) -> list[str]:
        result = suspicion.HourResult(hour, {"flow_m3h": reading})
        strengths = suspicion.Strengths(high, low, np.zeros(4), one, nothing)
        off = (np.maximum(high, low) >= 1.0) & ~nothing
        sensors = suspicion.Sensors(nothing, nothing, nothing, off, one, np.zeros(6, dtype=np.int64), one)
        suspicion.suspect(memory, bank.known, result, strengths, sensors, muted=False)
        return [found.group.name for found in result.opened]

    upwards = [name for hour in range(3) for name in opened(hour, high=over, low=one)]
    memory.active["sensor"] = "case"
    downwards = [name for hour in range(3, 9) for name in opened(hour, high=one, low=over)]
    engine.forget_case(memory, "sensor", hour=9)
    afterwards = [name for hour in range(20, 23) for name in opened(hour, high=one, low=over)]

    assert (upwards, downwards, afterwards) == (["sensor"], [], ["filter"])


def test_a_group_alarms_by_its_slow_chart_too() -> None:
    [cooling, _] = catalogue.MODELS["ev_charger"].groups

    state = fusion.judge(cooling, {"fan_rpm": MetricState(-1, 0.0, 0.3)}, slow=1.1)

    assert (state.alarming, state.sure, state.score) == (True, False, 1.1)
    assert fusion.judge(cooling, {}, slow=1.1).alarming is False


def test_severity_grows_with_deviation_and_haste() -> None:
    assert fusion.severity(2.0, None) == 1
    assert fusion.severity(6.5, 500.0) == 3
    assert fusion.severity(2.0, 60.0) == 3
    assert fusion.severity(2.0, 5.0) == 4


def test_announced_changes_mask_their_hours_and_only_those() -> None:
    stop = purpose.purpose_of("planned_stop", 10 * HOUR_MS, {"until": 12 * HOUR_MS})

    assert [hour for hour in range(8, 18) if purpose.masks([stop], hour)] == [10, 11, 12, 13]
    assert purpose.purpose_of("planned_stop", 0, {"until": 10**15}).end == 0
    assert purpose.relearns([purpose.purpose_of("setpoint_change", 5 * HOUR_MS, {})], 9) == 5
    assert purpose.relearns([purpose.purpose_of("setpoint_change", 5 * HOUR_MS, {})], 4) is None
    back = purpose.purpose_of("setpoint_change", 5 * HOUR_MS, {"until": 400 * HOUR_MS})
    assert [purpose.relearns([back], hour) for hour in (399, 400)] == [5, 400]


def test_a_sensor_is_stuck_only_when_it_used_to_move() -> None:
    ts = np.arange(100, dtype=np.int64) * 300_000
    _, lanes = lanes_of(np.zeros(100, dtype=np.int64))
    values = np.column_stack([np.ones(100), np.arange(100.0)])
    last = quality.follow_runs(lanes, quality.Runs.none(1, 2), ts, values).at(lanes.ends)

    assert quality.stuck(last, ts[-1:], np.array([[0, 0]])).tolist() == [[True, False]]
    assert quality.stuck(last, ts[-1:], np.array([[6 * HOUR_MS, 0]])).tolist() == [[False, False]]


def test_gateway_and_scorer_start_without_heavy_libraries() -> None:
    code = (
        "import sys, iot_gateway.gateway, iot_gateway.scorer, iot_gateway.routes.devices, iot_gateway.tasks;"
        "heavy = {'statsmodels', 'pandas', 'scipy', 'sklearn', 'numba', 'ortools', 'firebase_admin'};"
        "print(sorted(heavy & set(sys.modules)))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)

    assert found.stdout.strip() == "[]"


@pytest.mark.skipif(not NAB.exists(), reason="the recorded series are not here")
def test_the_recorded_office_temperature_gives_one_case_inside_a_labelled_window() -> None:
    name = "realKnownCause/ambient_temperature_system_failure.csv"
    with (NAB / name).open() as file:
        rows = [(_hour(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
    windows = json.loads((NAB / "combined_windows_dev.json").read_text())[name]
    shifts = (0, 35, 77)  # the same recording, begun at other hours of the week
    lanes = range(len(shifts))
    bank = a_bank("thermometer", devices=0)
    for lane, shift in zip(lanes, shifts, strict=True):
        bank.add(lane, hour=rows[0][0] + shift)
    opened: list[list[int]] = [[] for _ in shifts]

    for hour, value in rows:
        for judged in score(bank, lanes, [(hour + shift) * HOUR_MS for shift in shifts], [[value]] * len(shifts)):
            for lane, result in judged.found.items():
                for found in result.opened:
                    bank.memory(lane).active[found.group.name] = "case"
                    opened[lane].append(result.hour - shifts[lane])

    for hours in opened:
        assert len(hours) == 1
        assert any(_hour(start[:19]) <= hours[0] <= _hour(end[:19]) for start, end in windows)


def _hour(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()) // 3600


def test_partitions_are_named_after_their_range() -> None:
    assert Partition(date(2026, 1, 1), date(2026, 1, 2)).name == "telemetry_p20260101_20260102"
    assert parse("telemetry_batch") is None


def test_a_slow_look_for_commands_delays_the_next_by_seconds_only() -> None:
    assert rest_after(0.01) == pytest.approx(0.2)
    assert rest_after(3.0) == 10.0
    assert rest_after(40.0) == 40.0
