"""The main story through the API: reported, triaged, a visit that lacks a part, a second one that mends it, closed."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from backend.intake import routes as intake
from backend.subscriptions import HANDLERS
from backend.tickets import routes, talk_routes
from backend.work import routes as work
from backend.work.events import WorkOrderClosed, WorkOrderOpened
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.outbox import Event, OutboxEvent, decode
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import FINDING, a_scene

ON_SITE = ("accept", "travel", "arrive", "start")


def tell(tenant: UUID, kind: type[Event], handler: str) -> None:
    """Deliver all news of a kind to a handler."""
    with transaction(tenant_id=tenant) as session:
        for row in session.scalars(select(OutboxEvent).where(OutboxEvent.topic == kind.topic)):
            HANDLERS[handler](session, decode(kind, row.body))


def a_visit(office: TestClient, order: str, technician: UUID, *last: dict) -> dict:
    """Send a technician, who arrives and starts, and takes some last steps."""
    start = clock.now() + timedelta(minutes=5)
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
    plan = {"technician_ids": [str(technician)], "dispatch": True, **times}
    visit = office.post(f"/work-orders/{order}/visits", json=plan).json()
    for step in (*({"action": action} for action in ON_SITE), *last):
        answer = office.post(f"/visits/{visit['id']}/actions", json=step)
        assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_second_visit_mends_what_the_first_could_not(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
    office = a_client(tenant, Role.SUPERVISOR, routes, talk_routes, intake, work)

    words = {"channel": "phone", "summary": "循环泵异响", "description": "", "asset_id": str(scene.asset)}
    ticket = office.post("/tickets", json=words).json()["id"]
    triaged = office.post(f"/tickets/{ticket}/actions", json={"action": "triage"}).json()
    order = office.post(f"/tickets/{ticket}/work-orders", json={}).json()["id"]
    tell(tenant, WorkOrderOpened, "tickets.begin_on_order")
    first = a_visit(office, order, scene.chen, {"action": "incomplete", "reason": "parts"})
    between = office.get(f"/work-orders/{order}").json()["state"]
    second = a_visit(office, order, scene.gao, {"action": "complete", "payload": FINDING})
    for action in ("verify", "close"):
        closed = office.post(f"/work-orders/{order}/actions", json={"action": action}).json()
    tell(tenant, WorkOrderClosed, "tickets.resolve_on_close")
    resolved = office.get(f"/tickets/{ticket}").json()
    done = office.post(f"/tickets/{ticket}/actions", json={"action": "close"}).json()

    assert (triaged["state"], between, closed["state"]) == ("triaged", "open", "closed")
    assert [(one["visit_no"], one["state"]) for one in (first, second)] == [(1, "incomplete"), (2, "completed")]
    assert (resolved["state"], done["state"]) == ("resolved", "closed")
    assert resolved["first_response_at"] is not None
    lines = office.get(f"/tickets/{ticket}/timeline", params={"limit": 200}).json()["items"]
    told = [(line["code"], line["data"].get("visit_no")) for line in reversed(lines)]
    story = [("visit.incomplete", 1), ("visit.complete", 2), ("order.close", None), ("ticket.resolve", None)]
    assert [line for line in told if line in story] == story
