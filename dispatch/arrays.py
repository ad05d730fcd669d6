"""The three groups of arrays an `Instance` is made of, and how they are frozen.

Units: seconds from an origin the caller chooses (usually midnight), metres, cents, pieces.
Letters in shapes: P places, T technicians, R requests, W warehouses, S skills, Q parts, K tools,
C service classes, M time windows of the request that has most.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import InvalidInstance

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1
"""No due second, no lock, no previous technician or start."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Technicians:
    """Who can be sent; one row per technician and shift."""

    ids: tuple[str, ...]
    start_place: Ints
    """(T,) place the day begins at."""
    end_place: Ints
    """(T,) place the day ends at."""
    shift_start: Ints
    """(T,) seconds; nobody leaves earlier."""
    shift_end: Ints
    """(T,) seconds; later is overtime. Equal to `shift_start`: off duty."""
    max_overtime: Ints
    """(T,) seconds after `shift_end`; being home later is forbidden."""
    service_class: Ints
    """(T,) column of `Requests.service` that holds for the technician."""
    skills: Ints
    """(T, S) level held, 0 = none; an expired certificate counts as 0."""
    stock: Ints
    """(T, Q) pieces in the van at the start of the shift."""
    tools: Flags
    """(T, K) tools in the van; not consumed."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Requests:
    """The visits to plan; one row per visit."""

    ids: tuple[str, ...]
    place: Ints
    """(R,) where."""
    window_start: Ints
    """(R, M) seconds; windows bound the start of service, ascending and disjoint."""
    window_end: Ints
    """(R, M) seconds, inclusive; an unused column holds start 0, end -1."""
    service: Ints
    """(R, C) seconds on site by service class."""
    skills: Ints
    """(R, S) level needed, 0 = not needed."""
    parts: Ints
    """(R, Q) pieces consumed."""
    tools: Flags
    """(R, K) tools needed."""
    priority: Ints
    """(R,) 1 (most urgent) to 4."""
    due: Ints
    """(R,) second the service should have begun by (SLA), or NONE."""
    late_cents_per_minute: Ints
    """(R,) price of each minute between `due` and the start."""
    breach_cents: Ints
    """(R,) price of starting after `due` at all."""
    locked_technician: Ints
    """(R,) the only technician allowed, or NONE."""
    locked_start: Ints
    """(R,) the only start allowed, or NONE; replaces the windows."""
    previous_technician: Ints
    """(R,) technician in the published plan, or NONE."""
    previous_start: Ints
    """(R,) start in the published plan, or NONE."""
    stability_percent: Ints
    """(R,) weight of a change to the published plan: 100 = normal, 200 = the customer was told a name."""
    bias: Ints
    """(R, T) cents this technician costs more than the preferred one; never negative."""
    forbidden: Flags
    """(R, T) the technician must not be sent."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Warehouses:
    """Where parts and tools can be picked up on the way; the stock is shared by all technicians."""

    ids: tuple[str, ...]
    place: Ints
    """(W,) where."""
    opens: Ints
    """(W,) first second a pick-up may begin."""
    closes: Ints
    """(W,) last second a pick-up may begin."""
    handling: Ints
    """(W,) seconds a pick-up takes."""
    stock: Ints
    """(W, Q) free pieces."""
    tools: Flags
    """(W, K) tools lent to whoever stops."""


def freeze_group(kind: str, group: Technicians | Requests | Warehouses) -> None:
    """Replace each array of `group` by a checked, contiguous, read-only copy."""
    for spec in fields(group):
        if spec.name == "ids":
            continue
        dtype = np.bool_ if spec.type == "Flags" else np.int64
        frozen = frozen_array(f"{kind}.{spec.name}", getattr(group, spec.name), dtype)
        object.__setattr__(group, spec.name, frozen)


def frozen_array(item: str, values: object, dtype: type[np.generic]) -> NDArray[Any]:
    """A read-only copy of `values`; floats are taken only where they are whole numbers.

    Raises:
        InvalidInstance: `values` holds something that is not a whole number.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "buif":
        raise InvalidInstance(item, "is not an array of numbers")
    if array.dtype.kind == "f" and array.size:
        _refuse_fractions(item, array)
    limit = np.iinfo(np.int32).max if dtype is np.int32 else 2**53
    if array.size and array.dtype.kind != "b" and np.abs(array).max() > limit:
        raise InvalidInstance(item, f"holds a figure over {limit}")
    frozen = np.array(array, dtype=dtype, order="C")
    frozen.flags.writeable = False
    return frozen


def _refuse_fractions(item: str, array: NDArray[Any]) -> None:
    """Raise for the first entry that is not a finite whole number."""
    for wrong, why in ((~np.isfinite(array), "is not a number"), (array != np.rint(array), "is not a whole number")):
        if wrong.any():
            where = ",".join(str(int(i)) for i in np.argwhere(wrong)[0])
            raise InvalidInstance(f"{item}[{where}]", why)
