"""Travel without a map server: symmetric, nothing to where one is, longer for farther, no short cuts of note."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.planning import travel

points = st.tuples(st.floats(121.0, 122.0), st.floats(30.8, 31.6))


@given(st.lists(points, min_size=1, max_size=8))
def test_ways_are_symmetric_and_free_only_to_the_same_place(places: list[travel.Place]) -> None:
    seconds, metres = travel.matrix(places)

    for matrix in (seconds, metres):
        assert matrix.dtype == np.int32
        assert (matrix == matrix.T).all()
        assert not matrix.diagonal().any()
        assert (matrix >= 0).all()
    assert ((seconds > 0) == (metres >= 1)).all()


@given(st.lists(points, min_size=2, max_size=8))
def test_a_longer_way_never_takes_less_time(places: list[travel.Place]) -> None:
    seconds, metres = travel.matrix(places)

    order = np.argsort(metres, axis=None, kind="stable")
    assert (np.diff(seconds.ravel()[order]) >= -1).all()


@given(st.tuples(points, points, points))
def test_a_detour_is_never_shorter_and_saves_no_more_than_rounding(places: tuple[travel.Place, ...]) -> None:
    seconds, metres = travel.matrix(places)

    assert metres[0, 2] <= metres[0, 1] + metres[1, 2] + 2
    assert seconds[0, 2] <= seconds[0, 1] + seconds[1, 2] + 2


@given(st.lists(points, min_size=1, max_size=5), st.data())
def test_a_break_costs_no_way_there_and_the_way_from_home_back(places: list[travel.Place], data: st.DataObject) -> None:
    seconds, _ = travel.matrix(places)
    homes = data.draw(st.lists(st.integers(0, len(places) - 1), max_size=3))

    wide = travel.with_rests(seconds, homes)

    size = len(places)
    assert (wide[:size, :size] == seconds).all()
    assert not wide[:, size:].any()
    for number, home in enumerate(homes):
        assert (wide[size + number, :size] == seconds[home]).all()


def test_no_places_have_no_ways() -> None:
    seconds, metres = travel.matrix([])

    assert seconds.shape == metres.shape == (0, 0)
