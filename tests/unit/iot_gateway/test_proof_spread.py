"""What proves a repair: the spread of a metric that speaks by it, and a level that must not look like a fault later."""

import numpy as np
import pytest

from iot_gateway.detect import catalogue, proof
from iot_gateway.detect.arrays import Floats
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.memory import Proof
from iot_gateway.detect.proof import Verdict
from tests.detecting import a_bank, score

METRICS = list(catalogue.model("pump").metrics)
PRESSURE, BEARING = METRICS.index("pressure_kpa"), METRICS.index("bearing_temp_c")
LEARNED = 1600
QUARTER_MS = 900_000


def healthy(count: int, *, seed: int) -> Floats:
    return 50 + np.random.default_rng(seed).normal(size=(count, len(METRICS)))


def a_known_pump() -> Bank:
    bank = a_bank("pump")
    feed(bank, healthy(LEARNED, seed=1), start=0)
    return bank


def feed(bank: Bank, values: Floats, *, start: int) -> list[str]:
    """Judge samples, a quarter of an hour apart; return the groups that they would open a case for."""
    ts = (start + np.arange(len(values), dtype=np.int64)) * QUARTER_MS
    found = []
    for turn in score(bank, np.zeros(len(values), dtype=np.int64), ts, values):
        for result in turn.found.values():
            found += [suspected.group.name for suspected in result.opened]
    return found


@pytest.mark.parametrize(("swing", "verdict"), [(0.0, Verdict.PROVEN), (5.0, Verdict.RELAPSED)])
def test_an_impeller_is_proven_by_the_spread_of_its_metrics_not_by_their_means(swing: float, verdict: Verdict) -> None:
    bank, count = a_known_pump(), 400
    values = healthy(count, seed=2)
    values[:, PRESSURE] += swing * np.tile([1.0, -1.0], count // 2)
    ts = (LEARNED + np.arange(count, dtype=np.int64)) * QUARTER_MS
    names = proof.metrics_of(bank.known, "impeller", "")
    restless = proof.restless_metrics_of(bank.known, "impeller")
    trial = proof.trial_of(
        bank, 0, Proof(since=int(ts[0]) - 1, samples=100, seconds=3600), names, leading=names[0], restless=restless
    )

    outcome = proof.weigh(trial, proof.Samples(ts, proof.residuals(bank, 0, ts // (4 * QUARTER_MS) % 168, values)))

    assert outcome is not None
    assert outcome.verdict is verdict
    assert outcome.samples == 100
    assert all(abs(mean) < 3 for mean in outcome.residuals.values())
    assert (outcome.spreads["pressure_kpa"] > 2) is (verdict is Verdict.RELAPSED)


def test_a_level_that_had_followed_the_fault_opens_no_case_on_the_way_back() -> None:
    opened = {}
    for settled in (False, True):
        bank = a_known_pump()
        bank.memory(0).level[BEARING] += 8.0
        after = healthy(200, seed=3)
        if settled:
            proof.settle_levels(bank, 0, np.zeros(8, dtype=np.int64), after[:8])
        opened[settled] = feed(bank, after, start=LEARNED)

    assert opened[False] != []
    assert opened[True] == []


def test_a_level_that_is_right_stays() -> None:
    bank = a_known_pump()
    bank.memory(0).level[BEARING] = 8.0
    warm = healthy(20, seed=4)
    warm[:, BEARING] += 8.0

    proof.settle_levels(bank, 0, np.zeros(20, dtype=np.int64), warm)

    assert bank.memory(0).level[BEARING] == 8.0
