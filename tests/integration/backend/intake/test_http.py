"""Tickets from words, and work orders from tickets, over HTTP."""

from uuid import UUID

import pytest

from backend.intake import routes
from backend.tickets import routes as ticket_routes
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import a_client
from tests.integration.backend.work.scene import Scene, a_scene


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return a company that is committed."""
    with transaction(tenant_id=tenant) as session:
        return a_scene(session)


def test_words_become_a_ticket_and_the_ticket_an_order(tenant: UUID, scene: Scene) -> None:
    client = a_client(tenant, Role.AGENT, routes, ticket_routes)
    body = {"summary": "水泵异响,有焦味", "asset_id": str(scene.asset), "channel": "phone", "external_id": "call-1"}

    first = client.post("/tickets", json=body)
    again = client.post("/tickets", json=body)
    made = client.post(f"/tickets/{first.json()['id']}/work-orders", json={})

    assert first.status_code == 201
    assert first.json()["priority"] == 1
    assert first.json()["proposal"]["safety"] == ["fire"]
    assert again.json()["id"] == first.json()["id"]
    assert made.status_code == 201
    shown = client.get(f"/tickets/{first.json()['id']}").json()
    assert [order["number"] for order in shown["work_orders"]] == [made.json()["number"]]
    assert shown["customer_name"] == "华东商场"


def test_a_ticket_without_a_place_is_not_converted(tenant: UUID) -> None:
    client = a_client(tenant, Role.AGENT, routes)
    ticket = client.post("/tickets", json={"summary": "hello", "channel": "web"}).json()

    refused = client.post(f"/tickets/{ticket['id']}/work-orders", json={})

    assert (refused.status_code, refused.json()["missing"]) == (422, ["site_id", "skill"])


def test_nobody_sets_fields_that_are_not_theirs(tenant: UUID) -> None:
    client = a_client(tenant, Role.AGENT, routes)

    answer = client.post("/tickets", json={"summary": "x", "channel": "web", "tenant_id": str(tenant)})

    assert answer.status_code == 422


def test_another_tenants_asset_and_ticket_are_not_there(tenant: UUID, other_tenant: UUID, scene: Scene) -> None:
    mine = a_client(tenant, Role.AGENT, routes).post("/tickets", json={"summary": "x", "channel": "web"}).json()
    stranger = a_client(other_tenant, Role.AGENT, routes, ticket_routes)

    answers = [
        stranger.post("/tickets", json={"summary": "x", "channel": "web", "asset_id": str(scene.asset)}),
        stranger.post(f"/tickets/{mine['id']}/work-orders", json={}),
        stranger.get(f"/tickets/{mine['id']}"),
        stranger.post(f"/tickets/{mine['id']}/actions", json={"action": "cancel"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert stranger.get("/tickets").json()["items"] == []
