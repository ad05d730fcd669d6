"""Insertion agrees with brute force and with the judge."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatch.carry import free_stock
from dispatch.construct import mend, remove
from dispatch.evaluate import evaluate
from dispatch.insert import Offer, accept, offers
from dispatch.instance import Instance
from dispatch.plan import Pickup, Routes, Stops, Visit, empty_routes, technician_of
from tests.property.dispatch.instances import instances, routes_of


@st.composite
def questions(draw: st.DrawFn) -> tuple[Instance, Routes, int]:
    """A sound plan without one request, and that request."""
    instance = draw(instances(published=False))
    request = draw(st.integers(0, len(instance.requests.ids) - 1))
    start = draw(st.sampled_from([empty_routes(2), draw(routes_of(instance))]))
    routes = remove(instance, mend(instance, start), request)
    assume(technician_of(routes, request) is None and not evaluate(instance, routes).violations)
    return instance, routes, request


@settings(max_examples=80, deadline=None)
@given(questions())
def test_offers_are_what_the_judge_says_of_the_new_plan(question: tuple[Instance, Routes, int]) -> None:
    instance, routes, request = question
    before = evaluate(instance, routes)

    for technician, answer in enumerate(offers(instance, routes, request)):
        if isinstance(answer, Offer):
            after = evaluate(instance, accept(routes, answer))
            route, old = after.plan.routes[technician], before.plan.routes[technician]
            assert after.violations == ()
            assert answer.extra_cents == after.route_costs[technician].total - before.route_costs[technician].total
            assert answer.extra_seconds == (route.finish - route.departure) - (old.finish - old.departure)
            assert answer.start == route.starts[route.stops.index(Visit(request))]
        else:
            assert answer.technician == technician
            assert answer.request == request


@settings(max_examples=50, deadline=None)
@given(questions())
def test_insertion_finds_the_cheapest_of_all_places(question: tuple[Instance, Routes, int]) -> None:
    instance, routes, request = question
    before = evaluate(instance, routes)

    for technician, answer in enumerate(offers(instance, routes, request)):
        prices = [
            after.route_costs[technician].total - before.route_costs[technician].total
            for stops in _everywhere(instance, routes, technician, request)
            if not (after := evaluate(instance, (*routes[:technician], stops, *routes[technician + 1 :]))).violations
        ]
        if prices:
            assert isinstance(answer, Offer), answer
            assert answer.extra_cents == min(prices)
        else:
            assert not isinstance(answer, Offer)


def _everywhere(instance: Instance, routes: Routes, technician: int, request: int) -> Iterator[Stops]:
    """Every position, with every way to take more at one pick-up of the day or at one new one."""
    stops = routes[technician]
    free = free_stock(instance.tables, routes)
    for i in range(len(stops) + 1):
        placed = (*stops[:i], Visit(request), *stops[i:])
        yield placed
        yield from _topped_up(placed, free)
        for depot in range(len(free)):
            for at in range(len(placed) + 1):
                yield from _topped_up((*placed[:at], Pickup(depot, (0, 0)), *placed[at:]), free)


def _topped_up(stops: Stops, free: list[list[int]]) -> Iterator[Stops]:
    """One pick-up takes a little more of each part, or two pick-ups one part each."""
    spots = [i for i, stop in enumerate(stops) if isinstance(stop, Pickup)]
    for first in spots:
        for second in spots:
            for a in range(3):
                for b in range(3):
                    changed = list(stops)
                    for at, more in ((first, (a, 0)), (second, (0, b))):
                        stop = changed[at]
                        if isinstance(stop, Pickup) and all(
                            m <= f for m, f in zip(more, free[stop.warehouse], strict=True)
                        ):
                            pieces = (stop.quantities[0] + more[0], stop.quantities[1] + more[1])
                            changed[at] = Pickup(stop.warehouse, pieces)
                    yield tuple(changed)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mended_plans_keep_every_rule_and_mending_twice_changes_nothing(data: st.DataObject) -> None:
    instance = data.draw(instances())
    routes = mend(instance, data.draw(routes_of(instance)))

    assert evaluate(instance, routes).violations == ()
    assert evaluate(instance, mend(instance, routes)).cost.total <= evaluate(instance, routes).cost.total
