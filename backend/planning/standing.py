"""What binds a technician's day already: promised visits at their times, breaks in the gaps between them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dispatch.build import Request, Technician

Span = tuple[int, int]
"""From second, to second."""
Travel = Callable[[str, str], int]
"""Seconds from one place to another."""


@dataclass(frozen=True)
class Bound:
    """A stretch of somebody's time that is taken."""

    id: str
    place: str
    start: int
    """Second of the instance."""
    length: int
    is_break: bool = False


def standing(
    technician: Technician, visits: Iterable[Bound], breaks: Sequence[Span], rest_place: str, travel: Travel
) -> list[Bound]:
    """Return what binds a day in its order, each with the start at which it can really begin.

    A visit begins when it was promised, or as soon after as the way allows; a break yields to visits.
    """
    bounds: list[Bound] = []
    here, free = technician.start_place, technician.shift_start
    pieces = _named(technician.id, rest_place)
    for visit in sorted(visits, key=lambda item: (item.start, item.id)):
        start = max(visit.start, free + travel(here, visit.place))
        if breaks:
            bounds += pieces(breaks, (free, start - travel(rest_place, visit.place)))
        bounds.append(replace(visit, start=start))
        here, free = visit.place, start + visit.length
    last = max((end for _, end in breaks), default=free)
    return [*bounds, *pieces(breaks, (free, last))]


def _named(technician_id: str, place: str) -> Callable[[Sequence[Span], Span], list[Bound]]:
    count = 0

    def pieces(breaks: Sequence[Span], gap: Span) -> list[Bound]:
        nonlocal count
        found = []
        for start, end in clipped(breaks, gap):
            found.append(Bound(f"break:{technician_id}:{count}", place, start, end - start, is_break=True))
            count += 1
        return found

    return pieces


def clipped(spans: Iterable[Span], within: Span) -> Iterator[Span]:
    """Yield what of each span lies within another."""
    for start, end in spans:
        since, until = max(start, within[0]), min(end, within[1])
        if since < until:
            yield since, until


def home_at(technician: Technician, bounds: Sequence[Bound], travel: Travel) -> int:
    """Return the second at which somebody is home who does nothing but what stands already."""
    here, free = technician.start_place, technician.shift_start
    for bound in bounds:
        here = here if bound.is_break else bound.place
        free = bound.start + bound.length
    return free + travel(here, technician.end_place)


def request_of(bound: Bound, technician_id: str) -> Request:
    """Return a bound stretch as something that only this technician can do, at this time only."""
    return Request(
        id=bound.id,
        place=bound.place,
        windows=[(bound.start, bound.start)],
        service=bound.length,
        priority=1,
        locked_technician=technician_id,
        locked_start=bound.start,
        previous_technician=technician_id,
        previous_start=bound.start,
    )
