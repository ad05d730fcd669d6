"""What the planner asks the optimiser: a dispatch instance and what its names stand for."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from backend.customers.models import Site
from backend.planning.standing import Bound
from backend.technicians.shifts import TechnicianDay
from backend.work.models import WorkOrder
from dispatch import plan
from dispatch.build import Request, Technician, Warehouse, build
from dispatch.instance import Instance


@dataclass(frozen=True)
class Records:
    """A dispatch problem by names."""

    technicians: tuple[Technician, ...]
    requests: tuple[Request, ...]
    warehouses: tuple[Warehouse, ...]
    places: tuple[str, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]

    def instance(self) -> Instance:
        """Return it as arrays."""
        return build(
            technicians=self.technicians,
            requests=self.requests,
            warehouses=self.warehouses,
            places=self.places,
            travel_seconds=self.seconds,
            travel_metres=self.metres,
        )


@dataclass(frozen=True)
class Question:
    """A dispatch instance and what its names stand for."""

    records: Records
    instance: Instance
    origin: datetime
    orders: dict[str, tuple[WorkOrder, Site]]
    """Request id -> the order to plan; promised visits and breaks are not among them."""
    bounds: dict[str, list[Bound]]
    """Technician id -> what binds the day already, in its order."""
    technicians: dict[str, TechnicianDay]
    warehouses: dict[str, tuple[UUID, str]]
    """Warehouse code -> (stock location, name)."""
    part_ids: dict[str, UUID]
    """Part number, its name in the instance -> part."""
    names: dict[str, str]
    """Id in the instance -> what people call it."""

    def instant(self, second: int) -> datetime:
        """Return the instant of a second of the instance."""
        return self.origin + timedelta(seconds=second)

    def without(self, orders: Collection[str]) -> "Question":
        """Return the question less some orders."""
        if not orders:
            return self
        records = replace(self.records, requests=tuple(item for item in self.records.requests if item.id not in orders))
        kept = {key: row for key, row in self.orders.items() if key not in orders}
        return replace(self, records=records, instance=records.instance(), orders=kept)

    def standing_routes(self) -> plan.Routes:
        """Return the routes of what is promised already: where every search begins."""
        at = {name: place for place, name in enumerate(self.instance.requests.ids)}
        return tuple(
            tuple(plan.Visit(at[bound.id]) for bound in self.bounds[name]) for name in self.instance.technicians.ids
        )
