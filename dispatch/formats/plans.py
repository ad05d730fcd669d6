"""Fieldhand's own JSON for plans: ids, stops and times; a solution adds cost and explanations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, Literal

import msgspec

from dispatch.errors import InvalidPlan
from dispatch.formats.explained import explanation_rows
from dispatch.instance import Instance
from dispatch.plan import Pickup, Plan, Route, Stop, Visit
from dispatch.solve import Solution

FORMAT: Final = "fieldhand-plan/1"


@dataclass(frozen=True, kw_only=True)
class StopDocument:
    """One stop: either `visit` or `pickup` with `parts`."""

    start: int
    visit: str | None = None
    pickup: str | None = None
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RouteDocument:
    """One technician's day."""

    technician: str
    departure: int
    finish: int
    stops: list[StopDocument]


@dataclass(frozen=True, kw_only=True)
class PlanDocument:
    """A plan file; what `solve` adds for readers (cost, explanations) is not read back."""

    format: Literal["fieldhand-plan/1"]
    routes: list[RouteDocument]
    unserved: list[str] = field(default_factory=list)


def read_plan(text: str | bytes, instance: Instance) -> Plan:
    """Parse a plan for `instance`.

    Raises:
        InvalidPlan: the text is not such a file, or names what the instance does not have.
    """
    try:
        document = msgspec.json.decode(text, type=PlanDocument)
    except msgspec.MsgspecError as error:
        raise InvalidPlan("file", str(error)) from error
    routes = {row.technician: _route(instance, row) for row in document.routes}
    for name in routes:
        _index(instance.technicians.ids, "technician", name)
    idle = {t: int(s) for t, s in enumerate(instance.technicians.shift_start)}
    days = tuple(routes.get(name, Route((), idle[t], (), idle[t])) for t, name in enumerate(instance.technicians.ids))
    unserved = sorted(_index(instance.requests.ids, "request", name) for name in document.unserved)
    return Plan(days, tuple(unserved))


def _route(instance: Instance, row: RouteDocument) -> Route:
    stops = tuple(_stop(instance, stop) for stop in row.stops)
    return Route(stops, row.departure, tuple(stop.start for stop in row.stops), row.finish)


def _stop(instance: Instance, stop: StopDocument) -> Stop:
    if stop.visit is not None:
        return Visit(_index(instance.requests.ids, "request", stop.visit))
    if stop.pickup is None:
        raise InvalidPlan("stop", "is neither a visit nor a pick-up")
    pieces = [0] * len(instance.parts)
    for name, count in stop.parts.items():
        pieces[_index(instance.parts, "part", name)] = count
    return Pickup(_index(instance.warehouses.ids, "warehouse", stop.pickup), tuple(pieces))


def _index(names: Sequence[str], kind: str, name: str) -> int:
    if name not in names:
        raise InvalidPlan(f"{kind} {name}", "is not in the instance")
    return names.index(name)


def write_plan(instance: Instance, plan: Plan) -> str:
    """A plan as JSON."""
    return _pretty(_plan_document(instance, plan))


def write_solution(instance: Instance, solution: Solution) -> str:
    """A plan with its cost by kind, the engine and the explanations, as JSON."""
    extra = {
        "cost": solution.cost._asdict() | {"total": solution.cost.total},
        "engine": solution.engine,
        "seconds": round(solution.seconds, 3),
        "explanations": explanation_rows(instance, solution.explanations),
    }
    return _pretty(_plan_document(instance, solution.plan) | extra)


def _pretty(document: dict[str, object]) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def _plan_document(instance: Instance, plan: Plan) -> dict[str, object]:
    names = instance.technicians.ids
    document = PlanDocument(
        format=FORMAT,
        routes=[
            RouteDocument(
                technician=names[technician],
                departure=route.departure,
                finish=route.finish,
                stops=[_stop_row(instance, s, at) for s, at in zip(route.stops, route.starts, strict=True)],
            )
            for technician, route in enumerate(plan.routes)
        ],
        unserved=[instance.requests.ids[request] for request in plan.unserved],
    )
    return asdict(document)


def _stop_row(instance: Instance, stop: Stop, start: int) -> StopDocument:
    if isinstance(stop, Visit):
        return StopDocument(start=start, visit=instance.requests.ids[stop.request])
    parts = {name: n for name, n in zip(instance.parts, stop.quantities, strict=True) if n}
    return StopDocument(start=start, pickup=instance.warehouses.ids[stop.warehouse], parts=parts)
