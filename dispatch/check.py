"""An independent check of a plan: plain loops over the instance's arrays, nothing shared with `evaluate`.

It takes the plan's times as claims and verifies each; it computes the cost anew. Two writings of the
same rules that agree on random plans are worth more than one that nobody contradicts.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor

from dispatch.arrays import NONE
from dispatch.instance import Instance
from dispatch.plan import Pickup, Plan, Route, Stop, Visit
from dispatch.violations import Code, Violation


def check(instance: Instance, plan: Plan) -> list[Violation]:
    """Every rule the plan breaks, with figures; empty when it can be carried out as written."""
    found: list[Violation] = []
    for technician, route in enumerate(plan.routes):
        found += _times(instance, technician, route)
        for stop in route.stops:
            if isinstance(stop, Visit):
                found += _person(instance, technician, stop.request)
        found += _van(instance, technician, route)
    found += _coverage(instance, plan)
    found += _warehouses(instance, plan)
    return sorted(found)


def _place(instance: Instance, stop: Stop) -> int:
    if isinstance(stop, Visit):
        return int(instance.requests.place[stop.request])
    return int(instance.warehouses.place[stop.warehouse])


def _length(instance: Instance, technician: int, stop: Stop) -> int:
    if isinstance(stop, Visit):
        return int(instance.requests.service[stop.request, instance.technicians.service_class[technician]])
    return int(instance.warehouses.handling[stop.warehouse])


def _times(instance: Instance, technician: int, route: Route) -> Iterator[Violation]:
    """Travel, windows, opening hours and shift."""
    staff = instance.technicians
    if len(route.starts) != len(route.stops):
        yield Violation(Code.TIMES, technician, have=len(route.starts), need=len(route.stops))
        return
    if not route.stops:
        return
    if route.departure < staff.shift_start[technician]:
        yield Violation(Code.TIMES, technician, have=route.departure, need=int(staff.shift_start[technician]))
    ready, here = route.departure, int(staff.start_place[technician])
    for stop, start in zip(route.stops, route.starts, strict=True):
        there = _place(instance, stop)
        ready += int(instance.travel_seconds[here, there])
        if start < ready:
            request = stop.request if isinstance(stop, Visit) else NONE
            yield Violation(Code.TIMES, technician, request, have=start, need=ready)
        yield from _window(instance, technician, stop, start)
        ready, here = start + _length(instance, technician, stop), there
    ready += int(instance.travel_seconds[here, staff.end_place[technician]])
    if route.finish < ready:
        yield Violation(Code.TIMES, technician, have=route.finish, need=ready)
    limit = int(staff.shift_end[technician] + staff.max_overtime[technician])
    if route.finish > limit:
        yield Violation(Code.SHIFT, technician, have=route.finish, need=limit)


def _window(instance: Instance, technician: int, stop: Stop, start: int) -> Iterator[Violation]:
    if isinstance(stop, Pickup):
        opens, closes = int(instance.warehouses.opens[stop.warehouse]), int(instance.warehouses.closes[stop.warehouse])
        if not opens <= start <= closes:
            yield Violation(Code.WAREHOUSE_CLOSED, technician, warehouse=stop.warehouse, have=start, need=closes)
        return
    wanted = instance.requests
    if wanted.locked_start[stop.request] != NONE:
        windows = [(int(wanted.locked_start[stop.request]),) * 2]
    else:
        pairs = zip(wanted.window_start[stop.request], wanted.window_end[stop.request], strict=True)
        windows = [(int(a), int(b)) for a, b in pairs if a <= b]
    if not any(a <= start <= b for a, b in windows):
        yield Violation(Code.WINDOW, technician, stop.request, have=start, need=windows[-1][1])


def _person(instance: Instance, technician: int, request: int) -> Iterator[Violation]:
    """Duty, permission, lock and skills: the first that fails."""
    staff, wanted = instance.technicians, instance.requests
    if staff.shift_end[technician] == staff.shift_start[technician]:
        yield Violation(Code.OFF_DUTY, technician, request)
        return
    if wanted.forbidden[request, technician]:
        yield Violation(Code.FORBIDDEN, technician, request)
        return
    lock = int(wanted.locked_technician[request])
    if lock not in (NONE, technician):
        yield Violation(Code.LOCKED, technician, request, have=technician, need=lock)
        return
    for skill in range(len(instance.skills)):
        held, needed = int(staff.skills[technician, skill]), int(wanted.skills[request, skill])
        if held < needed:
            yield Violation(Code.SKILL, technician, request, item=skill, have=held, need=needed)
            return


def _van(instance: Instance, technician: int, route: Route) -> Iterator[Violation]:
    """Parts and tools at each visit; a part that is lacking is lent, so that one lack is told once."""
    for part in range(len(instance.parts)):
        held = int(instance.technicians.stock[technician, part])
        for stop in route.stops:
            if isinstance(stop, Pickup):
                held += stop.quantities[part]
                continue
            needed = int(instance.requests.parts[stop.request, part])
            if needed > held:
                yield Violation(Code.PART, technician, stop.request, item=part, have=held, need=needed)
            held = max(held - needed, 0)
    for tool in range(len(instance.tools)):
        carried = bool(instance.technicians.tools[technician, tool])
        for stop in route.stops:
            if isinstance(stop, Pickup):
                carried = carried or bool(instance.warehouses.tools[stop.warehouse, tool])
            elif instance.requests.tools[stop.request, tool] and not carried:
                yield Violation(Code.TOOL, technician, stop.request, item=tool, have=0, need=1)


def _coverage(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """Each request at most once, and the unserved ones named."""
    visits = [0] * len(instance.requests.ids)
    for route in plan.routes:
        for stop in route.stops:
            if isinstance(stop, Visit):
                visits[stop.request] += 1
    for request, count in enumerate(visits):
        if count > 1:
            yield Violation(Code.TWICE, request=request, have=count, need=1)
        if (count == 0) != (request in plan.unserved):
            yield Violation(Code.UNSERVED, request=request, have=int(request in plan.unserved), need=int(count == 0))


def _warehouses(instance: Instance, plan: Plan) -> Iterator[Violation]:
    """No warehouse gives more than it has."""
    for depot in range(len(instance.warehouses.ids)):
        stops = [s for route in plan.routes for s in route.stops if isinstance(s, Pickup) and s.warehouse == depot]
        for part in range(len(instance.parts)):
            taken, held = sum(s.quantities[part] for s in stops), int(instance.warehouses.stock[depot, part])
            if taken > held:
                yield Violation(Code.WAREHOUSE_STOCK, warehouse=depot, item=part, have=held, need=taken)


def total_cents(instance: Instance, plan: Plan) -> int:
    """The objective of the plan as written."""
    total = sum(_unserved_cents(instance, request) for request in plan.unserved)
    return total + sum(_route_cents(instance, t, route) for t, route in enumerate(plan.routes) if route.stops)


def _unserved_cents(instance: Instance, request: int) -> int:
    price = instance.weights.unserved_cents[int(instance.requests.priority[request]) - 1]
    locked = int(instance.requests.locked_technician[request]) != NONE
    return price * instance.weights.locked_factor if locked else price


def _route_cents(instance: Instance, technician: int, route: Route) -> int:
    """One used technician's day."""
    weights = instance.weights
    way = [int(instance.technicians.start_place[technician])]
    way += [_place(instance, stop) for stop in route.stops]
    way.append(int(instance.technicians.end_place[technician]))
    metres = sum(int(instance.travel_metres[a, b]) for a, b in pairwise(way))
    overtime = max(0, route.finish - int(instance.technicians.shift_end[technician]))
    cents = _half_up(Fraction(route.finish - route.departure, 3600) * weights.wage_cents_per_hour)
    cents += _half_up(Fraction(overtime, 3600) * weights.overtime_cents_per_hour)
    cents += _half_up(Fraction(metres, 1000) * weights.distance_cents_per_km)
    for stop, start in zip(route.stops, route.starts, strict=True):
        if isinstance(stop, Pickup):
            cents += weights.pickup_cents
        else:
            cents += _visit_cents(instance, technician, stop.request, start)
    return cents


def _visit_cents(instance: Instance, technician: int, request: int, start: int) -> int:
    """Lateness, preference and changes to the published plan."""
    wanted, weights = instance.requests, instance.weights
    cents = int(wanted.bias[request, technician])
    due = int(wanted.due[request])
    if due != NONE and start > due:
        cents += int(wanted.breach_cents[request])
        cents += _half_up(Fraction(start - due, 60) * int(wanted.late_cents_per_minute[request]))
    factor = Fraction(int(wanted.stability_percent[request]), 100)
    if wanted.previous_technician[request] not in (NONE, technician):
        cents += _half_up(factor * weights.change_cents)
    told = int(wanted.previous_start[request])
    if told != NONE:
        beyond = max(0, abs(start - told) - weights.moved_tolerance)
        cents += _half_up(factor * Fraction(beyond, 60) * weights.moved_cents_per_minute)
    return cents


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
