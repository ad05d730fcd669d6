"""The machines and the thermometer: metrics, and how they answer to load and weather."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.signals import Floats, Lags
from firmware_sim.weather import CHARGING, OFFICE, TRAFFIC, Demand

MINUTE = 60.0


@dataclass(frozen=True)
class Metric:
    """One measured value: its noise deviation and how many decimals the device sends."""

    name: str
    unit: str
    sigma: float
    decimals: int = 2


@dataclass(frozen=True)
class Conditions:
    """What a machine meets over a block of samples; arrays are (samples,)."""

    dt_seconds: float
    load: Floats
    ambient: Floats
    normal: Floats
    """Operating mode: 1 normal, 0 economy."""
    running: Floats
    """1 in operation, 0 stopped."""
    setpoint: Floats
    """Offset of the set-point, in the model's own step (1: one step up)."""


Response = Callable[[Conditions, Lags], tuple[Floats, ...]]


@dataclass(frozen=True)
class Machine:
    """A device model: what it measures and how it behaves when healthy."""

    model: str
    metrics: tuple[Metric, ...]
    demand: Demand
    respond: Response
    setpoint: str
    """What a set-point change of this model moves."""
    setpoint_step: float

    @property
    def names(self) -> tuple[str, ...]:
        """The metric names, in column order."""
        return tuple(metric.name for metric in self.metrics)


def _indoor(c: Conditions) -> Floats:
    return 21.0 + 0.12 * (c.ambient - 18.0)


def _car_park(c: Conditions) -> Floats:
    return 17.0 + 0.3 * (c.ambient - 18.0)


def _chiller(c: Conditions, lags: Lags) -> tuple[Floats, ...]:
    load = c.load * c.running
    outside = lags.follow("outside", c.ambient, tau_seconds=90 * MINUTE, dt_seconds=c.dt_seconds)
    target = np.where(c.normal > 0, 7.0, 8.5) + SUPPLY_STEP * c.setpoint
    supply = np.where(c.running > 0, target + 0.6 * load**2 + 0.02 * (c.ambient - 20.0), 15.0)
    supply = lags.follow("supply", supply, tau_seconds=15 * MINUTE, dt_seconds=c.dt_seconds)
    condenser = 14.0 * c.running + 0.6 * outside + 9.0 * load**1.5 + 9.0
    condenser = lags.follow("cond", condenser, tau_seconds=15 * MINUTE, dt_seconds=c.dt_seconds)
    current = 16.0 * c.running + 95.0 * load**1.4 * (1.0 + 0.012 * (condenser - 38.0))
    flow = np.where(c.normal > 0, 150.0, 112.0) * c.running * (0.9 + 0.1 * np.sqrt(load))
    vibration = 0.1 + 1.6 * c.running + 0.8 * load**2
    back = supply + 5.5 * load**0.85
    return supply, back, condenser, current, flow, vibration, 100.0 * load, c.ambient


def _pump(c: Conditions, lags: Lags) -> tuple[Floats, ...]:
    load = c.load * c.running
    speed = c.running * np.where(c.normal > 0, 0.36 + 0.64 * load, 0.32 + 0.52 * load)
    flow = 120.0 * speed**1.1 * (1.05 - 0.1 * speed**2)
    head = np.where(c.normal > 0, 420.0, 365.0) + PRESSURE_STEP * c.setpoint
    pressure = c.running * head * (1.0 - 0.12 * (flow / 120.0) ** 2) + 20.0 * (1.0 - c.running)
    current = c.running * (6.0 + 30.0 * speed**2.6 + 0.4 * c.setpoint)
    heat = _indoor(c) + c.running * (9.0 + 24.0 * speed**1.8)
    bearing = lags.follow("bearing", heat, tau_seconds=40 * MINUTE, dt_seconds=c.dt_seconds)
    resonance = 0.12 * np.exp(-(((speed - 0.72) / 0.18) ** 2))
    vibration = 0.1 + c.running * (1.1 + 0.9 * speed**2 + resonance)
    return flow, pressure, current, bearing, vibration, 100.0 * load


def _lift(c: Conditions, lags: Lags) -> tuple[Floats, ...]:
    load = c.load * c.running
    trips = c.running * (3.0 + 85.0 * load**0.9)
    door = np.where(c.normal > 0, 9.0, 10.2) + 0.7 * load**2 + DOOR_STEP * c.setpoint
    current = c.running * (7.0 + 15.0 * load**1.25)
    heat = _indoor(c) + c.running * (4.0 + 26.0 * load**1.4)
    motor = lags.follow("motor", heat, tau_seconds=60 * MINUTE, dt_seconds=c.dt_seconds)
    vibration = 0.05 + c.running * (0.55 + 0.3 * load + 0.25 * load**2)
    return trips, door * c.running, current, motor, vibration, 100.0 * load


def _ev_charger(c: Conditions, lags: Lags) -> tuple[Floats, ...]:
    load = c.load * c.running
    limit = 60.0 + POWER_STEP * c.setpoint
    power = limit * load**0.95
    voltage = c.running * (402.0 - 9.0 * load - 2.0 * load**2)
    contact = _car_park(c) + c.running * (5.0 + 26.0 * load**2)
    connector = lags.follow("contact", contact, tau_seconds=15 * MINUTE, dt_seconds=c.dt_seconds)
    inside = _car_park(c) + c.running * (6.0 + 17.0 * load**1.3)
    cabinet = lags.follow("cabinet", inside, tau_seconds=45 * MINUTE, dt_seconds=c.dt_seconds)
    fan = c.running * np.where(c.normal > 0, 1100.0, 850.0) + 2000.0 * load**0.7
    return power, voltage, connector, cabinet, fan, 100.0 * load


def _cold_room(c: Conditions, lags: Lags) -> tuple[Floats, ...]:
    load = c.load * c.running
    air = np.where(c.running > 0, 3.0 + AIR_STEP * c.setpoint + 1.2 * load**1.5, 14.0) + 0.02 * (c.ambient - 20.0)
    air = lags.follow("air", air, tau_seconds=20 * MINUTE, dt_seconds=c.dt_seconds)
    evaporator = air - c.running * (np.where(c.normal > 0, 7.0, 5.5) + 3.0 * load)
    current = c.running * (3.2 + 6.0 * load**1.2) * (1.0 + 0.004 * (c.ambient - 20.0))
    humidity = 80.0 - 9.0 * load - 0.1 * (c.ambient - 20.0)
    battery = 3.6 + 0.002 * (air - 3.0) - 0.02 * load
    return air, evaporator, current, humidity, battery, 100.0 * load


def _thermometer(c: Conditions, lags: Lags) -> tuple[Floats, ...]:
    heat = _indoor(c) + c.running * (40.0 + 30.0 * c.load**1.2 + 2.0 * c.setpoint)
    return (lags.follow("body", heat, tau_seconds=50 * MINUTE, dt_seconds=c.dt_seconds),)


MAY_FREEZE = frozenset({"ambient_c", "value", "air_temp_c", "evaporator_temp_c"})
"""The metrics that go below zero."""

SUPPLY_STEP = 1.0
PRESSURE_STEP = 20.0
DOOR_STEP = 0.6
POWER_STEP = 4.0
AIR_STEP = 1.0

MACHINES: Mapping[str, Machine] = {
    machine.model: machine
    for machine in (
        Machine(
            "chiller",
            (
                Metric("supply_temp_c", "C", 0.15),
                Metric("return_temp_c", "C", 0.2),
                Metric("condenser_temp_c", "C", 0.4),
                Metric("compressor_current_a", "A", 1.5),
                Metric("flow_m3h", "m3/h", 1.5, 1),
                Metric("vibration_mm_s", "mm/s", 0.08, 3),
                Metric("load_pct", "%", 0.8, 1),
                Metric("ambient_c", "C", 0.3, 1),
            ),
            Demand(OFFICE, weekend=0.8, per_degree=0.006),
            _chiller,
            "supply_temp_c",
            SUPPLY_STEP,
        ),
        Machine(
            "pump",
            (
                Metric("flow_m3h", "m3/h", 1.2, 1),
                Metric("pressure_kpa", "kPa", 3.5, 1),
                Metric("motor_current_a", "A", 0.5),
                Metric("bearing_temp_c", "C", 0.6),
                Metric("vibration_mm_s", "mm/s", 0.08, 3),
                Metric("load_pct", "%", 0.8, 1),
            ),
            Demand(OFFICE, weekend=0.6, season=0.03),
            _pump,
            "pressure_kpa",
            PRESSURE_STEP,
        ),
        Machine(
            "lift",
            (
                Metric("trips_per_h", "1/h", 2.5, 1),
                Metric("door_cycle_s", "s", 0.15),
                Metric("motor_current_a", "A", 0.5),
                Metric("motor_temp_c", "C", 0.6),
                Metric("vibration_mm_s", "mm/s", 0.04, 3),
                Metric("load_pct", "%", 0.8, 1),
            ),
            Demand(TRAFFIC, weekend=1.0),
            _lift,
            "door_cycle_s",
            DOOR_STEP,
        ),
        Machine(
            "ev_charger",
            (
                Metric("power_kw", "kW", 1.2),
                Metric("voltage_v", "V", 1.0, 1),
                Metric("connector_temp_c", "C", 0.8),
                Metric("cabinet_temp_c", "C", 0.5),
                Metric("fan_rpm", "1/min", 40.0, 0),
                Metric("load_pct", "%", 0.8, 1),
            ),
            Demand(CHARGING, weekend=-0.2, season=-0.05),
            _ev_charger,
            "power_kw",
            POWER_STEP,
        ),
        Machine(
            "cold_room",
            (
                Metric("air_temp_c", "C", 0.25),
                Metric("evaporator_temp_c", "C", 0.4),
                Metric("compressor_current_a", "A", 0.25),
                Metric("humidity_pct", "%", 1.2, 1),
                Metric("battery_v", "V", 0.012, 3),
                Metric("load_pct", "%", 0.8, 1),
            ),
            Demand(TRAFFIC, weekend=0.4, per_degree=0.004),
            _cold_room,
            "air_temp_c",
            AIR_STEP,
        ),
        Machine(
            "thermometer",
            (Metric("value", "C", 0.8),),
            Demand(OFFICE, weekend=0.5),
            _thermometer,
            "value",
            2.0,
        ),
    )
}
