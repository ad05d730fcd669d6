"""The only judge: times, cost and broken rules of a set of routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.arrays import NONE
from dispatch.carry import free_stock, nodes_of, shortages
from dispatch.errors import InvalidPlan
from dispatch.fitness import unfit
from dispatch.instance import Instance
from dispatch.objective import Cost, charge
from dispatch.plan import Pickup, Plan, Route, Routes, Stops, Visit
from dispatch.schedule import Timetable, timetable
from dispatch.tables import Tables
from dispatch.violations import Code, Violation


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the judge says."""

    plan: Plan
    cost: Cost
    route_costs: tuple[Cost, ...]
    """By technician; together with the unserved requests they make `cost`."""
    violations: tuple[Violation, ...]
    """Empty for a plan that can be carried out."""


def evaluate(instance: Instance, routes: Routes) -> Evaluation:
    """Schedule, price and judge `routes`.

    Raises:
        InvalidPlan: a stop names something the instance does not have.
    """
    tables = instance.tables
    _refuse_unknown(tables, routes)
    days, costs, broken = [], [], list[Violation]()
    for technician, stops in enumerate(routes):
        nodes = nodes_of(tables, stops)
        times = timetable(tables, technician, nodes)
        days.append(Route(stops, times.departure, tuple(times.starts), times.finish))
        costs.append(route_cost(tables, technician, nodes, times))
        broken += _route_violations(tables, technician, stops, times)
    visits = Counter(stop.request for stops in routes for stop in stops if isinstance(stop, Visit))
    unserved = tuple(r for r in range(tables.requests) if r not in visits)
    broken += [Violation(Code.TWICE, request=r, have=n, need=1) for r, n in visits.items() if n > 1]
    broken += _overdrawn(tables, routes)
    total = Cost(unserved=sum(tables.unserved[r] for r in unserved))
    for cost in costs:
        total = total.plus(cost)
    return Evaluation(Plan(tuple(days), unserved), total, tuple(costs), tuple(sorted(broken)))


def route_cost(tables: Tables, technician: int, nodes: Sequence[int], times: Timetable) -> Cost:
    """The price of one technician's day; an unused technician costs nothing."""
    if not nodes:
        return Cost()
    weights = tables.weights
    lateness = preference = stability = depots = 0
    metres, here = 0, tables.start_place[technician]
    for node, start in zip(nodes, times.starts, strict=True):
        place = tables.place[node]
        metres += tables.metres[here, place]
        here = place
        if node >= tables.requests:
            depots += 1
            continue
        preference += tables.bias[node][technician]
        if start > tables.due[node]:
            lateness += tables.breach[node] + charge(start - tables.due[node], tables.late_per_minute[node], 60)
        if tables.previous_start[node] != NONE or tables.change[node][technician]:
            stability += tables.change[node][technician] + _moved(tables, node, start)
    metres += tables.metres[here, tables.end_place[technician]]
    overtime = max(0, times.finish - tables.shift_end[technician])
    return Cost(
        0,
        lateness,
        charge(times.finish - times.departure, weights.wage_cents_per_hour, 3600),
        charge(overtime, weights.overtime_cents_per_hour, 3600),
        charge(metres, weights.distance_cents_per_km, 1000),
        depots * weights.pickup_cents,
        preference,
        stability,
    )


def _moved(tables: Tables, request: int, start: int) -> int:
    """The price of starting at another time than published."""
    told = tables.previous_start[request]
    if told == NONE:
        return 0
    beyond = abs(start - told) - tables.weights.moved_tolerance
    return charge(beyond, tables.moved_per_minute[request], 6000) if beyond > 0 else 0


def _route_violations(tables: Tables, technician: int, stops: Stops, times: Timetable) -> list[Violation]:
    found = [
        refusal
        for stop in stops
        if isinstance(stop, Visit) and (refusal := unfit(tables, technician, stop.request)) is not None
    ]
    found += [_missed(technician, stops[position], times.starts[position], until) for position, until in times.missed]
    if stops and times.finish > tables.home_by[technician]:
        found.append(Violation(Code.SHIFT, technician, have=times.finish, need=tables.home_by[technician]))
    return found + shortages(tables, technician, stops)


def _missed(technician: int, stop: Visit | Pickup, start: int, until: int) -> Violation:
    if isinstance(stop, Visit):
        return Violation(Code.WINDOW, technician, stop.request, have=start, need=until)
    return Violation(Code.WAREHOUSE_CLOSED, technician, warehouse=stop.warehouse, have=start, need=until)


def _overdrawn(tables: Tables, routes: Routes) -> list[Violation]:
    """Warehouses the routes together take too much from."""
    return [
        Violation(
            Code.WAREHOUSE_STOCK,
            warehouse=w,
            item=q,
            have=tables.depot_stock[w][q],
            need=tables.depot_stock[w][q] - left,
        )
        for w, row in enumerate(free_stock(tables, routes))
        for q, left in enumerate(row)
        if left < 0
    ]


def _refuse_unknown(tables: Tables, routes: Routes) -> None:
    if len(routes) != len(tables.stock):
        raise InvalidPlan("routes", f"{len(routes)} for {len(tables.stock)} technicians")
    parts = len(tables.stock[0]) if tables.stock else 0
    for stops in routes:
        for stop in stops:
            if isinstance(stop, Pickup):
                _refuse_pickup(tables, stop, parts)
            elif not 0 <= stop.request < tables.requests:
                raise InvalidPlan(f"request {stop.request}", "is not in the instance")


def _refuse_pickup(tables: Tables, stop: Pickup, parts: int) -> None:
    if not 0 <= stop.warehouse < len(tables.depot_stock):
        raise InvalidPlan(f"warehouse {stop.warehouse}", "is not in the instance")
    if len(stop.quantities) != parts or min(stop.quantities, default=0) < 0:
        raise InvalidPlan(f"pick-up at warehouse {stop.warehouse}", "needs one quantity, 0 or more, for each part")
