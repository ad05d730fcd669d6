"""The worked example of the domain page: Sun, Gao, Chen, warehouse W3 and part CON-40A."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, hypot

from dispatch.build import Request, Technician, Warehouse, build
from dispatch.instance import Instance

HOUR = 3600
PLACES = {
    "home-sun": (0, 0), "home-gao": (20, 0), "home-chen": (0, 20), "W3": (6, 6), "HZ-04": (10, 10),
    "a": (2, 8), "b": (12, 2), "c": (18, 14), "d": (4, 16), "e": (9, 1),
}  # fmt: skip

STAFF = (
    Technician(id="sun", start_place="home-sun", end_place="home-sun", shift_start=8 * HOUR, shift_end=17 * HOUR,
               skills={"electrical": 3}, stock={"CON-40A": 1}),
    Technician(id="gao", start_place="home-gao", end_place="home-gao", shift_start=8 * HOUR, shift_end=17 * HOUR,
               skills={"electrical": 1}, stock={"CON-40A": 3}),
    Technician(id="chen", start_place="home-chen", end_place="home-chen", shift_start=8 * HOUR, shift_end=17 * HOUR,
               skills={"electrical": 3}, stock={}),
)  # fmt: skip

CONTACTOR = Request(
    id="AHU-21", place="HZ-04", windows=[(8 * HOUR, 17 * HOUR)], service=HOUR,
    skills={"electrical": 3}, parts={"CON-40A": 2}, priority=1,
)  # fmt: skip

ROUTINE = tuple(
    Request(id=f"job-{place}", place=place, windows=[(8 * HOUR, 17 * HOUR)], service=HOUR, skills={"electrical": 1})
    for place in "abcde"
)

W3 = Warehouse(id="W3", place="W3", opens=8 * HOUR, closes=17 * HOUR, handling=600, stock={"CON-40A": 5})


def a_world(
    *, staff: Sequence[Technician] = STAFF, requests: Sequence[Request] = (), warehouses: Sequence[Warehouse] = (W3,)
) -> Instance:
    """An instance over the example's map: a minute a unit, 500 metres."""
    spots = list(PLACES.values())
    seconds = [[ceil(60 * hypot(a - c, b - d)) for c, d in spots] for a, b in spots]
    metres = [[ceil(500 * hypot(a - c, b - d)) for c, d in spots] for a, b in spots]
    return build(
        places=list(PLACES), travel_seconds=seconds, travel_metres=metres, technicians=staff, requests=requests,
        warehouses=warehouses, skills=["electrical"], parts=["CON-40A"],
    )  # fmt: skip


def off_duty(name: str) -> tuple[Technician, ...]:
    """The staff with one of them ill."""
    return tuple(replace(t, shift_end=t.shift_start) if t.id == name else t for t in STAFF)
