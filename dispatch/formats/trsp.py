"""TRSP text files (Pillac, Gueret & Medaglia 2013): technicians with skills, tools and spare parts.

The file's depot becomes a warehouse that lends every tool and holds as many parts as are asked for.
Times are scaled by 1000 and each arc is rounded up, so that a plan valid here is valid in the source;
the prices make one scaled time unit cost one cent, and nothing else but the unserved cost anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil, hypot

from dispatch.build import Request, Technician, Warehouse, build
from dispatch.errors import InvalidInstance
from dispatch.instance import Instance
from dispatch.objective import Weights

SCALE = 1000

FIGURE = r"\s+(-?\d+)"
LIST = r"\s+\[([\d,\s]*)\]"
ROW = re.compile(r"^\s*(\d+)" + 5 * FIGURE + 3 * LIST)


@dataclass(frozen=True)
class _Row:
    id: int
    x: int
    y: int
    since: int
    until: int
    service: int
    skills: list[int]
    tools: list[int]
    parts: list[int]


def is_trsp(text: str) -> bool:
    """Whether the text looks like a TRSP file."""
    return "CREW COUNT" in text and "SPARE PARTS" in text


def read_trsp(text: str) -> Instance:
    """Parse a TRSP file.

    Raises:
        InvalidInstance: the header or a row cannot be read.
    """
    lines = text.splitlines()
    crew, skills, tools, parts = _header(lines)
    rows = [_row(match) for line in lines if (match := ROW.match(line))]
    if [row.id for row in rows] != list(range(len(rows))) or len(rows) <= crew:
        raise InvalidInstance("file", "row ids are not contiguous from 0, or rows are missing")
    depot, staff, wanted = rows[0], rows[1 : crew + 1], rows[crew + 1 :]
    matrix = [[ceil(SCALE * hypot(a.x - b.x, a.y - b.y) - 1e-9) for b in rows] for a in rows]
    all_parts = {f"part {q}": sum(row.parts[q] for row in wanted if row.parts) for q in range(parts)}
    return build(
        places=[str(row.id) for row in rows],
        travel_seconds=matrix,
        travel_metres=matrix,
        technicians=[_technician(row) for row in staff],
        requests=[_request(row) for row in wanted],
        warehouses=[_warehouse(depot, all_parts, tools)],
        skills=[f"skill {k}" for k in range(skills)],
        parts=list(all_parts),
        tools=[f"tool {k}" for k in range(tools)],
        weights=duration_weights(2 * depot.until * SCALE),
    )


def duration_weights(unserved: int) -> Weights:
    """One cent per second of duration, `unserved` cents per request left out, nothing else."""
    return Weights(
        unserved_cents=(unserved, unserved, unserved, unserved),
        wage_cents_per_hour=3600,
        overtime_cents_per_hour=0,
        distance_cents_per_km=0,
        pickup_cents=0,
        change_cents=0,
        moved_cents_per_minute=0,
    )


def _header(lines: list[str]) -> tuple[int, int, int, int]:
    at = next((i for i, line in enumerate(lines) if line.startswith("CREW COUNT")), None)
    figures = lines[at + 1].split() if at is not None and at + 1 < len(lines) else []
    if len(figures) != 4 or not all(figure.isdigit() for figure in figures):
        raise InvalidInstance("file", "the line below CREW COUNT does not hold four figures")
    crew, skills, tools, parts = (int(figure) for figure in figures)
    return crew, skills, tools, parts


def _row(match: re.Match[str]) -> _Row:
    name, x, y, since, until, service = (int(match[i]) for i in range(1, 7))
    skills, tools, parts = ([int(word) for word in re.findall(r"\d+", match[i])] for i in range(7, 10))
    return _Row(name, x, y, since, until, service, skills, tools, parts)


def _technician(row: _Row) -> Technician:
    return Technician(
        id=str(row.id),
        start_place=str(row.id),
        end_place=str(row.id),
        shift_start=row.since * SCALE,
        shift_end=row.until * SCALE,
        skills={f"skill {k}": 1 for k in row.skills},
        stock={f"part {q}": n for q, n in enumerate(row.parts)},
        tools=[f"tool {k}" for k in row.tools],
    )


def _request(row: _Row) -> Request:
    return Request(
        id=str(row.id),
        place=str(row.id),
        windows=[(row.since * SCALE, row.until * SCALE)],
        service=row.service * SCALE,
        skills={f"skill {k}": 1 for k in row.skills},
        parts={f"part {q}": n for q, n in enumerate(row.parts)},
        tools=[f"tool {k}" for k in row.tools],
    )


def _warehouse(row: _Row, stock: dict[str, int], tools: int) -> Warehouse:
    lent = [f"tool {k}" for k in range(tools)]
    opens, closes = row.since * SCALE, row.until * SCALE
    return Warehouse(id="depot", place=str(row.id), opens=opens, closes=closes, stock=stock, tools=lent)
