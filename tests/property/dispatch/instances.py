"""Small random instances and routes for the laws of dispatch."""

from __future__ import annotations

from math import ceil, hypot

from hypothesis import strategies as st

from dispatch.build import Request, Technician, Warehouse, build
from dispatch.instance import Instance
from dispatch.plan import Pickup, Routes, Stop, Visit

HOUR = 3600
SKILLS = ("electrical", "rotating")
PARTS = ("bearing", "contactor")
TOOLS = ("crane",)

times = st.integers(8 * HOUR, 18 * HOUR)


@st.composite
def windows(draw: st.DrawFn) -> list[tuple[int, int]]:
    """One or two windows in order."""
    first, second, third, fourth = sorted(draw(st.lists(times, min_size=4, max_size=4, unique=True)))
    return draw(st.sampled_from([[(first, fourth)], [(first, second), (third, fourth)], [(8 * HOUR, 18 * HOUR)]]))


def figures(names: tuple[str, ...], top: int) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({name: st.integers(0, top) for name in names})


@st.composite
def instances(draw: st.DrawFn, *, requests: int = 5, technicians: int = 2, published: bool = True) -> Instance:
    """Metric travel, up to two warehouses; everything the model knows may occur."""
    corners = [draw(st.tuples(st.integers(0, 60), st.integers(0, 60))) for _ in range(requests + technicians + 2)]
    places = [f"p{i}" for i in range(len(corners))]
    matrix = [[ceil(60 * hypot(a - c, b - d)) for c, d in corners] for a, b in corners]
    staff = [draw(_technician(i, places[requests + i])) for i in range(technicians)]
    names = [t.id for t in staff]
    jobs = [draw(_request(i, places[i], names, published)) for i in range(draw(st.integers(1, requests)))]
    depots = [draw(_warehouse(i, places[-1 - i])) for i in range(draw(st.integers(0, 2)))]
    return build(
        places=places, travel_seconds=matrix, travel_metres=[[6 * s for s in row] for row in matrix],
        technicians=staff, requests=jobs, warehouses=depots, skills=SKILLS, parts=PARTS, tools=TOOLS,
    )  # fmt: skip


@st.composite
def _technician(draw: st.DrawFn, number: int, home: str) -> Technician:
    return Technician(
        id=f"t{number}", start_place=home, end_place=home, shift_start=8 * HOUR,
        shift_end=draw(st.sampled_from([8, 12, 17, 17])) * HOUR, max_overtime=draw(st.sampled_from([0, HOUR])),
        service_class=draw(st.sampled_from(["junior", "senior"])), skills=draw(figures(SKILLS, 3)),
        stock=draw(figures(PARTS, 2)), tools=draw(st.sampled_from([(), TOOLS])),
    )  # fmt: skip


@st.composite
def _request(draw: st.DrawFn, number: int, place: str, staff: list[str], published: bool) -> Request:
    rarely = st.sampled_from([None, None, None, *staff])
    return Request(
        id=f"r{number}", place=place, windows=draw(windows()), service=draw(st.integers(0, 2 * HOUR)),
        skills=draw(figures(SKILLS, 2)), parts=draw(figures(PARTS, 1)),
        tools=draw(st.sampled_from([(), (), TOOLS])), priority=draw(st.integers(1, 4)),
        due=draw(st.none() | times), locked_technician=draw(rarely),
        locked_start=draw(st.sampled_from([None, None, None, 10 * HOUR])),
        previous_technician=draw(rarely) if published else None,
        previous_start=draw(st.none() | times) if published else None,
        stability_percent=draw(st.sampled_from([100, 150, 333])),
        bias=draw(st.dictionaries(st.sampled_from(staff), st.integers(0, 3000))),
        forbidden=draw(st.sampled_from([(), (), (), (staff[0],)])),
    )  # fmt: skip


@st.composite
def _warehouse(draw: st.DrawFn, number: int, place: str) -> Warehouse:
    return Warehouse(
        id=f"w{number}", place=place, opens=draw(st.sampled_from([8, 9])) * HOUR,
        closes=draw(st.sampled_from([10, 17])) * HOUR, handling=draw(st.integers(0, 900)),
        stock=draw(figures(PARTS, 2)), tools=draw(st.sampled_from([(), TOOLS])),
    )  # fmt: skip


@st.composite
def routes_of(draw: st.DrawFn, instance: Instance, *, repeat: bool = True) -> Routes:
    """Any stops in any order, sensible or not."""
    visits: list[Stop] = [Visit(r) for r in range(len(instance.requests.ids))]
    pickups: list[Stop] = [
        Pickup(w, (a, b)) for w in range(len(instance.warehouses.ids)) for a in (0, 1) for b in (0, 2)
    ]
    chosen = draw(st.lists(st.sampled_from(visits + pickups), max_size=6, unique=not repeat))
    cut = draw(st.integers(0, len(chosen)))
    empty = ((),) * (len(instance.technicians.ids) - 2)
    return (tuple(chosen[:cut]), tuple(chosen[cut:]), *empty)
