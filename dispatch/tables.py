"""An instance's figures as plain Python lists, over one numbering of stops.

Node n < R is request n; node R + w is warehouse w. Walking a route through lists is several times
faster than through numpy scalars, and the travel matrices are read through `memoryview` uncopied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.arrays import NONE, Flags, Ints, Requests, Technicians, Warehouses
from dispatch.objective import Weights

FAR = 2**60
"""Later than anything."""

Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Tables:
    """Figures by node, technician and warehouse; read only."""

    requests: int
    travel: memoryview
    metres: memoryview
    place: list[int]
    """By node."""
    windows: list[Windows]
    """By node; never empty; a locked start is its only window."""
    service: list[list[int]]
    """By technician and node."""
    due: list[int]
    """By node; FAR where there is none."""
    told_until: list[int]
    """By node: latest start that breaks no promise and no due time; FAR where there is none."""
    late_per_minute: list[int]
    breach: list[int]
    bias: list[list[int]]
    """By request and technician."""
    change: list[list[int]]
    """By request and technician: price of the change of technician."""
    previous_start: list[int]
    moved_per_minute: list[int]
    """By request, weighted."""
    unserved: list[int]
    """By request."""
    levels: list[list[int]]
    """By technician and skill."""
    needs_levels: list[tuple[tuple[int, int], ...]]
    """By request: (skill, level) needed."""
    forbidden: list[list[bool]]
    """By request and technician."""
    locked: list[int]
    """By request: technician it is locked to, or NONE."""
    needs: list[tuple[tuple[int, int], ...]]
    """By request: (part, pieces) needed."""
    needs_tools: list[int]
    """By request: bit set."""
    stock: list[list[int]]
    """By technician and part."""
    tools: list[int]
    """By technician: bit set."""
    depot_stock: list[list[int]]
    """By warehouse and part."""
    depot_tools: list[int]
    """By warehouse: bit set."""
    start_place: list[int]
    end_place: list[int]
    shift_start: list[int]
    shift_end: list[int]
    home_by: list[int]
    """By technician: end of shift plus the overtime allowed."""
    weights: Weights


def tabulate(
    travel: tuple[NDArray[np.int32], NDArray[np.int32]],
    technicians: Technicians,
    requests: Requests,
    warehouses: Warehouses,
    weights: Weights,
) -> Tables:
    """Flatten the arrays."""
    depots = len(warehouses.ids)
    due = [FAR if d == NONE else d for d in requests.due.tolist()]
    handling = warehouses.handling.tolist()
    by_class = [requests.service[:, c].tolist() + handling for c in range(requests.service.shape[1])]
    return Tables(
        requests=len(requests.ids),
        travel=travel[0].data,
        metres=travel[1].data,
        place=requests.place.tolist() + warehouses.place.tolist(),
        windows=_windows(requests) + _opening_hours(warehouses),
        service=[by_class[c] for c in technicians.service_class.tolist()],
        due=due + [FAR] * depots,
        told_until=_told_until(due, requests.previous_start.tolist(), weights) + [FAR] * depots,
        late_per_minute=requests.late_cents_per_minute.tolist(),
        breach=requests.breach_cents.tolist(),
        bias=requests.bias.tolist(),
        change=_change(requests, len(technicians.ids), weights).tolist(),
        previous_start=requests.previous_start.tolist(),
        moved_per_minute=[weights.moved_cents_per_minute * p for p in requests.stability_percent.tolist()],
        unserved=_unserved(requests, weights),
        levels=technicians.skills.tolist(),
        needs_levels=_sparse(requests.skills),
        forbidden=requests.forbidden.tolist(),
        locked=requests.locked_technician.tolist(),
        needs=_sparse(requests.parts),
        needs_tools=_bits(requests.tools),
        stock=technicians.stock.tolist(),
        tools=_bits(technicians.tools),
        depot_stock=warehouses.stock.tolist(),
        depot_tools=_bits(warehouses.tools),
        start_place=technicians.start_place.tolist(),
        end_place=technicians.end_place.tolist(),
        shift_start=technicians.shift_start.tolist(),
        shift_end=technicians.shift_end.tolist(),
        home_by=(technicians.shift_end + technicians.max_overtime).tolist(),
        weights=weights,
    )


def _windows(requests: Requests) -> list[Windows]:
    rows = zip(
        requests.window_start.tolist(), requests.window_end.tolist(), requests.locked_start.tolist(), strict=True
    )
    return [
        ((locked, locked),) if locked != NONE else tuple((a, b) for a, b in zip(starts, ends, strict=True) if b >= a)
        for starts, ends, locked in rows
    ]


def _told_until(due: list[int], previous: list[int], weights: Weights) -> list[int]:
    return [
        min(d, FAR if told == NONE else told + weights.moved_tolerance) for d, told in zip(due, previous, strict=True)
    ]


def _change(requests: Requests, technicians: int, weights: Weights) -> Ints:
    """(R, T) cents for giving a published visit to another technician."""
    previous = requests.previous_technician[:, None]
    changed = (previous != NONE) & (previous != np.arange(technicians)[None, :])
    price: Ints = (requests.stability_percent[:, None] * weights.change_cents + 50) // 100
    return np.where(changed, price, 0)


def _unserved(requests: Requests, weights: Weights) -> list[int]:
    rows = zip(requests.priority.tolist(), requests.locked_technician.tolist(), strict=True)
    return [weights.unserved_cents[p - 1] * (1 if locked == NONE else weights.locked_factor) for p, locked in rows]


def _sparse(matrix: Ints) -> list[tuple[tuple[int, int], ...]]:
    """By row: (column, figure) of the figures that are not 0."""
    return [tuple((column, figure) for column, figure in enumerate(row) if figure) for row in matrix.tolist()]


def _bits(flags: Flags) -> list[int]:
    return [sum(1 << k for k, held in enumerate(row) if held) for row in flags.tolist()]


def _opening_hours(warehouses: Warehouses) -> list[Windows]:
    return [((a, b),) for a, b in zip(warehouses.opens.tolist(), warehouses.closes.tolist(), strict=True)]
