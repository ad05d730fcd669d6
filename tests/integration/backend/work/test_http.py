"""The staff API of work orders: shapes, refusals, races, tenants apart."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest

from backend.work import routes
from backend.work.lifecycle import VisitAction
from backend.work.schemas import WorkOrderOut
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import HOUR, NOON, Scene, a_scene, a_visit, an_order, do_visit, fill, phone_of


def iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def a_wish(scene: Scene, *, parts: bool = False) -> dict[str, object]:
    van = scene.vans[scene.chen]
    reserve = [{"part_id": str(scene.bearing), "location_id": str(van), "quantity": "1"}] if parts else []
    return {
        "technician_ids": [str(scene.chen)],
        "start": iso(NOON + HOUR),
        "end": iso(NOON + 2 * HOUR),
        "reserve": reserve,
    }


def dispatchers(tenant: UUID, count: int) -> list[TestClient]:
    """Return clients that have asked once before: the routes of an application are built at its first request."""
    clients = [a_client(tenant, Role.DISPATCHER, routes) for _ in range(count)]
    for client in clients:
        assert client.get("/work-orders").status_code == 200
    return clients


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return a company that is committed."""
    with transaction(tenant_id=tenant) as session:
        return a_scene(session)


def test_the_last_part_goes_to_one_of_two_dispatchers(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        fill(session, scene.vans[scene.chen], scene.bearing, 1)
        ids = [an_order(session, scene).id for _ in range(2)]
    clients = dispatchers(tenant, 2)

    def plan(pair: tuple[TestClient, UUID]) -> int:
        client, order_id = pair
        return int(client.post(f"/work-orders/{order_id}/visits", json=a_wish(scene, parts=True)).status_code)

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(plan, zip(clients, ids, strict=True)))

    assert codes == [201, 409]


def test_two_dispatchers_do_not_plan_one_order_twice(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        order_id = an_order(session, scene).id
    clients = dispatchers(tenant, 3)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda one: one.post(f"/work-orders/{order_id}/visits", json=a_wish(scene)), clients))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert refused["type"] == "urn:fieldhand:problem:illegal-transition"
    assert "schedule" not in refused["legal"]


def test_an_order_shows_everything(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        do_visit(session, visit.id, phone_of(scene.chen))
        order_id = visit.work_order_id
    client = a_client(tenant, Role.SUPERVISOR, routes)

    shown = client.get(f"/work-orders/{order_id}").json()

    WorkOrderOut.model_validate(shown)
    assert shown["state"] == "completed"
    assert shown["asset_path"] == ["北门", "循环泵 1"]
    assert shown["customer"]["phone"] == "021-5555"
    assert [clock["met_at"] is not None for clock in shown["sla"]] == [True, True, True]
    assert shown["visits"][0]["actual"]["arrived_at"] == iso(NOON + HOUR / 2)
    assert shown["finding"]["failure_mode"] == "bearing"
    codes = [line["title_code"] for line in shown["timeline"]]
    assert codes[0] == "order.open"
    assert {"visit.accept", "visit.complete", "order.complete"} <= set(codes)
    assert set(shown["allowed_actions"]) == {"verify", "reject"}


def test_an_order_is_verified_closed_and_then_stays(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        do_visit(session, visit.id, phone_of(scene.chen))
        order_id = visit.work_order_id
    client = a_client(tenant, Role.SUPERVISOR, routes)

    states = [
        client.post(f"/work-orders/{order_id}/actions", json={"action": action}).json()["state"]
        for action in ("verify", "close")
    ]
    refused = client.post(f"/work-orders/{order_id}/actions", json={"action": "cancel"})

    assert states == ["verified", "closed"]
    assert refused.status_code == 409
    assert refused.json()["legal"] == []


def test_a_technician_reads_his_own_orders_only(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        mine = a_visit(session, scene).work_order_id
        others = a_visit(session, scene, technician_ids=[scene.gao]).work_order_id
    client = a_client(tenant, Role.TECHNICIAN, routes, technician_id=scene.chen)
    nobody = a_client(tenant, Role.TECHNICIAN, routes)

    listed = [item["id"] for item in client.get("/work-orders").json()["items"]]
    of_another = client.get("/work-orders", params={"technician_id": str(scene.gao)}).json()["items"]

    assert (listed, of_another) == ([str(mine)], [])
    assert client.get(f"/work-orders/{mine}").status_code == 200
    assert client.get(f"/work-orders/{others}").status_code == 404
    assert nobody.get("/work-orders").json()["items"] == []


def test_a_dispatcher_does_not_verify(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        do_visit(session, visit.id, phone_of(scene.chen))
        order_id = visit.work_order_id

    answer = a_client(tenant, Role.DISPATCHER, routes).post(
        f"/work-orders/{order_id}/actions", json={"action": "verify"}
    )

    assert answer.status_code == 403


def test_the_list_pages_and_filters(tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        numbers = [an_order(session, scene, summary=f"job 100%_{place}").number for place in range(5)]
        a_visit(session, scene)
    client = a_client(tenant, Role.DISPATCHER, routes)

    first = client.get("/work-orders", params={"limit": 4}).json()
    rest = client.get("/work-orders", params={"limit": 4, "cursor": first["next_cursor"]}).json()

    assert [len(first["items"]), len(rest["items"])] == [4, 2]
    assert first["items"][0]["technician_name"] == "chen"
    assert rest["next_cursor"] is None
    found = client.get("/work-orders", params={"q": f"job {numbers[3]}"}).json()["items"]
    assert [item["number"] for item in found] == [numbers[3]]
    scheduled = client.get("/work-orders", params={"state": ["scheduled", "completed"]}).json()["items"]
    assert len(scheduled) == 1


def test_another_tenant_sees_nothing(tenant: UUID, other_tenant: UUID, scene: Scene) -> None:
    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        visit_id, order_id = visit.id, visit.work_order_id
    stranger = a_client(other_tenant, Role.ADMIN, routes)

    answers = [
        stranger.get(f"/work-orders/{order_id}"),
        stranger.post(f"/work-orders/{order_id}/actions", json={"action": "cancel"}),
        stranger.post(f"/work-orders/{order_id}/visits", json=a_wish(scene)),
        stranger.post(f"/visits/{visit_id}/actions", json={"action": "cancel"}),
        stranger.patch(f"/visits/{visit_id}", json={"start": iso(NOON), "end": iso(NOON + HOUR)}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert stranger.get("/work-orders").json()["items"] == []


def test_the_conflict_queue_is_listed_and_decided(tenant: UUID, scene: Scene) -> None:
    from tests.integration.backend.work.scene import step

    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        step(session, visit.id, VisitAction.TRAVEL, phone_of(scene.chen), 10)
    client = a_client(tenant, Role.DISPATCHER, routes)

    (item,) = client.get("/conflicts").json()["items"]
    tried = client.post(f"/conflicts/{item['id']}/actions", json={"action": "apply"})
    set_aside = client.post(f"/conflicts/{item['id']}/actions", json={"action": "dismiss"})

    assert (item["kind"], tried.status_code, set_aside.json()["state"]) == ("visit.travel", 409, "dismissed")
    assert client.get("/conflicts").json()["items"] == []


def test_a_job_takes_back_what_nobody_accepted(tenant: UUID, scene: Scene) -> None:
    from backend.work import handlers, repository

    with transaction(tenant_id=tenant) as session:
        visit = a_visit(session, scene)
        visit_id, dispatched_at = visit.id, visit.dispatched_at
    assert dispatched_at is not None

    handlers.accept_timeout(tenant, {"visit_id": str(visit_id), "dispatched_at": dispatched_at.isoformat()})

    with transaction(tenant_id=tenant) as session:
        assert repository.visit(session, visit_id).state == "rejected"
