"""The operations of maintenance, from a draft to its figures."""

from datetime import timedelta
from uuid import UUID

from backend.maintenance import routes
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import a_client
from tests.integration.backend.maintenance.scene import hour_meter, publish_checklist, read_meter, sweep
from tests.integration.backend.work.scene import a_scene


def test_a_draft_is_seen_saved_activated_and_told_in_figures(tenant: UUID) -> None:
    at = clock.now()
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        publish_checklist(session)
        meter = hour_meter(session, scene.asset)
        read_meter(session, meter, 60, at - timedelta(days=10))
        read_meter(session, meter, 100, at - timedelta(hours=1))
    client = a_client(tenant, Role.ASSET_MANAGER, routes)
    draft = {
        "name": "Service", "asset_id": str(scene.asset), "starts_on": at.date().isoformat(), "summary": "Service",
        "skill": "rotating", "meter": "hours", "every": "250", "lead_days": 365,
        "levels": [{"name": "A", "checklist_code": "pump-service"}, {"name": "B", "every": 2}],
    }  # fmt: skip

    seen = client.post("/maintenance/preview", json=draft | {"count": 3}).json()
    assert seen["asset_id"] == str(scene.asset)
    assert [item["level"] for item in seen["items"]] == [1, 2, 1]
    assert seen["items"][0]["parts"][0]["why"] == "projected"
    assert seen["items"][0]["parts"][0]["figures"]["target"] == "350.0000"
    idle = client.post("/maintenance/preview", json=draft | {"meter": "starts"}).json()
    assert (idle["items"], idle["never"]) == ([], ["no_meter"])
    bad = client.post("/maintenance/preview", json=draft | {"rule": "FREQ=HOURLY"})
    assert (bad.status_code, bad.json()["type"]) == (422, "urn:fieldhand:problem:recurrence-rule-unfit")

    plan = client.post("/maintenance/plans", json=draft).json()
    path = f"/maintenance/plans/{plan['id']}"
    assert (plan["state"], plan["actions"], plan["scope"]) == ("draft", ["activate", "retire"], "循环泵 1")
    changed = client.put(path, json=draft | {"version": 1, "lead_days": 364}).json()
    assert client.put(path, json=draft | {"version": 1}).status_code == 409
    client.post(f"{path}/actions", json={"action": "activate", "version": changed["version"]}).raise_for_status()
    with transaction(tenant_id=tenant) as session:
        sweep(session, clock.now())

    (line,) = client.get("/maintenance/plans", params={"state": "active", "q": "serv"}).json()["items"]
    assert (line["subject_count"], line["open_count"]) == (1, 1)
    (subject,) = client.get("/maintenance/subjects", params={"asset_id": str(scene.asset)}).json()["items"]
    assert subject["work_order_number"].startswith("WO-")
    (occurrence,) = client.get("/maintenance/occurrences", params={"outcome": "pending"}).json()["items"]
    assert occurrence["work_order_id"] == subject["work_order_id"]
    around = at.date() + timedelta(days=400)
    figures = {"start": at.date().isoformat(), "end": around.isoformat(), "by": "asset_class", "class_code": "pump"}
    (group,) = client.get("/maintenance/compliance", params=figures).json()["items"]
    assert (group["key"], group["due"], group["share"], group["counts"]["pending"]) == ("pump", 0, None, 1)
