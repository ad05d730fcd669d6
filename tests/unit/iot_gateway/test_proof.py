"""What proves a repair, and what contradicts it: on machines of the simulator, and on figures made for the question."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from firmware_sim.scenario_file import parse_scenario
from firmware_sim.stream import DeviceStream
from iot_gateway.detect import catalogue, hours, learning, proof
from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.memory import Proof
from iot_gateway.detect.proof import Samples, Trial, Verdict
from iot_gateway.drive import Batch, Drive, Driven
from tests.detecting import a_bank

ZONE = ZoneInfo("Asia/Shanghai")
PUMP = tuple(catalogue.MODELS["pump"].metrics)
SICK = """
name: sick
history: 21d
live: 1s
defaults: {{missing: 0.01, spikes: 0.0005}}
devices:
  - {{name: demo-pump-01, model: pump}}
faults:
  - {{device: demo-pump-01, mode: {mode}, onset: -6d, failure: +36h, severity: 10}}
"""


def matrix(rows) -> tuple[np.ndarray, np.ndarray]:
    values = [[row.get(name, np.nan) for name in PUMP] for _, row in rows]
    return np.array([ts for ts, _ in rows], dtype=np.int64), np.array(values, dtype=np.float64)


def judged(mode: str, group: str, end: datetime, *, seed: int) -> list[Verdict | None]:
    """Play a pump up to its visit; return what proofs of 15 s say when nothing was mended, and when it was."""
    scenario = parse_scenario(SICK.format(mode=mode))
    end_ms = round(end.timestamp() * 1000)
    stream = DeviceStream(scenario, scenario.devices[0], seed=seed, end_ms=end_ms)
    ts, values = matrix([(arrival.ts, arrival.values) for arrival in stream.arrivals()])
    drive = Drive([Driven("pump", "pump", PUMP, 300.0, ZONE)], hour=int(ts[0]) // HOUR_MS, act=lambda *_: None)
    drive.take([Batch("pump", ts, values)])
    bank = drive._places["pump"].bank
    names = proof.metrics_of(bank.known, group, "")
    found = []
    for begin in (end_ms, end_ms + 60_000):
        live = [(begin + 1000 * n, stream.live(begin + 1000 * n)) for n in range(1, 60)]
        ts, values = matrix([sample for sample in live if sample[1]])
        weeks = np.array([hours.hour_of_week(int(at) // HOUR_MS, ZONE) for at in ts])
        trial = proof.trial_of(bank, 0, Proof(begin, samples=15, seconds=15), names, leading=names[0])
        outcome = proof.weigh(trial, Samples(ts, proof.residuals_after_repair(bank, 0, weeks, values)))
        found.append(outcome.verdict if outcome else None)
        stream.repair(begin + 60_000)
    return found


@pytest.mark.parametrize(
    ("mode", "group", "at", "seed"),
    [
        ("bearing_wear", "bearing", (13, 36), 1),
        ("filter_clogging", "filter", (21, 3), 34),
    ],
    ids=["slow noise", "begins to work"],
)
def test_a_short_proof_of_a_mended_machine_holds_at_any_time_of_its_day(mode, group, at, seed) -> None:
    assert judged(mode, group, datetime(2026, 11, 26, *at, tzinfo=UTC), seed=seed) == [
        Verdict.RELAPSED,
        Verdict.PROVEN,
    ]


def a_trial(*, samples: int = 10, seconds: int = 60, noise: float = 0.0) -> Trial:
    return Trial(Proof(since=0, samples=samples, seconds=seconds), "vibration", {"vibration": 0}, {"vibration": noise})


def off(count: int, by: float, *, every_ms: int = 2000) -> Samples:
    return Samples(np.arange(1, count + 1, dtype=np.int64) * every_ms, np.full((count, 1), by))


def test_each_block_of_a_proof_lasts_as_long_as_the_first() -> None:
    trial = a_trial(samples=10, seconds=60)

    before = proof.weigh(trial, off(89, 40.0))
    relapse = proof.weigh(trial, Samples(np.array([180_000]), np.array([[40.0]])))

    assert before is None
    assert relapse is not None
    assert (relapse.verdict, relapse.at) == (Verdict.RELAPSED, 180_000)


def test_a_block_that_is_good_after_others_that_are_not_is_the_proof() -> None:
    trial = a_trial(samples=10, seconds=60)
    first = off(60, 40.0)

    assert proof.weigh(trial, first) is None
    outcome = proof.weigh(trial, Samples(first.ts + 120_000, first.residuals * 0.0))

    assert outcome is not None
    assert outcome.verdict is Verdict.PROVEN


def test_the_metric_that_led_to_the_case_has_to_be_sent() -> None:
    trial = a_trial(samples=10, seconds=20)

    outcome = proof.weigh(trial, off(60, np.nan))

    assert outcome is not None
    assert outcome.verdict is Verdict.RELAPSED


def test_gaps_in_a_metric_do_not_make_it_look_better() -> None:
    samples = off(60, 5.0)
    samples.residuals[::2] = np.nan

    outcome = proof.weigh(a_trial(samples=10, seconds=20), samples)

    assert outcome is not None
    assert outcome.verdict is Verdict.RELAPSED


def test_the_tolerance_is_that_of_an_hourly_mean_over_an_hour_and_wider_for_less() -> None:
    spans = [15.0, 600.0, 3600.0, 7200.0]
    limits = [proof.tolerance(1.5, count=120, seconds=span) for span in spans]

    assert limits[0] > limits[1] > limits[2] == limits[3]
    assert limits[2] == pytest.approx(3.0, abs=0.1)
    assert proof.tolerance(1.5, count=15, seconds=15.0) > limits[0]
    assert proof.tolerance(0.0, count=15, seconds=15.0) == 3.0


def a_shift_worker() -> Bank:
    """Return a pump that gives 40 m³/h by day, from 8 to 20 o'clock, and 10 by night."""
    bank = a_bank("pump")
    at = np.arange(28 * 24)
    rng = np.random.default_rng(1)
    means = np.tile(np.array([30.0, 200.0, 20.0, 40.0, 1.5, 50.0]), (len(at), 1)) + rng.normal(size=(len(at), 6)) * 0.1
    means[:, 0] = np.where((at % 24 >= 8) & (at % 24 < 20), 40.0, 10.0) + rng.normal(size=len(at)) * 0.1
    still = np.zeros(6, dtype=np.int64)
    history = learning.History(at, at % 168, means, np.full_like(means, 0.1), still)
    bank.book.put(0, learning.fit_all(bank.known, bank.metrics, history))
    return bank


def test_a_machine_is_healthy_in_either_state_of_the_hour_in_which_it_changes_over() -> None:
    bank = a_shift_worker()
    usual = np.array([40.0, 200.0, 20.0, 40.0, 1.5, 50.0])
    flows, weeks = np.array([10.0, 25.0, 40.0, 60.0, 10.0]), np.array([8, 8, 8, 8, 12])
    values = np.tile(usual, (5, 1))
    values[:, 0] = flows

    flow = proof.residuals_after_repair(bank, 0, weeks, values)[:, 0]

    assert np.abs(flow[:3]).max() < 3.0
    assert flow[3] > 20.0
    assert flow[4] < -20.0


def test_a_case_of_a_metric_that_nobody_knows_is_proven_by_samples() -> None:
    bank = a_bank("pump")
    trial = proof.trial_of(bank, 0, Proof(0, samples=10, seconds=20), ["odd"], leading="odd")

    outcome = proof.weigh(replace(trial), off(60, np.nan))

    assert outcome is not None
    assert outcome.verdict is Verdict.PROVEN
