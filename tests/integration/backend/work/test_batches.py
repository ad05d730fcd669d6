"""Changes of many orders: each row for itself, once per key, and taken back where nobody has changed it since."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from backend.work import routes
from backend.work.lifecycle import OrderState
from backend.work.listing import routes as lists
from backend.work.listing.batches import UNDO_WITHIN
from backend.work.listing.models import Batch
from backend.work.models import Visit, WorkOrder, WorkOrderEvent
from backend.work.service import catalogue
from benchmarks.lists.storm import offer
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import HOUR, NOON, Scene, a_scene, an_order

Json = dict[str, object]


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return a company that is committed, with labels and a substatus."""
    with transaction(tenant_id=tenant) as session:
        offer(session, "vip", "a", "b", "later")
        catalogue.put_substatus(session, OrderState.OPEN, "permit", {"name_zh": "许可", "name_en": "Permit"})
        return a_scene(session)


@pytest.fixture
def orders(tenant: UUID, scene: Scene) -> list[UUID]:
    """Return three open orders."""
    with transaction(tenant_id=tenant) as session:
        return [an_order(session, scene).id for _ in range(3)]


@pytest.fixture
def client(tenant: UUID) -> TestClient:
    """Return a supervisor's client."""
    return a_client(tenant, Role.SUPERVISOR, routes, lists)


def asked(orders: list[UUID], action: Json, *, version: int = 1) -> Json:
    targets = [{"work_order_id": str(key), "version": version} for key in orders]
    return {"client_op_id": str(new_id()), "action": action, "targets": targets}


def rows_of(tenant: UUID) -> dict[UUID, WorkOrder]:
    with transaction(tenant_id=tenant) as session:
        return {row.id: row for row in session.scalars(select(WorkOrder))}


def test_each_order_is_changed_or_refused_for_itself(tenant: UUID, orders: list[UUID], client: TestClient) -> None:
    client.post(f"/work-orders/{orders[0]}/actions", json={"action": "cancel"})
    body = asked(orders, {"kind": "set_queue", "queue": "east"})
    unknown = client.post("/work-order-changes", json=asked([*orders, new_id()], {"kind": "approve"}))
    body["targets"][0]["version"] = 2  # type: ignore[index]
    body["targets"][1]["version"] = 7  # type: ignore[index]

    answer = client.post("/work-order-changes", json=body).json()

    assert unknown.status_code == 404
    assert {row["work_order_id"]: row["problem"] for row in answer["rows"]} == {
        str(orders[0]): "order-ended",
        str(orders[1]): "stale-version",
        str(orders[2]): None,
    }
    assert {key: row.queue for key, row in rows_of(tenant).items()} == dict(
        zip(orders, (None, None, "east"), strict=True)
    )


def test_the_same_key_again_changes_nothing_and_answers_the_same(
    tenant: UUID, orders: list[UUID], client: TestClient
) -> None:
    body = asked(orders, {"kind": "add_labels", "labels": ["vip"]})

    first, again = (client.post("/work-order-changes", json=body) for _ in range(2))
    other = client.post("/work-order-changes", json={**body, "action": {"kind": "approve"}})

    assert first.content == again.content
    assert other.status_code == 409
    assert {(row.version, tuple(row.labels)) for row in rows_of(tenant).values()} == {(2, ("vip",))}


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ({"kind": "set_queue", "queue": "east"}, "queue"),
        ({"kind": "set_priority", "priority": 4}, "priority"),
        ({"kind": "set_substatus", "substatus": "permit"}, "substatus"),
        ({"kind": "add_labels", "labels": ["a", "b"]}, "labels"),
        ({"kind": "set_due", "due_at": "2026-12-01T00:00:00Z"}, "due_at"),
    ],
)
def test_a_change_is_taken_back_where_nobody_came_between(
    tenant: UUID, orders: list[UUID], client: TestClient, action: Json, field: str
) -> None:
    before = rows_of(tenant)
    made = client.post("/work-order-changes", json=asked(orders, action)).json()
    changed = rows_of(tenant)
    client.post("/work-order-changes", json=asked(orders[:1], {"kind": "add_labels", "labels": ["later"]}, version=2))

    back = client.post(f"/work-order-changes/{made['id']}/undo").json()
    again = client.post(f"/work-order-changes/{made['id']}/undo").json()

    after = rows_of(tenant)
    assert all(getattr(changed[key], field) != getattr(before[key], field) for key in orders)
    assert [row["undone"] for row in back["rows"]] == ["stale-version", "done", "done"]
    assert again == back
    assert back["undo_until"] is None
    assert all(getattr(after[key], field) == getattr(before[key], field) for key in orders[1:])
    assert all(after[key].due_basis == before[key].due_basis for key in orders[1:])
    with transaction(tenant_id=tenant) as session:
        counts = session.execute(
            select(WorkOrderEvent.work_order_id, func.count()).group_by(WorkOrderEvent.work_order_id)
        )
        assert {row[0]: row[1] for row in counts} == {key: row.version for key, row in after.items()}


def test_a_change_of_long_ago_or_of_another_person_stays(tenant: UUID, orders: list[UUID], client: TestClient) -> None:
    made = client.post("/work-order-changes", json=asked(orders, {"kind": "set_queue", "queue": "east"})).json()
    stranger = a_client(tenant, Role.SUPERVISOR, routes, lists).post(f"/work-order-changes/{made['id']}/undo")
    with transaction(tenant_id=tenant) as session:
        session.execute(update(Batch).values(at=clock.now() - UNDO_WITHIN - timedelta(seconds=1)))

    late = client.post(f"/work-order-changes/{made['id']}/undo")

    assert (stranger.status_code, late.status_code) == (404, 409)
    assert {row.queue for row in rows_of(tenant).values()} == {"east"}


def test_orders_are_planned_one_behind_the_other_and_cancelled_together(
    tenant: UUID, scene: Scene, orders: list[UUID], client: TestClient
) -> None:
    start = NOON + HOUR
    plan = {"kind": "schedule", "technician_id": str(scene.chen), "start": start.isoformat(), "minutes_apart": 90}

    planned = client.post("/work-order-changes", json=asked(list(reversed(orders)), plan)).json()
    cancelled = client.post("/work-order-changes", json=asked(orders, {"kind": "cancel", "reason": "x"}, version=2))

    assert [row["problem"] for row in planned["rows"]] == [None] * 3
    assert planned["undo_until"] is None
    with transaction(tenant_id=tenant) as session:
        starts = {row.work_order_id: row.planned_start for row in session.scalars(select(Visit))}
    assert [starts[key] for key in reversed(orders)] == [start + place * 1.5 * HOUR for place in range(3)]
    assert [row["problem"] for row in cancelled.json()["rows"]] == [None] * 3
    assert {str(row.state) for row in rows_of(tenant).values()} == {"cancelled"}


def test_what_the_catalogue_does_not_offer_is_refused(orders: list[UUID], client: TestClient) -> None:
    for action in ({"kind": "add_labels", "labels": ["nobody"]}, {"kind": "set_substatus", "substatus": "nobody"}):
        answer = client.post("/work-order-changes", json=asked(orders, action)).json()

        assert {row["problem"] for row in answer["rows"]} == {"unknown-mark"}
        assert answer["undo_until"] is None


def test_a_dispatcher_approves_nothing(tenant: UUID, orders: list[UUID], client: TestClient) -> None:
    client.post(f"/work-orders/{orders[0]}/actions", json={"action": "ask_approval"})
    body = asked(orders[:1], {"kind": "approve"}, version=2)

    refused = a_client(tenant, Role.DISPATCHER, routes, lists).post("/work-order-changes", json=body).json()
    done = client.post("/work-order-changes", json={**body, "client_op_id": str(new_id())}).json()

    assert [row["problem"] for row in refused["rows"]] == ["step-of-another-role"]
    assert [row["problem"] for row in done["rows"]] == [None]
