"""The OR-Tools engine never breaks a hard rule, never makes a plan worse, and repeats itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.check import check, total_cents
from dispatch.construct import mend
from dispatch.evaluate import evaluate
from dispatch.formats.own import read_instance, write_instance
from dispatch.formats.plans import read_plan, write_plan
from dispatch.plan import empty_routes
from dispatch.solve import solve
from tests.property.dispatch.instances import instances, routes_of


@settings(max_examples=20, deadline=None)
@given(instances(requests=6, technicians=3))
def test_solutions_keep_every_rule_and_cost_no_more_than_their_start(instance) -> None:  # type: ignore[no-untyped-def]
    start = evaluate(instance, mend(instance, empty_routes(3)))

    solution = solve(instance, seconds=60, iterations=2000)

    assert check(instance, solution.plan) == []
    assert total_cents(instance, solution.plan) == solution.cost.total
    assert solution.cost.total <= start.cost.total


@settings(max_examples=8, deadline=None)
@given(instances(requests=6, technicians=3), st.integers(0, 5))
def test_the_same_seed_gives_the_same_plan(instance, seed: int) -> None:  # type: ignore[no-untyped-def]
    first = solve(instance, seconds=60, iterations=1000, seed=seed)
    second = solve(instance, seconds=60, iterations=1000, seed=seed)

    assert first.plan == second.plan


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_instances_and_plans_survive_their_files(data: st.DataObject) -> None:
    instance = data.draw(instances())
    plan = evaluate(instance, data.draw(routes_of(instance))).plan

    again = read_instance(write_instance(instance))

    assert write_instance(again) == write_instance(instance)
    assert evaluate(again, plan.stops) == evaluate(instance, plan.stops)
    assert read_plan(write_plan(instance, plan), again) == plan
