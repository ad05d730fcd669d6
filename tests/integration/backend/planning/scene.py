"""The company of the work room, on duty around the clock, with a warehouse that has a place."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.planning import repository
from backend.planning import service as planner
from backend.planning.models import Plan, PlanMode, PlanUnserved, PlanVisit
from backend.technicians import service as technicians
from backend.work.models import Visit, WorkOrder
from backend.work.service.orders import ExpectedPart
from inventory import service as stock
from inventory.service import LocationKind
from kernel import clock
from kernel.db import transaction
from kernel.geo import LonLat
from tests.integration.backend.work.scene import Scene, a_scene, an_order

DEPOT = LonLat(121.48, 31.235)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECONDS = 0.2
"""Enough for a handful of orders."""


@dataclass(frozen=True)
class City:
    """A tenant that can plan."""

    tenant: UUID
    scene: Scene
    depot: UUID
    """A warehouse on the map."""

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Open a transaction of the tenant."""
        with transaction(tenant_id=self.tenant) as session:
            yield session

    def order(self, *, bearings: int = 0, fans: int = 0, **other: object) -> UUID:
        """Open an order now that expects parts; commit it."""
        wanted = [(self.scene.bearing, bearings), (self.scene.fan, fans)]
        expected = [
            ExpectedPart(part_id=part, quantity=Decimal(count), basis="test") for part, count in wanted if count
        ]
        with self.open() as session:
            return an_order(session, self.scene, expected_parts=expected, **{"at": clock.now(), **other}).id

    def plan(self, mode: PlanMode = PlanMode.AUTO) -> UUID:
        """Ask for a plan and make it."""
        plan_id = self.request(mode)
        planner.solve_plan(self.tenant, plan_id, seconds=SECONDS)
        return plan_id

    def request(self, mode: PlanMode = PlanMode.AUTO) -> UUID:
        """Ask for a plan."""
        with self.open() as session:
            return planner.request_plan(session, mode=mode, cause="test").id

    def accept(self, plan_id: UUID) -> None:
        """Accept a draft."""
        with self.open() as session:
            planner.accept_plan(session, plan_id)

    def read(self, plan_id: UUID) -> tuple[Plan, Sequence[PlanVisit], list[PlanUnserved]]:
        """Return a plan, its lines and what it left out."""
        with self.open() as session:
            plan = repository.plan(session, plan_id)
            assert plan is not None
            left = [item for item, _ in repository.plan_unserved(session, plan_id)]
            return plan, repository.plan_visits(session, plan_id), left

    def state(self, order_id: UUID) -> WorkOrder:
        """Return an order as it is."""
        with self.open() as session:
            return session.scalars(select(WorkOrder).where(WorkOrder.id == order_id)).one()

    def visits(self, order_id: UUID) -> Sequence[Visit]:
        """Return the visits of an order."""
        with self.open() as session:
            return session.scalars(select(Visit).where(Visit.work_order_id == order_id).order_by(Visit.visit_no)).all()

    def free(self, part: UUID, place: UUID) -> int:
        """Return how many pieces are free somewhere."""
        with self.open() as session:
            lines = stock.availability(session, [part], [place])
            return int(lines[0].free) if lines else 0


def a_city(tenant: UUID) -> City:
    """Make the company; chen and gao both know pumps and have empty vans."""
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        depot = stock.create_location(session, code="WH-1", name="中心库", kind=LocationKind.WAREHOUSE, lonlat=DEPOT)
        # Whatever the time of day, their present shift has a whole day to go.
        begun = time(clock.now().astimezone(SHANGHAI).hour)
        for person in (scene.chen, scene.gao):
            technicians.add_shift_pattern(session, person, weekdays=range(7), starts=begun, ends=begun)
        return City(tenant, scene, depot.id)
