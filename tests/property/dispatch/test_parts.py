"""The parts allocation is jointly feasible and covers as much as brute force."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.arrays import NONE
from dispatch.build import Request, Technician, Warehouse, build
from dispatch.instance import Instance
from dispatch.parts import Lack, allocate

HOUR = 3600
NAMES = ("bearing", "contactor")
stocks = st.fixed_dictionaries({name: st.integers(0, 2) for name in NAMES})


@st.composite
def shortages(draw: st.DrawFn) -> Instance:
    """Everybody in one place with all day: parts and skills are all that matters."""
    staff = [
        Technician(id=f"t{i}", start_place="here", end_place="here", shift_start=0, shift_end=10 * HOUR,
                   stock=draw(stocks), skills={"any": draw(st.integers(0, 2))})
        for i in range(2)
    ]  # fmt: skip
    jobs = [
        Request(id=f"r{i}", place="here", windows=[(0, 9 * HOUR)], service=600, parts=draw(stocks),
                skills={"any": draw(st.integers(0, 2))}, priority=3)
        for i in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    depots = [Warehouse(id=f"w{i}", place="here", opens=0, closes=9 * HOUR, stock=draw(stocks)) for i in range(2)]
    return build(places=["here"], travel_seconds=[[0]], travel_metres=[[0]],
                 technicians=staff, requests=jobs, warehouses=depots, parts=NAMES, skills=["any"])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(shortages())
def test_as_many_requests_are_covered_as_possible(instance: Instance) -> None:
    found = allocate(instance)

    assert found.proved
    assert sum(who != NONE for who in found.technician) == _most(instance)
    assert {line.request for line in found.uncovered} == {r for r, t in enumerate(found.technician) if t == NONE}


@settings(max_examples=60, deadline=None)
@given(shortages())
def test_allocations_are_whole_and_never_exceed_what_there_is(instance: Instance) -> None:
    found = allocate(instance)

    vans, depots = instance.technicians.stock.copy(), instance.warehouses.stock.copy()
    for line in found.allocations:
        taken = line.from_van + sum(pieces for _, pieces in line.from_warehouses)
        assert taken == instance.requests.parts[line.request, line.part]
        vans[line.technician, line.part] -= line.from_van
        for depot, pieces in line.from_warehouses:
            depots[depot, line.part] -= pieces
            assert any(stop[:2] == (line.technician, depot) for stop in found.pickups)
    assert (vans >= 0).all()
    assert (depots >= 0).all()


@settings(max_examples=60, deadline=None)
@given(shortages())
def test_the_reason_of_an_uncovered_request_holds(instance: Instance) -> None:
    for line in allocate(instance).uncovered:
        able = instance.technicians.skills[:, 0] >= instance.requests.skills[line.request, 0]
        if line.lack is Lack.NOBODY:
            assert not able.any()
        elif line.lack is Lack.PART:
            best = instance.technicians.stock[able, line.item].max() + instance.warehouses.stock[:, line.item].sum()
            assert line.have == best < line.need
        else:
            assert line.lack is Lack.SHARED
            assert line.have < line.need
            assert line.rivals


def _most(instance: Instance) -> int:
    """The best over all assignments; warehouses are one pool, since every one is at hand."""
    requests, staff = instance.requests, instance.technicians
    best = 0
    for who in product((NONE, 0, 1), repeat=len(requests.ids)):
        if any(t != NONE and staff.skills[t, 0] < requests.skills[r, 0] for r, t in enumerate(who)):
            continue
        pool = instance.warehouses.stock.sum(axis=0)
        for technician in range(2):
            needed = sum((requests.parts[r] for r, t in enumerate(who) if t == technician), start=0 * pool)
            pool = pool - (needed - staff.stock[technician]).clip(min=0)
        if (pool >= 0).all():
            best = max(best, sum(t != NONE for t in who))
    return best
