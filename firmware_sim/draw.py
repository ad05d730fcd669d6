"""Random fleets for benchmarks: another seed, other machines, faults and disturbances."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from firmware_sim.faults import FAULT_MODES, Shows
from firmware_sim.lures import LURES, LureKind
from firmware_sim.machines import MACHINES
from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, LureSpec, Scenario

_MODELS = ("pump", "chiller", "lift", "ev_charger", "cold_room")
_LURES_OF_ONE = tuple(kind for kind in LureKind if kind not in {LureKind.SEASON, LureKind.POWER_CUT})
_CUT_SHARE = 0.1
_LASTS_DAYS = (2.0, 14.0)
"""From onset to functional failure."""


@dataclass(frozen=True)
class FleetPlan:
    """What kind of fleet to draw."""

    devices: int = 100
    days: float = 42.0
    calm_days: float = 21.0
    """Nothing happens in the first days: detectors calibrate."""
    faults: int | None = None
    """Devices that break, each once; none said: a quarter."""
    ways: int = 0
    """Further devices whose way to the platform is disturbed."""
    lure_share: float = 0.4
    """Share of the healthy devices with a disturbance."""
    severity: tuple[float, float] = (0.5, 12.0)
    """Bounds of the push at failure, in noise deviations; drawn evenly on a log scale."""
    season: bool = False
    """Whether the weather changes for all, half-way through the eventful days."""
    sampling_seconds: float = 900.0


def draw_fleet(plan: FleetPlan, seed: int) -> Scenario:
    """Return a scenario of this plan; the same seed gives the same one.

    The modes take turns, on devices drawn by lot. A fault that fits has failed by the end.
    """
    rng = np.random.default_rng([seed, 0xF1EE7])
    devices = [
        DeviceSpec(
            name=f"{_MODELS[n % len(_MODELS)].replace('_', '-')}-{n:04d}",
            model=_MODELS[n % len(_MODELS)],
            sampling_seconds=plan.sampling_seconds,
            missing=0.02,
        )
        for n in range(plan.devices)
    ]
    left = [devices[n] for n in rng.permutation(plan.devices)]
    wanted = plan.faults if plan.faults is not None else plan.devices // 4
    faults = [_fault(plan, mode, device, rng) for mode, device in _pairs(left, _modes(rng, case=True), wanted)]
    faults += [_fault(plan, mode, device, rng) for mode, device in _pairs(left, _modes(rng, case=False), plan.ways)]
    lures = [_lure(plan, device, rng) for device in left if rng.random() < plan.lure_share]
    if plan.season:
        lures += _of_all(plan, devices, left, rng)
    return Scenario(
        name=f"fleet-{seed}",
        devices=tuple(devices),
        faults=tuple(faults),
        lures=tuple(lures),
        history=plan.days * DAY,
    )


def _modes(rng: np.random.Generator, *, case: bool) -> list[str]:
    """Return the modes that happen to these models, those for a case or the others, by lot."""
    modes = [
        mode
        for mode, fault in FAULT_MODES.items()
        if (fault.shows is Shows.CASE) == case and set(fault.effects) & set(_MODELS)
    ]
    return [modes[n] for n in rng.permutation(len(modes))]


def _pairs(left: list[DeviceSpec], modes: Sequence[str], wanted: int) -> Iterator[tuple[str, DeviceSpec]]:
    """Yield so many modes with a device each, which is left no more; fewer when no device fits any mode."""
    failed = 0
    for mode in cycle(modes):
        if wanted <= 0 or failed == len(modes):
            return
        device = next((one for one in left if one.model in FAULT_MODES[mode].effects), None)
        if device is None:
            failed += 1
            continue
        left.remove(device)
        wanted, failed = wanted - 1, 0
        yield mode, device


def _fault(plan: FleetPlan, mode: str, device: DeviceSpec, rng: np.random.Generator) -> FaultSpec:
    eventful = plan.days - plan.calm_days
    low, high = np.log(plan.severity)
    lasts = float(rng.uniform(*_LASTS_DAYS))
    onset = -float(rng.uniform(min(lasts, eventful), eventful)) * DAY
    names = MACHINES[device.model].names
    metric = names[int(rng.integers(len(names)))] if FAULT_MODES[mode].any_metric else ""
    severity = float(np.exp(rng.uniform(low, high)))
    return FaultSpec(device.name, mode, onset, onset + lasts * DAY, severity, metric)


def _lure(plan: FleetPlan, device: DeviceSpec, rng: np.random.Generator) -> LureSpec:
    kind = _LURES_OF_ONE[int(rng.integers(len(_LURES_OF_ONE)))]
    at = -float(rng.uniform(1.0, plan.days - plan.calm_days)) * DAY
    lasts = LURES[kind].lasts_seconds * float(rng.uniform(0.5, 1.5))
    return LureSpec((device.name,), kind, at, lasts, float(rng.uniform(0.5, 1.5)))


def _of_all(
    plan: FleetPlan, devices: Sequence[DeviceSpec], healthy: Sequence[DeviceSpec], rng: np.random.Generator
) -> list[LureSpec]:
    """Return a change of season for all, and a power cut at a site of a tenth of the healthy devices."""
    eventful = plan.days - plan.calm_days
    names = tuple(device.name for device in devices)
    season = LureSpec(names, LureKind.SEASON, -eventful * DAY / 2.0, LURES[LureKind.SEASON].lasts_seconds)
    dark = tuple(device.name for device in healthy[: round(_CUT_SHARE * len(devices))])
    at = -float(rng.uniform(1.0, eventful)) * DAY
    cut = LureSpec(dark, LureKind.POWER_CUT, at, LURES[LureKind.POWER_CUT].lasts_seconds)
    return [season, cut] if dark else [season]
