"""Complete and mend plans by insertion: the start of every search and the answer to one new request."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from dispatch.arrays import NONE
from dispatch.carry import Shortage, free_stock, load, nodes_of, stops_of
from dispatch.evaluate import route_cost
from dispatch.fitness import fit_technicians, unfit
from dispatch.insert import Offer, accept, ask, cheapest
from dispatch.instance import Instance
from dispatch.plan import Pickup, Routes, Stop, Stops, Visit, served, without
from dispatch.schedule import Timetable, timetable
from dispatch.tables import Tables


def complete(instance: Instance, routes: Routes, requests: Iterable[int]) -> Routes:
    """Insert `requests` one by one at their cheapest place; what costs more than its penalty stays out."""
    tables = instance.tables
    free = free_stock(tables, routes)
    for request in requests:
        answers = (ask(tables, technician, stops, (request, free)) for technician, stops in enumerate(routes))
        offer = cheapest(answers)
        if offer is not None and offer.extra_cents < tables.unserved[request]:
            routes = accept(routes, offer)
            _take(free, offer)
    return routes


def _take(free: list[list[int]], offer: Offer) -> None:
    for depot, part, pieces in offer.topped_up:
        free[depot][part] -= pieces


def order_of_insertion(instance: Instance, seed: int) -> list[int]:
    """Locked first, then urgent, then those few can do, then narrow windows; `seed` breaks the ties."""
    tables = instance.tables
    noise = random.Random(seed)  # noqa: S311 - no secret, only variety

    def rank(request: int) -> tuple[bool, int, int, int, float]:
        width = sum(until - since for since, until in tables.windows[request])
        choice = len(fit_technicians(tables, request))
        urgency = int(instance.requests.priority[request])
        return tables.locked[request] == NONE, urgency, choice, width, noise.random()

    return sorted(range(tables.requests), key=rank)


def mend(instance: Instance, routes: Routes, *, seed: int = 0) -> Routes:
    """Make any routes keep every hard rule: drop the visits that do not fit, then insert what is missing.

    Pick-ups are filled anew with what their route needs, and dropped where nothing is needed.
    """
    tables = instance.tables
    free = [row.copy() for row in tables.depot_stock]
    mended: list[Stops] = []
    seen: set[int] = set()
    for technician, stops in enumerate(routes):
        kept = _mend_route(tables, technician, _once(tables, technician, stops, seen), free)
        seen |= served([kept])
        mended.append(kept)
    missing = [request for request in order_of_insertion(instance, seed) if request not in seen]
    return complete(instance, tuple(mended), missing)


def remove(instance: Instance, routes: Routes, request: int) -> Routes:
    """The routes without `request`, its technician's pick-ups cut to what the rest of the day needs."""
    rest = list(without(routes, [request]))
    for technician, (before, after) in enumerate(zip(routes, rest, strict=True)):
        if len(after) < len(before):
            free = free_stock(instance.tables, (*rest[:technician], *rest[technician + 1 :]))
            lean = _filled(instance.tables, technician, after, free)
            rest[technician] = after if isinstance(lean, Shortage) else lean
    return tuple(rest)


def _once(tables: Tables, technician: int, stops: Stops, seen: set[int]) -> list[Stop]:
    """The stops the technician may do and nobody has done yet."""
    kept: list[Stop] = []
    here: set[int] = set()
    for stop in stops:
        if isinstance(stop, Visit):
            if stop.request in seen | here or unfit(tables, technician, stop.request) is not None:
                continue
            here.add(stop.request)
        kept.append(stop)
    return kept


def _mend_route(tables: Tables, technician: int, stops: Sequence[Stop], free: list[list[int]]) -> Stops:
    """Drop the culprits one by one until the route holds; takes its pick-ups out of `free`."""
    left = list(stops)
    while True:
        filled = _filled(tables, technician, left, free)
        if isinstance(filled, Shortage):
            del left[filled.position]
            continue
        times = timetable(tables, technician, nodes_of(tables, filled))
        if not times.missed and (not filled or times.finish <= tables.home_by[technician]):
            break
        left = _without_culprit(tables, technician, filled, times)
    for stop in filled:
        if isinstance(stop, Pickup):
            free[stop.warehouse] = [a - b for a, b in zip(free[stop.warehouse], stop.quantities, strict=True)]
    return filled


def _filled(tables: Tables, technician: int, stops: Sequence[Stop], free: list[list[int]]) -> Stops | Shortage:
    """The route with its pick-ups filled from nothing, and those that are not needed left out."""
    nodes = nodes_of(tables, tuple(stops))
    at = 0
    while at < len(nodes):
        rest = [*nodes[:at], *nodes[at + 1 :]]
        if nodes[at] >= tables.requests and not isinstance(_load(tables, technician, rest, free), Shortage):
            nodes = rest
        else:
            at += 1
    loads = _load(tables, technician, nodes, free)
    if not isinstance(loads, Shortage):
        return stops_of(tables, nodes, loads)
    culprit = Visit(nodes[loads.position])
    return Shortage(loads.code, list(stops).index(culprit), loads.item, loads.have, loads.need)


def _load(
    tables: Tables, technician: int, nodes: Sequence[int], free: list[list[int]]
) -> list[list[int] | None] | Shortage:
    given = [None if node < tables.requests else [0] * len(tables.stock[technician]) for node in nodes]
    return load(tables, technician, nodes, given, free)


def _without_culprit(tables: Tables, technician: int, stops: Stops, times: Timetable) -> list[Stop]:
    """Leave out the stop whose loss is cheapest among those up to the first missed window (or of all)."""
    last = times.missed[0][0] if times.missed else len(stops) - 1

    def harm(position: int) -> tuple[bool, int]:
        rest = (*stops[:position], *stops[position + 1 :])
        nodes = nodes_of(tables, rest)
        after = timetable(tables, technician, nodes)
        stop = stops[position]
        lost = tables.unserved[stop.request] if isinstance(stop, Visit) else 0
        still = bool(after.missed) or after.finish > tables.home_by[technician]
        return still, lost + sum(route_cost(tables, technician, nodes, after))

    visits = [i for i in range(last + 1) if isinstance(stops[i], Visit)] or list(range(last + 1))
    culprit = min(visits, key=harm)
    return [*stops[:culprit], *stops[culprit + 1 :]]
