"""A plan: for each technician an ordered list of stops with their times, and who is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch.instance import Instance


@dataclass(frozen=True, slots=True)
class Visit:
    """Serve a request."""

    request: int


@dataclass(frozen=True, slots=True)
class Pickup:
    """Stop at a warehouse and take parts; its tools come along by themselves."""

    warehouse: int
    quantities: tuple[int, ...]
    """Pieces by part."""


Stop = Visit | Pickup
Stops = tuple[Stop, ...]
Routes = tuple[Stops, ...]
"""Stops by technician; what searches change before times are known."""


@dataclass(frozen=True, slots=True)
class Route:
    """One technician's day; without stops nobody leaves and both times are the start of the shift."""

    stops: Stops
    departure: int
    """Second of leaving the start place."""
    starts: tuple[int, ...]
    """Second at which service, or the pick-up, begins at each stop."""
    finish: int
    """Second of reaching the end place."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to an instance; indexes are those of that instance."""

    routes: tuple[Route, ...]
    """By technician."""
    unserved: tuple[int, ...]
    """Requests in no route, ascending."""

    @property
    def stops(self) -> Routes:
        """The stops alone, by technician."""
        return tuple(route.stops for route in self.routes)


def empty_routes(technicians: int) -> Routes:
    """Nobody goes anywhere."""
    return ((),) * technicians


def served(routes: Iterable[Sequence[Stop]]) -> set[int]:
    """The requests that occur in `routes`."""
    return {stop.request for stops in routes for stop in stops if isinstance(stop, Visit)}


def technician_of(routes: Routes, request: int) -> int | None:
    """Who serves `request`, or None."""
    visit = Visit(request)
    return next((t for t, stops in enumerate(routes) if visit in stops), None)


def without(routes: Routes, requests: Iterable[int]) -> Routes:
    """The same routes less the visits of `requests`; pick-ups stay."""
    gone = {Visit(request) for request in requests}
    return tuple(tuple(stop for stop in stops if stop not in gone) for stops in routes)


def rebase(routes: Routes, old: Instance, new: Instance) -> Routes:
    """Carry routes over to another instance by ids; what the new one does not have is left out."""
    request_at = {name: i for i, name in enumerate(new.requests.ids)}
    depot_at = {name: i for i, name in enumerate(new.warehouses.ids)}
    part_from = [old.parts.index(name) if name in old.parts else None for name in new.parts]
    by_id = dict(zip(old.technicians.ids, routes, strict=True))

    def moved(stop: Stop) -> Stop | None:
        if isinstance(stop, Visit):
            request = request_at.get(old.requests.ids[stop.request])
            return None if request is None else Visit(request)
        depot = depot_at.get(old.warehouses.ids[stop.warehouse])
        if depot is None:
            return None
        return Pickup(depot, tuple(0 if q is None else stop.quantities[q] for q in part_from))

    return tuple(
        tuple(kept for stop in by_id.get(name, ()) if (kept := moved(stop)) is not None) for name in new.technicians.ids
    )
