"""A small company for tests: one customer, one pump with a device, two technicians with vans, two parts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from backend.assets import service as assets
from backend.assets.models import Criticality
from backend.customers import service as customers
from backend.technicians import service as technicians
from backend.work.actors import Actor
from backend.work.lifecycle import VisitAction, Who
from backend.work.models import EventSource, OrderSource, Visit, WorkOrder
from backend.work.service import acting, orders, reports, scheduling
from backend.work.service.acting import Outcome
from inventory import service as stock
from inventory.service import LocationKind
from iot_gateway.service import devices
from kernel.geo import LonLat
from kernel.ids import new_id

NOON = datetime(2026, 9, 1, 4, tzinfo=UTC)
"""A Tuesday, noon in Shanghai."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SITE = LonLat(121.47, 31.23)
FINDING = {"finding": {"result": "confirmed", "failure_mode": "bearing", "cause": "wear", "activity": "replace"}}


@dataclass(frozen=True)
class Scene:
    """Ids of what is there."""

    customer: UUID
    site: UUID
    asset: UUID
    device: UUID
    chen: UUID
    gao: UUID
    vans: dict[UUID, UUID]
    warehouse: UUID
    bearing: UUID
    fan: UUID


def a_scene(session: Session) -> Scene:
    """Make the company."""
    mark = new_id().hex[-8:]
    customer = customers.create_customer(session, "华东商场", phone="021-5555")
    site = customers.create_site(session, customer.id, name="北门", address="南京路 1", position=SITE)
    assets.create_asset_class(session, "pump", name_zh="水泵", name_en="Pump")
    asset = assets.create_asset(session, "循环泵 1", class_code="pump", site_id=site.id, criticality=Criticality.A)
    device, _ = devices.provision_device(session, name=f"pump-{mark}", model="pump", sampling_seconds=60)
    assets.link_device(session, asset.id, device_id=device.id)
    warehouse = stock.create_location(session, code="W3", name="W3", kind=LocationKind.WAREHOUSE)
    bearing = stock.create_part(session, number="BRG-6205", name="Bearing kit")
    fan = stock.create_part(session, number="FAN-120-24", name="Fan", serial_tracked=True)
    vans, people = {}, []
    for name in ("chen", "gao"):
        van = stock.create_location(session, code=f"V-{name}", name=f"Van {name}", kind=LocationKind.VAN)
        person = technicians.create_technician(session, name, home=SITE, van_location_id=van.id, skills={"rotating": 3})
        vans[person.id] = van.id
        people.append(person.id)
    session.flush()
    return Scene(
        customer.id, site.id, asset.id, device.id, people[0], people[1], vans, warehouse.id, bearing.id, fan.id
    )


def fill(session: Session, place: UUID, part: UUID, count: int, *, serials: tuple[str, ...] = ()) -> None:
    """Receive stock."""
    stock.receive(
        session,
        location_id=place,
        part_id=part,
        quantity=Decimal(count),
        serials=serials,
        at=NOON,
        client_op_id=new_id(),
        actor_id=None,
    )


def an_order(session: Session, scene: Scene, **other: object) -> WorkOrder:
    """Open a work order."""
    given: dict[str, object] = {
        "site_id": scene.site,
        "asset_id": scene.asset,
        "summary": "轴承异响",
        "work_type": "corrective",
        "priority": 2,
        "skill": "rotating",
        "skill_level": 2,
        "source": OrderSource.AGENT,
        "at": NOON,
        **other,
    }
    return orders.open_work_order(session, **given)  # type: ignore[arg-type]


def a_visit(session: Session, scene: Scene, order: WorkOrder | None = None, **other: object) -> Visit:
    """Plan and dispatch a visit of chen's."""
    order = order or an_order(session, scene)
    given: dict[str, object] = {
        "technician_ids": [scene.chen],
        "start": NOON + HOUR,
        "end": NOON + 2 * HOUR,
        "at": NOON,
        **other,
    }
    visit = scheduling.schedule_visit(session, order.id, **given)  # type: ignore[arg-type]
    return scheduling.dispatch_visit(session, visit.id, at=NOON)


def phone_of(technician_id: UUID) -> Actor:
    """Return a technician in the field."""
    return Actor(
        actor_id=new_id(), name="chen", role=Who.TECHNICIAN, technician_id=technician_id, source=EventSource.MOBILE
    )


def desk(role: Who = Who.SUPERVISOR) -> Actor:
    """Return somebody in the office."""
    return Actor(actor_id=new_id(), name="desk", role=role, technician_id=None, source=EventSource.WEB)


def step(
    session: Session, visit_id: UUID, action: VisitAction, actor: Actor, minutes: float, **other: object
) -> Outcome:
    """Take a step so many minutes after noon, heard of two hours later."""
    given: dict[str, object] = {
        "occurred_at": NOON + minutes * MINUTE,
        "received_at": NOON + 2 * HOUR,
        "client_op_id": new_id(),
        "payload": FINDING if action is VisitAction.COMPLETE else None,
        **other,
    }
    return acting.act(session, visit_id, action, actor=actor, **given)  # type: ignore[arg-type]


WORK = (VisitAction.ACCEPT, VisitAction.TRAVEL, VisitAction.ARRIVE, VisitAction.START, VisitAction.COMPLETE)


def do_visit(session: Session, visit_id: UUID, actor: Actor, *, until: VisitAction = VisitAction.COMPLETE) -> None:
    """Take the usual steps, ten minutes apart."""
    for place, action in enumerate(WORK[: WORK.index(until) + 1]):
        step(session, visit_id, action, actor, 10.0 * (place + 1))


def reported(actor: Actor, minutes: float = 30) -> reports.Reported:
    """Return the frame of a report from the field."""
    return reports.Reported(
        actor=actor,
        occurred_at=NOON + minutes * MINUTE,
        received_at=NOON + 2 * HOUR,
        client_op_id=new_id(),
    )
