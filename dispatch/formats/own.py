"""Fieldhand's own JSON for instances: the named records of `dispatch.build`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

import msgspec

from dispatch.arrays import NONE
from dispatch.build import Request, Technician, Warehouse, build
from dispatch.errors import InvalidInstance
from dispatch.instance import Instance
from dispatch.objective import Weights

FORMAT: Final = "fieldhand-dispatch/1"


@dataclass(frozen=True, kw_only=True)
class InstanceDocument:
    """An instance file; the records are those of `dispatch.build`."""

    format: Literal["fieldhand-dispatch/1"]
    places: list[str]
    travel_seconds: list[list[int]]
    travel_metres: list[list[int]]
    technicians: list[Technician]
    requests: list[Request]
    warehouses: list[Warehouse] = field(default_factory=list)
    skills: list[str] | None = None
    parts: list[str] | None = None
    tools: list[str] | None = None
    weights: Weights = field(default_factory=Weights)


def read_instance(text: str | bytes) -> Instance:
    """Parse an instance.

    Raises:
        InvalidInstance: the text is not such a file, or the instance contradicts itself.
    """
    try:
        raw = msgspec.json.decode(text)
        _refuse_unknown_keys(raw)
        document = msgspec.convert(raw, InstanceDocument)
    except msgspec.MsgspecError as error:
        raise InvalidInstance("file", str(error)) from error
    return build(
        places=document.places,
        travel_seconds=_matrix("travel_seconds", document.travel_seconds),
        travel_metres=_matrix("travel_metres", document.travel_metres),
        technicians=document.technicians,
        requests=document.requests,
        warehouses=document.warehouses,
        skills=document.skills,
        parts=document.parts,
        tools=document.tools,
        weights=document.weights,
    )


def _refuse_unknown_keys(raw: object) -> None:
    """A misspelt optional field would otherwise be read as absent."""
    if not isinstance(raw, dict):
        return
    _known("file", raw, InstanceDocument)
    groups = {"technicians": Technician, "requests": Request, "warehouses": Warehouse}
    for name, record in groups.items():
        rows = raw.get(name)
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                _known(f"{name[:-1]} {row.get('id', '?')}", row, record)
    if isinstance(weights := raw.get("weights"), dict):
        _known("weights", weights, Weights)


def _known(item: str, raw: Mapping[str, object], record: type[Any]) -> None:
    unknown = sorted(set(raw) - {spec.name for spec in fields(record)})
    if unknown:
        raise InvalidInstance(item, f"unknown field {unknown[0]}")


def _matrix(item: str, rows: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    for i, row in enumerate(rows):
        if len(row) != len(rows):
            raise InvalidInstance(f"{item}[{i}]", f"{len(row)} figures in a matrix of {len(rows)} rows")
    return rows


def write_instance(instance: Instance) -> str:
    """An instance as JSON; reading it back gives the same arrays."""
    document = InstanceDocument(
        format=FORMAT,
        places=list(instance.places) or [str(i) for i in range(len(instance.travel_seconds))],
        travel_seconds=instance.travel_seconds.tolist(),
        travel_metres=instance.travel_metres.tolist(),
        technicians=[_technician(instance, i) for i in range(len(instance.technicians.ids))],
        requests=[_request(instance, i) for i in range(len(instance.requests.ids))],
        warehouses=[_warehouse(instance, i) for i in range(len(instance.warehouses.ids))],
        skills=list(instance.skills),
        parts=list(instance.parts),
        tools=list(instance.tools),
        weights=instance.weights,
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def _place(instance: Instance, place: int) -> str:
    return instance.places[place] if instance.places else str(place)


def _named(names: Sequence[str], figures: Sequence[int]) -> dict[str, int]:
    return {name: figure for name, figure in zip(names, figures, strict=True) if figure}


def _listed(names: Sequence[str], flags: Sequence[bool]) -> list[str]:
    return [name for name, flag in zip(names, flags, strict=True) if flag]


def _technician(instance: Instance, i: int) -> Technician:
    staff = instance.technicians
    return Technician(
        id=staff.ids[i],
        start_place=_place(instance, int(staff.start_place[i])),
        end_place=_place(instance, int(staff.end_place[i])),
        shift_start=int(staff.shift_start[i]),
        shift_end=int(staff.shift_end[i]),
        max_overtime=int(staff.max_overtime[i]),
        service_class=_class_name(int(staff.service_class[i])),
        skills=_named(instance.skills, staff.skills[i].tolist()),
        stock=_named(instance.parts, staff.stock[i].tolist()),
        tools=_listed(instance.tools, staff.tools[i].tolist()),
    )


def _class_name(index: int) -> str:
    """Class names sort like their numbers; the instance itself keeps numbers only."""
    return f"class {index:04d}"


def _request(instance: Instance, i: int) -> Request:
    wanted, staff = instance.requests, instance.technicians.ids
    windows = zip(wanted.window_start[i].tolist(), wanted.window_end[i].tolist(), strict=True)
    used = sorted(set(instance.technicians.service_class.tolist()))
    return Request(
        id=wanted.ids[i],
        place=_place(instance, int(wanted.place[i])),
        windows=[(a, b) for a, b in windows if a <= b],
        service=int(wanted.service[i, 0]),
        service_by_class={_class_name(c): int(wanted.service[i, c]) for c in used},
        skills=_named(instance.skills, wanted.skills[i].tolist()),
        parts=_named(instance.parts, wanted.parts[i].tolist()),
        tools=_listed(instance.tools, wanted.tools[i].tolist()),
        priority=int(wanted.priority[i]),
        due=_or_none(int(wanted.due[i])),
        late_cents_per_minute=int(wanted.late_cents_per_minute[i]),
        breach_cents=int(wanted.breach_cents[i]),
        locked_technician=_name_or_none(staff, int(wanted.locked_technician[i])),
        locked_start=_or_none(int(wanted.locked_start[i])),
        previous_technician=_name_or_none(staff, int(wanted.previous_technician[i])),
        previous_start=_or_none(int(wanted.previous_start[i])),
        stability_percent=int(wanted.stability_percent[i]),
        bias=_named(staff, wanted.bias[i].tolist()),
        forbidden=_listed(staff, wanted.forbidden[i].tolist()),
    )


def _or_none(value: int) -> int | None:
    return None if value == NONE else value


def _name_or_none(names: Sequence[str], index: int) -> str | None:
    return None if index == NONE else names[index]


def _warehouse(instance: Instance, i: int) -> Warehouse:
    depots = instance.warehouses
    return Warehouse(
        id=depots.ids[i],
        place=_place(instance, int(depots.place[i])),
        opens=int(depots.opens[i]),
        closes=int(depots.closes[i]),
        handling=int(depots.handling[i]),
        stock=_named(instance.parts, depots.stock[i].tolist()),
        tools=_listed(instance.tools, depots.tools[i].tolist()),
    )
