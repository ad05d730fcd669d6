"""The case policy, the backlog and incidents over HTTP."""

from uuid import UUID

from backend.intake import policy_routes
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import a_client
from tests.integration.backend.intake.fleet import a_machine, a_taken_case, set_terms
from tests.integration.backend.work.scene import a_scene


def test_the_policy_is_read_and_replaced_by_version(tenant: UUID) -> None:
    client = a_client(tenant, Role.SUPERVISOR, policy_routes)

    first = client.get("/intake/policy").json()
    given = {name: value for name, value in first.items() if name != "spent"}
    changed = client.put("/intake/policy", json={**given, "tickets_per_day": None, "criticality_at_once": "B"})
    stale = client.put("/intake/policy", json=given)

    assert (first["version"], first["tickets_per_day"], first["spent"]) == (1, 50, {"tenant_day": 0, "tenant_week": 0})
    assert (changed.status_code, changed.json()["version"], changed.json()["tickets_per_day"]) == (200, 2, None)
    assert (stale.status_code, stale.json()["version"]) == (409, 2)


def test_the_backlog_is_walked_page_by_page_and_a_case_released(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        set_terms(session, incident_devices=1000, tickets_per_day=0)
        found = [a_taken_case(session, a_machine(session, scene, f"m{n}"), severity=1 + n % 2) for n in range(3)]
    client = a_client(tenant, Role.DISPATCHER, policy_routes)

    page = client.get("/intake/backlog", params={"limit": 2}).json()
    rest = client.get("/intake/backlog", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    released = client.post(f"/intake/backlog/{found[0]}/release")
    again = client.post(f"/intake/backlog/{found[0]}/release")

    shown = [item["case_id"] for item in page["items"] + rest["items"]]
    assert (shown, rest["next_cursor"]) == ([str(found[1]), str(found[0]), str(found[2])], None)
    assert page["items"][0]["reason"] == "tenant_day_budget"
    assert page["items"][0]["asset_name"] == "m1"
    assert [line["reason"] for line in released.json()["decisions"]] == ["tenant_day_budget", "by_hand"]
    assert released.json()["ticket_id"] is not None
    assert again.status_code == 409
    assert (released.json()["ticket_state"], released.json()["order_state"]) == ("new", "open")
    reason = {"reason": "known", "no_fault": True}
    dismissed = client.post(f"/intake/backlog/{found[1]}/dismiss", json=reason)
    assert dismissed.json()["decisions"][-1]["kind"] == "dismissed"
    assert client.post(f"/intake/backlog/{found[1]}/dismiss", json=reason).status_code == 409
    assert client.post(f"/intake/backlog/{found[2]}/dismiss", json={"reason": ""}).status_code == 422
    assert client.get("/intake/backlog", params={"cursor": "x"}).status_code == 422


def test_an_incident_lists_its_cases_and_gives_one_back(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        found = [a_taken_case(session, a_machine(session, scene, f"m{n}")) for n in range(4)]
    client = a_client(tenant, Role.DISPATCHER, policy_routes)

    (incident,) = client.get("/incidents").json()["items"]
    cases = client.get(f"/incidents/{incident['id']}/cases", params={"limit": 3}).json()
    split = client.post(f"/incidents/{incident['id']}/cases/{found[0]}/split")
    again = client.post(f"/incidents/{incident['id']}/cases/{found[0]}/split")

    assert (incident["device_count"], incident["ticket_state"], incident["scope"]) == (4, "new", "site")
    assert [item["case_id"] for item in cases["items"]] == [str(case_id) for case_id in found[:3]]
    first = cases["items"][0]
    assert (first["asset_name"], first["state"], first["finding"]) == ("m0", "open", None)
    assert first["device_name"].startswith("m0-")
    assert split.json()["incident_id"] is None
    assert split.json()["ticket_id"] != incident["ticket_id"]
    assert again.status_code == 409
    assert client.get(f"/incidents/{incident['id']}").json()["device_count"] == 3
