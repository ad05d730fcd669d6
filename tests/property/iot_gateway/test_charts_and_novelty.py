"""Laws of the fast chart and of novelty."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.detect import fast_chart, novelty
from iot_gateway.detect.fast_chart import Chart
from iot_gateway.detect.novelty import Novelty

figures = st.floats(-1e6, 1e6) | st.just(float("nan"))


@st.composite
def tables(draw: st.DrawFn, rows: int = 60, columns: int = 3) -> np.ndarray:
    """Return samples (rows, columns) with gaps and stretches that stand still."""
    seed = draw(st.integers(0, 2**32 - 1))
    noise = np.random.default_rng(seed)
    table = noise.normal(size=(rows, columns)) * draw(st.sampled_from([0.0, 1e-3, 1.0, 1e5]))
    for _ in range(draw(st.integers(0, 10))):
        table[draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))] = draw(figures)
    return table


def charted(table: np.ndarray, learned: int = 30) -> tuple[np.ndarray, np.ndarray]:
    chart = Chart.blank(*table.shape[1:])
    scores, flags = [], []
    for row in table[:learned]:
        fast_chart.learn(chart, row)
    for row in table[learned:]:
        score = fast_chart.strength(chart, fast_chart.follow(chart, row))
        scores.append(score)
        flags.append(fast_chart.alarmed(chart, score))
    return np.array(scores), np.array(flags)


def novel(table: np.ndarray, learned: int = 30) -> np.ndarray:
    state = Novelty.blank(table.shape[1])
    hours = np.zeros(table.shape[1], dtype=np.int64)
    for index, row in enumerate(table[:learned]):
        novelty.learn(state, hours + index // 2, row)
    return np.array(
        [novelty.follow(state, hours + (learned + index) // 2, row).score for index, row in enumerate(table[learned:])]
    )


@settings(max_examples=50, deadline=None)
@given(tables())
def test_a_fleet_is_scored_as_each_of_its_devices(table: np.ndarray) -> None:
    fleet = np.stack([table, table[::-1], -table], axis=1)

    together, flags = charted(fleet)

    for device in range(3):
        alone, own = charted(fleet[:, device])
        assert np.array_equal(together[:, device], alone)
        assert np.array_equal(flags[:, device], own)
    assert np.array_equal(novel(table)[:, 0], novel(table[:, :1])[:, 0])


@settings(max_examples=50, deadline=None)
@given(tables())
def test_scores_are_finite_and_never_negative(table: np.ndarray) -> None:
    for scores in (charted(table)[0], novel(table)):
        assert np.isfinite(scores).all()
        assert (scores >= 0).all()


@settings(max_examples=50, deadline=None)
@given(tables(), st.integers(30, 59))
def test_no_score_depends_on_later_samples(table: np.ndarray, cut: int) -> None:
    changed = table.copy()
    changed[cut:] += 1000.0

    assert np.array_equal(charted(table)[0][: cut - 30], charted(changed)[0][: cut - 30])
    assert np.array_equal(novel(table)[: cut - 30], novel(changed)[: cut - 30])


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.5, 2.0, 1024.0]))
def test_the_unit_of_a_metric_does_not_matter(seed: int, factor: float) -> None:
    table = np.random.default_rng(seed).normal(size=(60, 3))

    assert np.allclose(charted(table)[0], charted(table * factor)[0])
    assert np.allclose(novel(table), novel(table * factor))


@settings(max_examples=50, deadline=None)
@given(tables())
def test_shares_add_up_to_one_or_to_nothing(table: np.ndarray) -> None:
    deviation = np.nan_to_num(table)

    total = fast_chart.shares(deviation).sum(axis=-1)

    assert (np.isclose(total, 1.0) | (np.abs(deviation).max(axis=-1) < 1e-150)).all()


@settings(max_examples=50, deadline=None)
@given(tables(rows=200))
def test_within_the_hold_only_what_is_stronger_is_reported(table: np.ndarray) -> None:
    learned = 100

    for scores in novel(table, learned=learned).T:
        reports = np.flatnonzero(scores)
        for before, after in pairwise(reports.tolist()):
            assert scores[after] > scores[before] or after - before > novelty.HOLD * learned / 2
