"""Whose parts can be had at all: one joint allocation over vans and warehouses before anybody is sent.

Only orders that want a part which the warehouses together do not hold often enough are in question: the others can
always be supplied. Importing this module loads OR-Tools.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.planning.answer import Cause, LeftOut, remarks
from backend.planning.question import Question
from dispatch.arrays import NONE, Ints
from dispatch.build import Request, Technician
from dispatch.explain import explain
from dispatch.fitness import fit_technicians
from dispatch.instance import Instance
from dispatch.parts import PartsPlan, allocate
from dispatch.plan import rebase
from dispatch.solve import Solution
from kernel.log import get_logger

EFFORT = 1.0
"""About seconds of CP-SAT, counted by its own deterministic clock."""
MOST_STEPS = 3_000_000
"""Bound of the model; past it the most urgent orders are looked at, and the search deals with the others."""
MOST_RIVALS = 3

log = get_logger()


TEXTS = {
    Cause.PART_MISSING: (
        "part {part}: {need} needed, {have} in the warehouses and the best van",
        "备件 {part}：需要 {need} 件，仓库和最合适的车上共有 {have} 件",
    ),
    Cause.PART_TAKEN: (
        "part {part}: {need} needed, {have} left after {rivals}",
        "备件 {part}：需要 {need} 件，供给 {rivals} 后剩 {have} 件",
    ),
}


@dataclass(frozen=True)
class Shortage:
    """An order whose parts cannot be had now."""

    order: str
    cause: Cause
    part: str
    have: int
    need: int
    rivals: tuple[str, ...] = ()
    """Orders that were given the part."""


def shortages(question: Question) -> list[Shortage]:
    """Return the orders that have to wait for parts, so that as much as possible of the urgent work is supplied."""
    scarce = _scarce(question)
    if not scarce:
        return []
    instance = _in_question(question, scarce)
    try:
        found = allocate(instance, effort=EFFORT)
    except TimeoutError as error:
        log.warning("parts_not_allocated", orders=len(instance.requests.ids), error=str(error))
        return []
    return [
        lack
        for item in found.uncovered
        if instance.requests.ids[item.request] in question.orders
        and (lack := _shortage(instance, found, item.request)) is not None
    ]


def _scarce(question: Question) -> set[str]:
    """Return the parts that open orders want more of than the warehouses have."""
    wanted, held = Counter[str](), Counter[str]()
    for request in question.records.requests:
        wanted.update(request.parts)
    for warehouse in question.records.warehouses:
        held.update(warehouse.stock)
    return {part for part, pieces in wanted.items() if pieces > held[part]}


def _in_question(question: Question, scarce: set[str]) -> Instance:
    """Return the instance of the orders that want scarce parts, and of those who could take them."""
    records = question.records
    wanting = [row for row in records.requests if scarce & row.parts.keys()]
    people = [row for row in records.technicians if any(_able(row, request) for request in wanting)]
    most = max(1, MOST_STEPS // max(1, len(people) ** 2 * len(scarce)))
    ids = {row.id for row in people}
    bound = [row for row in records.requests if row.locked_technician in ids]
    return replace(
        records,
        technicians=tuple(replace(row, stock=_only(row.stock, scarce)) for row in people),
        requests=(*(replace(row, parts=_only(row.parts, scarce)) for row in wanting[:most]), *bound),
        warehouses=tuple(replace(row, stock=_only(row.stock, scarce)) for row in records.warehouses),
    ).instance()


def _only(pieces: Mapping[str, int], parts: Collection[str]) -> dict[str, int]:
    return {part: count for part, count in pieces.items() if part in parts}


def _able(technician: Technician, request: Request) -> bool:
    return all(technician.skills.get(skill, 0) >= level for skill, level in request.skills.items())


def _shortage(instance: Instance, found: PartsPlan, request: int) -> Shortage | None:
    """Return what an uncovered order lacks; None if it lacks people or hours, and not parts."""
    order = instance.requests.ids[request]
    missing = _short(instance, request, instance.technicians.stock, instance.warehouses.stock.sum(axis=0))
    if missing is not None:
        part, have, need = missing
        return Shortage(order, Cause.PART_MISSING, instance.parts[part], have, need)
    taken = _short(instance, request, *_left(instance, found))
    if taken is None:
        return None
    part, have, need = taken
    rivals = {line.request for line in found.allocations if line.part == part}
    names = tuple(instance.requests.ids[rival] for rival in sorted(rivals))
    return Shortage(order, Cause.PART_TAKEN, instance.parts[part], have, need, names)


def _left(instance: Instance, found: PartsPlan) -> tuple[Ints, Ints]:
    """Return what an allocation leaves: (technicians, parts) in the vans, (parts,) in all warehouses."""
    vans, depots = instance.technicians.stock.copy(), instance.warehouses.stock.sum(axis=0)
    for line in found.allocations:
        vans[line.technician, line.part] -= line.from_van
        depots[line.part] -= sum(pieces for _, pieces in line.from_warehouses)
    return vans, depots


def _short(instance: Instance, request: int, vans: Ints, depots: Ints) -> tuple[int, int, int] | None:
    """Return (part, have, need) of the technician who lacks least; None if one lacks nothing, or nobody could go."""
    lacking = []
    for technician in fit_technicians(instance.tables, request):
        have = vans[technician] + depots
        lacks = [(need - int(have[part]), part, int(have[part]), need) for part, need in instance.tables.needs[request]]
        worst = max(lacks, default=(0, NONE, 0, 0))
        if worst[0] <= 0:
            return None
        lacking.append(worst)
    return min(lacking)[1:] if lacking else None


def left_waiting(
    question: Question, missing: Sequence[Shortage], *, planned: Question, solution: Solution
) -> list[LeftOut]:
    """Return the orders that wait for parts, with what everybody would have said to them under the plan made."""
    routes = rebase(solution.plan.stops, planned.instance, question.instance)
    at = {name: place for place, name in enumerate(question.instance.requests.ids)}
    found = []
    for item in missing:
        _, refused = remarks(question, explain(question.instance, routes, at[item.order]))
        text_en, text_zh = said(question, item)
        found.append(
            LeftOut(
                work_order_id=question.orders[item.order][0].id,
                code=item.cause,
                text_en=text_en,
                text_zh=text_zh,
                lacks_parts=True,
                refused=refused,
            )
        )
    return found


def said(question: Question, item: Shortage) -> tuple[str, str]:
    """Return why an order waits, in English and Chinese."""
    english, chinese = TEXTS[item.cause]
    rivals = ", ".join(question.names[rival] for rival in item.rivals[:MOST_RIVALS])
    figures = {"part": item.part, "need": item.need, "have": max(item.have, 0), "rivals": rivals}
    return english.format(**figures), chinese.format(**figures)
