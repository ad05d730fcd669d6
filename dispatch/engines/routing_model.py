"""The OR-Tools routing model of an instance.

One node per request, one optional copy of a warehouse per technician who may need it, and a start and
an end per technician. Costs are cents times UNIT, so that prices per hour and per kilometre stay whole.
Parts are dimensions that begin with the van's stock, fall at visits and may rise (by the slack) at
copies; tools are the same with figures 0 and 1 that do not fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp

from dispatch.arrays import NONE
from dispatch.fitness import fit_technicians
from dispatch.instance import Instance
from dispatch.plan import Pickup, Routes, Stop, Visit
from dispatch.tables import FAR, Tables

UNIT = 18_000
"""Solver units in a cent: 5 x 3600 (per hour and second) and 18 x 1000 (per kilometre and metre)."""

PENALTY_LIMIT = 2**52


@dataclass(frozen=True)
class Model:
    """The solver's model and what its nodes mean."""

    tables: Tables
    manager: Any
    routing: Any
    time: Any
    fit: list[list[int]]
    """By request: technicians that may serve it."""
    copies: list[tuple[int, int]]
    """(technician, warehouse) of node R + i."""

    def index(self, node: int) -> int:
        """The solver's index of a node that is no start or end."""
        return int(self.manager.NodeToIndex(node))

    def indices(self, routes: Routes) -> list[list[int]]:
        """Routes as lists of solver indices."""
        copy_at = {pair: self.tables.requests + i for i, pair in enumerate(self.copies)}
        rows: list[list[int]] = []
        for technician, stops in enumerate(routes):
            nodes: dict[int, None] = {}
            for stop in stops:
                node = stop.request if isinstance(stop, Visit) else copy_at.get((technician, stop.warehouse))
                if node is not None:
                    nodes[node] = None
            rows.append([self.index(node) for node in nodes])
        return rows

    def routes(self, solution: Any) -> Routes:
        """The stops of a solution; quantities are left empty for `construct.mend`."""
        nothing = (0,) * (len(self.tables.stock[0]) if self.tables.stock else 0)
        rows: list[tuple[Stop, ...]] = []
        for technician in range(len(self.tables.stock)):
            stops: list[Stop] = []
            index = solution.Value(self.routing.NextVar(self.routing.Start(technician)))
            while not self.routing.IsEnd(index):
                node = self.manager.IndexToNode(index)
                depot = node - self.tables.requests
                stops.append(Visit(node) if depot < 0 else Pickup(self.copies[depot][1], nothing))
                index = solution.Value(self.routing.NextVar(index))
            rows.append(tuple(stops))
        return tuple(rows)


def build_model(instance: Instance) -> Model:
    """Make the whole model; nothing is solved yet."""
    tables = instance.tables
    fit = [fit_technicians(tables, request) for request in range(tables.requests)]
    copies = _copies(tables, fit)
    staff = len(tables.stock)
    first = tables.requests + len(copies)
    ends = list(range(first + staff, first + 2 * staff))
    manager = pywrapcp.RoutingIndexManager(first + 2 * staff, staff, list(range(first, first + staff)), ends)
    routing = pywrapcp.RoutingModel(manager)
    _add_time(instance, routing, copies)
    model = Model(tables, manager, routing, routing.GetDimensionOrDie("time"), fit, copies)
    _add_distance(instance, model)
    _add_choices(model)
    _bound_times(model)
    _add_preferences(model)
    _add_supplies(model)
    return model


def _copies(tables: Tables, fit: list[list[int]]) -> list[tuple[int, int]]:
    """Warehouses worth a stop, by technician."""
    wanted: list[dict[int, int]] = [{} for _ in tables.stock]
    lacking = [0 for _ in tables.stock]
    for request, able in enumerate(fit):
        for technician in able:
            lacking[technician] |= tables.needs_tools[request] & ~tables.tools[technician]
            for part, need in tables.needs[request]:
                wanted[technician][part] = wanted[technician].get(part, 0) + need
    return [
        (technician, depot)
        for technician, needs in enumerate(wanted)
        for depot, row in enumerate(tables.depot_stock)
        if lacking[technician] & tables.depot_tools[depot]
        or any(need > tables.stock[technician][part] and row[part] > 0 for part, need in needs.items())
    ]


def _node_places(tables: Tables, copies: list[tuple[int, int]]) -> NDArray[np.int64]:
    """(N,) place of every node: requests, copies, starts, ends."""
    middle = [tables.place[tables.requests + depot] for _, depot in copies]
    return np.array(tables.place[: tables.requests] + middle + tables.start_place + tables.end_place, dtype=np.int64)


def _add_time(instance: Instance, routing: Any, copies: list[tuple[int, int]]) -> None:
    """The dimension "time": service at the node left plus travel, by service class."""
    tables = instance.tables
    places = _node_places(tables, copies)
    travel = instance.travel_seconds[np.ix_(places, places)].astype(np.int64)
    by_class: dict[int, int] = {}
    transits = []
    for technician, kind in enumerate(instance.technicians.service_class.tolist()):
        if kind not in by_class:
            length = np.zeros(len(places), dtype=np.int64)
            handling = [tables.service[technician][tables.requests + depot] for _, depot in copies]
            length[: tables.requests + len(copies)] = tables.service[technician][: tables.requests] + handling
            by_class[kind] = routing.RegisterTransitMatrix((travel + length[:, None]).tolist())
        transits.append(by_class[kind])
    horizon = max(tables.home_by, default=0)
    routing.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")


def _add_distance(instance: Instance, model: Model) -> None:
    places = _node_places(model.tables, model.copies)
    price = model.tables.weights.distance_cents_per_km * (UNIT // 1000)
    metres = instance.travel_metres[np.ix_(places, places)].astype(np.int64) * price
    model.routing.SetArcCostEvaluatorOfAllVehicles(model.routing.RegisterTransitMatrix(metres.tolist()))


def _add_choices(model: Model) -> None:
    """Who may stop where, and what it costs not to."""
    for request, able in enumerate(model.fit):
        index = model.index(request)
        penalty = min(model.tables.unserved[request] * UNIT, PENALTY_LIMIT)
        model.routing.AddDisjunction([index], penalty)
        if able:
            model.routing.VehicleVar(index).SetValues([-1, *able])
        else:
            model.routing.ActiveVar(index).SetValue(0)
    for i, (technician, _) in enumerate(model.copies):
        index = model.index(model.tables.requests + i)
        model.routing.AddDisjunction([index], 0)
        model.routing.VehicleVar(index).SetValues([-1, technician])


def _bound_times(model: Model) -> None:
    """Shifts with priced overtime, paid time, windows, lateness and promises."""
    tables, time = model.tables, model.time
    weights = tables.weights
    for technician, since in enumerate(tables.shift_start):
        start, end = model.routing.Start(technician), model.routing.End(technician)
        time.CumulVar(start).SetRange(since, tables.home_by[technician])
        time.CumulVar(end).SetRange(since, tables.home_by[technician])
        time.SetSpanCostCoefficientForVehicle(weights.wage_cents_per_hour * UNIT // 3600, technician)
        overtime = weights.overtime_cents_per_hour * UNIT // 3600
        if overtime and tables.home_by[technician] > tables.shift_end[technician]:
            time.SetCumulVarSoftUpperBound(end, tables.shift_end[technician], overtime)
        model.routing.AddVariableMinimizedByFinalizer(time.CumulVar(end))
        model.routing.AddVariableMaximizedByFinalizer(time.CumulVar(start))
    horizon = max(tables.home_by, default=0)
    nodes = [*range(tables.requests), *(tables.requests + depot for _, depot in model.copies)]
    for at, node in enumerate(nodes):
        _bound_node(model, model.index(at), node, horizon)
        if node < tables.requests:
            _price_start(model, model.index(at), node)


def _bound_node(model: Model, index: int, node: int, horizon: int) -> None:
    windows = [(a, min(b, horizon)) for a, b in model.tables.windows[node] if a <= horizon]
    if not windows:
        model.routing.ActiveVar(index).SetValue(0)
        return
    start = model.time.CumulVar(index)
    start.SetRange(windows[0][0], windows[-1][1])
    for (_, closed), (opens, _) in pairwise(windows):
        if opens > closed + 1:
            start.RemoveInterval(closed + 1, opens - 1)


def _price_start(model: Model, index: int, request: int) -> None:
    """Soft bounds for due time and promise; the judge prices steps and both sides exactly."""
    tables = model.tables
    moved = tables.moved_per_minute[request] * UNIT // 6000
    told = tables.previous_start[request]
    if told != NONE and moved:
        earliest = told - tables.weights.moved_tolerance
        if earliest > 0:
            model.time.SetCumulVarSoftLowerBound(index, earliest, moved)
    if tables.due[request] != FAR:
        late = tables.late_per_minute[request] * UNIT // 60
        model.time.SetCumulVarSoftUpperBound(index, tables.due[request], late)
    elif told != NONE and moved:
        model.time.SetCumulVarSoftUpperBound(index, told + tables.weights.moved_tolerance, moved)


def _add_preferences(model: Model) -> None:
    """Preferences, changes of technician and pick-up fees as a dimension whose span is paid."""
    tables = model.tables
    fee = tables.weights.pickup_cents if model.copies else 0
    columns: dict[tuple[int, ...], int] = {}
    transits = []
    tail = [fee] * len(model.copies) + [0] * (2 * len(tables.stock))
    for technician in range(len(tables.stock)):
        cents = [tables.bias[r][technician] + tables.change[r][technician] for r in range(tables.requests)]
        column = tuple(cents + tail)
        if column not in columns:
            columns[column] = model.routing.RegisterUnaryTransitVector(list(column))
        transits.append(columns[column])
    limit = sum(max(column) for column in columns) * (len(tail) + tables.requests)
    if limit:
        model.routing.AddDimensionWithVehicleTransits(transits, 0, limit, True, "preference")
        model.routing.GetDimensionOrDie("preference").SetSpanCostCoefficientForAllVehicles(UNIT)


def _add_supplies(model: Model) -> None:
    """One dimension per part or tool that somebody might lack."""
    tables = model.tables
    parts = len(tables.stock[0]) if tables.stock else 0
    for part in range(parts):
        demand = [dict(tables.needs[r]).get(part, 0) for r in range(tables.requests)]
        if sum(demand) > min(row[part] for row in tables.stock):
            _add_part(model, part, demand)
    asked = 0
    for needed in tables.needs_tools:
        asked |= needed
    for tool in range(asked.bit_length()):
        if asked >> tool & 1 and not all(held >> tool & 1 for held in tables.tools):
            _add_tool(model, tool)


def _add_part(model: Model, part: int, demand: list[int]) -> None:
    tables = model.tables
    rises = [min(tables.depot_stock[depot][part], sum(demand)) for _, depot in model.copies]
    vans = [row[part] for row in tables.stock]
    name = f"part {part}"
    falls = [-d for d in demand]
    _add_supply(model, name, falls, (vans, rises))
    dimension = model.routing.GetDimensionOrDie(name)
    solver = model.routing.solver()
    for depot, row in enumerate(tables.depot_stock):
        slacks = [
            dimension.SlackVar(model.index(tables.requests + i))
            for i, (_, where) in enumerate(model.copies)
            if where == depot
        ]
        if len(slacks) > 1 and row[part] < sum(demand):
            solver.Add(solver.Sum(slacks) <= row[part])


def _add_tool(model: Model, tool: int) -> None:
    tables = model.tables
    lent = [tables.depot_tools[depot] >> tool & 1 for _, depot in model.copies]
    held = [tools >> tool & 1 for tools in tables.tools]
    name = f"tool {tool}"
    _add_supply(model, name, [0] * tables.requests, (held, lent))
    dimension = model.routing.GetDimensionOrDie(name)
    for request in range(tables.requests):
        if tables.needs_tools[request] >> tool & 1:
            _require_tool(model, dimension.CumulVar(model.index(request)), request, possible=any(held + lent))


def _require_tool(model: Model, held: Any, request: int, *, possible: bool) -> None:
    """The request needs the figure 1, or cannot be done at all."""
    if possible:
        held.SetMin(1)
    else:
        model.routing.ActiveVar(model.index(request)).SetValue(0)


def _add_supply(model: Model, name: str, falls: list[int], supply: tuple[list[int], list[int]]) -> None:
    """A dimension from `supply[0]` by technician, falling at requests, rising by the slack at copies."""
    held, rises = supply
    tables = model.tables
    staff = len(held)
    transit = model.routing.RegisterUnaryTransitVector(falls + [0] * (len(rises) + 2 * staff))
    top = max(held) + max(rises, default=0)
    model.routing.AddDimension(transit, max(rises, default=0), top, False, name)
    dimension = model.routing.GetDimensionOrDie(name)
    for technician, pieces in enumerate(held):
        start = model.routing.Start(technician)
        dimension.CumulVar(start).SetValue(pieces)
        dimension.SlackVar(start).SetValue(0)
    for request in range(tables.requests):
        dimension.SlackVar(model.index(request)).SetValue(0)
    for i, rise in enumerate(rises):
        dimension.SlackVar(model.index(tables.requests + i)).SetMax(rise)
