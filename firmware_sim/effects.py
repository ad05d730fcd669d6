"""How a fault shows: the shapes in which it grows, and what it does to one metric."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from firmware_sim.signals import Floats

Shape = Callable[[Floats], Floats]
"""Progress (0..1) -> share of the push."""


def exponential(progress: Floats) -> Floats:
    """Return a growth that is slow for long and fast at the end."""
    return np.expm1(2.5 * progress) / math.expm1(2.5)


def linear(progress: Floats) -> Floats:
    """Return an even growth."""
    return progress


def bending(progress: Floats) -> Floats:
    """Return a growth that becomes faster and faster."""
    return progress**1.5


def settling(progress: Floats) -> Floats:
    """Return a growth that becomes slower and slower."""
    return -np.expm1(-2.0 * progress) / -math.expm1(-2.0)


def at_once(progress: Floats) -> Floats:
    """Return the whole push from the onset on."""
    return (progress > 0.0).astype(np.float64)


class How(StrEnum):
    """What an effect does to its metric."""

    PUSH = "push"
    """Moves it."""
    SWING = "swing"
    """Moves it up and down in turn: the mean stays."""
    FLICKER = "flicker"
    """Adds noise: the mean stays."""
    SPIKE = "spike"
    """Throws single samples far off."""
    HOLD = "hold"
    """It no longer answers to load and mode, but still trembles."""
    FREEZE = "freeze"
    """It repeats one value."""


PUSHING = frozenset({How.PUSH, How.SWING, How.FLICKER, How.SPIKE})
SWING_SECONDS = 1620.0
"""One up and down; no multiple of a usual sampling interval, so that it is seen."""
SPIKE_SHARE = 0.06
"""Share of the samples thrown off at full progress."""
SPIKE_TIMES = 8.0
"""A spike is so many times the severity."""


@dataclass(frozen=True)
class Effect:
    """The effect on one metric: `gain` noise deviations per unit of severity at full progress."""

    metric: str
    gain: float
    starts: float = 0.0
    """Progress (0..1) at which this metric begins to react."""
    load_floor: float = 1.0
    """Share of the push at no load; the rest comes with the load (1: independent of it)."""
    how: How = How.PUSH

    def push(self, progress: Floats, load: Floats, shape: Shape) -> Floats:
        """Return the push in noise deviations at severity 1."""
        late = np.clip((progress - self.starts) / (1.0 - self.starts), 0.0, 1.0)
        by_load = self.load_floor + (1.0 - self.load_floor) * (load / 0.7) ** 1.5
        return self.gain * shape(late) * by_load

    def carried(self, size: Floats, moments: Floats, wild: Floats) -> Floats:
        """Return a push of this size as the metric shows it; `wild` are chances (samples, 2) in 0..1."""
        if self.how is How.SWING:
            return np.asarray(size * math.sqrt(2.0) * np.sin(2.0 * np.pi * moments / SWING_SECONDS))
        if self.how is How.FLICKER:
            return size * math.sqrt(3.0) * (2.0 * wild[:, 0] - 1.0)
        if self.how is How.SPIKE:
            return np.asarray(SPIKE_TIMES * size * np.sign(wild[:, 1] - 0.5) * (wild[:, 0] < SPIKE_SHARE))
        return size
