"""The scores of the labelled benchmarks, on cases worked out by hand."""

import numpy as np
import pytest

from benchmarks.labelled.nab import PROFILES, Labelled, probation, sigmoid, sweep, worth
from benchmarks.labelled.run import run
from benchmarks.labelled.skab import Changes, changepoints, delay_worth, edges, outliers

LEFT_EDGE = 2 / (1 + np.exp(-5.0)) - 1


def alarms(rows: int, *places: int) -> np.ndarray:
    found = np.zeros(rows)
    found[list(places)] = 1.0
    return found


def test_a_detection_is_worth_most_at_the_left_edge_nothing_at_the_right_one_and_costs_behind() -> None:
    places = np.array([-1.0, -0.5, 0.0, 1.0, 3.5])

    assert sigmoid(places) == pytest.approx([0.98661, 0.84828, 0.0, -0.98661, -1.0], abs=1e-5)


def test_the_probation_is_a_part_of_at_most_five_thousand_rows() -> None:
    assert [probation(rows) for rows in (1000, 4032, 5000, 20_000)] == [150, 604, 750, 750]


def test_inside_a_window_the_place_counts_and_behind_it_the_distance() -> None:
    value, member = worth(1000, [(500, 599)])

    assert value[500] == pytest.approx(1.0)
    assert value[549] == pytest.approx((2 / (1 + np.exp(-5 * 0.51)) - 1) / LEFT_EDGE)
    assert value[499] == -1.0
    assert value[698] == pytest.approx(-LEFT_EDGE)
    assert value[999] == -1.0
    assert [member[499], member[500], member[599], member[600]] == [-1, 0, 0, -1]


def test_only_the_earliest_detection_in_a_window_counts_and_each_one_outside_costs() -> None:
    one = Labelled(alarms(1000, 300, 500, 549), [(500, 599)])

    best = {name: sweep([one], profile).at(1.0) for name, profile in PROFILES.items()}

    assert best["standard"] == pytest.approx(100 * (1 - 0.11 + 1) / 2)
    assert best["low FP"] == pytest.approx(100 * (1 - 0.22 + 1) / 2)
    assert best["low FN"] == pytest.approx(100 * (1 - 0.11 + 2) / 3)


def test_silence_scores_nothing_and_a_missed_window_takes_its_share() -> None:
    corpus = [Labelled(alarms(1000, 500), [(500, 599)]), Labelled(np.zeros(1000), [(700, 799)])]

    found = sweep(corpus, PROFILES["standard"])

    assert found.at(np.inf) == 0.0
    assert found.at(1.0) == pytest.approx(50.0)
    assert found.best() == (pytest.approx(50.0), 1.0)


def test_rows_on_probation_are_not_scored() -> None:
    one = Labelled(alarms(1000, 10, 149, 500), [(500, 599)])

    assert sweep([one], PROFILES["standard"]).at(1.0) == pytest.approx(100.0)


def test_a_sweep_agrees_with_counting_every_threshold_by_hand() -> None:
    generator = np.random.default_rng(3)
    scores = generator.integers(0, 9, 400) / 8.0
    windows = [(100, 139), (250, 269)]
    value, member = worth(400, windows)
    first = probation(400)

    found = sweep([Labelled(scores, windows)], PROFILES["low FN"])

    for threshold in np.unique(scores[first:]):
        detected = (scores >= threshold) & (np.arange(400) >= first)
        total = 0.11 * value[detected & (member < 0)].sum()
        for index in (0, 1):
            inside = detected & (member == index)
            total += value[inside].max() if inside.any() else -2.0
        assert found.sum_at(threshold) == pytest.approx(total)


def test_outliers_are_pooled_over_files() -> None:
    true = [np.array([True, True, False, False]), np.array([True, False, False, False])]
    found = [np.array([True, False, True, False]), np.array([True, False, False, False])]

    pooled = outliers(true, found)

    assert (pooled.f1, pooled.far, pooled.mar) == pytest.approx((2 / 3, 20.0, 100 / 3))


def test_an_alarm_has_two_edges_and_one_from_the_first_row_only_its_end() -> None:
    assert edges(np.array([False, True, True, False])).tolist() == [False, True, False, True]
    assert edges(np.array([True, True, False])).tolist() == [True, False, True]


def test_the_first_changepoint_in_time_earns_and_every_one_elsewhere_costs() -> None:
    seconds = np.arange(300.0)
    true, exact, late = np.zeros(300, bool), np.zeros(300, bool), np.zeros(300, bool)
    true[100] = exact[100] = True
    late[[50, 130, 140, 200]] = True

    assert changepoints([Changes(seconds, true, exact)], "standard") == pytest.approx(100.0)
    assert changepoints([Changes(seconds, true, np.zeros(300, bool))], "low FN") == pytest.approx(0.0)
    earned = delay_worth(0.5, false=0.11)
    assert earned == pytest.approx((1 - 0.11) / 2, abs=2e-3)
    assert changepoints([Changes(seconds, true, late)], "standard") == pytest.approx(100 * (earned - 0.22 + 1) / 2)


def test_windows_that_overlap_are_cut_at_the_end_of_the_first() -> None:
    seconds = np.arange(300.0)
    true, found = np.zeros(300, bool), np.zeros(300, bool)
    true[[100, 130]] = True
    found[[100, 165]] = True
    second = delay_worth(5 / 30, false=0.11)

    assert changepoints([Changes(seconds, true, found)], "standard") == pytest.approx(100 * (1 + second + 2) / 4)


def test_without_the_data_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FIELDHAND_DATA", "/nowhere")

    assert run([]) == 2
    assert "FIELDHAND_DATA" in capsys.readouterr().err
