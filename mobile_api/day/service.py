"""The bundle of a day: visits with everything about them, and the stock of the van, in a few set-based queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import meters
from backend.assets import service as assets
from backend.intake import advice
from backend.technicians import service as technicians
from backend.work.errors import NoSuchVisit
from inventory import service as stock
from inventory.events import MoveReversed
from kernel.auth import Principal
from kernel.feed import Change
from mobile_api.day import repository, shapes
from mobile_api.day.errors import NoTechnician
from mobile_api.day.repository import VisitRow
from mobile_api.day.shapes import Shape

T = TypeVar("T")

PLACES = ("location_id", "from_location_id", "to_location_id")
"""The members of a stock event that name a place."""


def own(me: Principal) -> UUID:
    """Return the technician behind a log-in.

    Raises:
        NoTechnician: there is none.
    """
    if me.technician_id is None:
        raise NoTechnician("Log in as a technician.")
    return me.technician_id


def bundle(session: Session, me: Principal, *, at: datetime) -> Shape:
    """Return everything the technician needs without a network."""
    technician_id = own(me)
    return {
        "technician": {"id": technician_id, "name": me.name},
        "visits": visits_of(session, technician_id, at=at),
        "van_stock": van_stock(session, technician_id),
        "server_time": at,
    }


def visits_of(
    session: Session, technician_id: UUID, *, at: datetime, only: Collection[UUID] | None = None
) -> list[Shape]:
    """Return the technician's visits, with order, asset, site, customer, checklist, parts and evidence."""
    if only is not None and not only:
        return []
    rows = repository.visits(session, technician_id, at=at, only=only)
    about = _About(session, rows) if rows else None
    return [about.shape(row) for row in rows] if about else []


def case_of_visit(session: Session, me: Principal, visit_id: UUID, *, at: datetime) -> UUID:
    """Return the case behind a visit that is on the technician's phone.

    Raises:
        NoTechnician: the log-in belongs to none.
        NoSuchVisit: there is none with this id, or it is not theirs.
        NoCase: the order was opened for another reason.
    """
    rows = repository.visits(session, own(me), at=at, only=[visit_id])
    if not rows:
        raise NoSuchVisit("No visit of yours has this id.", visit_id=visit_id)
    return advice.case_behind(session, rows[0].order)


def ever_assigned(session: Session, technician_id: UUID, changes: Iterable[Change]) -> set[UUID]:
    """Return the visits that changes speak of and that are, or once were, the technician's."""
    visits, orders = set(), set()
    for change in changes:
        visits |= {change.body.get("visit_id"), change.body.get("demand_id")}
        orders.add(change.body.get("work_order_id"))
    return repository.ever_assigned(
        session, technician_id, visits={UUID(key) for key in visits if key}, orders={UUID(key) for key in orders if key}
    )


def van_stock(session: Session, technician_id: UUID) -> list[Shape]:
    """Return what is in the technician's van."""
    van = technicians.get_technician(session, technician_id).van_location_id
    return [] if van is None else [shapes.van_line(line) for line in stock.van_stock(session, van)]


def van_touched(session: Session, technician_id: UUID, changes: Iterable[Change]) -> bool:
    """Tell whether one of the changes is, or may be, about the technician's van."""
    van = str(technicians.get_technician(session, technician_id).van_location_id)
    return any(
        change.topic == MoveReversed.topic or van in {change.body.get(member) for member in PLACES}
        for change in changes
    )


class _About:
    """Everything that belongs to some visits, read at once."""

    def __init__(self, session: Session, rows: Sequence[VisitRow]) -> None:
        visits = [row.visit.id for row in rows]
        asset_ids = {row.order.asset_id for row in rows if row.order.asset_id is not None}
        self.contacts = _by(repository.contacts(session, {row.customer.id for row in rows}), "customer_id")
        self.checklists = repository.checklists(session, {row.visit.checklist_id for row in rows} - {None})
        self.expected = _by(repository.expected_parts(session, [row.order.id for row in rows]), "work_order_id")
        self.used = _by(repository.parts_used(session, visits), "visit_id")
        self.answers = _by(repository.answers(session, visits), "visit_id")
        self.notes = _by(repository.notes(session, visits), "visit_id")
        self.held = _by(stock.reservations_of(session, visits), "demand_id")
        self.inside = _by(repository.components(session, asset_ids), "asset_id")
        self.meters = _by(meters.meters_of(session, asset_ids), "asset_id")
        self.failed = _by(repository.failures(session, asset_ids), "asset_id")
        named = (self.expected, self.used, self.held, self.inside)
        part_ids = {line.part_id for group in named for lines in group.values() for line in lines}
        self.parts = stock.parts_by_id(session, part_ids)
        self.places = stock.locations_by_id(
            session, {line.location_id for group in self.held.values() for line in group}
        )
        self.assets: dict[UUID | None, Shape] = {
            key: shapes.asset(
                row,
                assets.asset_path(session, key),
                components=self.inside[key],
                failures=self.failed[key][: repository.HISTORY],
                meters=self.meters[key],
                parts=self.parts,
            )
            for key, row in assets.assets_by_id(session, asset_ids).items()
        }

    def shape(self, row: VisitRow) -> Shape:
        """Return one visit, whole."""
        visit_id, checklist = row.visit.id, self.checklists.get(row.visit.checklist_id)
        return {
            **shapes.visit(row.visit, lead=row.lead),
            "order": shapes.order(row.order),
            "site": shapes.site(row.site),
            "customer": shapes.customer(row.customer, self.contacts[row.customer.id]),
            "asset": self.assets.get(row.order.asset_id),
            "checklist": shapes.checklist(checklist) if checklist else None,
            "answers": [shapes.answer(line) for line in self.answers[visit_id]],
            "expected_parts": [
                shapes.part_line(self.parts, line.part_id, line.quantity) for line in self.expected[row.order.id]
            ],
            "reservations": [
                shapes.held_part(self.parts, line, self.places[line.location_id].name) for line in self.held[visit_id]
            ],
            "parts_used": [
                shapes.part_line(
                    self.parts, line.part_id, line.quantity, serial=line.serial, old_serial=line.old_serial
                )
                for line in self.used[visit_id]
            ],
            "notes": [shapes.note(line) for line in self.notes[visit_id]],
        }


def _by(rows: Iterable[T], member: str) -> defaultdict[UUID, list[T]]:
    grouped: defaultdict[UUID, list[T]] = defaultdict(list)
    for row in rows:
        grouped[getattr(row, member)].append(row)
    return grouped
