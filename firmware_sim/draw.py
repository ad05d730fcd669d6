"""Random fleets for benchmarks: another seed, other machines, faults and disturbances."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.faults import FAULT_MODES
from firmware_sim.lures import LURES, LureKind
from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, LureSpec, Scenario

_MODELS = ("pump", "chiller", "lift", "ev_charger")
_LURES_OF_ONE = tuple(kind for kind in LureKind if kind is not LureKind.SEASON)


@dataclass(frozen=True)
class FleetPlan:
    """What kind of fleet to draw."""

    devices: int = 100
    days: float = 42.0
    calm_days: float = 21.0
    """Nothing happens in the first days: detectors calibrate."""
    fault_share: float = 0.25
    """Share of the devices that break, each once."""
    lure_share: float = 0.4
    """Share of the healthy devices with a disturbance."""
    severity: tuple[float, float] = (0.5, 12.0)
    """Bounds of the push at failure, in noise deviations; drawn evenly on a log scale."""
    season: bool = False
    """Whether the weather changes for all, half-way through the eventful days."""
    sampling_seconds: float = 900.0


def draw_fleet(plan: FleetPlan, seed: int) -> Scenario:
    """Return a scenario of this plan; the same seed gives the same one.

    Faults begin at least two days before the end; some have failed by then, some not.
    """
    rng = np.random.default_rng([seed, 0xF1EE7])
    devices = tuple(
        DeviceSpec(
            name=f"{_MODELS[n % 4].replace('_', '-')}-{n:04d}",
            model=_MODELS[n % 4],
            sampling_seconds=plan.sampling_seconds,
            missing=0.02,
        )
        for n in range(plan.devices)
    )
    sick = rng.random(plan.devices) < plan.fault_share
    odd = ~sick & (rng.random(plan.devices) < plan.lure_share)
    faults = tuple(_fault(plan, device, rng) for device, ill in zip(devices, sick, strict=True) if ill)
    lures = [_lure(plan, device, rng) for device, strange in zip(devices, odd, strict=True) if strange]
    if plan.season:
        names = tuple(device.name for device in devices)
        half = -(plan.days - plan.calm_days) * DAY / 2.0
        lures.append(LureSpec(names, LureKind.SEASON, half, LURES[LureKind.SEASON].lasts_seconds))
    return Scenario(name=f"fleet-{seed}", devices=devices, faults=faults, lures=tuple(lures), history=plan.days * DAY)


def _fault(plan: FleetPlan, device: DeviceSpec, rng: np.random.Generator) -> FaultSpec:
    modes = [mode for mode, fault in FAULT_MODES.items() if device.model in fault.effects]
    low, high = np.log(plan.severity)
    onset = -float(rng.uniform(2.0, plan.days - plan.calm_days)) * DAY
    return FaultSpec(
        device=device.name,
        mode=modes[int(rng.integers(len(modes)))],
        onset=onset,
        failure=onset + float(rng.uniform(2.0, 14.0)) * DAY,
        severity=float(np.exp(rng.uniform(low, high))),
    )


def _lure(plan: FleetPlan, device: DeviceSpec, rng: np.random.Generator) -> LureSpec:
    kind = _LURES_OF_ONE[int(rng.integers(len(_LURES_OF_ONE)))]
    at = -float(rng.uniform(1.0, plan.days - plan.calm_days)) * DAY
    lasts = LURES[kind].lasts_seconds * float(rng.uniform(0.5, 1.5))
    return LureSpec((device.name,), kind, at, lasts, float(rng.uniform(0.5, 1.5)))
