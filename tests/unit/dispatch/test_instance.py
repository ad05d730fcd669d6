"""An instance that contradicts itself is refused with the item's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dispatch.build import Request, Technician, Warehouse, build
from dispatch.errors import InvalidInstance, InvalidPlan
from dispatch.evaluate import evaluate
from dispatch.formats.own import read_instance, write_instance
from dispatch.instance import Instance
from dispatch.objective import Weights, charge
from dispatch.plan import Pickup, Visit
from tests.unit.dispatch.worlds import CONTACTOR, HOUR, ROUTINE, STAFF, W3, a_world

BROKEN: dict[str, tuple[Callable[[], Instance], str]] = {
    "an unknown place": (lambda: a_world(requests=[replace(CONTACTOR, place="moon")]), "AHU-21: unknown place moon"),
    "an unknown skill": (lambda: a_world(requests=[replace(CONTACTOR, skills={"magic": 1})]), "unknown skill magic"),
    "an unknown lock": (lambda: a_world(requests=[replace(CONTACTOR, locked_technician="li")]), "technician li"),
    "a window backwards": (lambda: a_world(requests=[replace(CONTACTOR, windows=[(9, 8)])]), "ends before it starts"),
    "no window": (lambda: a_world(requests=[replace(CONTACTOR, windows=[])]), "AHU-21: has no time window"),
    "windows that overlap": (
        lambda: a_world(requests=[replace(CONTACTOR, windows=[(1, 5), (5, 9)])]),
        "windows overlap",
    ),
    "a negative service time": (lambda: a_world(requests=[replace(CONTACTOR, service=-1)]), "service is negative"),
    "priority 5": (lambda: a_world(requests=[replace(CONTACTOR, priority=5)]), "priority is out of range"),
    "a request twice": (lambda: a_world(requests=[CONTACTOR, CONTACTOR]), "requests AHU-21: occurs twice"),
    "a shift backwards": (lambda: a_world(staff=[replace(STAFF[0], shift_end=0)]), "sun: the shift ends"),
    "negative van stock": (lambda: a_world(staff=[replace(STAFF[0], stock={"CON-40A": -1})]), "stock is negative"),
    "a warehouse that never opens": (lambda: a_world(warehouses=[replace(W3, closes=0)]), "W3: closes before"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_contradictions_are_refused_by_name(name: str) -> None:
    make, words = BROKEN[name]

    with pytest.raises(InvalidInstance, match=words):
        make()


def with_travel(matrix: object) -> Instance:
    return build(places=["a", "b"], travel_seconds=matrix, travel_metres=[[0, 1], [1, 0]], technicians=[], requests=[])


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[0, -1], [1, 0]], r"travel_seconds\[0,1\]: is negative"),
        ([[0, float("nan")], [1, 0]], r"travel_seconds\[0,1\]: is not a number"),
        ([[0, 1.5], [1, 0]], r"travel_seconds\[0,1\]: is not a whole number"),
        ([[0, 2**40], [1, 0]], "over 2147483647"),
        ([[0, 1]], "is not square"),
    ],
)
def test_travel_matrices_are_checked(matrix: object, words: str) -> None:
    with pytest.raises(InvalidInstance, match=words):
        with_travel(matrix)


def test_arrays_are_copied_and_cannot_be_changed() -> None:
    matrix = np.array([[0.0, 5.0], [5.0, 0.0]])
    instance = with_travel(matrix)
    matrix[0, 1] = 7

    assert instance.travel_seconds[0, 1] == 5
    with pytest.raises(ValueError, match="read-only"):
        instance.travel_seconds[0, 1] = 7


def test_an_empty_world_is_a_valid_one() -> None:
    instance = build(
        places=[], travel_seconds=np.zeros((0, 0)), travel_metres=np.zeros((0, 0)), technicians=[], requests=[]
    )

    assert evaluate(instance, ()).cost.total == 0


def test_a_plan_that_names_unknown_things_is_refused() -> None:
    instance = a_world(requests=ROUTINE)

    with pytest.raises(InvalidPlan, match="request 9"):
        evaluate(instance, ((Visit(9),), (), ()))
    with pytest.raises(InvalidPlan, match="warehouse 1"):
        evaluate(instance, ((Pickup(1, (1,)),), (), ()))
    with pytest.raises(InvalidPlan, match="one quantity"):
        evaluate(instance, ((Pickup(0, (-1,)),), (), ()))
    with pytest.raises(InvalidPlan, match="2 for 3 technicians"):
        evaluate(instance, ((), ()))


def test_prices_below_zero_are_refused() -> None:
    with pytest.raises(InvalidInstance, match="weights"):
        replace(a_world(), weights=Weights(pickup_cents=-1))


def test_a_misspelt_field_in_a_file_is_refused() -> None:
    text = write_instance(a_world(requests=[CONTACTOR])).replace('"priority"', '"prioritty"')

    with pytest.raises(InvalidInstance, match="request AHU-21: unknown field prioritty"):
        read_instance(text)


def test_a_file_that_is_no_instance_is_refused() -> None:
    with pytest.raises(InvalidInstance, match="file"):
        read_instance("{}")


@pytest.mark.parametrize(("amount", "rate", "cents"), [(3600, 6000, 6000), (1, 1800, 1), (1, 1799, 0), (0, 6000, 0)])
def test_charges_are_rounded_half_up(amount: int, rate: int, cents: int) -> None:
    assert charge(amount, rate, 3600) == cents


def test_records_default_to_the_priority_prices() -> None:
    technician = Technician(id="t", start_place="a", end_place="a", shift_start=0, shift_end=HOUR)
    request = Request(id="r", place="a", windows=[(0, HOUR)], priority=1)
    instance = build(
        places=["a"], travel_seconds=[[0]], travel_metres=[[0]], technicians=[technician], requests=[request],
        warehouses=[Warehouse(id="w", place="a", opens=0, closes=1)],
    )  # fmt: skip

    assert instance.requests.late_cents_per_minute.tolist() == [400]
    assert instance.requests.breach_cents.tolist() == [20_000]
