"""A solved instance in the words of the house: who, when, with which parts from where, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.planning.question import Question
from dispatch.arrays import NONE
from dispatch.explain import Explanation
from dispatch.instance import Instance
from dispatch.plan import Pickup, Route, Stop, Visit
from dispatch.remarks import Remark
from dispatch.solve import Solution
from dispatch.texts import Reason, render


class Cause(StrEnum):
    """Why an order waits for a part; a code beside the optimiser's own."""

    PART_MISSING = "part_missing"
    PART_TAKEN = "part_taken"


PARTS_CODES = frozenset(str(cause) for cause in Cause)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """One order with its place in the plan."""

    work_order_id: UUID
    order_version: int
    technician_id: UUID
    start: datetime
    end: datetime
    travel_seconds: int
    parts: list[dict[str, str]]
    """Lines `{part_id, location_id, quantity}` to reserve."""
    pickup: dict[str, Any] | None
    reasons: list[dict[str, Any]]
    refused: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """One order without a place, and why."""

    work_order_id: UUID
    code: str
    text_en: str
    text_zh: str
    lacks_parts: bool
    """No van and no warehouse has what it needs: it waits for parts, not for people."""
    refused: list[dict[str, Any]] = field(default_factory=list)


def placed(question: Question, solution: Solution) -> list[Placed]:
    """Return the orders that the plan serves; visits promised before are not among them."""
    found = []
    explained = {item.request: item for item in solution.explanations}
    for technician, route in enumerate(solution.plan.routes):
        for request, start, travel, lines in walk(question, technician, route):
            key = question.instance.requests.ids[request]
            if key not in question.orders:
                continue
            order, _ = question.orders[key]
            reasons, refused = remarks(question, explained.get(request))
            found.append(
                Placed(
                    work_order_id=order.id,
                    order_version=order.version,
                    technician_id=UUID(question.instance.technicians.ids[technician]),
                    start=question.instant(start),
                    end=question.instant(start) + timedelta(minutes=order.duration_minutes),
                    travel_seconds=travel,
                    parts=[
                        {"part_id": str(question.part_ids[part]), "location_id": str(place), "quantity": str(pieces)}
                        for part, place, _, pieces in lines
                    ],
                    pickup=next((_pickup(line) for line in lines if line[2] is not None), None),
                    reasons=reasons,
                    refused=refused,
                )
            )
    return found


def left_out(question: Question, solution: Solution) -> list[LeftOut]:
    """Return the orders that the plan does not serve."""
    explained = {item.request: item for item in solution.explanations}
    found = []
    for request in solution.plan.unserved:
        key = question.instance.requests.ids[request]
        if key not in question.orders:
            continue
        order, _ = question.orders[key]
        reasons, refused = remarks(question, explained.get(request))
        first = reasons[0] if reasons else {"code": "nobody", "text_en": "nobody can take it", "text_zh": "无人可派"}
        found.append(
            LeftOut(
                work_order_id=order.id,
                code=first["code"],
                text_en=first["text_en"],
                text_zh=first["text_zh"],
                lacks_parts=False,
                refused=refused,
            )
        )
    return found


Line = tuple[str, UUID, str | None, int]
"""Part number, stock location, name of the warehouse if it is a pick-up, pieces."""


def walk(question: Question, technician: int, route: Route) -> Iterator[tuple[int, int, int, list[Line]]]:
    """Walk a route and yield, per visit: request, start second, seconds of travel to it, where its parts come from.

    A pick-up is used before what the van has, since it was made for the visits behind it. The way on after a break,
    which the instance knows by estimate only, is counted from where the technician really was.
    """
    instance = question.instance
    name = instance.technicians.ids[technician]
    breaks = {bound.id for bound in question.bounds[name] if bound.is_break}
    bag = _bag(question, technician)
    here, free, travel = int(instance.technicians.start_place[technician]), route.departure, 0
    for stop, planned in zip(route.stops, route.starts, strict=True):
        length = _length(instance, technician, stop)
        if isinstance(stop, Visit) and instance.requests.ids[stop.request] in breaks:
            free = planned + length
            continue
        there = _place(instance, stop)
        way = int(instance.travel_seconds[here, there])
        start = max(planned, free + way)
        here, free, travel = there, start + length, travel + way
        if isinstance(stop, Pickup):
            location, depot = question.warehouses[instance.warehouses.ids[stop.warehouse]]
            bag.insert(0, (location, depot, list(stop.quantities)))
            continue
        yield stop.request, start, travel, _take(question, bag, stop.request)
        travel = 0


Bag = list[tuple[UUID, str | None, list[int]]]
"""Where a technician has parts: stock location, name of the warehouse if it is a pick-up, pieces by part."""


def _bag(question: Question, technician: int) -> Bag:
    day = question.technicians[question.instance.technicians.ids[technician]]
    if day.van_location_id is None:
        return []
    return [(day.van_location_id, None, question.instance.technicians.stock[technician].tolist())]


def _place(instance: Instance, stop: Stop) -> int:
    if isinstance(stop, Pickup):
        return int(instance.warehouses.place[stop.warehouse])
    return int(instance.requests.place[stop.request])


def _length(instance: Instance, technician: int, stop: Stop) -> int:
    if isinstance(stop, Pickup):
        return int(instance.warehouses.handling[stop.warehouse])
    return int(instance.requests.service[stop.request, instance.technicians.service_class[technician]])


def _take(question: Question, bag: Bag, request: int) -> list[Line]:
    lines: list[Line] = []
    for part, need in enumerate(question.instance.requests.parts[request].tolist()):
        for location, name, stock in bag:
            pieces = min(need, stock[part])
            if pieces > 0:
                stock[part] -= pieces
                need -= pieces  # noqa: PLW2901 - what is still missing of it
                lines.append((question.instance.parts[part], location, name, pieces))
    return lines


def _pickup(line: Line) -> dict[str, Any]:
    part, _, name, pieces = line
    return {"location_name": name, "part_number": part, "quantity": pieces}


def remarks(question: Question, explanation: Explanation | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the reasons for the choice and the refusals of the others, in both languages."""
    if explanation is None:
        return [], []
    refused = [
        {
            "technician_id": question.instance.technicians.ids[remark.technician],
            "technician_name": question.names[question.instance.technicians.ids[remark.technician]],
            **_said(question, remark),
        }
        for remark in explanation.others
        if remark.technician != NONE
    ]
    return [_said(question, remark) for remark in explanation.reasons], refused


def _said(question: Question, remark: Remark) -> dict[str, Any]:
    figures = {
        key: question.names.get(value, value) if isinstance(value, str) else value
        for key, value in remark.figures.items()
    }
    text_en, text_zh = render(remark.code, figures)
    shown = "have" in figures and "need" in figures
    figure = f"{figures['have']}/{figures['need']}" if shown else figures.get("minutes", figures.get("money"))
    return {
        "code": str(remark.code),
        "text_en": text_en,
        "text_zh": text_zh,
        "figure": None if figure is None or remark.code is Reason.ONLY_ONE else str(figure),
    }
