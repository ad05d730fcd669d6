"""The reader of TRSP files against the worked figures; skipped where the files are not at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from dispatch.check import check
from dispatch.errors import InvalidInstance
from dispatch.evaluate import evaluate
from dispatch.fitness import fit_technicians
from dispatch.formats.trsp import is_trsp, read_trsp
from dispatch.insert import Offer, ask
from dispatch.instance import Instance
from dispatch.plan import Pickup, Stops, Visit
from dispatch.solve import solve

TINY = """TINY.2_1-1-1-1

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1       1       1       1

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0    3      0      230    0      []    []    []
1    0    0      0      230    0      [0]    []    [1]
2    4    3      0      204    10     [0]    [0]    [1]
3    1    1      50      204    10     [0]    []    [1]
"""


def test_a_small_file_is_read_and_solved_with_its_depot() -> None:
    instance = read_trsp(TINY)

    plan = solve(instance, seconds=0).plan

    assert is_trsp(TINY)
    assert instance.travel_seconds[1, 2] == 5000
    assert instance.travel_seconds[1, 3] == 1415
    assert plan.unserved == ()
    assert any(isinstance(stop, Pickup) for stop in plan.routes[0].stops)
    assert check(instance, plan) == []


def test_a_damaged_file_is_refused() -> None:
    with pytest.raises(InvalidInstance, match="CREW COUNT"):
        read_trsp(TINY.replace("1       1       1       1", "1 1 1"))
    with pytest.raises(InvalidInstance, match="contiguous"):
        read_trsp(TINY.replace("\n3    1", "\n7    1"))


@pytest.fixture
def folder() -> Path:
    root = os.environ.get("FIELDHAND_DATA")
    if root is None or not (Path(root) / "dispatch").is_dir():
        pytest.skip("FIELDHAND_DATA does not point to a folder with the dispatch instances")
    return Path(root) / "dispatch"


def load(folder: Path, name: str, crew: int) -> Instance:
    return read_trsp((folder / f"trsp_crew{crew}" / f"{name}.100_{crew}-5-5-5.txt").read_text())


@pytest.mark.parametrize(
    ("name", "service", "parts", "pairs"),
    [
        ("R104", 1000, [23, 10, 0, 30, 14], 1280),
        ("C101", 9000, [25, 19, 32, 14, 14], 1663),
        ("RC101", 1000, [28, 11, 18, 5, 12], 1520),
    ],
)
def test_published_figures(folder: Path, name: str, service: int, parts: list[int], pairs: int) -> None:
    instance = load(folder, name, 25)

    assert len(instance.requests.ids) == 100
    assert instance.requests.service.sum() == service * 1000
    assert instance.requests.parts.sum(axis=0).tolist() == parts
    assert sum(len(fit_technicians(instance.tables, r)) for r in range(100)) == pairs


@pytest.mark.parametrize(("name", "pairs"), [("R104", 893), ("RC101", 769)])
def test_published_figures_with_scarce_staff(folder: Path, name: str, pairs: int) -> None:
    instance = load(folder, name, 13)

    assert sum(len(fit_technicians(instance.tables, r)) for r in range(100)) == pairs


def test_stock_and_tools_of_r104(folder: Path) -> None:
    instance = load(folder, "R104", 25)

    assert instance.technicians.stock.sum(axis=0).tolist() == [77, 47, 0, 73, 25]
    assert np.count_nonzero(~instance.requests.tools.any(axis=1)) == 33
    assert instance.travel_seconds[0, 26] == 15232


PUBLISHED = """1: D 31 62 110 63 68 27 38 65 83 | 3: 92 | 6: 85 D 40 82 112 122 120 119 114 77
| 9: 67 123 121 124 109 111 39 | 13: D 94 95 55 26 51 98 97 66 | 14: 49 79 37 78 80 29 64
| 15: 48 81 100 47 46 99 50 | 16: 75 53 D 52 56 35 88 115 57 58 106 | 17: 54 103 59 34 91 45 76 102 28
| 19: 105 93 101 104 96 90 60 | 20: 33 108 86 41 116 125 | 21: 72 73 87 | 23: 107 32 113 36 44 89 74 61 71
| 24: 117 84 118 69 30 43 70 42"""


def test_the_published_plan_of_r104_costs_what_was_published(folder: Path) -> None:
    instance = load(folder, "R104", 25)
    everything = Pickup(0, tuple(instance.warehouses.stock[0].tolist()))
    routes: list[Stops] = [()] * 25
    for row in PUBLISHED.replace("\n", " ").split(" | "):
        name, visits = row.split(":")
        routes[int(name)] = tuple(everything if v == "D" else Visit(int(v) - 26) for v in visits.split())

    judged = evaluate(instance, tuple(routes))

    assert {violation.code for violation in judged.violations} <= {"warehouse_stock"}
    assert judged.plan.unserved == ()
    assert judged.cost.total == pytest.approx(2_285_829, abs=60)
    assert judged.route_costs[3].total == pytest.approx(54_721, abs=4)
    assert judged.route_costs[6].total == pytest.approx(199_648, abs=10)


def test_insertion_into_an_empty_day_costs_the_round_trip(folder: Path) -> None:
    instance = load(folder, "R104", 25)

    answer = ask(instance.tables, 3, (), (92 - 26, [row.copy() for row in instance.tables.depot_stock]))

    assert isinstance(answer, Offer)
    assert answer.extra_cents == pytest.approx(54_721, abs=4)
