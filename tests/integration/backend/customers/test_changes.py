"""Customers and sites that change; duplicates that become one."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from backend.assets import handlers as assets_handlers
from backend.assets import routes as asset_routes
from backend.customers import routes
from backend.customers.events import CustomerMerged
from backend.tickets import handlers as ticket_handlers
from backend.tickets import service as tickets
from backend.tickets.models import Channel
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import TestClient, a_client


@pytest.fixture
def admin(tenant: UUID) -> Iterator[TestClient]:
    with a_client(tenant, Role.ADMIN, routes, asset_routes) as client:
        yield client


def a_customer(client: TestClient, **body: object) -> str:
    answer = client.post("/customers", json={"name": "华东商场"} | body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def a_site(client: TestClient, customer_id: str, name: str = "北门") -> str:
    body = {"customer_id": customer_id, "name": name, "address": "1 号", "lon": 121.4, "lat": 31.2}
    return str(client.post("/sites", json=body).json()["id"])


def test_a_change_keeps_what_it_does_not_name(admin: TestClient) -> None:
    key = a_customer(admin, phone="13800000001", note="x")

    changed = admin.patch(f"/customers/{key}", json={"version": 1, "name": "新名", "phone": None}).json()

    assert (changed["name"], changed["phone"], changed["note"], changed["version"]) == ("新名", None, "x", 2)
    assert admin.get(f"/customers/{key}").json() == changed


def test_of_two_changes_at_once_the_later_is_refused(admin: TestClient) -> None:
    customer = a_customer(admin)
    site = a_site(admin, customer)

    for path in (f"/customers/{customer}", f"/sites/{site}"):
        assert admin.patch(path, json={"version": 1, "name": "first"}).status_code == 200
        late = admin.patch(path, json={"version": 1, "name": "second"})
        assert (late.status_code, late.json()["version"]) == (409, 2)
        assert admin.get(path).json()["name"] == "first"


@pytest.mark.parametrize("change", [{"lon": 1.0}, {"name": ""}, {"name": None}, {"id": "x"}, {"version": 0}])
def test_a_change_that_does_not_fit_is_refused(admin: TestClient, change: dict[str, object]) -> None:
    site = a_site(admin, a_customer(admin))

    assert admin.patch(f"/sites/{site}", json={"version": 1} | change).status_code == 422


def test_a_site_moves(admin: TestClient) -> None:
    site = a_site(admin, a_customer(admin))
    hours = [{"weekday": 0, "opens": "08:00:00", "closes": "18:00:00"}]

    moved = admin.patch(f"/sites/{site}", json={"version": 1, "lon": 100, "lat": 20, "opening_hours": hours}).json()

    assert (moved["lon"], moved["lat"], moved["opening_hours"]) == (100, 20, hours)
    assert admin.get(f"/sites/{site}").json() == moved


def test_customers_that_look_like_one_are_proposed(admin: TestClient) -> None:
    one = a_customer(admin, name="A", phone="+86 138 0000 0001", email="Shop@example.com")
    two = a_customer(admin, name="a", phone="138-0000-0001", email="shop@example.com")
    a_customer(admin, name="B", phone="+86 138 0000 0002")

    found = admin.get("/customers/duplicates").json()

    assert [(group["by"], {row["id"] for row in group["customers"]}) for group in found] == [
        ("phone", {one, two}),
        ("email", {one, two}),
        ("name", {one, two}),
    ]


def test_a_duplicate_becomes_a_part_of_the_other_with_all_that_refers_to_it(tenant: UUID, admin: TestClient) -> None:
    kept, gone = a_customer(admin, name="kept"), a_customer(admin, name="gone", phone="13800000001", note="late payer")
    for key, name in ((kept, "王"), (gone, "李")):
        admin.post(f"/customers/{key}/contacts", json={"name": name, "is_primary": True})
    site = a_site(admin, gone)
    admin.post("/asset-classes", json={"code": "pump", "name_zh": "泵", "name_en": "Pump"})
    body = {"asset_no": "A-1", "name": "泵", "class_code": "pump", "site_id": site}
    asset = admin.post("/assets", json=body).json()
    with transaction(tenant_id=tenant) as session:
        told = {"channel": Channel.PHONE, "summary": "x", "priority": 3, "customer_id": UUID(gone)}
        ticket, _ = tickets.open_ticket(session, at=clock.now(), **told)

    merged = admin.post(f"/customers/{gone}/merge", json={"into_id": kept})
    follow(tenant, gone, kept)

    assert merged.status_code == 200, merged.text
    assert (merged.json()["id"], merged.json()["phone"], merged.json()["note"]) == (kept, "13800000001", "late payer")
    assert admin.post(f"/customers/{gone}/merge", json={"into_id": kept}).json() == merged.json()
    assert [item["id"] for item in admin.get("/customers").json()["items"]] == [kept]
    assert admin.get(f"/customers/{gone}").json()["merged_into_id"] == kept
    contacts = admin.get(f"/customers/{kept}/contacts").json()["items"]
    assert {(item["name"], item["is_primary"]) for item in contacts} == {("王", True), ("李", False)}
    assert admin.get(f"/sites/{site}").json()["customer_id"] == kept
    assert (asset["customer_id"], admin.get(f"/assets/{asset['id']}").json()["customer_id"]) == (gone, kept)
    with transaction(tenant_id=tenant) as session:
        assert tickets.get_ticket(session, ticket.id).customer_id == UUID(kept)
        again, _ = tickets.open_ticket(session, at=clock.now(), **told)
        assert again.customer_id == UUID(kept)


def test_a_contact_changes_and_goes(admin: TestClient) -> None:
    customer = a_customer(admin)
    first, second = (
        admin.post(f"/customers/{customer}/contacts", json={"name": name, "is_primary": primary}).json()
        for name, primary in (("王", True), ("李", False))
    )

    changed = admin.patch(f"/contacts/{second['id']}", json={"version": 1, "is_primary": True, "title": "店长"}).json()

    assert (changed["name"], changed["title"], changed["is_primary"]) == ("李", "店长", True)
    assert admin.patch(f"/contacts/{second['id']}", json={"version": 1, "name": "x"}).status_code == 409
    listed = admin.get(f"/customers/{customer}/contacts").json()["items"]
    assert [(row["name"], row["is_primary"]) for row in listed] == [("李", True), ("王", False)]
    assert admin.delete(f"/contacts/{first['id']}").status_code == 204
    assert admin.delete(f"/contacts/{first['id']}").status_code == 404
    assert len(admin.get(f"/customers/{customer}/contacts").json()["items"]) == 1


def test_customers_and_sites_are_found_by_words_and_class(admin: TestClient) -> None:
    gold, _ = a_customer(admin, name="A", tier="gold"), a_customer(admin, name="B")
    site = a_site(admin, gold, "West gate")
    a_site(admin, gold, "East gate")

    assert [row["id"] for row in admin.get("/customers", params={"tier": "gold"}).json()["items"]] == [gold]
    assert [row["id"] for row in admin.get("/sites", params={"q": "west"}).json()["items"]] == [site]


def follow(tenant: UUID, gone: str, kept: str) -> None:
    event = CustomerMerged(customer_id=UUID(gone), into_id=UUID(kept))
    with transaction(tenant_id=tenant) as session:
        assets_handlers.follow_merge(session, event)
        ticket_handlers.follow_merge(session, event)


def test_a_chain_of_merges_ends_at_who_stays_in_whatever_order_it_is_heard_of(tenant: UUID, admin: TestClient) -> None:
    one, two, three = (a_customer(admin, name=name) for name in "abc")
    with transaction(tenant_id=tenant) as session:
        told = {"channel": Channel.PHONE, "summary": "x", "priority": 3, "customer_id": UUID(one)}
        ticket, _ = tickets.open_ticket(session, at=clock.now(), **told)
    for gone, kept in ((one, two), (two, three)):
        assert admin.post(f"/customers/{gone}/merge", json={"into_id": kept}).status_code == 200

    follow(tenant, two, three)
    follow(tenant, one, two)

    with transaction(tenant_id=tenant) as session:
        assert tickets.get_ticket(session, ticket.id).customer_id == UUID(three)


def test_what_cannot_be_merged_is_refused(admin: TestClient, other_tenant: UUID) -> None:
    one, two, three = (a_customer(admin, name=name) for name in "abc")
    with a_client(other_tenant, Role.ADMIN, routes) as stranger:
        foreign = a_customer(stranger)
    assert admin.post(f"/customers/{one}/merge", json={"into_id": two}).status_code == 200

    assert admin.post(f"/customers/{one}/merge", json={"into_id": one}).status_code == 409
    assert admin.post(f"/customers/{one}/merge", json={"into_id": three}).status_code == 409
    assert admin.post(f"/customers/{three}/merge", json={"into_id": one}).status_code == 409
    assert admin.post(f"/customers/{three}/merge", json={"into_id": foreign}).status_code == 404
    assert admin.post(f"/customers/{foreign}/merge", json={"into_id": three}).status_code == 404
