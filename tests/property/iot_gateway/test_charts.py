"""Laws of the slow charts of failure groups."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.detect import catalogue, charts

PUMP = catalogue.MODELS["pump"]
METRICS = tuple(PUMP.metrics)


@given(st.lists(st.floats(-6, 6), max_size=60), st.floats(5, 40))
def test_the_steps_equal_the_loop_and_never_leave_their_bounds(values: list[float], limit: float) -> None:
    total, sums = 0.0, np.zeros(1)
    for value in values:
        sums = charts.GROUPS.step(sums, np.array([value]), np.array([limit]))
        clipped = min(max(value, -4.0), 4.0)
        total = min(max(total + clipped - charts.GROUPS.k, 0.0), 3.0 * limit)

    assert sums[0] == pytest.approx(total)


@given(st.lists(st.floats(-6, 6), max_size=60))
def test_a_missing_hour_changes_nothing_and_the_limit_is_never_below_the_least(values: list[float]) -> None:
    healthy = np.array(values, dtype=np.float64)
    with_gaps = np.insert(healthy, range(len(healthy)), np.nan)

    assert charts.GROUPS.limit(healthy) == charts.GROUPS.limit(with_gaps) >= charts.GROUPS.least
    assert charts.GROUPS.step(np.array([7.0]), np.array([np.nan]), np.array([20.0]))[0] == 7.0


@pytest.mark.parametrize("missing", [(), ("motor_current_a",), ("pressure_kpa", "motor_current_a")])
def test_a_mixture_is_as_noisy_as_one_residual_whoever_is_missing(missing: tuple[str, ...]) -> None:
    z = np.random.default_rng(7).standard_normal((20_000, len(METRICS)))
    z[:, [METRICS.index(name) for name in missing]] = np.nan
    place = [group.name for group in PUMP.groups].index("filter")

    mixed = charts.mixtures(charts.weights(PUMP, METRICS), z)[:, place]

    assert mixed.std() == pytest.approx(1.0, abs=0.03)


def test_metrics_that_move_together_are_seen_where_one_alone_is_not() -> None:
    weights = charts.weights(PUMP, METRICS)
    place = [group.name for group in PUMP.groups].index("filter")
    push = np.zeros((1, len(METRICS)))
    push[0, METRICS.index("flow_m3h")], push[0, METRICS.index("motor_current_a")] = -1.0, 0.7

    together = charts.mixtures(weights, push)[0, place]
    push[0, METRICS.index("flow_m3h")] = np.nan

    assert together > 1.1
    assert np.isnan(charts.mixtures(weights, push)[0, place])


def test_series_that_nobody_knows_have_no_slow_chart() -> None:
    known = catalogue.model("recorder", ("a", "b"))

    assert not charts.weights(known, ("a", "b")).any()
    assert np.isnan(charts.mixtures(charts.weights(known, ("a", "b")), np.ones((3, 2)))).all()
