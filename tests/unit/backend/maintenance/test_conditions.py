"""A condition holds once a metric was beyond its value for long enough."""

from backend.maintenance.conditions import Point, held_at


def series(*values: float, step: int = 60) -> list[Point]:
    return [(place * step * 1000, value) for place, value in enumerate(values)]


def held(points: list[Point], *, above: bool = True, seconds: int = 120) -> int | None:
    return held_at(points, above=above, value=5.0, seconds=seconds, gap_seconds=300)


def test_it_holds_from_the_moment_that_it_has_lasted() -> None:
    assert held(series(1, 6, 7, 8, 1)) == 180_000
    assert held(series(1, 6, 7, 1, 8)) is None
    assert held(series(9, 4, 3, 2, 9), above=False) == 180_000
    assert held(series(6), seconds=0) == 0


def test_the_value_itself_is_not_beyond_it() -> None:
    assert held(series(5, 5, 5, 5)) is None


def test_silence_proves_nothing() -> None:
    assert held([(0, 6.0), (600_000, 6.0)]) is None
    assert held([(0, 6.0), (600_000, 6.0), (720_000, 6.0)]) == 720_000
