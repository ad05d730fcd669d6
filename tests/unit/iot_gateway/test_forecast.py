"""The failure window of a case: from hourly deviations to a window, and what was learned as plain data."""

import json

import numpy as np
import pytest

from iot_gateway.detect import boosting, catalogue, forecast, rul, stored, wear
from iot_gateway.detect.rul import Stage
from tests.unit.iot_gateway.wearing import a_fault, a_life, faults, lives

BEARING = next(group for group in catalogue.model("pump").groups if group.name == "bearing")


@pytest.mark.parametrize(("failures", "stage"), [(0, Stage.TREND), (3, Stage.TREND), (7, Stage.MATCHING)])
@pytest.mark.parametrize("made", [lives, faults])
def test_what_was_learned_says_the_same_after_being_stored(failures: int, stage: Stage, made) -> None:
    learned = rul.learn(made(failures))
    asked = made(1, first=900)[0].until(45)

    body, calibration = json.loads(json.dumps(stored.to_plain(learned)))
    again = stored.from_plain(
        learned.stage, failures=failures, horizon=learned.horizon, model=body, calibration=calibration
    )

    assert (again.stage, again.failures) == (stage, failures)
    assert again.ask(asked) == learned.ask(asked)


def test_stored_trees_say_what_scikit_learn_says() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(4)
    rows = rng.normal(size=(400, 5))
    trees = HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=8, random_state=1)
    with threadpool_limits(1):
        trees.fit(rows, rows[:, 0] ** 2 + rows[:, 1] + 0.1 * rng.normal(size=400))
        wanted = trees.predict(rows)

    found = boosting.forest_of(trees).predict(rows)

    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def test_boosting_survives_storing_and_needs_no_scikit_learn_to_answer() -> None:
    learned = rul.learn(faults(12))
    asked = a_fault(901).until(50)

    body, calibration = json.loads(json.dumps(stored.to_plain(learned)))
    again = stored.from_plain(Stage.BOOSTING, failures=12, horizon=learned.horizon, model=body, calibration=calibration)

    assert learned.stage is Stage.BOOSTING
    assert again.ask(asked) == learned.ask(asked)
    assert len(json.dumps(body)) < 1_500_000


def test_a_life_holds_the_leads_in_the_direction_of_the_fault() -> None:
    metrics = ("flow_m3h", "motor_current_a", "pressure_kpa")
    group = next(group for group in catalogue.model("pump").groups if group.name == "filter")
    residuals = np.tile([-2.0, 1.0, np.nan], (10, 1))
    residuals[4, 0] = np.nan

    life = forecast.life_of("x", group, metrics, np.arange(10), residuals, started=2)

    assert life is not None
    assert life.cycles.tolist() == [2.0, 3.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert life.values[-1].tolist() == [2.0, 1.0, 0.0]
    assert life.age[-1] == 7.0
    assert forecast.life_of("x", group, metrics, np.arange(10), residuals, started=5) is None
    assert forecast.life_of("x", group, metrics[1:], np.arange(10), residuals[:, 1:], started=0) is None


def test_a_machine_that_was_repaired_before_has_not_failed() -> None:
    fault = a_fault(5, hours=100)

    whole, early = (forecast.until_failure(life, fails_at=8.0) for life in (fault, fault.until(60)))

    assert early is None
    assert whole is not None
    assert 80 < len(whole.cycles) < 100
    assert wear.deviation(whole)[-1] >= 8.0


def test_what_does_not_rise_has_no_window_and_what_rises_has_one_in_the_stage_trend() -> None:
    hours = np.arange(100.0)

    falling = forecast.trend_window(hours, 6.0 * np.exp(-hours / 20.0) + 1.0, fails_at=10.0, cold=False)
    rising = forecast.trend_window(hours, a_fault(1, hours=140).values[:100, 0], fails_at=10.0, cold=False)

    assert falling is None
    assert rising is not None
    assert (rising.basis, rising.failures, rising.low_confidence) == ("trend", 0, False)
    assert rising.p10_hours <= 40 <= rising.p90_hours
    assert forecast.trend_window(hours[:5], hours[:5], fails_at=10.0, cold=False) is None


def test_values_that_are_no_deviations_are_told_by_their_own_beginning() -> None:
    life = a_life(1)

    assert wear.deviation(life)[:15].max() < 1.5
    assert life.age[0] == 0.0
