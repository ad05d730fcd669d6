"""Dispatch: what the engine gains over insertion alone, and how long one new order takes to be offered."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter

from benchmarks.city import city
from dispatch.check import check
from dispatch.insert import offers
from dispatch.instance import Instance
from dispatch.plan import Routes, without
from dispatch.solve import solve

SIZES = ((10, 40), (20, 100))
SECONDS = 5.0
SEEDS = (1, 2, 3)


def run(_options: Sequence[str] = ()) -> int:
    """Print one line per size: cost ratio, unserved, and the time of one order's offers."""
    print(f"{'technicians x visits':<22}{'engine/insertion cost':>24}{'unserved':>12}{'offers p50 / max':>22}")
    for technicians, visits in SIZES:
        ratios, unserved, times = [], [], []
        for seed in SEEDS:
            instance = city(technicians, visits, seed=seed)
            start = solve(instance, engine="insertion", explained=())
            found = solve(instance, seconds=SECONDS, seed=seed, explained=())
            broken = check(instance, found.plan)
            if broken:
                raise SystemExit(f"the plan breaks a rule: {broken[0]}")
            ratios.append(found.cost.total / start.cost.total)
            unserved.append(len(found.plan.unserved))
            times += [_offer_seconds(instance, found.plan.stops, request) for request in range(0, visits, 4)]
        print(
            f"{f'{technicians} x {visits}':<22}{median(ratios):>24.3f}{f'{unserved}':>12}"
            f"{f'{median(times) * 1e3:.1f} / {max(times) * 1e3:.1f} ms':>22}"
        )
    return 0


def _offer_seconds(instance: Instance, routes: Routes, request: int) -> float:
    rest = without(routes, [request])
    begun = perf_counter()
    offers(instance, rest, request)
    return perf_counter() - begun
