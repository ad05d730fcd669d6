"""Customers, contacts and sites over HTTP."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from backend.customers import routes
from kernel.auth import Role
from tests.integration.backend.callers import TestClient, a_client

SITE = {"name": "北门", "address": "上海市静安区 1 号", "lon": 121.45, "lat": 31.23}


@pytest.fixture
def agent(tenant: UUID) -> Iterator[TestClient]:
    with a_client(tenant, Role.AGENT, routes) as client:
        yield client


def a_customer(client: TestClient, name: str = "华东商场", **other: object) -> str:
    answer = client.post("/customers", json={"name": name} | other)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_customer_gets_a_number_and_is_found_again(agent: TestClient) -> None:
    key = a_customer(agent, phone="+86 21 5555 0001")

    found = agent.get(f"/customers/{key}").json()

    assert found["number"].startswith("CU-")
    assert found["phone"] == "+86 21 5555 0001"
    assert agent.get("/customers", params={"q": "东商"}).json()["items"] == [found]
    assert agent.get("/customers", params={"q": "5555"}).json()["items"] == [found]
    assert agent.get("/customers", params={"q": "%"}).json()["items"] == []


def test_a_number_is_taken_once(agent: TestClient) -> None:
    a_customer(agent, number="K-1")

    assert agent.post("/customers", json={"name": "x", "number": "K-1"}).status_code == 409


def test_pages_hold_every_customer_once(agent: TestClient) -> None:
    made = {a_customer(agent, name) for name in ("b", "a", "a", "c", "B")}

    seen, cursor = [], None
    while True:
        page = agent.get("/customers", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "WyJhIiwiYiJd", "é"])
def test_a_cursor_of_another_list_is_refused(agent: TestClient, cursor: str) -> None:
    assert agent.get("/customers", params={"cursor": cursor}).status_code == 422


def test_a_new_primary_contact_takes_the_place_of_the_old(agent: TestClient) -> None:
    key = a_customer(agent)

    for name in ("王", "李"):
        answer = agent.post(f"/customers/{key}/contacts", json={"name": name, "is_primary": True})
        assert answer.status_code == 201

    contacts = agent.get(f"/customers/{key}/contacts").json()["items"]
    assert [(item["name"], item["is_primary"]) for item in contacts] == [("李", True), ("王", False)]


def test_a_site_keeps_its_place(agent: TestClient) -> None:
    key = a_customer(agent)
    hours = [{"weekday": 0, "opens": "08:00:00", "closes": "18:30:00"}]

    site = agent.post("/sites", json=SITE | {"customer_id": key, "opening_hours": hours}).json()

    assert (site["lon"], site["lat"]) == (121.45, 31.23)
    assert site["opening_hours"] == hours
    assert agent.get(f"/sites/{site['id']}").json() == site
    assert agent.get("/sites", params={"customer_id": key}).json()["items"] == [site]


@pytest.mark.parametrize(
    "change",
    [
        {"lon": 181},
        {"lat": "NaN"},
        {"name": " "},
        {"name": "a\u0000b"},
        {"tenant_id": "00000000-0000-7000-8000-000000000000"},
        {"opening_hours": [{"weekday": 0, "opens": "08:00Z", "closes": "09:00"}]},
    ],
)
def test_a_body_that_does_not_fit_is_refused(agent: TestClient, change: dict[str, object]) -> None:
    key = a_customer(agent)

    assert agent.post("/sites", json=SITE | {"customer_id": key} | change).status_code == 422


def test_the_rows_of_another_tenant_do_not_exist(agent: TestClient, other_tenant: UUID) -> None:
    with a_client(other_tenant, Role.AGENT, routes) as stranger:
        key = a_customer(stranger)
        site = stranger.post("/sites", json=SITE | {"customer_id": key}).json()["id"]

    assert agent.get(f"/customers/{key}").status_code == 404
    assert agent.get(f"/customers/{key}/contacts").status_code == 404
    assert agent.post(f"/customers/{key}/contacts", json={"name": "x"}).status_code == 404
    assert agent.get(f"/sites/{site}").status_code == 404
    assert agent.post("/sites", json=SITE | {"customer_id": key}).status_code == 404
    assert agent.get("/sites").json()["items"] == []


def test_a_technician_reads_sites_and_writes_nothing(tenant: UUID) -> None:
    with a_client(tenant, Role.TECHNICIAN, routes) as technician:
        assert technician.get("/customers").status_code == 403
        assert technician.post("/customers", json={"name": "x"}).status_code == 403


def test_the_same_key_makes_one_customer(agent: TestClient) -> None:
    headers = {"Idempotency-Key": "0123456789"}

    first = agent.post("/customers", json={"name": "once"}, headers=headers)
    second = agent.post("/customers", json={"name": "once"}, headers=headers)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert len(agent.get("/customers").json()["items"]) == 1
