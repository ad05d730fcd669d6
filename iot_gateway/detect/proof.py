"""Has the repair worked: live samples against the expected band."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from iot_gateway.detect import profile
from iot_gateway.detect.arrays import Floats, Ints
from iot_gateway.detect.catalogue import DeviceModel
from iot_gateway.detect.memory import Memory, Proof

GOOD_SCALES = 3.0
BLOCKS_UNTIL_RELAPSE = 3
"""Blocks of samples outside the band before a relapse: a machine needs time to cool and settle."""


class Verdict(StrEnum):
    """What the samples since the repair say."""

    PROVEN = "proven"
    RELAPSED = "relapsed"


@dataclass(frozen=True)
class Outcome:
    """A verdict, when it fell, and the mean residual of each metric in scales."""

    verdict: Verdict
    at: int
    """Epoch milliseconds of the last sample judged."""
    samples: int
    residuals: dict[str, float]


def metrics_of(known: DeviceModel, group_name: str, leading: str) -> list[str]:
    """Return the metrics that have to be back in their band."""
    for group in known.groups:
        if group.name == group_name:
            return [lead.metric for lead in group.leads]
    return [leading]


@dataclass(frozen=True)
class Samples:
    """Samples of one device: instants and hours of the week (n,), values (n, metrics)."""

    ts: Ints
    weeks: Ints
    values: Floats


def weigh(memory: Memory, proof: Proof, names: list[str], samples: Samples) -> Outcome | None:
    """Take in samples; return the verdict once there is one.

    A metric without a profile proves itself by being there. After enough samples over enough seconds the mean
    residual of each metric must lie within 3 scales; three blocks outside are a relapse.
    """
    later = samples.ts > proof.since
    for index in np.flatnonzero(later).tolist():
        _add(memory, proof, names, int(samples.weeks[index]), samples.values[index])
        at = int(samples.ts[index])
        if proof.count < proof.samples or at - proof.since < 1000 * proof.seconds:
            continue
        outcome = _judge(memory, proof, names, at)
        if outcome is not None:
            return outcome
    return None


def _add(memory: Memory, proof: Proof, names: list[str], week: int, row: Floats) -> None:
    proof.count += 1
    for name in names:
        if name not in memory.metrics:
            continue
        column = memory.metrics.index(name)
        known, observed = memory.profiles.get(name), float(row[column])
        if known is None or np.isnan(observed):
            continue
        drivers = []
        for regressor in known.regressors:
            metric, _, lag = regressor.partition("@")
            driver = memory.metrics.index(metric)
            before = float(memory.previous[driver])
            drivers.append(before if lag and not np.isnan(before) else float(row[driver]))
        if np.isnan(drivers).any():
            continue
        expected, scale = profile.expect(known, np.array([week]), np.array([drivers], dtype=np.float64))
        residual = (observed - float(expected[0]) - float(memory.level[column])) / float(scale[0])
        proof.residuals[name] = proof.residuals.get(name, 0.0) + residual


def _judge(memory: Memory, proof: Proof, names: list[str], at: int) -> Outcome | None:
    means = {name: proof.residuals.get(name, 0.0) / proof.count for name in names}
    good = all(abs(mean) <= GOOD_SCALES + _noise(memory, name, proof.count) for name, mean in means.items())
    count = proof.count
    if good:
        return Outcome(Verdict.PROVEN, at, count, means)
    proof.blocks_off += 1
    proof.count, proof.residuals = 0, {}
    if proof.blocks_off >= BLOCKS_UNTIL_RELAPSE:
        return Outcome(Verdict.RELAPSED, at, count, means)
    return None


def _noise(memory: Memory, name: str, count: int) -> float:
    """Return how far the mean of a few noisy samples may stray, in scales of an hourly mean."""
    known = memory.profiles.get(name)
    if known is None:
        return float("inf")
    return float(2.0 * known.sample_scale / known.scale / np.sqrt(count))
