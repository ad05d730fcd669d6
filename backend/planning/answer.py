"""A solved instance in the words of the house: who, when, with which parts from where, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.planning.assemble import Question
from dispatch.arrays import NONE
from dispatch.explain import Explanation
from dispatch.plan import Pickup, Route, Visit
from dispatch.remarks import Remark
from dispatch.solve import Solution
from dispatch.texts import Reason, render
from dispatch.violations import Code


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
    order_version: int
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
                order_version=order.version,
                code=first["code"],
                text_en=first["text_en"],
                text_zh=first["text_zh"],
                lacks_parts=lacks_parts(explained.get(request)),
                refused=refused,
            )
        )
    return found


def lacks_parts(explanation: Explanation | None) -> bool:
    """Tell whether somebody could come, were the part anywhere in stock."""
    return explanation is not None and any(remark.code is Code.PART for remark in explanation.others)


Line = tuple[str, UUID, str | None, int]
"""Part number, stock location, name of the warehouse if it is a pick-up, pieces."""


def walk(question: Question, technician: int, route: Route) -> Iterator[tuple[int, int, int, list[Line]]]:
    """Walk a route and yield, per visit: request, start second, seconds of travel to it, where its parts come from.

    A pick-up is used before what the van has, since it was made for the visits behind it.
    """
    instance = question.instance
    day = question.technicians[instance.technicians.ids[technician]]
    bag: list[tuple[UUID, str | None, list[int]]] = []
    if day.van_location_id is not None:
        bag.append((day.van_location_id, None, instance.technicians.stock[technician].tolist()))
    here, travel = int(instance.technicians.start_place[technician]), 0
    for stop, start in zip(route.stops, route.starts, strict=True):
        place = instance.requests.place if isinstance(stop, Visit) else instance.warehouses.place
        there = int(place[stop.request if isinstance(stop, Visit) else stop.warehouse])
        travel += int(instance.travel_seconds[here, there])
        here = there
        if isinstance(stop, Pickup):
            location, name = question.warehouses[instance.warehouses.ids[stop.warehouse]]
            bag.insert(0, (location, name, list(stop.quantities)))
            continue
        yield stop.request, start, travel, _take(question, bag, stop.request)
        travel = 0


def _take(question: Question, bag: list[tuple[UUID, str | None, list[int]]], request: int) -> list[Line]:
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
    figures = {key: question.names.get(str(value), value) for key, value in remark.figures.items()}
    text_en, text_zh = render(remark.code, figures)
    shown = "have" in figures and "need" in figures
    figure = f"{figures['have']}/{figures['need']}" if shown else figures.get("minutes", figures.get("money"))
    return {
        "code": str(remark.code),
        "text_en": text_en,
        "text_zh": text_zh,
        "figure": None if figure is None or remark.code is Reason.ONLY_ONE else str(figure),
    }
