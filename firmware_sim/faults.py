"""What breaks, how it shows, and who with which part puts it right."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from firmware_sim.effects import Effect, How, Shape, at_once, bending, exponential, linear, settling


class Shows(StrEnum):
    """What the platform is expected to make of a fault."""

    CASE = "case"
    """The samples give it away."""
    SILENCE = "silence"
    """The device is missed."""
    NOTHING = "nothing"
    """The samples arrive oddly, and no machine is to blame."""


@dataclass(frozen=True)
class FaultMode:
    """One way to break; the first effect of a model is the leading one (gain +1 or -1)."""

    mode: str
    failure_group: str
    skill: str
    part: str
    effects: Mapping[str, tuple[Effect, ...]]
    shape: Shape = linear
    any_metric: bool = False
    """It may hit any metric of the device; the effect names the usual one."""
    shows: Shows = Shows.CASE

    def on(self, model: str, metric: str = "") -> tuple[Effect, ...]:
        """Return the effects on a model, leading one first; `metric` instead of the usual one."""
        effects = self.effects[model]
        return tuple(replace(effect, metric=metric) for effect in effects) if metric else effects

    def leading(self, model: str, metric: str = "") -> str:
        """Return the leading metric; empty for a fault of the way to the platform."""
        effects = self.on(model, metric)
        return effects[0].metric if effects else ""


_MODELS = ("chiller", "pump", "lift", "ev_charger", "thermometer", "cold_room")
_SENSED = {
    "chiller": "supply_temp_c",
    "pump": "bearing_temp_c",
    "lift": "motor_temp_c",
    "ev_charger": "cabinet_temp_c",
    "thermometer": "value",
    "cold_room": "air_temp_c",
}


def _sensor(mode: str, shape: Shape, how: How = How.PUSH) -> FaultMode:
    effects = {model: (Effect(metric, 1.0, how=how),) for model, metric in _SENSED.items()}
    return FaultMode(mode, "sensor", "controls", "TS-PT100", effects, shape, any_metric=True)


def _way(mode: str, shows: Shows = Shows.NOTHING) -> FaultMode:
    effects: dict[str, tuple[Effect, ...]] = dict.fromkeys(_MODELS, ())
    return FaultMode(mode, "connectivity", "controls", "GW-LTE", effects, at_once, shows=shows)


_MACHINES = (
    FaultMode(
        "bearing_wear",
        "bearing",
        "rotating",
        "BRG-6205",
        {
            "pump": (
                Effect("vibration_mm_s", 1.0),
                Effect("bearing_temp_c", 0.8, starts=0.35),
                Effect("motor_current_a", 0.2, starts=0.6),
            ),
            "chiller": (Effect("vibration_mm_s", 1.0), Effect("compressor_current_a", 0.3, starts=0.5)),
            "lift": (Effect("vibration_mm_s", 1.0), Effect("motor_temp_c", 0.7, starts=0.4)),
        },
        exponential,
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
        bending,
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
            ),
            "cold_room": (
                Effect("air_temp_c", 1.0, load_floor=0.25),
                Effect("evaporator_temp_c", -0.6, load_floor=0.25),
                Effect("compressor_current_a", 0.5, load_floor=0.25),
            ),
        },
    ),
    FaultMode(
        "short_cycling",
        "compressor",
        "refrigeration",
        "CMP-CTR-40",
        {
            "chiller": (
                Effect("compressor_current_a", 1.0, how=How.SWING),
                Effect("supply_temp_c", -0.4, how=How.SWING),
            ),
            "cold_room": (
                Effect("compressor_current_a", 1.0, how=How.SWING),
                Effect("evaporator_temp_c", -0.5, how=How.SWING),
            ),
        },
        settling,
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
        settling,
    ),
    FaultMode(
        "cavitation",
        "impeller",
        "rotating",
        "IMP-0150",
        {
            "pump": (
                Effect("pressure_kpa", -1.0, load_floor=0.3),
                Effect("pressure_kpa", 1.2, load_floor=0.3, how=How.FLICKER),
                Effect("vibration_mm_s", 0.6, load_floor=0.3),
                Effect("vibration_mm_s", 0.8, load_floor=0.3, how=How.FLICKER),
            )
        },
    ),
    FaultMode(
        "valve_stuck",
        "valve",
        "controls",
        "VLV-ACT-24",
        {
            "chiller": (Effect("flow_m3h", 1.0, how=How.HOLD),),
            "pump": (Effect("flow_m3h", 1.0, how=How.HOLD), Effect("pressure_kpa", 1.0, how=How.HOLD)),
        },
        at_once,
    ),
    FaultMode(
        "belt_slip",
        "belt",
        "rotating",
        "BLT-XPB",
        {
            "pump": (
                Effect("motor_current_a", -1.0, load_floor=0.3),
                Effect("flow_m3h", -0.7, load_floor=0.3),
                Effect("vibration_mm_s", 0.3, starts=0.4),
            ),
            "lift": (Effect("motor_current_a", -1.0, load_floor=0.3), Effect("vibration_mm_s", 0.4, starts=0.4)),
        },
        bending,
    ),
    FaultMode(
        "door_drive_wear",
        "door",
        "lift",
        "DOOR-DRV-7",
        {"lift": (Effect("door_cycle_s", 1.0), Effect("motor_current_a", 0.2, starts=0.5))},
        bending,
    ),
    FaultMode(
        "fan_failure",
        "cooling_fan",
        "electrical",
        "FAN-120-24",
        {"ev_charger": (Effect("fan_rpm", -1.0), Effect("cabinet_temp_c", 0.8, starts=0.2, load_floor=0.4))},
        bending,
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
        exponential,
    ),
    FaultMode(
        "battery_decay", "battery", "electrical", "BAT-ER14505", {"cold_room": (Effect("battery_v", -1.0),)}, bending
    ),
    FaultMode(
        "overheating", "temperature", "controls", "TS-PT100", {"thermometer": (Effect("value", 1.0),)}, exponential
    ),
)

REMEDIES: Mapping[str, frozenset[str]] = {
    "reset": frozenset({"valve_stuck", "short_cycling", "sensor_stuck"}),
    "exercise_valve": frozenset({"valve_stuck"}),
    "backflush": frozenset({"filter_clogging", "heat_exchanger_fouling"}),
}
"""Commands that a machine obeys, and the faults that each puts right; it does no harm to the others."""

FAULT_MODES: Mapping[str, FaultMode] = {
    fault.mode: fault
    for fault in (
        *_MACHINES,
        _sensor("sensor_stuck", at_once, How.FREEZE),
        _sensor("sensor_drift", linear),
        _sensor("sensor_bias", at_once),
        _sensor("sensor_spikes", settling, How.SPIKE),
        _way("connectivity_loss", Shows.SILENCE),
        _way("connectivity_flapping", Shows.SILENCE),
        _way("clock_jump"),
        _way("duplicate_messages"),
        _way("late_messages"),
        _way("replayed_batch"),
    )
}
