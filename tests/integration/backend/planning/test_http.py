"""Plans, reasons and the board over HTTP."""

from uuid import UUID

from backend.planning import routes
from backend.planning.models import PlanMode
from backend.work.lifecycle import OrderAction
from backend.work.service import orders, scheduling
from kernel import clock
from kernel.auth import Role
from kernel.ids import new_id
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.planning.scene import City
from tests.integration.backend.work.scene import HOUR, desk


def dispatcher(tenant: UUID) -> TestClient:
    return a_client(tenant, Role.DISPATCHER, routes)


def test_a_draft_is_shown_accepted_once_and_then_refused(city: City) -> None:
    order_id = city.order()
    plan_id = city.plan(PlanMode.DRAFT)
    client = dispatcher(city.tenant)

    shown = client.get(f"/plans/{plan_id}").json()
    accepted = client.post(f"/plans/{plan_id}/accept")
    again = client.post(f"/plans/{plan_id}/accept")
    discarded = client.post(f"/plans/{plan_id}/discard")

    assert [line["work_order_id"] for line in shown["visits"]] == [str(order_id)]
    assert shown["visits"][0]["visit_id"] is None
    assert (accepted.status_code, accepted.json()["state"]) == (200, "committed")
    assert accepted.json()["visits"][0]["visit_id"] == str(city.visits(order_id)[0].id)
    assert (again.status_code, again.json()["type"]) == (409, "urn:fieldhand:problem:plan-not-draft")
    assert discarded.status_code == 409


def test_a_wish_is_taken_and_answered_with_the_plan_to_look_at(city: City) -> None:
    client = dispatcher(city.tenant)

    asked = client.post("/plans", json={"mode": "draft"})

    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert client.get(f"/plans/{asked.json()['id']}").json()["mode"] == "draft"
    assert client.get(f"/plans/{new_id()}").status_code == 404
    assert a_client(city.tenant, Role.TECHNICIAN, routes).post("/plans", json={}).status_code == 403


def test_the_newest_plan_explains_an_order(city: City) -> None:
    order_id, without_part = city.order(), city.order(bearings=1)
    client = dispatcher(city.tenant)
    assert client.get(f"/work-orders/{order_id}/plan").status_code == 404
    city.plan()

    told = client.get(f"/work-orders/{order_id}/plan").json()
    waits = client.get(f"/work-orders/{without_part}/plan").json()

    names = {told["technician"]["name"], *(row["technician_name"] for row in told["refused"])}
    assert names == {"chen", "gao"}
    assert all(row["text_zh"] and row["text_en"] for row in told["reasons"])
    assert waits["technician"] is None
    assert waits["reasons"][0]["code"] == "part_missing"
    assert {row["technician_name"] for row in waits["refused"]} == {"chen", "gao"}


def test_the_board_shows_who_goes_and_neither_former_crews_nor_cancelled_visits(city: City) -> None:
    moved_id, cancelled_id = city.order(), city.order()
    start = clock.now()
    with city.open() as session:
        for order_id in (moved_id, cancelled_id):
            visit = scheduling.schedule_visit(
                session, order_id, technician_ids=[city.scene.chen], start=start, end=start + HOUR, at=start
            )
            if order_id == moved_id:
                scheduling.reschedule_visit(
                    session, visit.id, start=start, end=start + HOUR, technician_ids=[city.scene.gao], at=start
                )
        orders.act_on_order(session, cancelled_id, OrderAction.CANCEL, actor=desk(), at=start, reason="error")

    board = dispatcher(city.tenant).get("/board").json()

    bars = {row["technician"]["name"]: [bar["work_order_id"] for bar in row["bars"]] for row in board["rows"]}
    assert bars == {"chen": [], "gao": [str(moved_id)]}
    assert all(row["shift"] and row["technician"]["skills"] == ["rotating"] for row in board["rows"])


def test_other_tenants_have_neither_plan_nor_board_of_it(city: City, other_tenant: UUID) -> None:
    order_id = city.order()
    plan_id = city.plan(PlanMode.DRAFT)
    stranger = dispatcher(other_tenant)

    answers = [
        stranger.get(f"/plans/{plan_id}"),
        stranger.post(f"/plans/{plan_id}/accept"),
        stranger.post(f"/plans/{plan_id}/discard"),
        stranger.get(f"/work-orders/{order_id}/plan"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert stranger.get("/board").json()["rows"] == []
