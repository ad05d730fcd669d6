"""Rows to a dispatch instance: who works next, what waits, what is promised, where the parts are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from backend.customers.models import Site
from backend.planning import opening, repository, territory, travel
from backend.planning.opening import Opening
from backend.planning.question import Question, Records
from backend.planning.standing import Bound, Span, home_at, request_of, standing
from backend.technicians import service as technicians
from backend.technicians.shifts import TechnicianDay
from backend.work.models import Visit, WorkOrder
from dispatch.build import Request, Technician, Warehouse
from inventory import service as stock
from inventory.service import LocationKind, Store
from kernel.geo import LonLat

HORIZON = timedelta(hours=30)
"""How far a plan reaches: to the end of everybody's next shift."""
LEAST_SHIFT = timedelta(minutes=45)
"""A shift with less time left is as good as over."""
OVERTIME = timedelta(minutes=60)
PICKUP = timedelta(minutes=10)

Free = dict[UUID, dict[str, int]]
"""Stock location -> part number -> whole pieces free."""
Lead = tuple[Visit, WorkOrder, Site, UUID]
"""A visit of one of its crew."""


def assemble(session: Session, *, time_zone: str, at: datetime) -> Question:
    """Read everything that the optimiser has to know, as of `at`."""
    origin = at.replace(second=0, microsecond=0)
    people = {str(day.id): day for day in next_shifts(session, time_zone=time_zone, at=at)}
    rows = repository.open_orders(session)
    parts, numbers = _parts(session, [order.id for order, _ in rows])
    vans = [day.van_location_id for day in people.values() if day.van_location_id is not None]
    depots = {store.code: store for store in _depots(session)}
    free = _free(session, numbers, [*vans, *(store.location_id for store in depots.values())])
    visits = [_lead(row) for row in repository.current_visits(session)]
    places = _Places()
    busy = _under_way(visits)
    workers = [_technician(day, busy.get(day.id), free, origin, places) for day in people.values()]
    prices = territory.prices(
        technicians.territories(session, [day.id for day in people.values()]), [site.position for _, site in rows]
    )
    requests = [
        _request(
            order,
            origin,
            place=places.name(site.position),
            parts=parts.get(str(order.id), {}),
            windows=_windows(order, site, origin, time_zone),
            bias=price,
        )
        for (order, site), price in zip(rows, prices, strict=True)
    ]
    promised = _promised(visits, people, origin, places)
    warehouses = _warehouses(depots.values(), free, places)
    records, bounds = _bind(
        places, workers, promised, {key: _breaks(day, origin) for key, day in people.items()}, (requests, warehouses)
    )
    return Question(
        records=records,
        instance=records.instance(),
        origin=origin,
        orders={str(order.id): (order, site) for order, site in rows},
        bounds=bounds,
        technicians=people,
        warehouses={key: (store.location_id, store.name) for key, store in depots.items()},
        part_ids={number: part_id for part_id, number in numbers.items()},
        names={
            **{bound.id: people[key].name for key, day in bounds.items() for bound in day},
            **{_visit_id(visit, technician): order.number for visit, order, _, technician in visits},
            **{key: day.name for key, day in people.items()},
            **{str(order.id): order.number for order, _ in rows},
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

    def names(self) -> tuple[str, ...]:
        return tuple(self._at.values())

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


def _lead(row: Row[Visit, WorkOrder, Site, UUID]) -> Lead:
    visit, order, site, technician = row
    return visit, order, site, technician


def _under_way(visits: Sequence[Lead]) -> dict[UUID, tuple[LonLat, datetime]]:
    """Return, for everybody who is on a visit, where that is and when it should end."""
    busy: dict[UUID, tuple[LonLat, datetime]] = {}
    for visit, _, site, technician in visits:
        if visit.state in repository.UNDER_WAY:
            known = busy.get(technician)
            if known is None or known[1] < visit.planned_end:
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
    start += timedelta(microseconds=-start.microsecond % 1_000_000)  # whole seconds, none of them the visit's
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


def _request(
    order: WorkOrder,
    origin: datetime,
    *,
    place: str,
    parts: Mapping[str, int],
    windows: Sequence[Span],
    bias: Mapping[str, int],
) -> Request:
    return Request(
        id=str(order.id),
        place=place,
        windows=windows,
        service=order.duration_minutes * 60,
        skills={order.skill: order.skill_level},
        parts=parts,
        priority=order.priority,
        due=_latest_start(order, origin),
        bias=bias,
    )


def _windows(order: WorkOrder, site: Site, origin: datetime, time_zone: str) -> list[Span]:
    """Return when work may begin: while the site is open, or at any time if it says nothing of that."""
    earliest = max(order.earliest_at or origin, origin)
    if not site.opening_hours:
        return [(_seconds(earliest - origin), max(_seconds(HORIZON), _seconds(earliest - origin)))]
    found = opening.starts(
        map(Opening.of, site.opening_hours),
        time_zone=time_zone,
        length=timedelta(minutes=order.duration_minutes),
        since=earliest,
        until=origin + HORIZON,
    )
    return [(ceil((start - origin).total_seconds()), _seconds(end - origin)) for start, end in found]


def _latest_start(order: WorkOrder, origin: datetime) -> int | None:
    """Return the last second at which work can begin and still end when it is due."""
    if order.due_at is None:
        return None
    return max(0, _seconds(order.due_at - origin) - order.duration_minutes * 60)


def _visit_id(visit: Visit, technician: UUID) -> str:
    return f"visit:{visit.id}:{technician}"


def _promised(
    visits: Sequence[Lead], people: Mapping[str, TechnicianDay], origin: datetime, places: _Places
) -> dict[str, list[Bound]]:
    """Return, by technician, the visits that stand already in the shift being planned; their parts are reserved."""
    found: dict[str, list[Bound]] = defaultdict(list)
    for visit, _, site, technician in visits:
        day = people.get(str(technician))
        if visit.state not in repository.PROMISED or day is None or not _in_shift(visit, day, origin):
            continue
        start = _seconds(max(visit.planned_start, origin) - origin)
        late = max(origin - visit.planned_start, timedelta(0))
        end = ceil((visit.planned_end + late - origin).total_seconds())
        place = places.name(site.position)
        found[str(technician)].append(Bound(_visit_id(visit, technician), place, start, end - start))
    return found


def _in_shift(visit: Visit, day: TechnicianDay, origin: datetime) -> bool:
    """Tell whether a promised visit falls into a shift, or is overdue and therefore the first thing in it."""
    overdue = visit.planned_start < origin
    return visit.planned_start < day.shift[1] + OVERTIME and (overdue or visit.planned_end > day.shift[0])


def _breaks(day: TechnicianDay, origin: datetime) -> list[Span]:
    spans = ((_seconds(start - origin), _seconds(end - origin)) for start, end in day.breaks)
    return [(max(start, 0), end) for start, end in spans if end > 0]


def _warehouses(stores: Iterable[Store], free: Free, places: _Places) -> list[Warehouse]:
    return [
        Warehouse(
            id=store.code,
            place=places.name(store.lonlat),
            opens=0,
            closes=_seconds(HORIZON),
            handling=_seconds(PICKUP),
            stock=free.get(store.location_id, {}),
        )
        for store in stores
        if store.lonlat is not None
    ]


def _bind(
    places: _Places,
    workers: Sequence[Technician],
    promised: Mapping[str, list[Bound]],
    breaks: Mapping[str, Sequence[Span]],
    others: tuple[Sequence[Request], Sequence[Warehouse]],
) -> tuple[Records, dict[str, list[Bound]]]:
    """Put promised visits and breaks into the days; whoever promised more than the shift holds stays longer."""
    requests, warehouses = others
    resting = [worker for worker in workers if breaks[worker.id]]
    names = (*places.names(), *(f"rest:{worker.id}" for worker in resting))
    at = {name: place for place, name in enumerate(names)}
    homes = [at[worker.end_place] for worker in resting]
    seconds, metres = (travel.with_rests(matrix, homes) for matrix in travel.matrix(places.positions()))
    bounds: dict[str, list[Bound]] = {}
    staff = []

    def way(origin: str, target: str) -> int:
        return int(seconds[at[origin], at[target]])

    for worker in workers:
        day = standing(worker, promised.get(worker.id, []), breaks[worker.id], f"rest:{worker.id}", way)
        longer = home_at(worker, day, way) - worker.shift_end
        staff.append(replace(worker, max_overtime=max(worker.max_overtime, longer)))
        bounds[worker.id] = day
    fixed = [request_of(bound, key) for key, day in bounds.items() for bound in day]
    return Records(tuple(staff), (*requests, *fixed), tuple(warehouses), names, seconds, metres), bounds


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
