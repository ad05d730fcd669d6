"""What breaks, how it shows, and who with which part puts it right."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.signals import Floats

Shape = Callable[[Floats], Floats]


def _exponential(progress: Floats) -> Floats:
    return np.expm1(2.5 * progress) / math.expm1(2.5)


def _linear(progress: Floats) -> Floats:
    return progress


def _bending(progress: Floats) -> Floats:
    return progress**1.5


def _settling(progress: Floats) -> Floats:
    return -np.expm1(-2.0 * progress) / -math.expm1(-2.0)


@dataclass(frozen=True)
class Effect:
    """The push on one metric: `gain` noise deviations per unit of severity at full progress."""

    metric: str
    gain: float
    starts: float = 0.0
    """Progress (0..1) at which this metric begins to react."""
    load_floor: float = 1.0
    """Share of the push at no load; the rest comes with the load (1: independent of it)."""

    def push(self, progress: Floats, load: Floats, shape: Shape) -> Floats:
        """Return the push in noise deviations at severity 1."""
        late = np.clip((progress - self.starts) / (1.0 - self.starts), 0.0, 1.0)
        by_load = self.load_floor + (1.0 - self.load_floor) * (load / 0.7) ** 1.5
        return self.gain * shape(late) * by_load


@dataclass(frozen=True)
class FaultMode:
    """One way to break; the first effect of a model is the leading one (gain +1 or -1)."""

    mode: str
    failure_group: str
    skill: str
    part: str
    effects: Mapping[str, tuple[Effect, ...]]
    shape: Shape = _linear
    freezes: bool = False
    """The metric keeps its value from the onset on instead of being pushed."""


_BEARING = (Effect("vibration_mm_s", 1.0),)

FAULT_MODES: Mapping[str, FaultMode] = {
    fault.mode: fault
    for fault in (
        FaultMode(
            "bearing_wear",
            "bearing",
            "rotating",
            "BRG-6205",
            {
                "pump": (
                    *_BEARING,
                    Effect("bearing_temp_c", 0.8, starts=0.35),
                    Effect("motor_current_a", 0.2, starts=0.6),
                ),
                "chiller": (*_BEARING, Effect("compressor_current_a", 0.3, starts=0.5)),
                "lift": (*_BEARING, Effect("motor_temp_c", 0.7, starts=0.4)),
            },
            _exponential,
        ),
        FaultMode(
            "filter_clogging",
            "filter",
            "rotating",
            "FLT-0150",
            {
                "pump": (
                    Effect("flow_m3h", -1.0),
                    Effect("motor_current_a", 0.7),
                    Effect("pressure_kpa", -0.4, starts=0.3),
                ),
                "chiller": (Effect("flow_m3h", -1.0), Effect("compressor_current_a", 0.6)),
            },
            _bending,
        ),
        FaultMode(
            "refrigerant_leak",
            "refrigerant",
            "refrigeration",
            "REF-R134A",
            {
                "chiller": (
                    Effect("supply_temp_c", 1.0, load_floor=0.25),
                    Effect("return_temp_c", 0.6, load_floor=0.25),
                    Effect("compressor_current_a", 0.6, load_floor=0.25),
                )
            },
        ),
        FaultMode(
            "heat_exchanger_fouling",
            "heat_exchanger",
            "refrigeration",
            "HX-GASKET",
            {
                "chiller": (
                    Effect("condenser_temp_c", 1.0, load_floor=0.5),
                    Effect("compressor_current_a", 0.4, load_floor=0.3),
                    Effect("supply_temp_c", 0.4, starts=0.5, load_floor=0.3),
                )
            },
            _settling,
        ),
        FaultMode(
            "door_drive_wear",
            "door",
            "lift",
            "DOOR-DRV-7",
            {
                "lift": (
                    Effect("door_cycle_s", 1.0),
                    Effect("motor_current_a", 0.2, starts=0.5),
                )
            },
            _bending,
        ),
        FaultMode(
            "fan_failure",
            "cooling_fan",
            "electrical",
            "FAN-120-24",
            {
                "ev_charger": (
                    Effect("fan_rpm", -1.0),
                    Effect("cabinet_temp_c", 0.8, starts=0.2, load_floor=0.4),
                )
            },
            _bending,
        ),
        FaultMode(
            "connector_heating",
            "connector",
            "electrical",
            "CON-CCS2",
            {
                "ev_charger": (
                    Effect("connector_temp_c", 1.0, load_floor=0.2),
                    Effect("voltage_v", -0.3, starts=0.4, load_floor=0.2),
                )
            },
            _exponential,
        ),
        FaultMode(
            "overheating",
            "temperature",
            "controls",
            "TS-PT100",
            {"thermometer": (Effect("value", 1.0),)},
            _exponential,
        ),
        FaultMode(
            "sensor_stuck",
            "sensor",
            "controls",
            "TS-PT100",
            {
                "chiller": (Effect("supply_temp_c", 1.0),),
                "pump": (Effect("bearing_temp_c", 1.0),),
                "lift": (Effect("motor_temp_c", 1.0),),
                "ev_charger": (Effect("cabinet_temp_c", 1.0),),
                "thermometer": (Effect("value", 1.0),),
            },
            freezes=True,
        ),
    )
}
