"""Times of one route: home as early as possible, and among these leaving as late as possible.

The first pass starts every service at the first second its windows allow. The second pass holds
the return and moves the departure to the latest second that still makes it, so that waiting is
cut, but never pushes a visit past its due time or its promise where the first pass kept it.
With one window per stop and nothing due this is the least duration (Savelsbergh 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.tables import Tables


class Timetable(NamedTuple):
    """When a route happens; times go on as if a missed window had been kept."""

    departure: int
    starts: list[int]
    finish: int
    missed: list[tuple[int, int]]
    """(position, second its last window ended) of each stop reached too late."""


def timetable(tables: Tables, technician: int, nodes: Sequence[int]) -> Timetable:
    """Schedule the stops in the given order."""
    begin = tables.shift_start[technician]
    if not nodes:
        return Timetable(begin, [], begin, [])
    early = _forward(tables, technician, nodes, begin)
    if early.missed:
        return early
    departure = _latest_departure(tables, technician, nodes, early)
    return early if departure == begin else _forward(tables, technician, nodes, departure)


def _forward(tables: Tables, technician: int, nodes: Sequence[int], departure: int) -> Timetable:
    """Leave at `departure` and start each service as early as possible."""
    travel, places, windows, service = tables.travel, tables.place, tables.windows, tables.service[technician]
    clock, here = departure, tables.start_place[technician]
    starts: list[int] = []
    missed: list[tuple[int, int]] = []
    for position, node in enumerate(nodes):
        place = places[node]
        clock += travel[here, place]
        for opens, closes in windows[node]:
            if clock <= closes:
                clock = max(clock, opens)
                break
        else:
            missed.append((position, closes))
        starts.append(clock)
        clock += service[node]
        here = place
    return Timetable(departure, starts, clock + travel[here, tables.end_place[technician]], missed)


def _latest_departure(tables: Tables, technician: int, nodes: Sequence[int], early: Timetable) -> int:
    """The last second to leave and still be home at `early.finish`."""
    travel, places, service = tables.travel, tables.place, tables.service[technician]
    bound, there = early.finish, tables.end_place[technician]
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        place = places[node]
        bound -= travel[place, there] + service[node]
        start = early.starts[position]
        until = tables.told_until[node]
        bound = min(bound, max(start, until))
        for opens, closes in reversed(tables.windows[node]):
            if opens <= bound:
                bound = min(bound, closes)
                break
        there = place
    return bound - travel[tables.start_place[technician], there]
