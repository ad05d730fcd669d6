"""What is in the van along a route, and what must be taken at the warehouses on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.plan import Pickup, Routes, Stop, Stops, Visit
from dispatch.tables import Tables
from dispatch.violations import Code, Violation

Loads = list[list[int] | None]
"""By stop: pieces taken by part, None at visits."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """The first visit of a route that lacks something."""

    code: Code
    position: int
    item: int
    have: int
    need: int

    def violation(self, technician: int, request: int) -> Violation:
        """The same as a broken rule."""
        return Violation(self.code, technician, request, item=self.item, have=self.have, need=self.need)


def nodes_of(tables: Tables, stops: Stops) -> list[int]:
    """Stops as node numbers (see `dispatch.tables`)."""
    return [s.request if isinstance(s, Visit) else tables.requests + s.warehouse for s in stops]


def loads_of(stops: Stops) -> Loads:
    """What the pick-ups of a route take."""
    return [None if isinstance(stop, Visit) else list(stop.quantities) for stop in stops]


def stops_of(tables: Tables, nodes: Sequence[int], loads: Loads) -> Stops:
    """Nodes and loads as stops."""
    return tuple(_stop(tables, node, taken) for node, taken in zip(nodes, loads, strict=True))


def _stop(tables: Tables, node: int, taken: list[int] | None) -> Stop:
    return Visit(node) if taken is None else Pickup(node - tables.requests, tuple(taken))


def free_stock(tables: Tables, routes: Routes) -> list[list[int]]:
    """By warehouse and part: what no route takes yet."""
    free = [row.copy() for row in tables.depot_stock]
    for stops in routes:
        for stop in stops:
            if isinstance(stop, Pickup):
                free[stop.warehouse] = [a - b for a, b in zip(free[stop.warehouse], stop.quantities, strict=True)]
    return free


def load(
    tables: Tables, technician: int, nodes: Sequence[int], given: Loads, free: list[list[int]]
) -> Loads | Shortage:
    """Top the pick-ups up from `free` stock until every visit has what it needs, latest pick-up first."""
    van = tables.stock[technician].copy()
    held = tables.tools[technician]
    taken: Loads = [None if pieces is None else pieces.copy() for pieces in given]
    left: dict[int, list[int]] = {}
    pickups: list[int] = []
    for position, node in enumerate(nodes):
        pieces = taken[position]
        if pieces is not None:
            depot = node - tables.requests
            van = [a + b for a, b in zip(van, pieces, strict=True)]
            held |= tables.depot_tools[depot]
            left.setdefault(depot, free[depot].copy())
            pickups.append(position)
            continue
        if missing := tables.needs_tools[node] & ~held:
            return Shortage(Code.TOOL, position, (missing & -missing).bit_length() - 1, 0, 1)
        for part, need in tables.needs[node]:
            have = van[part]
            for earlier in reversed(pickups):
                if van[part] >= need:
                    break
                _top_up(van, (taken[earlier], left[nodes[earlier] - tables.requests]), part, need)
            if van[part] < need:
                return Shortage(Code.PART, position, part, have, need)
            van[part] -= need
    return taken


def _top_up(van: list[int], pickup: tuple[list[int] | None, list[int]], part: int, need: int) -> None:
    """Take from one earlier pick-up what the van still lacks, as far as the warehouse has it."""
    taken, left = pickup
    extra = min(need - van[part], left[part])
    if taken is not None and extra > 0:
        taken[part] += extra
        left[part] -= extra
        van[part] += extra


def shortages(tables: Tables, technician: int, stops: Stops) -> list[Violation]:
    """Every visit that lacks something with the pick-ups exactly as they are."""
    van, held = tables.stock[technician].copy(), tables.tools[technician]
    found: list[Violation] = []
    for stop in stops:
        if isinstance(stop, Pickup):
            van = [a + b for a, b in zip(van, stop.quantities, strict=True)]
            held |= tables.depot_tools[stop.warehouse]
            continue
        missing = tables.needs_tools[stop.request] & ~held
        found += [
            Violation(Code.TOOL, technician, stop.request, item=k, have=0, need=1)
            for k in range(missing.bit_length())
            if missing >> k & 1
        ]
        for part, need in tables.needs[stop.request]:
            if van[part] < need:
                found.append(Violation(Code.PART, technician, stop.request, item=part, have=van[part], need=need))
            van[part] = max(0, van[part] - need)
    return found
