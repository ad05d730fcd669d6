"""Laws of the detectors: what is fast equals what is plain, and what was interrupted equals what was not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect import catalogue, common, cusum, learning, memory, profile, proof, roughness, window
from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.bank import Bank
from iot_gateway.detect.catalogue import DeviceModel, Group, Lead, Metric
from tests.detecting import a_bank, reloaded, score

floats = st.floats(-50, 50)
maybe = st.one_of(st.just(float("nan")), floats)
TWO = DeviceModel(
    metrics={"a": Metric("", -1e3, 1e3), "b": Metric("", -1e3, 1e3)},
    groups=(Group("a", (Lead("a", 0),)),),
)


@st.composite
def arrivals(draw, *, longest: int = 40):
    """Samples of three devices: rows, instants that may go back, values that often stay the same."""
    count = draw(st.integers(1, longest))
    rows = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    steps = draw(st.lists(st.integers(-HOUR_MS, 2 * HOUR_MS), min_size=count, max_size=count))
    cell = st.sampled_from([float("nan"), 0.0, 1.5, -2.0, 7.25])
    values = draw(st.lists(st.lists(cell, min_size=2, max_size=2), min_size=count, max_size=count))
    ts = 90 * HOUR_MS + np.cumsum(np.array(steps, dtype=np.int64))
    return np.array(rows), ts, np.array(values)


class Plain:
    """One device as a person would write it down: sample by sample."""

    def __init__(self, hour):
        self.hour, self.cells, self.closed = hour, [[], []], []
        self.runs = [[float("nan"), 0, 0, 0] for _ in range(2)]

    def add(self, ts, values):
        hour = ts // HOUR_MS
        if hour > self.hour:
            if any(self.cells):
                means = [sum(cell) / len(cell) if cell else float("nan") for cell in self.cells]
                self.closed.append((self.hour, means, [list(run) for run in self.runs]))
            self.hour, self.cells = hour, [[], []]
        for column, value in enumerate(values):
            if np.isnan(value):
                continue
            if hour == self.hour:
                self.cells[column].append(value)
            run = self.runs[column]
            if value != run[0]:
                run[0], run[1], run[2] = value, ts, 0
            run[2] += 1
            run[3] = max(run[3], ts - run[1])


@settings(deadline=None)
@given(arrivals(), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_hours_and_runs_are_the_plain_ones_however_the_samples_are_cut(data, cuts) -> None:
    rows, ts, values = data
    bank, plain, closed = Bank(TWO, ("a", "b")), [Plain(45) for _ in range(3)], [[], [], []]
    for number in range(3):
        bank.add(number, hour=45)
    start = index = 0
    while start < len(ts):
        end = start + cuts[index % len(cuts)]
        order = start + np.argsort(rows[start:end], kind="stable")
        for turn in bank.take(rows[order], ts[order], values[order]).rounds():
            for place, row in enumerate(turn.rows.tolist()):
                closed[row].append((turn, place))
        start, index = end, index + 1
    for row, at, sample in zip(rows.tolist(), ts.tolist(), values.tolist(), strict=True):
        plain[row].add(at, sample)

    for row in range(3):
        assert [int(turn.hours[place]) for turn, place in closed[row]] == [hour for hour, _, _ in plain[row].closed]
        for (turn, place), (_, means, runs) in zip(closed[row], plain[row].closed, strict=True):
            np.testing.assert_allclose(turn.means[place], means, rtol=1e-12)
            found = (turn.runs.value, turn.runs.since, turn.runs.count, turn.runs.longest)
            np.testing.assert_array_equal([part[place] for part in found], np.array(runs).T)
        for field, part in zip(("value", "since", "run", "longest"), zip(*plain[row].runs, strict=True), strict=True):
            np.testing.assert_array_equal(bank.table[field][row], part)


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


def a_fleet(seed, *, devices=3, samples=2000):
    """Pumps with samples every quarter of an hour, the last with a bearing that fails."""
    rng = np.random.default_rng(seed)
    metrics = list(catalogue.model("pump").metrics)
    ts = np.tile(np.arange(samples, dtype=np.int64) * 900_000, devices)
    values = 50 + rng.normal(size=(devices * samples, len(metrics)))
    values[-300:, metrics.index("vibration_mm_s")] += 4.0
    values[rng.random(values.shape) < 0.02] = np.nan
    return np.repeat(np.arange(devices), samples), ts, values


def cases_of(bank, *samples):
    """Return group and kind of the cases that samples open, as (hour, group, how)."""
    opened = []
    for turn in score(bank, *samples):
        for place, result in turn.found.items():
            for found in result.opened:
                row = int(turn.closed.rows[place])
                bank.memory(row).active[found.group.name] = "case"
                opened.append((row, found.group.name, found.how))
    return opened


def test_what_varies_within_the_hour_or_is_not_sent_any_more_makes_a_case_though_the_mean_stays() -> None:
    rows, ts, values = a_fleet(11, devices=4)
    names = list(catalogue.model("pump").metrics)
    vibration, pressure = names.index("vibration_mm_s"), names.index("pressure_kpa")
    values[rows == 3, vibration] -= np.where(np.arange(2000) >= 1700, 4.0, 0.0)
    late = ts >= 1700 * 900_000
    values[late & (rows == 0), pressure] += np.tile([5.0, -5.0], 150)
    values[late & (rows == 1), names.index("flow_m3h")] += np.tile([5.0, -5.0], 150)
    values[late & (rows == 2), names.index("bearing_temp_c")] = np.nan

    assert cases_of(a_bank("pump", devices=4), rows, ts, values) == [
        (0, "impeller", "rough"),
        (1, "sensor", "rough"),
        (2, "sensor", "silent"),
    ]


@given(st.lists(st.lists(st.floats(0, 50), min_size=2, max_size=2), min_size=1, max_size=50), st.floats(0.1, 20))
def test_restlessness_grows_with_the_spread_and_a_single_hour_is_no_alarm(spreads, usual) -> None:
    small, large = np.zeros(1), np.zeros(1)
    for one, other in spreads:
        small = roughness.follow(small, np.array([min(one, other)]), np.array([usual]))
        large = roughness.follow(large, np.array([max(one, other)]), np.array([usual]))

    assert small <= large
    assert roughness.follow(np.zeros(1), np.array([1e9]), np.array([usual])) < roughness.LEAST_LIMIT
    np.testing.assert_array_equal(roughness.follow(small, np.array([np.nan]), np.array([usual])), small)


@given(st.lists(st.lists(maybe, min_size=5, max_size=5), min_size=1, max_size=20))
def test_the_median_of_the_others_is_the_plain_one(rows) -> None:
    values = np.array(rows)

    found = common.leave_one_out_median(values)

    for row, medians in zip(rows, found.tolist(), strict=True):
        for column, median in enumerate(medians):
            others = [value for place, value in enumerate(row) if place != column and not np.isnan(value)]
            np.testing.assert_allclose(median, np.median(others) if len(others) > 1 else np.nan)


def test_a_load_that_nobody_measures_opens_no_case_and_hides_no_fault() -> None:
    rng = np.random.default_rng(3)
    metrics = ("a", "b", "c", "d", "e")
    ts = np.arange(3000, dtype=np.int64) * 900_000
    load = np.repeat(np.cumsum(rng.normal(size=150)) * 0.3 + rng.normal(size=150), 20)
    load[2400:] += 6.0
    values = 50 + load[:, None] * np.array([1.0, -0.8, 1.2, 0.9, 1.1]) + 0.3 * rng.normal(size=(3000, 5))
    broken = values.copy()
    broken[2700:, 3] += 2.0

    opened = []
    for series in (values, broken):
        bank = Bank(catalogue.model("of nobody", metrics), metrics)
        bank.add(0, hour=0)
        opened.append(cases_of(bank, np.zeros(3000, dtype=np.int64), ts, series))

    assert opened == [[], [(0, "d", "level")]]


def told(judged):
    """Return what can be seen of judged hours: every hour of every device, in order."""
    return sorted(
        (row, hour, expected.tobytes(), scale.tobytes(), *seen(turn.found.get(place)))
        for turn in judged
        for place, (row, hour, expected, scale) in enumerate(
            zip(turn.closed.rows.tolist(), turn.closed.hours.tolist(), turn.expected, turn.scale, strict=True)
        )
    )


def seen(result):
    if result is None:
        return ()
    return repr(result.readings), list(result.alarming), [(f.severity, repr(f.window)) for f in result.opened]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 2000), min_size=1, max_size=6))
def test_resuming_from_a_checkpoint_equals_never_having_stopped(seed, cuts) -> None:
    rows, ts, values = a_fleet(seed)
    whole = a_bank("pump", devices=3)
    parts, resumed = a_bank("pump", devices=3), []

    results = list(score(whole, rows, ts, values))
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 2000], strict=True):
        part = np.flatnonzero((ts >= start * 900_000) & (ts < end * 900_000))
        resumed += list(score(parts, rows[part], ts[part], values[part]))
        parts = reloaded(parts)

    assert [whole.dump(row) for row in range(3)] == [parts.dump(row) for row in range(3)]
    assert {f.group.name for turn in results for r in turn.found.values() for f in r.opened} <= {"bearing"}
    assert told(results) == told(resumed)


def test_a_device_among_others_is_judged_as_if_it_were_alone() -> None:
    rows, ts, values = a_fleet(5)
    fleet = a_bank("pump", devices=3)
    together = told(score(fleet, rows, ts, values))

    for number in range(3):
        alone = a_bank("pump")
        own = rows == number

        single = told(score(alone, np.zeros(own.sum(), dtype=np.int64), ts[own], values[own]))

        assert [line[1:] for line in single] == [line[1:] for line in together if line[0] == number]
        assert alone.dump(0) == fleet.dump(number)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000))
def test_profiles_in_little_room_expect_what_the_full_ones_do(seed, size) -> None:
    rng = np.random.default_rng(seed)
    known = catalogue.model("ev_charger")
    metrics, hours = tuple(known.metrics), np.arange(500)
    means = size * (20 + rng.normal(size=(500, len(metrics))) + 5 * np.sin(hours / 24 * 2 * np.pi)[:, None])
    history = learning.History(hours, hours % 168, means, np.full_like(means, np.nan), np.zeros(6, dtype=np.int64))
    full = learning.fit_all(known, metrics, history)
    bank = a_bank("ev_charger")
    bank.book.put(0, full)
    now, before = means[1:] + size * rng.normal(size=(499, 6)), means[:-1]

    expected, scale = bank.book.expect(
        np.zeros(499, dtype=np.int64), hours[1:] % 168, now, before, level=np.zeros((1, 6))
    )

    for name, found in full.items():
        drivers = [(before if "@" in n else now)[:, metrics.index(n.partition("@")[0])] for n in found.regressors]
        plain, wide = profile.expect(found, hours[1:] % 168, np.column_stack(drivers))
        column = metrics.index(name)
        assert np.abs(expected[:, column] - plain).max() < 0.05 * found.scale
        np.testing.assert_allclose(scale[:, column], wide, rtol=0.02)


def test_bytes_of_another_version_are_told_from_ours() -> None:
    bank = a_bank("pump")

    assert memory.load(b"\x80") is None
    assert memory.load(bank.dump(0)[:-1]) is None
    assert memory.load(bank.dump(0)) is not None


@given(st.lists(floats, min_size=6, max_size=120), st.floats(1, 40))
def test_the_failure_window_is_in_order(index, fails_at) -> None:
    found = window.failure_window(
        np.arange(len(index), dtype=np.float64), np.array(index), fails_at=fails_at, cold=True
    )

    if found is not None:
        assert 0 <= found.p10_hours <= found.p50_hours <= found.p90_hours
        assert found.low_confidence


def test_a_proof_needs_enough_samples_over_enough_time() -> None:
    bank = a_bank("thermometer")
    trial = proof.trial_of(bank, 0, memory.Proof(since=0, samples=10, seconds=60), ["value"], leading="value")
    ts = np.arange(1, 41, dtype=np.int64) * 2000
    residuals = proof.residuals(bank, 0, np.zeros(40, dtype=np.int64), np.ones((40, 1)))

    outcome = proof.weigh(trial, proof.Samples(ts, residuals))

    assert outcome is not None
    assert outcome.verdict is proof.Verdict.PROVEN
    assert outcome.at == 60_000
