"""The second, independent engine: OR-Tools routing with guided local search (Voudouris & Tsang 1999).

It starts from a given plan, is mended to keep every hard rule, and is scored by the judge; the better
of start and result is returned, so that a short time limit never makes a plan worse.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from dispatch.construct import mend
from dispatch.engines.routing_model import Model, build_model
from dispatch.evaluate import evaluate
from dispatch.instance import Instance
from dispatch.plan import Routes


def improve(
    instance: Instance, start: Routes, *, seconds: float, seed: int = 0, iterations: int | None = None
) -> Routes:
    """Search for `seconds`, or for `iterations` steps, which makes the result reproducible."""
    if not instance.tables.requests or not instance.tables.stock:
        return start
    model = build_model(instance)
    found = _search(model, start, _parameters(seconds), iterations)
    if found is None:
        return start
    result = mend(instance, found, seed=seed)
    return min((start, result), key=lambda routes: evaluate(instance, routes).cost.total)


def _parameters(seconds: float) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(max(1, round(seconds * 1000)))
    return parameters


def _search(model: Model, start: Routes, parameters: Any, iterations: int | None) -> Routes | None:
    """Guided local search from `start`; from OR-Tools' own first solution where it cannot take that."""
    if iterations is not None:
        steps = count(1)
        model.routing.AddSearchMonitor(model.routing.solver().CustomLimit(lambda: next(steps) > iterations))
    model.routing.CloseModelWithParameters(parameters)
    assignment = model.routing.ReadAssignmentFromRoutes(model.indices(start), True)
    if assignment is None:
        solution = model.routing.SolveWithParameters(parameters)
    else:
        solution = model.routing.SolveFromAssignmentWithParameters(assignment, parameters)
    return None if solution is None else model.routes(solution)
