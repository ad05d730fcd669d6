"""Rows to a dispatch instance: who works next, what waits, where the parts are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.customers.models import Site
from backend.planning import repository, travel
from backend.technicians import service as technicians
from backend.technicians.shifts import TechnicianDay
from backend.work.models import Visit, WorkOrder
from dispatch.build import Request, Technician, Warehouse, build
from dispatch.instance import Instance
from inventory import service as stock
from inventory.service import LocationKind, Store
from kernel.geo import LonLat

HORIZON = timedelta(hours=30)
"""How far a plan reaches: to the end of everybody's next shift."""
LEAST_SHIFT = timedelta(minutes=45)
"""A shift with less time left is as good as over."""
OVERTIME = timedelta(minutes=60)
PICKUP = timedelta(minutes=10)
PROMISE_EARLY, PROMISE_LATE = timedelta(minutes=30), timedelta(minutes=90)
"""How far a promised visit may slide while others are planned around it."""


Free = dict[UUID, dict[str, int]]
"""Stock location -> part number -> whole pieces free."""


@dataclass(frozen=True)
class Question:
    """A dispatch instance and what its names stand for."""

    instance: Instance
    origin: datetime
    orders: dict[str, tuple[WorkOrder, Site]]
    """Request id -> the order to plan; promised visits are not among them."""
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


def assemble(session: Session, *, time_zone: str, at: datetime) -> Question:
    """Read everything that the optimiser has to know, as of `at`."""
    origin = at.replace(second=0, microsecond=0)
    people = {str(day.id): day for day in next_shifts(session, time_zone=time_zone, at=at)}
    rows = repository.open_orders(session)
    parts, numbers = _parts(session, [order.id for order, _ in rows])
    vans = [day.van_location_id for day in people.values() if day.van_location_id is not None]
    depots = {store.code: store for store in _depots(session)}
    free = _free(session, numbers, [*vans, *(store.location_id for store in depots.values())])
    visits = repository.current_visits(session)
    places = _Places()
    busy = _under_way(visits)
    requests = [_request(order, site, parts.get(str(order.id), {}), origin, places) for order, site in rows]
    requests += [
        _promised(visit, site, str(technician), origin, places)
        for visit, _, site, technician in visits
        if visit.state in repository.PROMISED and str(technician) in people
    ]
    workers = [_technician(day, busy.get(day.id), free, origin, places) for day in people.values()]
    warehouses = [
        Warehouse(
            id=key,
            place=places.name(lonlat),
            opens=0,
            closes=int(HORIZON.total_seconds()),
            handling=int(PICKUP.total_seconds()),
            stock=free.get(store.location_id, {}),
        )
        for key, store in depots.items()
        if (lonlat := store.lonlat) is not None
    ]
    seconds, metres = travel.matrix(places.positions())
    instance = build(
        technicians=workers,
        requests=requests,
        warehouses=warehouses,
        places=places.names(),
        travel_seconds=seconds,
        travel_metres=metres,
    )
    return Question(
        instance=instance,
        origin=origin,
        orders={str(order.id): (order, site) for order, site in rows},
        technicians=people,
        warehouses={key: (store.location_id, store.name) for key, store in depots.items()},
        part_ids={number: part_id for part_id, number in numbers.items()},
        names={
            **{key: day.name for key, day in people.items()},
            **{str(order.id): order.number for order, _ in rows},
            **{f"visit:{visit.id}": order.number for visit, order, _, _ in visits},
            **{key: store.name for key, store in depots.items()},
        },
    )


def next_shifts(session: Session, *, time_zone: str, at: datetime) -> list[TechnicianDay]:
    """Return everybody's present shift, or the next one if little of it is left; nobody twice."""
    today = at.astimezone(ZoneInfo(time_zone)).date()
    chosen: dict[UUID, TechnicianDay] = {}
    for offset in (-1, 0, 1):
        for day in technicians.technicians_on(session, today + timedelta(days=offset), time_zone=time_zone):
            if day.shift[1] - at >= LEAST_SHIFT and day.shift[0] - at < HORIZON:
                chosen.setdefault(day.id, day)
    return [chosen[key] for key in sorted(chosen)]


class _Places:
    """Collects positions under names; the same position has one name."""

    def __init__(self) -> None:
        self._at: dict[LonLat, str] = {}

    def name(self, position: tuple[float, float]) -> str:
        return self._at.setdefault(LonLat(*position), f"p{len(self._at)}")

    def names(self) -> list[str]:
        return list(self._at.values())

    def positions(self) -> list[LonLat]:
        return list(self._at)


def _parts(session: Session, order_ids: Sequence[UUID]) -> tuple[dict[str, dict[str, int]], dict[UUID, str]]:
    """Return request id -> part number -> pieces, and the numbers of all parts wanted."""
    rows = repository.expected_parts(session, order_ids)
    numbers = {part.id: part.number for part in stock.parts_by_id(session, {row.part_id for row in rows}).values()}
    lines: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        lines[str(row.work_order_id)][numbers[row.part_id]] = ceil(row.quantity)
    return lines, numbers


def _depots(session: Session) -> list[Store]:
    return [store for store in stock.stores(session, [LocationKind.WAREHOUSE]) if store.lonlat is not None]


def _free(session: Session, numbers: dict[UUID, str], locations: Sequence[UUID]) -> Free:
    free: Free = defaultdict(dict)
    for line in stock.availability(session, numbers, locations):
        free[line.location_id][numbers[line.part_id]] = int(line.free)
    return free


def _under_way(visits: Sequence[Row[Visit, WorkOrder, Site, UUID]]) -> dict[UUID, tuple[LonLat, datetime]]:
    """Return, for everybody who is on a visit, where that is and when it should end."""
    busy: dict[UUID, tuple[LonLat, datetime]] = {}
    for visit, _, site, technician in visits:
        if visit.state in repository.UNDER_WAY:
            busy[technician] = (site.position, visit.planned_end)
    return busy


def _technician(
    day: TechnicianDay,
    busy: tuple[LonLat, datetime] | None,
    free: Free,
    origin: datetime,
    places: _Places,
) -> Technician:
    start = max(day.shift[0], origin, busy[1] if busy else origin)
    end = max(day.shift[1], start)
    return Technician(
        id=str(day.id),
        start_place=places.name(busy[0] if busy else day.home),
        end_place=places.name(day.home),
        shift_start=_seconds(start - origin),
        shift_end=_seconds(end - origin),
        max_overtime=_seconds(OVERTIME),
        skills=day.skills,
        stock=free.get(day.van_location_id, {}) if day.van_location_id else {},
    )


def _request(order: WorkOrder, site: Site, parts: dict[str, int], origin: datetime, places: _Places) -> Request:
    earliest = max(order.earliest_at or origin, origin)
    return Request(
        id=str(order.id),
        place=places.name(site.position),
        windows=[(_seconds(earliest - origin), max(_seconds(HORIZON), _seconds(earliest - origin)))],
        service=order.duration_minutes * 60,
        skills={order.skill: order.skill_level},
        parts=parts,
        priority=order.priority,
        due=_latest_start(order, origin),
    )


def _latest_start(order: WorkOrder, origin: datetime) -> int | None:
    """Return the last second at which work can begin and still end when it is due."""
    if order.due_at is None:
        return None
    return max(0, _seconds(order.due_at - origin) - order.duration_minutes * 60)


def _promised(visit: Visit, site: Site, technician: str, origin: datetime, places: _Places) -> Request:
    """Return a visit that stands already: it holds its technician's time, and its parts are reserved."""
    start = max(visit.planned_start, origin)
    return Request(
        id=f"visit:{visit.id}",
        place=places.name(site.position),
        windows=[(_seconds(max(start - PROMISE_EARLY, origin) - origin), _seconds(start + PROMISE_LATE - origin))],
        service=_seconds(visit.planned_end - visit.planned_start),
        priority=1,
        locked_technician=technician,
        previous_technician=technician,
        previous_start=_seconds(start - origin),
    )


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
