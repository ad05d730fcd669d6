"""Who waits for parts, and who only waits for somebody to come."""

import subprocess
import sys

from backend.planning.answer import Cause
from backend.planning.supply import left_waiting, said, shortages
from dispatch.solve import solve
from tests.unit.backend.planning.questions import HOUR, a_question, a_request


def test_what_the_warehouses_hold_often_enough_is_never_in_question() -> None:
    question = a_question(a_request("x", "a", bearings=1), a_request("y", "b", bearings=1), depot=2)

    assert shortages(question) == []


def test_a_part_of_nobody_is_missing() -> None:
    question = a_question(a_request("x", "a", bearings=3), van=1, depot=1)

    (lack,) = shortages(question)

    assert (lack.order, lack.cause, lack.part, lack.have, lack.need) == ("x", Cause.PART_MISSING, "B", 2, 3)
    assert said(question, lack)[0] == "part B: 3 needed, 2 in the warehouses and the best van"


def test_van_and_warehouse_together_are_enough() -> None:
    question = a_question(a_request("x", "a", bearings=2), van=1, depot=1)

    assert shortages(question) == []


def test_the_one_who_goes_without_is_told_who_got_it() -> None:
    question = a_question(a_request("x", "a", bearings=1), a_request("y", "b", bearings=1), van=1)

    (lack,) = shortages(question)

    other = {"x": "y", "y": "x"}[lack.order]
    assert (lack.cause, lack.have, lack.rivals) == (Cause.PART_TAKEN, 0, (other,))
    assert other.upper() in said(question, lack)[0]
    assert other.upper() in said(question, lack)[1]


def test_a_warehouse_that_is_shut_too_early_is_no_lack_of_parts() -> None:
    question = a_question(a_request("x", "a", bearings=1), a_request("y", "b", bearings=2), depot=2, closes=60)

    missing = shortages(question)

    assert {lack.cause for lack in missing} <= {Cause.PART_TAKEN}


def test_an_order_that_nobody_can_do_waits_for_no_part() -> None:
    question = a_question(a_request("x", "a", bearings=1), shift_start=20 * HOUR)

    assert shortages(question) == []


def test_the_others_are_planned_without_those_that_wait() -> None:
    question = a_question(a_request("x", "a", bearings=1), a_request("y", "b"))
    missing = shortages(question)

    rest = question.without({lack.order for lack in missing})
    solution = solve(rest.instance, seconds=0, previous=rest.standing_routes())
    (waiting,) = left_waiting(question, missing, planned=rest, solution=solution)

    assert list(rest.orders) == ["y"]
    assert solution.plan.unserved == ()
    assert waiting.work_order_id == question.orders["x"][0].id
    assert (waiting.code, waiting.lacks_parts) == (Cause.PART_MISSING, True)
    assert [row["technician_name"] for row in waiting.refused] == ["陈"]


def test_only_who_solves_loads_the_solver() -> None:
    check = (
        "import sys, backend.planning.routes, backend.subscriptions;"
        "sys.exit(any(name.split('.')[0] in {'ortools', 'numba', 'statsmodels'} for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
