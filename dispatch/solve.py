"""Solve an instance: a start by insertion at once, improved by an engine for as long as asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from time import perf_counter
from typing import Protocol, cast

from dispatch.arrays import NONE
from dispatch.construct import mend
from dispatch.evaluate import evaluate
from dispatch.explain import Explanation, explain
from dispatch.instance import Instance
from dispatch.objective import Cost
from dispatch.plan import Plan, Routes, empty_routes, technician_of

ENGINES = {"ortools": "dispatch.engines.ortools_routing"}
"""Modules with an `improve`, loaded at first use; "insertion" needs none."""

INSERTION = "insertion"


class Engine(Protocol):
    """What an engine module offers."""

    def improve(
        self, instance: Instance, start: Routes, *, seconds: float, seed: int = 0, iterations: int | None = None
    ) -> Routes:
        """Return routes that keep every hard rule and cost no more than `start`."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan, what it costs, and why it looks like this."""

    plan: Plan
    cost: Cost
    engine: str
    """The engine that ran; "insertion" when none was asked for."""
    seconds: float
    """Time taken."""
    explanations: tuple[Explanation, ...]


def solve(
    instance: Instance,
    *,
    engine: str = "ortools",
    seconds: float = 5.0,
    seed: int = 0,
    previous: Routes | None = None,
    iterations: int | None = None,
    explained: Collection[int] | None = None,
) -> Solution:
    """Plan every request that fits.

    With `previous` routes everything in them that still holds is kept and only what is missing is
    inserted; that answer is at once there with `seconds=0` or the engine "insertion". Else the engine
    goes on from it for `seconds`. `iterations` bounds the search by count instead, which makes it
    reproducible (`seconds` stays as the upper limit). `explained` names the requests to explain; by
    default those nobody serves and those that differ from the published plan.

    Raises:
        KeyError: there is no such engine.
    """
    began = perf_counter()
    start = empty_routes(len(instance.technicians.ids)) if previous is None else previous
    routes = mend(instance, start, seed=seed)
    used = INSERTION
    if engine != INSERTION and seconds > 0:
        used = engine
        module = cast(Engine, import_module(ENGINES[engine]))
        routes = module.improve(instance, routes, seconds=seconds, seed=seed, iterations=iterations)
    judged = evaluate(instance, routes)
    wanted = changed(instance, judged.plan) if explained is None else sorted(explained)
    explanations = tuple(explain(instance, routes, request) for request in wanted)
    return Solution(judged.plan, judged.cost, used, perf_counter() - began, explanations)


def changed(instance: Instance, plan: Plan) -> list[int]:
    """Requests nobody serves, new ones, and those whose technician differs from the published plan."""
    previous = instance.requests.previous_technician.tolist()
    return [
        request
        for request, before in enumerate(previous)
        if before == NONE or technician_of(plan.stops, request) != before
    ]
