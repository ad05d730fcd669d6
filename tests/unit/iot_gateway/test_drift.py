"""Drift of the calibration: what a day's healthy residuals amount to, by model and metric."""

import numpy as np
import pytest

from iot_gateway import drift
from kernel.ids import new_id


def test_a_day_is_told_in_scales_and_too_few_hours_are_none() -> None:
    residuals = np.array([1.0, -1.0, 4.0, np.nan, 1.0, 1.0, 0.0])

    day = drift.day_of(new_id(), "pump", "flow_m3h", scale=0.5, residuals=residuals)

    assert day is not None
    assert (day.shift, day.beyond, day.hours) == (1.0, 1, 6)
    assert day.spread == pytest.approx(np.sqrt(20 / 6))
    assert drift.day_of(new_id(), "pump", "flow_m3h", scale=0.5, residuals=residuals[:6]) is None


def test_the_representative_is_the_device_of_the_middle_scale() -> None:
    devices = [new_id() for _ in range(5)]
    days = [
        drift.Day(device, "pump", metric, scale, shift, 1.0, 1, 24)
        for metric in ("flow_m3h", "pressure_kpa")
        for device, scale, shift in zip(devices, (5.0, 1.0, 3.0, 2.0, 4.0), (0.0, 1.0, 9.0, 2.0, 3.0), strict=True)
    ]

    flow, pressure = drift.summarise(days)

    assert (flow.model, flow.metric, pressure.metric) == ("pump", "flow_m3h", "pressure_kpa")
    assert flow.representative == devices[2]
    assert (flow.device_count, flow.shift, flow.beyond_share) == (5, 2.0, 1 / 24)
    assert drift.summarise([]) == []
