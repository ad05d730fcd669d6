"""What an instance must satisfy; each check names the item it refuses."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.arrays import NONE, Requests, Technicians, Warehouses
from dispatch.errors import InvalidInstance
from dispatch.objective import Weights

Array = NDArray[Any]


def validate_travel(seconds: Array, metres: Array, names: tuple[str, ...]) -> int:
    """Check both matrices and return the number of places."""
    if seconds.ndim != 2 or seconds.shape[0] != seconds.shape[1]:
        raise InvalidInstance("travel_seconds", f"shape {seconds.shape} is not square")
    if metres.shape != seconds.shape:
        raise InvalidInstance("travel_metres", f"shape {metres.shape} differs from {seconds.shape}")
    for item, matrix in (("travel_seconds", seconds), ("travel_metres", metres)):
        _refuse(item, matrix < 0, "is negative")
    count = int(seconds.shape[0])
    if names and len(names) != count:
        raise InvalidInstance("places", f"{len(names)} names for {count} places")
    validate_group("places", names)
    return count


def validate_weights(weights: Weights) -> None:
    """Refuse prices below zero."""
    if min(weights.unserved_cents) < 0 or min(astuple(weights)[1:]) < 0:
        raise InvalidInstance("weights", "a price is negative")


def validate_group(kind: str, ids: tuple[str, ...]) -> None:
    """Refuse an id that occurs twice."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise InvalidInstance(f"{kind} {name}", "occurs twice")
        seen.add(name)


def validate_shapes(
    technicians: Technicians, requests: Requests, warehouses: Warehouses, sizes: tuple[int, int, int]
) -> None:
    """Check every array's shape; `sizes` are the numbers of skills, parts and tools."""
    skills, parts, tools = sizes
    t, r, w = len(technicians.ids), len(requests.ids), len(warehouses.ids)
    wide: dict[str, tuple[int, ...]] = {"skills": (skills,), "parts": (parts,), "stock": (parts,), "tools": (tools,)}
    wide |= {"bias": (t,), "forbidden": (t,)}
    for kind, group, rows in (
        ("technicians", technicians, t),
        ("requests", requests, r),
        ("warehouses", warehouses, w),
    ):
        validate_group(kind, group.ids)
        for name, array in vars(group).items():
            if name == "ids" or name in ("window_start", "window_end", "service"):
                continue
            expected = (rows, *wide.get(name, ()))
            if array.shape != expected:
                raise InvalidInstance(f"{kind}.{name}", f"shape {array.shape}, expected {expected}")
    for name in ("window_start", "window_end", "service"):
        array = getattr(requests, name)
        if array.ndim != 2 or array.shape[0] != r or array.shape[1] < 1:
            raise InvalidInstance(f"requests.{name}", f"shape {array.shape}, expected ({r}, at least 1)")
    if requests.window_start.shape != requests.window_end.shape:
        raise InvalidInstance("requests.window_end", "shape differs from window_start")


def validate_technicians(technicians: Technicians, places: int, *, classes: int) -> None:
    """Check shifts, places and stock."""
    ids = technicians.ids
    for name in ("start_place", "end_place"):
        _in_range("technician", ids, getattr(technicians, name), (0, places), name)
    for name in ("shift_start", "max_overtime", "skills", "stock"):
        _named("technician", ids, getattr(technicians, name) < 0, f"{name} is negative")
    _named("technician", ids, technicians.shift_end < technicians.shift_start, "the shift ends before it starts")
    _in_range("technician", ids, technicians.service_class, (0, classes), "service_class")


def validate_requests(requests: Requests, places: int, *, technicians: int) -> None:
    """Check places, windows, needs and references to technicians."""
    ids = requests.ids
    _in_range("request", ids, requests.place, (0, places), "place")
    for name in ("service", "skills", "parts", "late_cents_per_minute", "breach_cents", "stability_percent", "bias"):
        _named("request", ids, getattr(requests, name) < 0, f"{name} is negative")
    for name in ("due", "locked_start", "previous_start"):
        _named("request", ids, getattr(requests, name) < NONE, f"{name} is negative")
    _in_range("request", ids, requests.priority, (1, 5), "priority")
    for name in ("locked_technician", "previous_technician"):
        _in_range("request", ids, getattr(requests, name), (NONE, technicians), name)
    _validate_windows(requests)


def _validate_windows(requests: Requests) -> None:
    """Every request has a possible start; its windows ascend and do not overlap."""
    start, end = requests.window_start, requests.window_end
    used = (start != 0) | (end != NONE)
    _named("request", requests.ids, used & (start < 0), "a window starts before 0")
    _named("request", requests.ids, used & (end < start), "a window ends before it starts")
    _named("request", requests.ids, ~used[:, 0] & (requests.locked_start == NONE), "has no time window")
    overlap = used[:, 1:] & (~used[:, :-1] | (start[:, 1:] <= end[:, :-1]))
    _named("request", requests.ids, overlap, "windows overlap or are out of order")


def validate_warehouses(warehouses: Warehouses, places: int) -> None:
    """Check places, opening hours and stock."""
    ids = warehouses.ids
    _in_range("warehouse", ids, warehouses.place, (0, places), "place")
    for name in ("opens", "handling", "stock"):
        _named("warehouse", ids, getattr(warehouses, name) < 0, f"{name} is negative")
    _named("warehouse", ids, warehouses.closes < warehouses.opens, "closes before it opens")


def _refuse(item: str, wrong: Array, why: str) -> None:
    if wrong.any():
        where = ",".join(str(int(i)) for i in np.argwhere(wrong)[0])
        raise InvalidInstance(f"{item}[{where}]", why)


def _named(kind: str, ids: tuple[str, ...], wrong: Array, why: str) -> None:
    """Raise with the id of the first row in which anything is `wrong`."""
    rows = wrong.reshape(len(ids), -1).any(axis=1) if len(ids) else wrong[:0]
    if rows.any():
        raise InvalidInstance(f"{kind} {ids[int(np.argmax(rows))]}", why)


def _in_range(kind: str, ids: tuple[str, ...], values: Array, bounds: tuple[int, int], name: str) -> None:
    """Raise unless `bounds[0] <= values < bounds[1]`."""
    _named(kind, ids, (values < bounds[0]) | (values >= bounds[1]), f"{name} is out of range")
