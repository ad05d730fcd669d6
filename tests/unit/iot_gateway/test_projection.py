"""The coming days of one metric: a band that follows the series, bounded in time, and a word where there is none."""

import numpy as np
import pytest

from iot_gateway.detect import projection
from iot_gateway.detect.projection import ETS, NOT_CONVERGED, TOO_SHORT, UNOBSERVED

HOURS = np.arange(336.0)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=len(HOURS))


def test_a_rise_goes_on_and_the_band_is_in_order_and_widens() -> None:
    found = projection.project(20.0 + 0.05 * HOURS + 2.0 * np.sin(HOURS * np.pi / 12) + 0.3 * noise(1))

    low, likely, high = (np.array(line) for line in (found.low, found.likely, found.high))
    assert (found.method, found.note) == (UNOBSERVED, None)
    assert found.hours == tuple(range(3, 121, 3))
    assert (low < likely).all()
    assert (likely < high).all()
    assert high[-1] - low[-1] > high[0] - low[0]
    assert likely[-8:].mean() == pytest.approx(20.0 + 0.05 * (336 + 108), abs=2.0)


def test_a_fit_that_takes_too_long_is_given_up_with_a_word() -> None:
    found = projection.project(50.0 + noise(2), seconds=0.0)

    assert (found.method, found.note, found.hours) == (None, NOT_CONVERGED, ())
    assert projection.wander(noise(2), seconds=0.0) is None


def test_smoothing_takes_over_where_components_do_not_converge(monkeypatch) -> None:
    def never(_values: object, _until: float) -> object:
        raise ValueError(NOT_CONVERGED)

    monkeypatch.setitem(projection._METHODS, UNOBSERVED, never)

    found = projection.project(np.cumsum(noise(3)) + 50.0)

    assert found.method == ETS
    assert len(found.likely) == 40


@pytest.mark.parametrize(
    "values", [noise(4)[:50], np.append(noise(4), np.nan), np.full(336, np.nan)], ids=["short", "silent now", "nothing"]
)
def test_too_few_hours_have_no_forecast(values) -> None:
    assert projection.project(values).note == TOO_SHORT


def test_gaps_are_no_values() -> None:
    values = 50.0 + noise(5)
    values[100:130] = np.nan

    found = projection.project(values)

    assert found.method is not None
    assert abs(np.mean(found.likely) - 50.0) < 2.0


def test_a_level_that_walks_wanders_more_than_one_that_stays() -> None:
    still, walking = (projection.wander(values) for values in (noise(6), np.cumsum(0.3 * noise(7)) + noise(8)))

    assert still is not None
    assert walking is not None
    assert still < 0.5 < walking
    assert projection.wander(noise(6)[:50]) is None
