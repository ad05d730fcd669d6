"""A case that a person called off: the same evidence opens no other one for two days, a graver fault does."""

from datetime import UTC, datetime

import numpy as np
import pytest

from iot_gateway import casework
from iot_gateway.detect import catalogue, engine
from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.bank import Bank
from iot_gateway.lifecycle import CaseState, Finding
from iot_gateway.models.detection import DeviceCase
from kernel.ids import new_id
from tests.detecting import a_bank, reloaded, score

METRICS = list(catalogue.model("pump").metrics)
VIBRATION = METRICS.index("vibration_mm_s")
BEGINS, CALLED_OFF, ENDS = 1700, 1800, 2200
"""Samples, four an hour."""


def samples(*, graver: bool) -> Floats:
    """Return a pump whose vibration rises by four deviations, and by ten more after its case was called off."""
    values = 50 + np.random.default_rng(5).normal(size=(ENDS, len(METRICS)))
    values[BEGINS:, VIBRATION] += 2.6
    if graver:
        values[CALLED_OFF + 20 :, VIBRATION] += 10.0
    return values


def a_case(state: CaseState, *, severity: int, dismissed: bool) -> DeviceCase:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return DeviceCase(
        id=new_id(), device_id=new_id(), failure_group="bearing", model="pump", state=state, severity=severity,
        opened_at=at, started_at=at, low_confidence=False, summary={}, finding=Finding.OTHER, dismissed=dismissed,
    )  # fmt: skip


def opened(bank: Bank, values: Floats, start: int, end: int) -> list[tuple[int, str, int]]:
    """Return hour, group and highest severity of the cases that these samples ask for."""
    ts = np.arange(start, end, dtype=np.int64) * 900_000
    rows = np.zeros(end - start, dtype=np.int64)
    found = []
    for turn in score(bank, rows, ts, values[start:end]):
        for result in turn.found.values():
            for suspected in result.opened:
                bank.memory(0).active[suspected.group.name] = "case"
                found.append((result.hour, suspected.group.name, suspected.severity))
            for suspected in result.ongoing:
                hour, group, severity = found[-1]
                found[-1] = (hour, group, max(severity, suspected.severity))
    return found


@pytest.mark.parametrize(
    ("dismissed", "graver", "within", "later"),
    [(True, False, False, True), (True, True, True, False), (False, False, True, False)],
)
def test_what_was_called_off_is_brought_up_again_after_two_days_or_when_it_is_graver(
    dismissed: bool, graver: bool, within: bool, later: bool
) -> None:
    bank, values = a_bank("pump"), samples(graver=graver)
    before = opened(bank, values, 0, CALLED_OFF)
    case = a_case(CaseState.CLOSED, severity=before[0][2], dismissed=dismissed)
    bank.memory(0).active["bearing"] = str(case.id)
    casework.learn_of_cases(bank.memory(0), [case], hour=bank.memory(0).hour)
    bank = reloaded(bank)

    after = opened(bank, values, CALLED_OFF, ENDS)

    held_until = (CALLED_OFF - 1) // 4 + engine.HELD_HOURS
    assert [group for _, group, _ in before] == ["bearing"]
    assert any(hour <= held_until for hour, _, _ in after) is within
    assert any(hour > held_until for hour, _, _ in after) is later
    assert {group for _, group, _ in after} <= {"bearing"}


def test_what_was_called_off_is_forgotten_after_its_time() -> None:
    bank, values = a_bank("pump"), samples(graver=False)
    values[CALLED_OFF:, VIBRATION] -= 2.6
    opened(bank, values, 0, CALLED_OFF)
    casework.learn_of_cases(bank.memory(0), [], hour=bank.memory(0).hour)
    engine.hold_back(bank.memory(0), "bearing", severity=2, hour=bank.memory(0).hour)

    opened(bank, values, CALLED_OFF, ENDS)

    assert bank.notes == {}
