"""The judge and the independent checker agree; the schedule is the best of its kind."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check import check, total_cents
from dispatch.evaluate import evaluate
from dispatch.instance import Instance
from dispatch.plan import Route
from dispatch.schedule import timetable
from tests.property.dispatch.instances import HOUR, instances, routes_of


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_checker_finds_exactly_the_rules_the_judge_finds_broken(data: st.DataObject) -> None:
    instance = data.draw(instances())
    routes = data.draw(routes_of(instance))

    judged = evaluate(instance, routes)

    assert check(instance, judged.plan) == list(judged.violations)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_checker_and_judge_agree_on_the_cost_to_the_cent(data: st.DataObject) -> None:
    instance = data.draw(instances())
    routes = data.draw(routes_of(instance, repeat=False))

    judged = evaluate(instance, routes)

    assert total_cents(instance, judged.plan) == judged.cost.total


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_departing_at_any_other_minute_is_no_better(data: st.DataObject) -> None:
    instance = data.draw(instances(requests=3, technicians=1))
    nodes = data.draw(st.permutations(range(len(instance.requests.ids))))

    times = timetable(instance.tables, 0, nodes)

    if times.missed:
        assert all(_forward(instance, nodes, departure) is None for departure in _departures(times.departure))
        return
    due = [instance.tables.told_until[n] for n in nodes]
    earliest = _forward(instance, nodes, 8 * HOUR)
    assert earliest is not None
    kept = [start <= until for start, until in zip(earliest.starts, due, strict=True)]
    assert times.finish == earliest.finish
    for departure in _departures(8 * HOUR):
        other = _forward(instance, nodes, departure)
        if other is None or other.finish > times.finish or departure <= times.departure:
            continue
        rows = zip(other.starts, earliest.starts, due, kept, strict=True)
        assert any(start > (until if ok else first) for start, first, until, ok in rows)


def _departures(begin: int) -> range:
    return range(begin, 18 * HOUR, 127)


def _forward(instance: Instance, nodes: list[int], departure: int) -> Route | None:
    """Plain earliest times from one departure; None where a window is missed."""
    tables = instance.tables
    clock, here, starts = departure, tables.start_place[0], []
    for node in nodes:
        clock += tables.travel[here, tables.place[node]]
        open_at = [max(clock, a) for a, b in tables.windows[node] if clock <= b]
        if not open_at:
            return None
        starts.append(open_at[0])
        clock, here = open_at[0] + tables.service[0][node], tables.place[node]
    return Route((), departure, tuple(starts), clock + tables.travel[here, tables.end_place[0]])
