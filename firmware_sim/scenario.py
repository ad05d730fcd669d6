"""A scenario as plain values: devices, faults and lures, relative to the end of the history."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from firmware_sim.faults import FAULT_MODES
from firmware_sim.lures import LureKind

DAY = 86400.0


@dataclass(frozen=True)
class DeviceSpec:
    """One simulated device and its imperfections."""

    name: str
    model: str
    sampling_seconds: float = 300.0
    noise: float = 1.0
    """Multiplies the noise deviation of each metric; fault sizes scale along."""
    missing: float = 0.01
    spikes: float = 0.0005


@dataclass(frozen=True)
class FaultSpec:
    """One fault; `onset` and `failure` are seconds after the end of the history."""

    device: str
    mode: str
    onset: float
    failure: float
    severity: float = 6.0
    """Push on the leading metric at functional failure, in deviations of its noise."""
    metric: str = ""
    """The metric of a faulty sensor (empty: the model's usual one)."""


@dataclass(frozen=True)
class LureSpec:
    """One harmless disturbance on some devices; `at` is seconds after the end of the history."""

    devices: tuple[str, ...]
    kind: LureKind
    at: float
    lasts: float
    size: float = 1.0


@dataclass(frozen=True)
class Scenario:
    """Everything a run needs besides a seed and the instant at which the history ends."""

    name: str
    devices: tuple[DeviceSpec, ...]
    faults: tuple[FaultSpec, ...] = ()
    lures: tuple[LureSpec, ...] = ()
    history: float = 21 * DAY
    live_seconds: float = 1.0
    utc_offset_hours: float = 8.0
    defaults: DeviceSpec = DeviceSpec(name="", model="")
    """Sampling and noise of devices that the scenario does not list."""

    def device(self, name: str, model: str) -> DeviceSpec:
        """Return the device of this name, or a healthy one of `model` with the defaults."""
        for spec in self.devices:
            if spec.name == name:
                return spec
        return replace(self.defaults, name=name, model=model)

    def faults_of(self, device: str) -> tuple[FaultSpec, ...]:
        """Return the faults of one device."""
        return tuple(fault for fault in self.faults if fault.device == device)

    def lures_of(self, device: str) -> tuple[LureSpec, ...]:
        """Return the lures of one device, earliest first."""
        mine = [lure for lure in self.lures if device in lure.devices]
        return tuple(sorted(mine, key=lambda lure: lure.at))

    def only(self, names: Iterable[str]) -> "Scenario":
        """Return the scenario with no other devices than these, nor their faults and lures."""
        kept = set(names)
        lures = [replace(lure, devices=tuple(name for name in lure.devices if name in kept)) for lure in self.lures]
        return replace(
            self,
            devices=tuple(device for device in self.devices if device.name in kept),
            faults=tuple(fault for fault in self.faults if fault.device in kept),
            lures=tuple(lure for lure in lures if lure.devices),
        )


def models_of(mode: str) -> tuple[str, ...]:
    """Return the device models that can have this fault."""
    return tuple(FAULT_MODES[mode].effects)
