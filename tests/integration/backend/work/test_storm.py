"""Thirty-two clients change the same orders at once: nothing is lost, nothing done twice, nobody gets a 5xx."""

from uuid import UUID

from sqlalchemy import select

from backend.technicians.models import Technician
from backend.work import routes
from backend.work.listing import routes as lists
from benchmarks.lists.storm import LABELS, faults, offer, storm
from kernel.auth import Role
from kernel.db import transaction
from tests.conftest import settings_of
from tests.integration.backend.callers import a_client
from tests.integration.backend.work.scene import a_scene, an_order

CLIENTS, TURNS, ORDERS = 32, 5, 6


def test_many_clients_on_the_same_orders_lose_nothing(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        offer(session, *LABELS)
        orders = [an_order(session, scene).id for _ in range(ORDERS)]
    with settings_of({"FIELDHAND_DATABASE_POOL_SIZE": str(CLIENTS // 2)}):
        with transaction(tenant_id=tenant) as session:
            technicians = session.scalars(select(Technician.id)).all()

        client = a_client(tenant, Role.SUPERVISOR, routes, lists)
        tally = storm(lambda: client, orders, technicians, clients=CLIENTS, turns=TURNS)

        with transaction(tenant_id=tenant) as session:
            assert faults(session, orders, tally) == []
    done = {what for what, status in tally.answers if status in {200, 201}}
    assert {"edit", "schedule", "dispatch"} <= done
