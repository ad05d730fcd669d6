"""What a tenant adds to orders, and orders that belong together, through the API."""

from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.intake import routes as intake
from backend.tickets import service as tickets
from backend.tickets import talk_routes
from backend.tickets.models import Channel
from backend.work import catalogue_routes, routes
from backend.work.lifecycle import OrderAction
from backend.work.models import WorkOrder
from backend.work.service import kin, orders
from backend.work.service.kin import Relation, Wish
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import HOUR, NOON, Scene, a_scene, a_visit, an_order, desk, do_visit, phone_of


@pytest.fixture
def scene(tenant: UUID) -> Scene:
    """Return a committed company."""
    with transaction(tenant_id=tenant) as session:
        return a_scene(session)


@pytest.fixture
def office(tenant: UUID) -> TestClient:
    """Return a supervisor."""
    return a_client(tenant, Role.SUPERVISOR, routes, catalogue_routes, intake, talk_routes)


LABEL = {"name_zh": "返修", "name_en": "Rework", "colour": "#aa3300"}
SUBSTATUS = {"name_zh": "等客户确认", "name_en": "Customer confirms"}


def test_a_substatus_fits_its_state_and_ends_with_it(tenant: UUID, scene: Scene, office: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        order = an_order(session, scene)
    office.put("/order-labels/rework", json=LABEL)
    for state in ("open", "completed"):
        office.put(f"/order-substatuses/{state}/confirm", json=SUBSTATUS)
    marks = f"/work-orders/{order.id}/marks"

    marked = office.put(marks, json={"substatus": "confirm", "labels": ["rework", "rework"]})
    wrong = office.put(marks, json={"substatus": "unheard", "labels": ["rework"]})
    unlabelled = office.put(marks, json={"labels": ["nobody"]})
    stale = office.put(marks, json={"labels": [], "version": 0})
    office.put("/order-labels/rework", json=LABEL | {"retired": True})
    kept = office.put(marks, json={"substatus": "confirm", "labels": ["rework"]})
    cancelled = office.post(f"/work-orders/{order.id}/actions", json={"action": "cancel", "reason": "x"})

    assert (marked.json()["substatus"], marked.json()["labels"]) == ("confirm", ["rework"])
    assert (wrong.status_code, wrong.json()["offered"]) == (422, ["confirm"])
    assert unlabelled.json()["labels"] == ["nobody"]
    assert stale.status_code == 409
    assert kept.status_code == 200
    assert (cancelled.json()["substatus"], cancelled.json()["labels"]) == (None, ["rework"])
    with pytest.raises(IntegrityError), transaction(tenant_id=tenant) as session:
        session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(substatus="confirm"))


def test_an_order_starts_with_the_template_of_its_kind_of_work(tenant: UUID, scene: Scene, office: TestClient) -> None:
    office.put("/order-labels/rework", json=LABEL)
    with transaction(tenant_id=tenant) as session:
        given = {"summary": "?", "asset_id": scene.asset, "priority": 3, "at": NOON}
        made = [tickets.open_ticket(session, channel=Channel.WEB, **given)[0].id for _ in range(2)]
    template = {
        "name_zh": "检修",
        "name_en": "Repair",
        "duration_minutes": 90,
        "skill": "rotating",
        "skill_level": 2,
        "priority": 2,
        "labels": ["rework"],
        "parts": [{"part_id": str(scene.bearing), "quantity": "2"}],
        "version": 0,
    }

    first = office.put("/work-templates/corrective", json=template)
    stale = office.put("/work-templates/corrective", json=template)
    by_template = office.post(f"/tickets/{made[0]}/work-orders", json={})
    said = {"skill": "controls", "skill_level": 1, "duration_minutes": 30, "labels": [], "priority": 4}
    by_person = office.post(f"/tickets/{made[1]}/work-orders", json=said)

    assert (first.status_code, stale.status_code) == (200, 409)
    one, other = (office.get(f"/work-orders/{answer.json()['id']}").json() for answer in (by_template, by_person))
    names = ("skill", "skill_level", "duration_minutes", "priority", "labels")
    assert [one[name] for name in names] == ["rotating", 2, 90, 2, ["rework"]]
    assert [(part["quantity"], part["basis"]) for part in one["expected_parts"]] == [("2.0000", "template")]
    assert [other[name] for name in names] == ["controls", 1, 30, 4, []]
    assert office.delete("/work-templates/corrective").status_code == 204
    assert office.delete("/work-templates/corrective").status_code == 404


def done(session: Session, scene: Scene, order: WorkOrder) -> None:
    """Do the work of an order and verify it."""
    do_visit(session, a_visit(session, scene, order).id, phone_of(scene.chen))
    orders.act_on_order(session, order.id, OrderAction.VERIFY, actor=desk(), at=NOON + 3 * HOUR)


def test_a_parent_does_not_close_before_its_children_unless_it_is_told(
    tenant: UUID, scene: Scene, office: TestClient
) -> None:
    with transaction(tenant_id=tenant) as session:
        parent = an_order(session, scene)
    made = [
        office.post(f"/work-orders/{parent.id}/orders", json={"relation": relation, "summary": relation}).json()
        for relation in ("child", "follow_up")
    ]
    with transaction(tenant_id=tenant) as session:
        done(session, scene, session.get_one(WorkOrder, parent.id))
    close = {"action": "close"}

    refused = office.post(f"/work-orders/{parent.id}/actions", json=close)
    told = office.post(f"/work-orders/{parent.id}/actions", json=close | {"with_open_children": True})
    late = office.post(f"/work-orders/{parent.id}/orders", json={"relation": "child", "summary": "late"})

    assert [one["skill"] for one in made] == ["rotating", "rotating"]
    assert made[0]["parent"]["id"] == made[1]["follow_up_of"]["id"] == str(parent.id)
    assert (refused.status_code, refused.json()["open"]) == (409, [made[0]["number"]])
    assert (told.status_code, told.json()["state"]) == (200, "closed")
    assert [(one["number"], one["state"]) for one in told.json()["children"]] == [(made[0]["number"], "open")]
    assert [one["number"] for one in told.json()["follow_ups"]] == [made[1]["number"]]
    assert late.status_code == 409


def test_orders_form_no_circle(session: Session) -> None:
    scene = a_scene(session)
    first = an_order(session, scene)
    child = kin.open_from(session, first.id, Wish(relation=Relation.CHILD, summary="x"), actor=desk(), at=NOON)
    session.flush()

    with pytest.raises(IntegrityError):
        session.execute(update(WorkOrder).where(WorkOrder.id == first.id).values(parent_id=child.id))


def test_the_same_fault_within_three_months_is_told(tenant: UUID, scene: Scene, office: TestClient) -> None:
    with transaction(tenant_id=tenant) as session:
        given = {"channel": Channel.WEB, "summary": "泵", "asset_id": scene.asset, "topic": "pump", "priority": 3}
        old, near, now = (
            tickets.open_ticket(session, at=NOON - days * 24 * HOUR, **given)[0].id for days in (91, 30, 0)
        )
        order = an_order(session, scene, ticket_id=now)
        before = an_order(session, scene, at=NOON - 48 * HOUR)
        before.finding_failure_mode = "pump"

    found = office.get(f"/tickets/{now}/recurring").json()["items"]
    of_order = office.get(f"/work-orders/{order.id}/recurring").json()["items"]

    assert [one["id"] for one in found] == [str(before.id), str(near)]
    assert [one["why"] for one in found] == ["failure_mode", "topic"]
    assert found == of_order
    assert str(old) not in {one["id"] for one in found}
