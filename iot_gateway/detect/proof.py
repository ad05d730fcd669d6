"""Has the repair worked: live samples against the expected band."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from iot_gateway.detect.arrays import Flags, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.catalogue import DeviceModel
from iot_gateway.detect.memory import Proof

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
    beyond: int = 0
    """Samples beyond a limit that people set, of the last block"""


def metrics_of(known: DeviceModel, group_name: str, leading: str) -> list[str]:
    """Return the metrics that have to be back in their band."""
    for group in known.groups:
        if group.name == group_name:
            return [lead.metric for lead in group.leads]
    return [leading]


@dataclass(frozen=True)
class Samples:
    """Samples of one device: instants (n,), residuals in scales (n, metrics), NaN where nothing was expected."""

    ts: Ints
    residuals: Floats


def residuals(bank: Bank, row: int, weeks: Ints, values: Floats) -> Floats:
    """Return how far samples (n, metrics) of hours of the week (n,) lie from what is expected, in scales."""
    expected, scale = bank.expect(row, weeks, values)
    return np.asarray((values - expected) / scale)


def residuals_after_repair(bank: Bank, row: int, weeks: Ints, values: Floats) -> Floats:
    """Return how far samples lie from what is expected, by the level of their series or by its fit alone.

    The level of a wandering metric may have followed the weather or the fault, so the nearer of the two counts.
    """
    _, scale = bank.expect(row, weeks, values)
    by_level = residuals(bank, row, weeks, values)
    by_fit = by_level + bank.memory(row).level / scale
    wandering = np.array([name in bank.known.wandering for name in bank.metrics])
    return np.where(wandering & (np.abs(by_fit) < np.abs(by_level)), by_fit, by_level)


@dataclass(frozen=True)
class Trial:
    """A repair on trial: its counts, which metrics count (name -> column), and how noisy their samples are."""

    proof: Proof
    columns: dict[str, int | None]
    noise: dict[str, float]
    """Deviation of one sample within an hour, in scales of an hourly mean"""


def trial_of(bank: Bank, row: int, proof: Proof, names: Sequence[str]) -> Trial:
    """Return a repair on trial with what the bank knows of its metrics; without a profile noise is infinite."""
    one = np.array([row])
    ratio = bank.book.column("sample_scale", one, np.nan)[0] / bank.book.column("scale", one, np.nan)[0]
    noise = dict(zip(bank.metrics, np.where(np.isnan(ratio), np.inf, ratio).tolist(), strict=True))
    columns = {name: bank.metrics.index(name) if name in bank.metrics else None for name in names}
    return Trial(proof, columns, noise)


def weigh(trial: Trial, samples: Samples) -> Outcome | None:
    """Take in samples; return the verdict once there is one.

    A metric without a profile proves itself by being there. After enough samples over enough seconds the mean
    residual of each metric must lie within 3 scales; three blocks outside are a relapse.
    """
    proof = trial.proof
    for index in np.flatnonzero(samples.ts > proof.since).tolist():
        _add(trial, samples.residuals[index])
        at = int(samples.ts[index])
        if proof.count < proof.samples or at - proof.since < 1000 * proof.seconds:
            continue
        outcome = _judge(trial, at)
        if outcome is not None:
            return outcome
    return None


def _add(trial: Trial, residuals: Floats) -> None:
    proof = trial.proof
    proof.count += 1
    for name, column in trial.columns.items():
        if column is not None and not np.isnan(residuals[column]):
            proof.residuals[name] = proof.residuals.get(name, 0.0) + float(residuals[column])


def _judge(trial: Trial, at: int) -> Outcome | None:
    proof = trial.proof
    count = proof.count
    means = {name: proof.residuals.get(name, 0.0) / count for name in trial.columns}
    slack = {name: 2.0 * trial.noise.get(name, np.inf) / np.sqrt(count) for name in means}
    good = all(abs(mean) <= GOOD_SCALES + slack[name] for name, mean in means.items())
    verdict = _verdict(proof, good=good)
    return Outcome(verdict, at, count, means) if verdict is not None else None


def _verdict(proof: Proof, *, good: bool) -> Verdict | None:
    """End a block: proven by a good one, relapsed by the last of several that are not."""
    if good:
        return Verdict.PROVEN
    proof.blocks_off += 1
    proof.count, proof.residuals, proof.beyond = 0, {}, 0
    return Verdict.RELAPSED if proof.blocks_off >= BLOCKS_UNTIL_RELAPSE else None


def stay_clear(proof: Proof, ts: Ints, beyond: Flags) -> Outcome | None:
    """Take in samples (n,), beyond a limit that people set or not; return the verdict once there is one.

    A block of enough samples over enough seconds, none of them beyond, is the proof; three others are a relapse.
    """
    for at, off in zip(ts.tolist(), beyond.tolist(), strict=True):
        if at <= proof.since:
            continue
        proof.count, proof.beyond = proof.count + 1, proof.beyond + off
        if proof.count < proof.samples or at - proof.since < 1000 * proof.seconds:
            continue
        count, off_count = proof.count, proof.beyond
        verdict = _verdict(proof, good=off_count == 0)
        if verdict is not None:
            return Outcome(verdict, at, count, {}, off_count)
    return None
