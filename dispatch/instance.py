"""One dispatch problem as immutable arrays: every engine reads it, `evaluate` judges against it.

The groups of arrays, their shapes and units are in `dispatch.arrays`. `build.build` makes an
`Instance` from named records; the constructor here takes the arrays themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dispatch.arrays import Requests, Technicians, Warehouses, freeze_group, frozen_array
from dispatch.objective import Weights
from dispatch.tables import Tables, tabulate
from dispatch.validate import (
    validate_group,
    validate_requests,
    validate_shapes,
    validate_technicians,
    validate_travel,
    validate_warehouses,
    validate_weights,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Instance:
    """A dispatch problem; checked, copied and frozen when made.

    Raises:
        InvalidInstance: an item contradicts itself; the message names it.
    """

    travel_seconds: NDArray[np.int32]
    """(P, P) seconds from row to column."""
    travel_metres: NDArray[np.int32]
    """(P, P) metres from row to column."""
    technicians: Technicians
    requests: Requests
    warehouses: Warehouses
    places: tuple[str, ...] = ()
    """Names of the places; may be left empty."""
    skills: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        """Freeze every array, then check the whole."""
        for name in ("travel_seconds", "travel_metres"):
            object.__setattr__(self, name, frozen_array(name, getattr(self, name), np.int32))
        for kind in ("technicians", "requests", "warehouses"):
            freeze_group(kind, getattr(self, kind))
        self._validate()

    def _validate(self) -> None:
        places = validate_travel(self.travel_seconds, self.travel_metres, self.places)
        validate_weights(self.weights)
        for kind, ids in (("skills", self.skills), ("parts", self.parts), ("tools", self.tools)):
            validate_group(kind, ids)
        validate_shapes(
            self.technicians, self.requests, self.warehouses, (len(self.skills), len(self.parts), len(self.tools))
        )
        validate_technicians(self.technicians, places, classes=self.requests.service.shape[1])
        validate_requests(self.requests, places, technicians=len(self.technicians.ids))
        validate_warehouses(self.warehouses, places)

    @cached_property
    def tables(self) -> Tables:
        """The same figures as plain Python lists, for code that walks routes stop by stop."""
        travel = (self.travel_seconds, self.travel_metres)
        return tabulate(travel, self.technicians, self.requests, self.warehouses, self.weights)
