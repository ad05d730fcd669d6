"""Promised visits are never earlier than told and never at once; breaks lie inside themselves and in gaps."""

from hypothesis import given
from hypothesis import strategies as st

from backend.planning.standing import Bound, Span, home_at, standing
from dispatch.build import Technician

PLACES = ("home", "a", "b", "rest")
POSITIONS = {"home": 0, "a": 400, "b": 900}


def way(origin: str, target: str) -> int:
    if target == "rest":
        return 0
    return abs(POSITIONS["home" if origin == "rest" else origin] - POSITIONS[target])


visits = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 20_000), st.integers(60, 5_000)), max_size=5
).map(lambda rows: [Bound(f"v{number}", *row) for number, row in enumerate(rows)])  # fmt: skip


@st.composite
def breaks(draw: st.DrawFn) -> list[Span]:
    edges = sorted(draw(st.sets(st.integers(0, 25_000), max_size=6)))
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]


@given(visits, breaks(), st.integers(0, 5_000))
def test_a_day_that_stands_can_be_lived(promised: list[Bound], rests: list[Span], starts: int) -> None:
    who = Technician(id="t", start_place="home", end_place="home", shift_start=starts, shift_end=20_000)

    day = standing(who, promised, rests, "rest", way)

    told = {bound.id: bound for bound in promised}
    assert {bound.id for bound in day if not bound.is_break} == told.keys()
    here, free = "home", starts
    for bound in day:
        assert bound.start >= free + way(here, bound.place)
        here, free = bound.place, bound.start + bound.length
        if bound.is_break:
            assert any(since <= bound.start and free <= until for since, until in rests)
        else:
            assert bound.start >= told[bound.id].start
    assert home_at(who, day, way) >= free


@given(visits, st.integers(0, 5_000))
def test_a_visit_is_late_only_when_the_way_or_another_visit_makes_it_so(promised: list[Bound], starts: int) -> None:
    who = Technician(id="t", start_place="home", end_place="home", shift_start=starts, shift_end=20_000)

    day = standing(who, promised, [], "rest", way)

    told = {bound.id: bound.start for bound in promised}
    here, free = "home", starts
    for bound in day:
        assert bound.start == max(told[bound.id], free + way(here, bound.place))
        here, free = bound.place, bound.start + bound.length
