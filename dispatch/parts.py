"""Joint feasibility of parts, as one CP-SAT model over all vans and warehouses.

Who takes which request out of the own van, who must stop at which warehouse, and what nobody can
cover although each van alone looks fine. Travel between visits is not in the model: a technician's
hours bound the work and the pick-ups, and each visit and each stop must fit into the day by itself.
Sizes up to some hundred requests times technicians; give it the requests in question, not a region.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ortools.sat.python import cp_model

from dispatch.arrays import NONE
from dispatch.fitness import fit_technicians
from dispatch.instance import Instance
from dispatch.objective import charge
from dispatch.schedule import timetable
from dispatch.tables import Tables


class Lack(StrEnum):
    """Why a request cannot be covered."""

    NOBODY = "nobody"
    """No technician may serve it at any time of the day."""
    PART = "part"
    """The best van and all warehouses have `have` of `need` pieces."""
    TOOL = "tool"
    """Nobody who may serve it has or can fetch the tool."""
    SHARED = "shared"
    """There is enough for it alone, but `rivals` take the part and leave `have` of `need`."""
    HOURS = "hours"
    """Somebody still has the parts, but no working time, or the way costs more than leaving it."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where the pieces of one part for one request come from."""

    request: int
    technician: int
    part: int
    from_van: int
    from_warehouses: tuple[tuple[int, int], ...]
    """(warehouse, pieces)."""


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A request that has to wait, and for what."""

    request: int
    lack: Lack
    item: int = NONE
    """The part or tool."""
    have: int = 0
    need: int = 0
    rivals: tuple[int, ...] = ()
    """Covered requests that were given the same part."""


@dataclass(frozen=True, slots=True)
class PartsPlan:
    """A joint allocation."""

    technician: tuple[int, ...]
    """By request; NONE where it is not covered."""
    allocations: tuple[Allocation, ...]
    pickups: tuple[tuple[int, int, tuple[int, ...]], ...]
    """(technician, warehouse, pieces by part) of each stop needed."""
    uncovered: tuple[Uncovered, ...]
    proved: bool
    """No better allocation exists."""


@dataclass(frozen=True)
class _Model:
    tables: Tables
    solver_model: cp_model.CpModel
    options: list[list[int]]
    """By request: technicians that may take it."""
    depots: list[list[int]]
    """By technician: warehouses in reach."""
    takes: dict[tuple[int, int], cp_model.IntVar]
    """By (request, technician)."""
    stops: dict[tuple[int, int], cp_model.IntVar]
    """By (technician, warehouse)."""
    picks: dict[tuple[int, int, int], cp_model.IntVar]
    """By (technician, warehouse, part)."""


def allocate(
    instance: Instance, *, assignment: Mapping[int, int] | None = None, effort: float = 2.0, seed: int = 0
) -> PartsPlan:
    """Cover as much as possible, dearest requests first, with as few and as near pick-ups as possible.

    `assignment` fixes the technician of some requests. `effort` is CP-SAT's deterministic time, about
    seconds; the answer is the same for the same seed.

    Raises:
        TimeoutError: not even a first allocation was found within `effort`.
    """
    model = _build(instance.tables, assignment or {})
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model.solver_model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise TimeoutError(f"no parts allocation within effort {effort}")
    return _read(model, solver, proved=status == cp_model.OPTIMAL)


def _build(tables: Tables, assignment: Mapping[int, int]) -> _Model:
    depots = [
        [w for w in range(len(tables.depot_stock)) if _alone(tables, technician, tables.requests + w)]
        for technician in range(len(tables.stock))
    ]
    options = [
        [
            technician
            for technician in fit_technicians(tables, request)
            if assignment.get(request, technician) == technician and _alone(tables, technician, request)
        ]
        for request in range(tables.requests)
    ]
    cp = cp_model.CpModel()
    model = _Model(
        tables,
        cp,
        options,
        depots,
        {(r, t): cp.new_bool_var(f"take {r} {t}") for r, able in enumerate(options) for t in able},
        {(t, w): cp.new_bool_var(f"stop {t} {w}") for t, near in enumerate(depots) for w in near},
        {
            (t, w, q): cp.new_int_var(0, pieces, f"pick {t} {w} {q}")
            for t, near in enumerate(depots)
            for w in near
            for q, pieces in enumerate(tables.depot_stock[w])
            if pieces
        },
    )
    for request, able in enumerate(options):
        cp.add_at_most_one(model.takes[request, t] for t in able)
    _constrain_parts(model)
    _constrain_tools(model)
    _constrain_hours(model)
    cp.minimize(_price(model))
    return model


def _alone(tables: Tables, technician: int, node: int) -> bool:
    """Whether the technician could make this one stop and be home in time."""
    times = timetable(tables, technician, [node])
    return not times.missed and times.finish <= tables.home_by[technician]


def _constrain_parts(model: _Model) -> None:
    """Vans and pick-ups cover what their requests need; no warehouse gives more than it has."""
    tables, cp = model.tables, model.solver_model
    for technician, van in enumerate(tables.stock):
        for part, held in enumerate(van):
            used = [
                need * take
                for (request, who), take in model.takes.items()
                if who == technician and (need := dict(tables.needs[request]).get(part, 0))
            ]
            fetched = [pick for (who, _, q), pick in model.picks.items() if who == technician and q == part]
            if used:
                cp.add(sum(used) <= held + sum(fetched))
    for (technician, depot, part), pick in model.picks.items():
        cp.add(pick <= tables.depot_stock[depot][part] * model.stops[technician, depot])
    for depot, row in enumerate(tables.depot_stock):
        for part, pieces in enumerate(row):
            shared = [pick for (_, w, q), pick in model.picks.items() if (w, q) == (depot, part)]
            if len(shared) > 1:
                cp.add(sum(shared) <= pieces)


def _constrain_tools(model: _Model) -> None:
    """A missing tool needs a stop where it is lent."""
    tables = model.tables
    for (request, technician), take in model.takes.items():
        missing = tables.needs_tools[request] & ~tables.tools[technician]
        for tool in range(missing.bit_length()):
            if missing >> tool & 1:
                lenders = [w for w in model.depots[technician] if tables.depot_tools[w] >> tool & 1]
                model.solver_model.add(sum(model.stops[technician, w] for w in lenders) >= take)


def _constrain_hours(model: _Model) -> None:
    """Work and handling fit into the shift and its overtime."""
    tables = model.tables
    for technician, service in enumerate(tables.service):
        load = [service[request] * take for (request, who), take in model.takes.items() if who == technician]
        load += [
            service[tables.requests + depot] * stop for (who, depot), stop in model.stops.items() if who == technician
        ]
        if load:
            model.solver_model.add(sum(load) <= tables.home_by[technician] - tables.shift_start[technician])


def _price(model: _Model) -> cp_model.LinearExprT:
    """Penalties of the uncovered, the way to the warehouses and back, preferences and changes."""
    tables = model.tables
    terms: list[cp_model.LinearExprT] = [sum(tables.unserved)]
    for (request, technician), take in model.takes.items():
        extra = tables.bias[request][technician] + tables.change[request][technician]
        terms.append((extra - tables.unserved[request]) * take)
    for (technician, depot), stop in model.stops.items():
        times = timetable(tables, technician, [tables.requests + depot])
        way = charge(times.finish - times.departure, tables.weights.wage_cents_per_hour, 3600)
        terms.append((way + tables.weights.pickup_cents) * stop)
    return sum(terms)


def _read(model: _Model, solver: cp_model.CpSolver, *, proved: bool) -> PartsPlan:
    taker = [NONE] * model.tables.requests
    for (request, technician), take in model.takes.items():
        if solver.boolean_value(take):
            taker[request] = technician
    allocations = _split(model, solver, taker)
    pickups = _needed_stops(model, solver, allocations)
    uncovered = tuple(_why(model, allocations, request) for request, who in enumerate(taker) if who == NONE)
    return PartsPlan(tuple(taker), tuple(allocations), tuple(pickups), uncovered, proved)


def _split(model: _Model, solver: cp_model.CpSolver, taker: list[int]) -> list[Allocation]:
    """Give each request its pieces: the van's first, then those picked up, in order of requests."""
    tables = model.tables
    vans = [row.copy() for row in tables.stock]
    picked = {key: solver.value(pick) for key, pick in model.picks.items()}
    allocations: list[Allocation] = []
    for request, technician in enumerate(taker):
        for part, need in tables.needs[request] if technician != NONE else ():
            own = min(need, vans[technician][part])
            vans[technician][part] -= own
            lack, sources = need - own, list[tuple[int, int]]()
            for depot in model.depots[technician]:
                pieces = min(lack, picked.get((technician, depot, part), 0))
                if pieces:
                    picked[technician, depot, part] -= pieces
                    lack -= pieces
                    sources.append((depot, pieces))
            allocations.append(Allocation(request, technician, part, own, tuple(sources)))
    return allocations


def _needed_stops(
    model: _Model, solver: cp_model.CpSolver, allocations: list[Allocation]
) -> list[tuple[int, int, tuple[int, ...]]]:
    pieces: dict[tuple[int, int], list[int]] = {
        pair: [0] * len(model.tables.depot_stock[pair[1]])
        for pair, stop in model.stops.items()
        if solver.boolean_value(stop)
    }
    for line in allocations:
        for depot, count in line.from_warehouses:
            pieces[line.technician, depot][line.part] += count
    return [(technician, depot, tuple(row)) for (technician, depot), row in sorted(pieces.items())]


def _why(model: _Model, allocations: list[Allocation], request: int) -> Uncovered:
    """The first reason that holds: nobody, too few pieces anywhere, no tool, taken by others, no time."""
    tables, able = model.tables, model.options[request]
    if not able:
        return Uncovered(request, Lack.NOBODY)
    for part, need in tables.needs[request]:
        have = max(_supply(model, technician, part) for technician in able)
        if have < need:
            return Uncovered(request, Lack.PART, part, have, need)
    for tool in range(tables.needs_tools[request].bit_length()):
        if tables.needs_tools[request] >> tool & 1 and not any(_has_tool(model, t, tool) for t in able):
            return Uncovered(request, Lack.TOOL, tool, 0, 1)
    spare = {technician: _spare(model, allocations, technician) for technician in able}
    lacks = {
        t: [(need - left[q], q) for q, need in tables.needs[request] if left[q] < need] for t, left in spare.items()
    }
    if not all(lacks.values()):
        return Uncovered(request, Lack.HOURS)
    lack, part = min(max(lacking) for lacking in lacks.values())
    need = dict(tables.needs[request])[part]
    rivals = sorted({line.request for line in allocations if line.part == part})
    return Uncovered(request, Lack.SHARED, part, need - lack, need, tuple(rivals))


def _spare(model: _Model, allocations: list[Allocation], technician: int) -> list[int]:
    """By part: what the allocation leaves in the technician's van and in the warehouses within reach."""
    tables, near = model.tables, model.depots[technician]
    left = [_supply(model, technician, part) for part in range(len(tables.stock[technician]))]
    for line in allocations:
        left[line.part] -= line.from_van if line.technician == technician else 0
        left[line.part] -= sum(pieces for depot, pieces in line.from_warehouses if depot in near)
    return left


def _supply(model: _Model, technician: int, part: int) -> int:
    depots = model.depots[technician]
    return model.tables.stock[technician][part] + sum(model.tables.depot_stock[w][part] for w in depots)


def _has_tool(model: _Model, technician: int, tool: int) -> bool:
    lent = (model.tables.depot_tools[w] for w in model.depots[technician])
    return any(tools >> tool & 1 for tools in (model.tables.tools[technician], *lent))
