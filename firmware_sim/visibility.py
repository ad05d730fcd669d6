"""How clearly a fault shows: to a detector that knew the healthy value, the shape of the fault and its onset.

A bound, not a promise. Below about five deviations nobody can tell the fault from noise without many false alarms.
"""

import numpy as np

from firmware_sim.effects import SPIKE_SHARE, SPIKE_TIMES, How
from firmware_sim.faults import FAULT_MODES
from firmware_sim.scenario import DeviceSpec, FaultSpec
from firmware_sim.signals import AR_SECONDS, AR_SHARE, WHITE_SHARE, Floats

USUAL_LOAD = 0.5
LEAST = 5.0
"""Deviations from which a fault counts as visible."""
_MOST_OF_A_SAMPLE = 36.0
_CERTAIN = 1e3


def visibility(fault: FaultSpec, device: DeviceSpec) -> float:
    """Return by how many deviations the samples between onset and failure stand out, all metrics together."""
    mode = FAULT_MODES[fault.mode]
    samples = np.arange(0.0, fault.failure - fault.onset, device.sampling_seconds)
    progress = samples / max(fault.failure - fault.onset, 1.0)
    load = np.full_like(progress, USUAL_LOAD)
    total = 0.0
    for effect in mode.on(device.model, fault.metric):
        if effect.how in {How.HOLD, How.FREEZE}:
            return _CERTAIN
        push = fault.severity * effect.push(progress, load, mode.shape)
        total += _ENERGY[effect.how](push, device.sampling_seconds)
    return float(np.sqrt(total))


def _moved(push: Floats, step: float) -> float:
    """Matched filter: the noise of successive samples is alike, so that they say less than so many."""
    rho = float(np.exp(-step / AR_SECONDS))
    variance = WHITE_SHARE**2 + AR_SHARE**2 * (1.0 + rho) / (1.0 - rho)
    return float((push**2).sum() / variance)


def _restless(push: Floats, _: float) -> float:
    """Deflection of the sum of squares."""
    return float(np.minimum(push**4 / 2.0, _MOST_OF_A_SAMPLE).sum())


def _spiking(push: Floats, _: float) -> float:
    return float((SPIKE_SHARE * np.minimum((SPIKE_TIMES * push) ** 2, _MOST_OF_A_SAMPLE)).sum())


_ENERGY = {How.PUSH: _moved, How.SWING: _restless, How.FLICKER: _restless, How.SPIKE: _spiking}
