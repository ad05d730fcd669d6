"""Exact cheapest insertion of one request, with a reason from everybody who cannot take it.

For each technician every position is tried with everything else of the day kept in order, and, where
the van then lacks something, one more pick-up at every warehouse that has it and at every place
before the shortage. Each candidate is scheduled and priced by the judge's own functions, so that
an offer's figures are those of `evaluate` to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from dispatch.carry import Loads, Shortage, free_stock, load, loads_of, nodes_of, stops_of
from dispatch.evaluate import route_cost
from dispatch.fitness import unfit
from dispatch.instance import Instance
from dispatch.plan import Pickup, Routes, Stops
from dispatch.schedule import Timetable, timetable
from dispatch.tables import Tables
from dispatch.violations import Code, Violation


@dataclass(frozen=True, slots=True)
class Offer:
    """The cheapest way for one technician to take the request."""

    technician: int
    request: int
    extra_cents: int
    """Change of the technician's day in the objective; the price of leaving it unserved is not in it."""
    extra_seconds: int
    """Change of the technician's paid time."""
    start: int
    """Second the service would begin."""
    finish: int
    """Second the technician would be home."""
    stops: Stops
    """The technician's new day."""
    pickup: Pickup | None
    """The pick-up stop added for the request."""
    topped_up: tuple[tuple[int, int, int], ...]
    """(warehouse, part, pieces) taken in addition at pick-ups, the added one included."""


Answer = Offer | Violation


def offers(instance: Instance, routes: Routes, request: int) -> tuple[Answer, ...]:
    """By technician: the cheapest offer, or the first rule that stands against it."""
    tables = instance.tables
    free = free_stock(tables, routes)
    return tuple(ask(tables, technician, stops, (request, free)) for technician, stops in enumerate(routes))


def cheapest(answers: Iterable[Answer]) -> Offer | None:
    """The best offer; of equal ones the earliest start, then the first technician."""
    made = [answer for answer in answers if isinstance(answer, Offer)]
    return min(made, key=lambda o: (o.extra_cents, o.start, o.technician), default=None)


def accept(routes: Routes, offer: Offer) -> Routes:
    """The routes with the offer taken."""
    return (*routes[: offer.technician], offer.stops, *routes[offer.technician + 1 :])


def ask(tables: Tables, technician: int, stops: Stops, wanted: tuple[int, list[list[int]]]) -> Answer:
    """One technician's answer to `wanted`: the request, and the warehouse stock no route takes yet."""
    request, free = wanted
    refusal = unfit(tables, technician, request)
    if refusal is not None:
        return refusal
    search = _Search(tables, technician, request, free, nodes_of(tables, stops), loads_of(stops))
    search.run()
    return search.answer()


class _Candidate(NamedTuple):
    """One way to place the request; candidates compare by price, start and order of trial."""

    cents: int
    start: int
    trial: int
    nodes: list[int]
    given: Loads
    loads: Loads
    times: Timetable
    added: int | None
    """Position of the pick-up stop added, if any."""


@dataclass(slots=True)
class _Search:
    """All candidates for one technician and request; keeps the cheapest and the nearest miss."""

    tables: Tables
    technician: int
    request: int
    free: list[list[int]]
    nodes: list[int]
    given: Loads
    best: _Candidate | None = None
    miss: Violation | None = None
    short: list[tuple[int, Shortage]] = field(default_factory=list)
    """(position of the request, what was lacking) of each candidate that was in time but short."""
    trials: int = 0

    def run(self) -> None:
        """Try every position, then every added pick-up where the van was short."""
        for position in range(len(self.nodes) + 1):
            lack = self._try(*self._with_request(position), added=None)
            if lack is not None:
                self.short.append((position, lack))
        for position, lack in self.short:
            nodes, given = self._with_request(position)
            for depot in self._helpful(lack):
                node, nothing = self.tables.requests + depot, [0] * len(self.free[depot])
                for at in range(lack.position + 1):
                    self._try([*nodes[:at], node, *nodes[at:]], [*given[:at], nothing, *given[at:]], added=at)

    def _with_request(self, position: int) -> tuple[list[int], Loads]:
        nodes = [*self.nodes[:position], self.request, *self.nodes[position:]]
        return nodes, [*self.given[:position], None, *self.given[position:]]

    def _helpful(self, lack: Shortage) -> list[int]:
        """Warehouses that have at least one of what is lacking."""
        if lack.code is Code.TOOL:
            return [w for w, tools in enumerate(self.tables.depot_tools) if tools >> lack.item & 1]
        return [w for w, row in enumerate(self.free) if row[lack.item] > 0]

    def _try(self, nodes: list[int], given: Loads, *, added: int | None) -> Shortage | None:
        """Judge one candidate; returns what it lacks if it is in time and short."""
        times = timetable(self.tables, self.technician, nodes)
        if times.missed or times.finish > self.tables.home_by[self.technician]:
            self._note_miss(nodes, times)
            return None
        loads = load(self.tables, self.technician, nodes, given, self.free)
        if isinstance(loads, Shortage):
            return loads
        cents = sum(route_cost(self.tables, self.technician, nodes, times))
        self.trials += 1
        start = times.starts[nodes.index(self.request)]
        candidate = _Candidate(cents, start, self.trials, nodes, given, loads, times, added)
        if self.best is None or candidate[:3] < self.best[:3]:
            self.best = candidate
        return None

    def _note_miss(self, nodes: list[int], times: Timetable) -> None:
        """Remember the candidate that came nearest to being in time."""
        if times.missed:
            position, until = times.missed[0]
            miss = self._late(nodes[position], times.starts[position], until)
        else:
            until = self.tables.home_by[self.technician]
            miss = Violation(Code.SHIFT, self.technician, self.request, have=times.finish, need=until)
        if self.miss is None or miss.excess < self.miss.excess:
            self.miss = miss

    def _late(self, node: int, start: int, until: int) -> Violation:
        if node == self.request:
            return Violation(Code.WINDOW, self.technician, node, have=start, need=until)
        if node < self.tables.requests:
            return Violation(Code.OTHER_WINDOW, self.technician, self.request, item=node, have=start, need=until)
        depot = node - self.tables.requests
        return Violation(Code.WAREHOUSE_CLOSED, self.technician, self.request, depot, have=start, need=until)

    def answer(self) -> Answer:
        """The offer, or why there is none."""
        if self.best is not None:
            return self._offer(self.best)
        if self.short:
            return self._shortage()
        if self.miss is None:
            raise AssertionError("a search tries at least one candidate")
        return self.miss

    def _shortage(self) -> Violation:
        """The part or tool that is lacking; `have` is what the other visits of the day leave over."""
        lack = min((lack for _, lack in self.short), key=lambda s: (s.item, s.need - s.have))
        refusal = lack.violation(self.technician, self.request)
        if lack.code is Code.TOOL:
            return refusal
        code = Code.PART_TOO_FAR if self._helpful(lack) else Code.PART
        need = dict(self.tables.needs[self.request]).get(lack.item)
        if need is None:
            return replace(refusal, code=code)
        left = self.tables.stock[self.technician][lack.item]
        for node, taken in zip(self.nodes, self.given, strict=True):
            left += dict(self.tables.needs[node]).get(lack.item, 0) * -1 if taken is None else taken[lack.item]
        return replace(refusal, code=code, have=max(0, left), need=need)

    def _offer(self, best: _Candidate) -> Offer:
        before = timetable(self.tables, self.technician, self.nodes)
        stops = stops_of(self.tables, best.nodes, best.loads)
        added = None if best.added is None else stops[best.added]
        return Offer(
            technician=self.technician,
            request=self.request,
            extra_cents=best.cents - sum(route_cost(self.tables, self.technician, self.nodes, before)),
            extra_seconds=(best.times.finish - best.times.departure) - (before.finish - before.departure),
            start=best.start,
            finish=best.times.finish,
            stops=stops,
            pickup=added if isinstance(added, Pickup) else None,
            topped_up=_topped_up(self.tables, best),
        )


def _topped_up(tables: Tables, best: _Candidate) -> tuple[tuple[int, int, int], ...]:
    """(warehouse, part, pieces) the candidate takes beyond what was taken before."""
    rows = zip(best.nodes, best.given, best.loads, strict=True)
    return tuple(
        (node - tables.requests, part, now - was)
        for node, given, taken in rows
        if given is not None and taken is not None
        for part, (was, now) in enumerate(zip(given, taken, strict=True))
        if now > was
    )
