"""Has the repair worked: live samples against the expected band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from iot_gateway.detect.arrays import HOUR_MS, HOURS_PER_WEEK, Flags, Floats, Ints
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.catalogue import DeviceModel
from iot_gateway.detect.memory import Proof, Spread

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
    limits: dict[str, float]
    """metric -> how far it may be off, infinite where nothing is known of it"""
    beyond: int = 0
    """Samples beyond a limit that people set, of the last block"""
    spreads: Mapping[str, float] = field(default_factory=dict)
    """How many times the usual one the spread is, of each metric that speaks by it"""


def metrics_of(known: DeviceModel, group_name: str, leading: str) -> list[str]:
    """Return the metrics that have to be back in their band."""
    for group in known.groups:
        if group.name == group_name:
            return [lead.metric for lead in group.leads]
    return [leading]


def restless_metrics_of(known: DeviceModel, group_name: str) -> list[str]:
    """Return the metrics whose spread within the hour has to be the usual one again."""
    leads = next((group.leads for group in known.groups if group.name == group_name), ())
    return [lead.metric for lead in leads if lead.rough]


def settle_levels(bank: Bank, row: int, weeks: Ints, values: Floats) -> None:
    """Let wandering metrics of a repaired device go on from their fit where that fits the samples better.

    Their level had followed the fault: without this the way back would look like a fault in the other direction.
    """
    level = bank.memory(row).level
    wandering = np.array([name in bank.known.wandering for name in bank.metrics])
    if not wandering.any():
        return
    _, scale = bank.expect(row, weeks, values)
    by_level = residuals(bank, row, weeks, values)
    off_level, off_fit = (np.abs(np.nansum(part, axis=0)) for part in (by_level, by_level + level / scale))
    level[wandering & (off_fit < off_level)] = 0.0


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
    """Return how far samples lie outside all that is expected about their time.

    What is expected is that of hourly means, so a machine that changes over within the hour, as its schedule says,
    is first in the hour before and then in the one after. The level of a wandering metric may have followed the
    weather or the fault, so its fit alone counts as well.
    """
    _, scale = bank.expect(row, weeks, values)
    wandering = np.array([name in bank.known.wandering for name in bank.metrics])
    level = np.where(wandering, bank.memory(row).level, 0.0)
    expected = [bank.expect(row, (weeks + hour) % HOURS_PER_WEEK, values)[0] for hour in (-1, 0, 1)]
    bounds = np.array([one - moved for one in expected for moved in (0.0, level)])
    nearest = np.clip(values, bounds.min(axis=0), bounds.max(axis=0))
    return np.asarray((values - nearest) / scale)


@dataclass(frozen=True)
class Trial:
    """A repair on trial: its counts, the metric that led to the case, which metrics count, and their noise."""

    proof: Proof
    leading: str
    columns: dict[str, int | None]
    """metric -> column"""
    noise: dict[str, float]
    """Deviation of one sample within an hour, in scales of an hourly mean"""
    restless: Mapping[str, float] = field(default_factory=dict)
    """Metric that speaks by its spread -> how many times the usual one that may be"""


def trial_of(
    bank: Bank, row: int, proof: Proof, names: Sequence[str], *, leading: str, restless: Sequence[str] = ()
) -> Trial:
    """Return a repair on trial with what the bank knows of its metrics; without a profile noise is infinite.

    Of the `restless` ones the spread counts as well: a machine that cycles or chatters keeps its means.
    """
    one = np.array([row])
    ratio = bank.book.column("sample_scale", one, np.nan)[0] / bank.book.column("scale", one, np.nan)[0]
    noise = dict(zip(bank.metrics, np.where(np.isnan(ratio), np.inf, ratio).tolist(), strict=True))
    columns = {name: bank.metrics.index(name) if name in bank.metrics else None for name in names}
    limits = np.exp(bank.book.column("rough_limit", one, np.inf)[0])
    allowed = {name: float(limits[bank.metrics.index(name)]) for name in restless if name in bank.metrics}
    return Trial(proof, leading, columns, noise, allowed)


def weigh(trial: Trial, samples: Samples) -> Outcome | None:
    """Take in samples; return the verdict once there is one.

    After enough samples over enough seconds the mean residual of each metric must lie within `tolerance`, and a metric
    that speaks by its spread must spread as usual; three blocks otherwise are a relapse. A metric without a profile
    proves itself by being there; the one that led to the case must have been there if it has one.
    """
    proof = trial.proof
    for index in np.flatnonzero(samples.ts > proof.since).tolist():
        at = int(samples.ts[index])
        _add(trial, at, samples.residuals[index])
        if _complete(proof, at):
            outcome = _judge(trial, at)
            if outcome is not None:
                return outcome
    return None


def tolerance(noise: float, *, count: int, seconds: float) -> float:
    """Return how far the mean of `count` samples over `seconds` may be off, in scales of an hourly mean.

    Three deviations. To that of an hourly mean comes what the samples' own noise leaves, and, as long as the samples
    lie close together, slow noise: neighbours are alike, so that their mean wanders within its hour about as much as
    one hour differs from the next, if samples do. Over an hour that is gone.
    """
    slow = max(0.0, 1.0 - 1000.0 * seconds / HOUR_MS) * min(noise, 1.0) ** 2
    return float(GOOD_SCALES * np.sqrt(1.0 + slow + noise**2 / count))


def _complete(proof: Proof, at: int) -> bool:
    """Tell whether a block has enough samples over enough seconds."""
    return proof.count >= proof.samples and at - _begun(proof) >= 1000 * proof.seconds


def _begun(proof: Proof) -> int:
    return max(proof.begun, proof.since)


def _add(trial: Trial, at: int, residuals: Floats) -> None:
    proof = trial.proof
    proof.count += 1
    for name, column in trial.columns.items():
        if column is not None and not np.isnan(residuals[column]):
            proof.residuals[name] = proof.residuals.get(name, 0.0) + float(residuals[column])
            proof.counts[name] = proof.counts.get(name, 0) + 1
            if name in trial.restless:
                _widen(proof.spreads.setdefault(name, Spread()), at // HOUR_MS, float(residuals[column]))


def _widen(spread: Spread, hour: int, value: float) -> None:
    """Take in a residual: squared distances from the mean of its hour (Welford 1962)."""
    if hour != spread.hour:
        spread.past_squares, spread.past_freedom = _pooled(spread)
        spread.hour, spread.count, spread.mean, spread.squares = hour, 0, 0.0, 0.0
    spread.count += 1
    before = value - spread.mean
    spread.mean += before / spread.count
    spread.squares += before * (value - spread.mean)


def _pooled(spread: Spread) -> tuple[float, int]:
    return spread.past_squares + spread.squares, spread.past_freedom + max(spread.count - 1, 0)


def _judge(trial: Trial, at: int) -> Outcome | None:
    proof = trial.proof
    count, seconds = proof.count, (at - _begun(proof)) / 1000.0
    means = {name: total / proof.counts[name] for name, total in proof.residuals.items()}
    limits = {name: tolerance(trial.noise[name], count=proof.counts[name], seconds=seconds) for name in means}
    there = trial.leading in means or not np.isfinite(trial.noise.get(trial.leading, np.inf))
    spreads = {name: ratio for name in trial.restless if (ratio := _spread(trial, name)) is not None}
    good = there and all(abs(mean) <= limits[name] for name, mean in means.items())
    good = good and all(ratio <= trial.restless[name] for name, ratio in spreads.items())
    verdict = _verdict(proof, at, good=good)
    return Outcome(verdict, at, count, means, limits, spreads=spreads) if verdict is not None else None


def _spread(trial: Trial, name: str) -> float | None:
    """Return how many times the usual one the spread of a metric is in this block; None where none is usual."""
    usual, seen = trial.noise.get(name, np.inf), trial.proof.spreads.get(name)
    if not (0 < usual < np.inf) or seen is None:
        return None
    squares, freedom = _pooled(seen)
    return float(np.sqrt(squares / freedom)) / usual if freedom else None


def _verdict(proof: Proof, at: int, *, good: bool) -> Verdict | None:
    """End a block: proven by a good one, relapsed by the last of several that are not."""
    if good:
        return Verdict.PROVEN
    proof.blocks_off += 1
    proof.begun, proof.count, proof.beyond = at, 0, 0
    proof.residuals, proof.counts, proof.spreads = {}, {}, {}
    return Verdict.RELAPSED if proof.blocks_off >= BLOCKS_UNTIL_RELAPSE else None


def stay_clear(proof: Proof, ts: Ints, beyond: Flags) -> Outcome | None:
    """Take in samples (n,), beyond a limit that people set or not; return the verdict once there is one.

    A block of enough samples over enough seconds, none of them beyond, is the proof; three others are a relapse.
    """
    for at, off in zip(ts.tolist(), beyond.tolist(), strict=True):
        if at <= proof.since:
            continue
        proof.count, proof.beyond = proof.count + 1, proof.beyond + off
        if not _complete(proof, at):
            continue
        count, off_count = proof.count, proof.beyond
        verdict = _verdict(proof, at, good=off_count == 0)
        if verdict is not None:
            return Outcome(verdict, at, count, {}, {}, off_count)
    return None
