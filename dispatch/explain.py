"""Reasons for the technician chosen, a refusal or a price for every other one, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.arrays import NONE
from dispatch.construct import remove
from dispatch.evaluate import Evaluation, evaluate
from dispatch.insert import Answer, cheapest, offers
from dispatch.instance import Instance
from dispatch.plan import Pickup, Routes, Stops, Visit, technician_of
from dispatch.relax import what_would_help
from dispatch.remarks import Figures, Remark, figures_of
from dispatch.tables import FAR
from dispatch.texts import Reason, minutes, money
from dispatch.violations import Violation


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a request is where it is."""

    request: int
    technician: int | None
    """None: nobody serves it."""
    reasons: tuple[Remark, ...]
    """For the technician chosen; for an unserved request what would help, the cheapest first."""
    others: tuple[Remark, ...]
    """One for every other technician."""


def explain(instance: Instance, routes: Routes, request: int) -> Explanation:
    """Explain one request of a plan by taking it out and asking everybody for an offer."""
    technician = technician_of(routes, request)
    rest = routes if technician is None else remove(instance, routes, request)
    answers = offers(instance, rest, request)
    if technician is None:
        others = tuple(remark_of(instance, t, a) for t, a in enumerate(answers))
        return Explanation(request, None, what_would_help(instance, routes, answers), others)
    before, after = evaluate(instance, rest), evaluate(instance, routes)
    extra = after.route_costs[technician].total - before.route_costs[technician].total
    reasons = _reasons(instance, technician, request, (before, after))
    reasons += _comparison(instance, (technician, extra), answers)
    others = tuple(remark_of(instance, t, a, than=extra) for t, a in enumerate(answers) if t != technician)
    return Explanation(request, technician, tuple(reasons), others)


def remark_of(instance: Instance, technician: int, answer: Answer, *, than: int = 0) -> Remark:
    """An answer as a remark; an offer is compared with the price `than`."""
    if isinstance(answer, Violation):
        return Remark(answer.code, technician, figures_of(instance, answer))
    dearer = answer.extra_cents - than
    code = Reason.CHEAPER_ELSEWHERE if dearer >= 0 else Reason.WOULD_BE_CHEAPER
    return Remark(code, technician, {"money": money(abs(dearer)), "cents": abs(dearer)})


def _reasons(instance: Instance, technician: int, request: int, days: tuple[Evaluation, Evaluation]) -> list[Remark]:
    """What speaks for the technician chosen; `days` are the plan without and with the request."""
    tables = instance.tables
    before, after = (evaluation.plan.routes[technician] for evaluation in days)
    found: list[Remark] = []
    if tables.locked[request] == technician:
        found.append(Remark(Reason.LOCKED_TO, technician))
    for skill, need in tables.needs_levels[request]:
        have = tables.levels[technician][skill]
        figures: Figures = {"item": instance.skills[skill], "have": have, "need": need}
        found.append(Remark(Reason.SKILL_HELD, technician, figures))
    found += _supplies(instance, technician, request, (before.stops, after.stops))
    seconds = (after.finish - after.departure) - (before.finish - before.departure)
    cents = days[1].route_costs[technician].total - days[0].route_costs[technician].total
    found.append(Remark(Reason.EXTRA, technician, {"minutes": minutes(seconds), "money": money(cents), "cents": cents}))
    start = after.starts[after.stops.index(Visit(request))]
    if tables.due[request] != FAR:
        code = Reason.LATE if start > tables.due[request] else Reason.ON_TIME
        found.append(Remark(code, technician, {"minutes": abs(start - tables.due[request]) // 60}))
    overtime = after.finish - tables.shift_end[technician]
    if overtime > 0:
        found.append(Remark(Reason.OVERTIME, technician, {"minutes": minutes(overtime)}))
    return found + _continuity(instance, technician, request)


def _supplies(instance: Instance, technician: int, request: int, days: tuple[Stops, Stops]) -> list[Remark]:
    """Where parts and tools come from: what the day picks up more because of the request, else the van."""
    tables = instance.tables
    before, after = (_picked(stops) for stops in days)
    found: list[Remark] = []
    for part, need in tables.needs[request]:
        name = instance.parts[part]
        fetched = 0
        for (depot, q), pieces in after.items():
            extra = pieces - before.get((depot, q), 0)
            if q == part and extra > 0:
                fetched += extra
                where: Figures = {"item": name, "pieces": extra, "warehouse": instance.warehouses.ids[depot]}
                found.append(Remark(Reason.PART_PICKED_UP, technician, where))
        if need > fetched:
            found.append(Remark(Reason.PART_IN_VAN, technician, {"item": name, "need": need - fetched}))
    missing = tables.needs_tools[request] & ~tables.tools[technician]
    depots = [stop.warehouse for stop in days[1] if isinstance(stop, Pickup)]
    for tool in range(missing.bit_length()):
        lender = next((w for w in depots if tables.depot_tools[w] >> tool & 1), None)
        if missing >> tool & 1 and lender is not None:
            lent: Figures = {"item": instance.tools[tool], "warehouse": instance.warehouses.ids[lender]}
            found.append(Remark(Reason.TOOL_PICKED_UP, technician, lent))
    return found


def _picked(stops: Stops) -> dict[tuple[int, int], int]:
    """Pieces by (warehouse, part)."""
    total: dict[tuple[int, int], int] = {}
    for stop in stops:
        if isinstance(stop, Pickup):
            for part, pieces in enumerate(stop.quantities):
                total[stop.warehouse, part] = total.get((stop.warehouse, part), 0) + pieces
    return total


def _continuity(instance: Instance, technician: int, request: int) -> list[Remark]:
    previous = int(instance.requests.previous_technician[request])
    if previous == NONE:
        return []
    if previous == technician:
        return [Remark(Reason.SAME_TECHNICIAN, technician)]
    return [Remark(Reason.CHANGED_TECHNICIAN, technician, {"previous": instance.technicians.ids[previous]})]


def _comparison(instance: Instance, chosen: tuple[int, int], answers: Sequence[Answer]) -> list[Remark]:
    """How much cheaper the choice is than the next best."""
    technician, extra = chosen
    best = cheapest(a for t, a in enumerate(answers) if t != technician)
    if best is None:
        return [Remark(Reason.ONLY_ONE, technician)]
    gain = best.extra_cents - extra
    if gain < 0:
        return []
    other = instance.technicians.ids[best.technician]
    return [Remark(Reason.CHEAPEST, technician, {"money": money(gain), "cents": gain, "other": other})]
