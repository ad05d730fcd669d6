"""Laws of the detectors: what is fast equals what is plain, and what was interrupted equals what was not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect import catalogue, cusum, engine, hours, memory, proof, quality, window
from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.hours import OpenHour

floats = st.floats(-50, 50)
maybe = st.one_of(st.just(float("nan")), floats)


@st.composite
def series(draw, *, metrics: int = 2, longest: int = 60):
    gaps = draw(st.lists(st.integers(0, HOUR_MS), min_size=1, max_size=longest))
    values = draw(st.lists(st.lists(maybe, min_size=metrics, max_size=metrics), min_size=len(gaps), max_size=len(gaps)))
    return np.cumsum(np.array(gaps, dtype=np.int64)), np.array(values, dtype=np.float64)


def naive_hours(ts, values):
    found: dict[int, list[list[float]]] = {}
    for at, row in zip(ts.tolist(), values.tolist(), strict=True):
        found.setdefault(at // HOUR_MS, []).append(row)
    last = int(ts[-1]) // HOUR_MS
    return {
        hour: [np.mean(known) if (known := there(column)) else np.nan for column in zip(*rows, strict=True)]
        for hour, rows in found.items()
        if hour < last and any(there(row) for row in rows)
    }


def there(values):
    return [value for value in values if not np.isnan(value)]


@given(series(), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_hours_are_the_plain_means_however_the_samples_are_cut(data, cuts) -> None:
    ts, values = data
    current, closed = OpenHour.empty(int(ts[0]) // HOUR_MS, 2), []
    start, index = 0, 0
    while start < len(ts):
        end = start + cuts[index % len(cuts)]
        current, more = hours.accumulate(current, ts[start:end], values[start:end])
        closed, start, index = closed + more, end, index + 1

    expected = naive_hours(ts, values)

    assert [hour.hour for hour in closed] == sorted(expected)
    for hour in closed:
        np.testing.assert_allclose(hour.means, expected[hour.hour], rtol=1e-9, atol=1e-9)


@given(st.lists(st.lists(maybe, min_size=3, max_size=3), min_size=1, max_size=80), st.floats(5, 40))
def test_the_vectorised_sums_equal_the_loop(rows, limit) -> None:
    sums = cusum.Sums(np.zeros(3), np.zeros(3))
    for row in rows:
        sums = cusum.step(sums, np.array(row), np.full(3, limit))

    for column in range(3):
        high = low = 0.0
        for row in rows:
            z = max(-cusum.CLIP, min(cusum.CLIP, row[column]))
            if not np.isnan(row[column]):
                high = min(max(0.0, high + z - cusum.K), cusum.CEILING * limit)
                low = min(max(0.0, low - z - cusum.K), cusum.CEILING * limit)
        assert (sums.high[column], sums.low[column]) == (high, low)


@given(series(longest=40), st.integers(1, 39))
def test_runs_do_not_depend_on_where_the_samples_are_cut(data, cut) -> None:
    ts, values = data
    values = np.round(values / 25) * 25
    whole, _ = quality.follow_runs(quality.Runs.none(2), ts, values)
    first, _ = quality.follow_runs(quality.Runs.none(2), ts[:cut], values[:cut])
    parts, _ = quality.follow_runs(first, ts[cut:], values[cut:])

    np.testing.assert_array_equal(whole.value, parts.value)
    np.testing.assert_array_equal(whole.since, parts.since)
    np.testing.assert_array_equal(whole.count, parts.count)


def run(kept: memory.Memory, ts, values, *, cuts=(), reload=False):
    known = catalogue.model("pump")
    results, start = [], 0
    for end in (*cuts, len(ts)):
        kept.open_hour, closed = hours.accumulate(kept.open_hour, ts[start:end], values[start:end])
        results += [
            engine.advance(kept, known, hour, hour_of_week=hour.hour % 168, masked=False, muted=False)
            for hour in closed
        ]
        start = end
        if reload:
            kept = memory.load(memory.dump(kept))
    return kept, results


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 2000), min_size=1, max_size=6))
def test_resuming_from_a_checkpoint_equals_never_having_stopped(seed, cuts) -> None:
    rng = np.random.default_rng(seed)
    metrics = tuple(catalogue.model("pump").metrics)
    ts = np.arange(2000, dtype=np.int64) * 900_000
    values = 50 + rng.normal(size=(2000, len(metrics)))
    values[1700:, metrics.index("vibration_mm_s")] += 4.0

    whole, results = run(memory.new_memory("pump", metrics, hour=0), ts, values)
    parts, resumed = run(memory.new_memory("pump", metrics, hour=0), ts, values, cuts=sorted(cuts), reload=True)

    assert memory.dump(whole) == memory.dump(parts)
    assert {found.group.name for r in results for found in r.opened} <= {"bearing"}
    assert [(r.hour, list(r.alarming), [f.severity for f in r.opened]) for r in results] == [
        (r.hour, list(r.alarming), [f.severity for f in r.opened]) for r in resumed
    ]


@given(st.lists(floats, min_size=6, max_size=120), st.floats(1, 40))
def test_the_failure_window_is_in_order(index, fails_at) -> None:
    found = window.failure_window(
        np.arange(len(index), dtype=np.float64), np.array(index), fails_at=fails_at, cold=True
    )

    if found is not None:
        assert 0 <= found.p10_hours <= found.p50_hours <= found.p90_hours
        assert found.low_confidence


def test_a_proof_needs_enough_samples_over_enough_time() -> None:
    kept = memory.new_memory("thermometer", ("value",), hour=0)
    trial = memory.Proof(since=0, samples=10, seconds=60)
    ts = np.arange(1, 41, dtype=np.int64) * 2000
    samples = proof.Samples(ts, np.zeros(40, dtype=np.int64), np.ones((40, 1)))

    outcome = proof.weigh(kept, trial, ["value"], samples)

    assert outcome is not None
    assert outcome.verdict is proof.Verdict.PROVEN
    assert outcome.at == 60_000
