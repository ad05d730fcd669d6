"""When a fast chart's alarm becomes a fault: by the time it lasts, not by how often it comes."""

import numpy as np
import pytest

from iot_gateway.detect import sudden
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.catalogue import MODELS
from iot_gateway.detect.fast_chart import Chart
from iot_gateway.detect.memory import NO_NOTES, Watch, dump, load

NORMAL = np.ones(4)


def quiet(samples: int, *, seed: int = 1, metrics: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(samples, metrics))


def taught(metrics: int = 4) -> Watch:
    state = Watch(Chart.blank(metrics))
    times = 1000 * np.arange(1, sudden.LEARN_SAMPLES + 1)
    assert sudden.watch(state, times, quiet(sudden.LEARN_SAMPLES, metrics=metrics), np.ones(metrics)) is None
    return state


def run(state: Watch, seconds: int, *, off: float, seed: int = 2, factor: float = 1.0) -> bool:
    times = state.last_ts + 1000 * np.arange(1, seconds + 1)
    return sudden.watch(state, times, quiet(seconds, seed=seed) + off, np.full(4, factor)) is not None


def test_a_fault_is_certain_after_three_quarters_of_an_hour() -> None:
    state = taught()

    assert not run(state, 44 * 60, off=8.0)
    assert run(state, 2 * 60, off=8.0)


def test_short_upsets_never_add_up_while_there_is_more_rest() -> None:
    state = taught()

    for _ in range(8):
        assert not run(state, 10 * 60, off=8.0)
        assert not run(state, 12 * 60, off=0.0)


def test_a_deviation_that_the_profile_may_have_is_no_fault() -> None:
    assert not run(taught(), 2 * 3600, off=2.0)


def test_series_that_gave_false_cases_have_wider_limits() -> None:
    assert not run(taught(), 3600, off=8.0, factor=3.0)


def test_silence_confirms_nothing() -> None:
    state = taught()
    run(state, 60, off=8.0)
    state.last_ts += 3600_000

    assert not run(state, 40 * 60, off=8.0)


def test_late_and_repeated_samples_change_nothing() -> None:
    state = taught()
    before = (state.samples, state.last_ts, state.chart.level.copy())

    sudden.watch(state, np.array([5, 5, state.last_ts]), np.full((3, 4), 100.0), NORMAL)

    assert (state.samples, state.last_ts) == before[:2]
    assert np.array_equal(state.chart.level, before[2])


@pytest.mark.parametrize("cut", [1, 7, 300, 599])
def test_how_samples_are_cut_into_batches_does_not_matter(cut: int) -> None:
    whole, parts = taught(), taught()
    times = whole.last_ts + 1000 * np.arange(1, 3601)
    samples = quiet(3600, seed=5) + np.linspace(0, 18, 3600)[:, None]

    found = sudden.watch(whole, times, samples, NORMAL)
    first = None
    for start in range(0, 3600, cut):
        part = slice(start, start + cut)
        first = first if first is not None else sudden.watch(parts, times[part], samples[part], NORMAL)

    assert found is not None
    assert first is not None
    assert np.array_equal(found, first)


def test_a_watch_survives_a_checkpoint() -> None:
    bank = Bank(MODELS["pump"], tuple(MODELS["pump"].metrics))
    row = bank.add(7, hour=10)
    state = taught(len(bank.metrics))
    bank.memory(row).notes.watch = state

    body = load(bank.dump(row))

    assert body is not None
    assert body.notes.watch is not None
    assert body.notes != NO_NOTES
    assert np.array_equal(body.notes.watch.chart.level, state.chart.level)
    assert body.notes.watch.last_ts == state.last_ts
    assert dump(body.metrics, bank.table[row], body.notes) == bank.dump(row)
