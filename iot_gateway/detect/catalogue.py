"""What each device model measures, what explains it, and which metrics lead which failure group."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BAND_SCALES = 3.0
"""Half width of the expected band, in robust scales of an hourly mean."""


@dataclass(frozen=True)
class Metric:
    """One measured value: unit, physical range of the sensor, and where the machine is considered failed."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class Lead:
    """A metric that speaks for a failure group: which way it moves (+1, -1, 0 both) and how much it counts."""

    metric: str
    direction: int
    weight: float = 1.0
    rough: bool = False
    """Speaks by its spread within the hour, not by where it is."""


@dataclass(frozen=True)
class Group:
    """A failure group of a model: its leading metrics, and the deviation at which it is considered failed."""

    name: str
    leads: tuple[Lead, ...]
    fails_at: float = 10.0
    """Deviation of an hourly mean, in robust scales, at functional failure."""


@dataclass(frozen=True)
class DeviceModel:
    """A device model as the detectors know it."""

    metrics: Mapping[str, Metric]
    groups: tuple[Group, ...]
    regressors: tuple[str, ...] = ()
    """Metrics that explain the others and are never judged themselves."""
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """metric -> further metrics that explain it: they share an influence that nobody measures."""
    wandering: frozenset[str] = frozenset()
    """Metrics with an influence that nobody measures, as the weather: their level follows slowly."""
    adapt_days: float | None = None
    """Time constant of a slow level that follows a wandering series; none: only a fit moves the level."""
    calibration_days: float = 14.0


def _metrics(**ranges: tuple[str, float, float]) -> dict[str, Metric]:
    return {name: Metric(*limits) for name, limits in ranges.items()}


_VIBRATION = ("mm/s", 0.0, 100.0)
_LOAD = ("%", -5.0, 150.0)

MODELS: Mapping[str, DeviceModel] = {
    "chiller": DeviceModel(
        metrics=_metrics(
            supply_temp_c=("°C", -20.0, 60.0),
            return_temp_c=("°C", -20.0, 70.0),
            condenser_temp_c=("°C", -20.0, 110.0),
            compressor_current_a=("A", 0.0, 1000.0),
            flow_m3h=("m³/h", 0.0, 2000.0),
            vibration_mm_s=_VIBRATION,
            load_pct=_LOAD,
            ambient_c=("°C", -50.0, 60.0),
        ),
        regressors=("load_pct", "ambient_c"),
        groups=(
            Group("bearing", (Lead("vibration_mm_s", 1), Lead("compressor_current_a", 1, 0.3))),
            Group(
                "heat_exchanger",
                (Lead("condenser_temp_c", 1), Lead("compressor_current_a", 1, 0.4), Lead("supply_temp_c", 1, 0.3)),
            ),
            Group(
                "refrigerant",
                (Lead("supply_temp_c", 1), Lead("return_temp_c", 1, 0.7), Lead("compressor_current_a", 1, 0.5)),
            ),
            Group("filter", (Lead("flow_m3h", -1), Lead("compressor_current_a", 1, 0.5))),
            Group(
                "compressor",
                (Lead("compressor_current_a", 0, rough=True), Lead("supply_temp_c", 0, 0.3, rough=True)),
            ),
        ),
    ),
    "pump": DeviceModel(
        metrics=_metrics(
            flow_m3h=("m³/h", 0.0, 2000.0),
            pressure_kpa=("kPa", -100.0, 4000.0),
            motor_current_a=("A", 0.0, 500.0),
            bearing_temp_c=("°C", -40.0, 160.0),
            vibration_mm_s=_VIBRATION,
            load_pct=_LOAD,
        ),
        regressors=("load_pct",),
        groups=(
            Group("bearing", (Lead("vibration_mm_s", 1), Lead("bearing_temp_c", 1, 0.5))),
            Group("filter", (Lead("flow_m3h", -1), Lead("motor_current_a", 1, 0.6), Lead("pressure_kpa", -1, 0.3))),
            Group("belt", (Lead("motor_current_a", -1), Lead("flow_m3h", -1, 0.6), Lead("vibration_mm_s", 1, 0.3))),
            Group("impeller", (Lead("pressure_kpa", 0, rough=True), Lead("vibration_mm_s", 0, 0.5, rough=True))),
        ),
        wandering=frozenset({"bearing_temp_c"}),
    ),
    "lift": DeviceModel(
        metrics=_metrics(
            trips_per_h=("1/h", 0.0, 1000.0),
            door_cycle_s=("s", 0.0, 120.0),
            motor_current_a=("A", 0.0, 300.0),
            motor_temp_c=("°C", -40.0, 180.0),
            vibration_mm_s=_VIBRATION,
            load_pct=_LOAD,
        ),
        regressors=("load_pct",),
        groups=(
            Group("bearing", (Lead("vibration_mm_s", 1), Lead("motor_temp_c", 1, 0.5))),
            Group("door", (Lead("door_cycle_s", 1), Lead("motor_current_a", 1, 0.2))),
            Group("belt", (Lead("motor_current_a", -1), Lead("vibration_mm_s", 1, 0.4))),
        ),
        wandering=frozenset({"motor_temp_c"}),
    ),
    "ev_charger": DeviceModel(
        metrics=_metrics(
            power_kw=("kW", -5.0, 1000.0),
            voltage_v=("V", 0.0, 1500.0),
            connector_temp_c=("°C", -50.0, 160.0),
            cabinet_temp_c=("°C", -50.0, 130.0),
            fan_rpm=("1/min", 0.0, 20000.0),
            load_pct=_LOAD,
        ),
        regressors=("load_pct",),
        beside={"connector_temp_c": ("cabinet_temp_c",)},
        groups=(
            Group("cooling_fan", (Lead("fan_rpm", -1), Lead("cabinet_temp_c", 1, 0.5))),
            Group("connector", (Lead("connector_temp_c", 1), Lead("voltage_v", -1, 0.3))),
        ),
        wandering=frozenset({"connector_temp_c", "cabinet_temp_c"}),
    ),
    "cold_room": DeviceModel(
        metrics=_metrics(
            air_temp_c=("°C", -60.0, 60.0),
            evaporator_temp_c=("°C", -80.0, 60.0),
            compressor_current_a=("A", 0.0, 200.0),
            humidity_pct=("%", 0.0, 100.0),
            battery_v=("V", 0.0, 60.0),
            load_pct=_LOAD,
        ),
        regressors=("load_pct",),
        groups=(
            Group(
                "refrigerant",
                (Lead("air_temp_c", 1), Lead("evaporator_temp_c", -1, 0.5), Lead("compressor_current_a", 1, 0.3)),
            ),
            Group("battery", (Lead("battery_v", -1),)),
            Group("compressor", (Lead("compressor_current_a", 0, rough=True),)),
        ),
        wandering=frozenset({"air_temp_c", "evaporator_temp_c", "compressor_current_a", "humidity_pct"}),
    ),
    "thermometer": DeviceModel(
        metrics=_metrics(value=("°", -200.0, 2000.0)),
        groups=(Group("temperature", (Lead("value", 0),)),),
        adapt_days=4.0,
    ),
}


def model(name: str, metrics: tuple[str, ...] = ()) -> DeviceModel:
    """Return what is known of a model; of an unknown one, each of `metrics` leads a group of its own name."""
    if name in MODELS:
        return MODELS[name]
    wide = Metric("", float("-inf"), float("inf"))
    return DeviceModel(
        metrics=dict.fromkeys(metrics, wide),
        groups=tuple(Group(metric, (Lead(metric, 0),)) for metric in metrics),
        adapt_days=30.0,
    )


def unit(model_name: str, metric: str) -> str:
    """Return the unit of a metric, empty where it is not known."""
    known = MODELS.get(model_name)
    return known.metrics[metric].unit if known and metric in known.metrics else ""


def band(expected: float, scale: float) -> tuple[float, float]:
    """Return the limits between which an hourly mean is expected."""
    return expected - BAND_SCALES * scale, expected + BAND_SCALES * scale


def drivers_of(known: DeviceModel, metric: str) -> tuple[str, ...]:
    """Return the metrics that explain a metric."""
    return (*known.regressors, *known.beside.get(metric, ()))
