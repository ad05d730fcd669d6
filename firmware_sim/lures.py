"""What looks like a fault and is none: it must never become a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LureKind(StrEnum):
    """The kinds of harmless disturbance."""

    DOOR_OPEN = "door_open"
    SETPOINT_CHANGE = "setpoint_change"
    SEASON = "season"
    FIRMWARE_UPDATE = "firmware_update"
    PLANNED_STOP = "planned_stop"
    MAINTENANCE = "maintenance"
    WASHING = "washing"
    POWER_CUT = "power_cut"
    REPAIR = "repair"


@dataclass(frozen=True)
class Lure:
    """How one kind acts; times are seconds."""

    kind: LureKind
    lasts_seconds: float
    """Length when the scenario does not say (a season: length of its ramp)."""
    event: bool = True
    """The device reports it as an event."""
    silent: bool = False
    """No samples while it lasts."""
    stops: bool = False
    """The machine stands while it lasts."""
    reboots: bool = False
    """The device comes back with the next boot number."""
    load_step: float = 0.0
    """Added to the load while it lasts, at size 1."""


LURES: Mapping[LureKind, Lure] = {
    lure.kind: lure
    for lure in (
        Lure(LureKind.DOOR_OPEN, 5400.0, load_step=0.15),
        Lure(LureKind.SETPOINT_CHANGE, 14 * 86400.0),
        Lure(LureKind.SEASON, 5 * 86400.0, event=False),
        Lure(LureKind.FIRMWARE_UPDATE, 420.0, silent=True, reboots=True),
        Lure(LureKind.PLANNED_STOP, 6 * 3600.0, stops=True),
        Lure(LureKind.MAINTENANCE, 3 * 3600.0, load_step=0.25),
        Lure(LureKind.WASHING, 3600.0),
        Lure(LureKind.POWER_CUT, 2 * 3600.0, event=False, silent=True, stops=True, reboots=True),
        Lure(LureKind.REPAIR, 2 * 3600.0, stops=True),
    )
}

PUSHES: Mapping[LureKind, Mapping[str, tuple[tuple[str, float], ...]]] = {
    LureKind.DOOR_OPEN: {
        "lift": (("door_cycle_s", 5.0), ("trips_per_h", -3.0)),
        "chiller": (("supply_temp_c", 2.0), ("return_temp_c", 3.0)),
        "cold_room": (("air_temp_c", 8.0), ("humidity_pct", 4.0)),
    },
    LureKind.MAINTENANCE: {
        "chiller": (("vibration_mm_s", 3.0),),
        "pump": (("vibration_mm_s", 3.0), ("flow_m3h", -4.0)),
        "lift": (("door_cycle_s", 4.0), ("vibration_mm_s", 2.0)),
        "ev_charger": (("fan_rpm", 4.0),),
    },
    LureKind.WASHING: {
        "chiller": (("condenser_temp_c", -6.0),),
        "pump": (("bearing_temp_c", -5.0),),
        "lift": (("door_cycle_s", 3.0),),
        "ev_charger": (("connector_temp_c", -4.0), ("cabinet_temp_c", -3.0)),
        "cold_room": (("air_temp_c", 10.0), ("humidity_pct", 10.0), ("evaporator_temp_c", 6.0)),
        "thermometer": (("value", -4.0),),
    },
}
"""What a lure moves on a model while it lasts, in noise deviations at size 1."""

SEASON_DEGREES = 8.0
"""Rise of the outdoor temperature of a season lure at size 1."""

REPAIR_BASELINE = 0.8
"""Shift of every metric but the load after a repair, in noise deviations at size 1."""

FIRMWARE_BEFORE = "1.4.2"
FIRMWARE_AFTER = "1.5.0"
