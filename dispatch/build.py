"""From named records to an `Instance`; shared by the planner, the file formats and the tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from dispatch.arrays import NONE, Flags, Ints, Requests, Technicians, Warehouses
from dispatch.errors import InvalidInstance
from dispatch.instance import Instance
from dispatch.objective import Weights

LATE_CENTS_PER_MINUTE = (400, 200, 100, 50)
"""Default price of a minute after the due time, by priority."""
BREACH_CENTS = (20_000, 10_000, 5_000, 2_000)
"""Default price of starting after the due time at all, by priority."""


@dataclass(frozen=True, kw_only=True)
class Technician:
    """One technician and shift; places by name, seconds from the instance's origin."""

    id: str
    start_place: str
    end_place: str
    shift_start: int
    shift_end: int
    max_overtime: int = 0
    service_class: str = ""
    skills: Mapping[str, int] = field(default_factory=dict)
    stock: Mapping[str, int] = field(default_factory=dict)
    tools: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Request:
    """One visit to plan."""

    id: str
    place: str
    windows: Sequence[tuple[int, int]]
    service: int = 0
    service_by_class: Mapping[str, int] = field(default_factory=dict)
    """Seconds on site for some service classes; the others take `service`."""
    skills: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    tools: Sequence[str] = ()
    priority: int = 3
    due: int | None = None
    late_cents_per_minute: int | None = None
    """None takes the default of the priority."""
    breach_cents: int | None = None
    locked_technician: str | None = None
    locked_start: int | None = None
    previous_technician: str | None = None
    previous_start: int | None = None
    stability_percent: int = 100
    bias: Mapping[str, int] = field(default_factory=dict)
    """Cents by technician."""
    forbidden: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """Where to pick up."""

    id: str
    place: str
    opens: int
    closes: int
    handling: int = 0
    stock: Mapping[str, int] = field(default_factory=dict)
    tools: Sequence[str] = ()


def build(
    *,
    places: Sequence[str],
    travel_seconds: ArrayLike,
    travel_metres: ArrayLike,
    technicians: Sequence[Technician],
    requests: Sequence[Request],
    warehouses: Sequence[Warehouse] = (),
    skills: Sequence[str] | None = None,
    parts: Sequence[str] | None = None,
    tools: Sequence[str] | None = None,
    weights: Weights | None = None,
) -> Instance:
    """Make an instance; without lists of skills, parts and tools the records' own names are taken, sorted.

    Raises:
        InvalidInstance: a record names something unknown, or a figure contradicts another.
    """
    holders: tuple[Technician | Warehouse, ...] = (*technicians, *warehouses)
    part_at = _index(parts, [*(h.stock for h in holders), *(r.parts for r in requests)])
    tool_at = _index(tools, [*(h.tools for h in holders), *(r.tools for r in requests)])
    skill_at = _index(skills, [*(t.skills for t in technicians), *(r.skills for r in requests)])
    place_at = {name: i for i, name in enumerate(places)}
    return Instance(
        travel_seconds=np.asarray(travel_seconds),
        travel_metres=np.asarray(travel_metres),
        technicians=_technicians(technicians, requests, (place_at, skill_at, part_at, tool_at)),
        requests=_requests(requests, technicians, (place_at, skill_at, part_at, tool_at)),
        warehouses=Warehouses(
            ids=tuple(w.id for w in warehouses),
            place=_places("warehouse", [(w.id, w.place) for w in warehouses], place_at),
            opens=_ints([w.opens for w in warehouses]),
            closes=_ints([w.closes for w in warehouses]),
            handling=_ints([w.handling for w in warehouses]),
            stock=_matrix("warehouse", [(w.id, w.stock) for w in warehouses], part_at, "part"),
            tools=_flags("warehouse", [(w.id, w.tools) for w in warehouses], tool_at, "tool"),
        ),
        places=tuple(places),
        skills=tuple(skill_at),
        parts=tuple(part_at),
        tools=tuple(tool_at),
        weights=weights or Weights(),
    )


Index = Mapping[str, int]


def _technicians(
    rows: Sequence[Technician], requests: Sequence[Request], at: tuple[Index, Index, Index, Index]
) -> Technicians:
    places, skills, parts, tools = at
    classes = _classes(rows, requests)
    return Technicians(
        ids=tuple(t.id for t in rows),
        start_place=_places("technician", [(t.id, t.start_place) for t in rows], places),
        end_place=_places("technician", [(t.id, t.end_place) for t in rows], places),
        shift_start=_ints([t.shift_start for t in rows]),
        shift_end=_ints([t.shift_end for t in rows]),
        max_overtime=_ints([t.max_overtime for t in rows]),
        service_class=_ints([classes[t.service_class] for t in rows]),
        skills=_matrix("technician", [(t.id, t.skills) for t in rows], skills, "skill"),
        stock=_matrix("technician", [(t.id, t.stock) for t in rows], parts, "part"),
        tools=_flags("technician", [(t.id, t.tools) for t in rows], tools, "tool"),
    )


def _requests(
    rows: Sequence[Request], technicians: Sequence[Technician], at: tuple[Index, Index, Index, Index]
) -> Requests:
    places, skills, parts, tools = at
    who = {t.id: i for i, t in enumerate(technicians)}
    most = max((len(r.windows) for r in rows), default=1) or 1
    window = np.full((len(rows), most, 2), (0, NONE), dtype=np.int64)
    for i, row in enumerate(rows):
        if row.windows:
            window[i, : len(row.windows)] = row.windows
    classes = _classes(technicians, rows)
    service = [[r.service_by_class.get(name, r.service) for name in classes] for r in rows]
    return Requests(
        ids=tuple(r.id for r in rows),
        place=_places("request", [(r.id, r.place) for r in rows], places),
        window_start=window[:, :, 0],
        window_end=window[:, :, 1],
        service=_ints(service).reshape(len(rows), len(classes)),
        skills=_matrix("request", [(r.id, r.skills) for r in rows], skills, "skill"),
        parts=_matrix("request", [(r.id, r.parts) for r in rows], parts, "part"),
        tools=_flags("request", [(r.id, r.tools) for r in rows], tools, "tool"),
        priority=_ints([r.priority for r in rows]),
        due=_optional([r.due for r in rows]),
        late_cents_per_minute=_priced([(r.late_cents_per_minute, r.priority) for r in rows], LATE_CENTS_PER_MINUTE),
        breach_cents=_priced([(r.breach_cents, r.priority) for r in rows], BREACH_CENTS),
        locked_technician=_who([(r.id, r.locked_technician) for r in rows], who),
        locked_start=_optional([r.locked_start for r in rows]),
        previous_technician=_who([(r.id, r.previous_technician) for r in rows], who),
        previous_start=_optional([r.previous_start for r in rows]),
        stability_percent=_ints([r.stability_percent for r in rows]),
        bias=_matrix("request", [(r.id, r.bias) for r in rows], who, "technician"),
        forbidden=_flags("request", [(r.id, r.forbidden) for r in rows], who, "technician"),
    )


def _classes(technicians: Sequence[Technician], requests: Sequence[Request]) -> dict[str, int]:
    """Service classes in a fixed order; those nobody belongs to are refused."""
    known = sorted({t.service_class for t in technicians}) or [""]
    for request in requests:
        for name in request.service_by_class:
            if name not in known:
                raise InvalidInstance(f"request {request.id}", f"unknown service class {name}")
    return {name: i for i, name in enumerate(known)}


def _index(names: Sequence[str] | None, used: Sequence[Mapping[str, int] | Sequence[str]]) -> dict[str, int]:
    listed = sorted({name for group in used for name in group}) if names is None else list(names)
    if len(set(listed)) < len(listed):
        raise InvalidInstance(next(n for n in listed if listed.count(n) > 1), "is listed twice")
    return {name: i for i, name in enumerate(listed)}


def _find(kind: str, owner: str, name: str, at: Index, what: str) -> int:
    if name not in at:
        raise InvalidInstance(f"{kind} {owner}", f"unknown {what} {name}")
    return at[name]


def _places(kind: str, rows: Sequence[tuple[str, str]], at: Index) -> Ints:
    return _ints([_find(kind, owner, name, at, "place") for owner, name in rows])


def _matrix(kind: str, rows: Sequence[tuple[str, Mapping[str, int]]], at: Index, what: str) -> Ints:
    matrix = np.zeros((len(rows), len(at)), dtype=np.int64)
    for i, (owner, figures) in enumerate(rows):
        for name, figure in figures.items():
            matrix[i, _find(kind, owner, name, at, what)] = figure
    return matrix


def _flags(kind: str, rows: Sequence[tuple[str, Sequence[str]]], at: Index, what: str) -> Flags:
    flags = np.zeros((len(rows), len(at)), dtype=np.bool_)
    for i, (owner, names) in enumerate(rows):
        for name in names:
            flags[i, _find(kind, owner, name, at, what)] = True
    return flags


def _who(rows: Sequence[tuple[str, str | None]], at: Index) -> Ints:
    return _ints([NONE if name is None else _find("request", owner, name, at, "technician") for owner, name in rows])


def _optional(values: Sequence[int | None]) -> Ints:
    return _ints([NONE if value is None else value for value in values])


def _priced(rows: Sequence[tuple[int | None, int]], defaults: Sequence[int]) -> Ints:
    return _ints([defaults[(priority - 1) % len(defaults)] if given is None else given for given, priority in rows])


def _ints(values: Sequence[int] | Sequence[Sequence[int]]) -> Ints:
    return np.asarray(values, dtype=np.int64)
