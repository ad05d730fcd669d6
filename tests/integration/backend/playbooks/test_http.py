"""Playbooks, dry runs and trials over HTTP."""

from uuid import UUID

from backend.playbooks import routes
from iot_gateway.service import cases
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from tests.integration.backend.callers import a_client
from tests.integration.backend.intake.fleet import a_machine, a_taken_case, open_case
from tests.integration.backend.work.scene import a_scene

BODY = {"name": "Flush", "model": "pump", "failure_group": "filter", "command": "backflush"}


def test_a_playbook_is_written_read_and_replaced(tenant: UUID) -> None:
    client = a_client(tenant, Role.SUPERVISOR, routes)

    made = client.post("/playbooks", json=BODY)
    twice = client.post("/playbooks", json=BODY)
    changed = client.put(f"/playbooks/{made.json()['id']}", json={**BODY, "version": 1, "severity_at_most": 4})
    stale = client.put(f"/playbooks/{made.json()['id']}", json={**BODY, "version": 1})
    short = client.post("/playbooks", json={**BODY, "proof_limit_seconds": 60})
    odd = client.post("/playbooks", json={**BODY, "command": "rm -rf"})

    assert (made.status_code, twice.status_code, changed.status_code) == (201, 409, 200)
    assert (changed.json()["version"], changed.json()["severity_at_most"], stale.status_code) == (2, 4, 409)
    assert (short.status_code, odd.status_code) == (422, 422)
    assert [item["id"] for item in client.get("/playbooks").json()["items"]] == [made.json()["id"]]
    newest, first = client.get(f"/playbooks/{made.json()['id']}/versions").json()
    assert (newest["version"], newest["changed"]) == (2, {"severity_at_most": [2, 4]})
    assert (first["version"], first["changed"]["command"]) == (1, [None, BODY["command"]])


def test_a_dry_run_tells_what_past_cases_would_have_met(tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        machines = [a_machine(session, scene, f"m{n}") for n in range(4)]
        found = [open_case(session, machine, group="filter", severity=1 + n) for n, machine in enumerate(machines)]
        cases.close_case(session, found[0], finding="confirmed", at=clock.now())
    client = a_client(tenant, Role.DISPATCHER, routes)

    told = client.post("/playbooks/dry-run", json={"model": "pump", "failure_group": "filter"}).json()

    assert (told["cases"], told["tried"], told["refused"]) == (4, 2, {"too_severe": 2})
    assert told["findings_of_tried"] == {"confirmed": 1, "open": 1}
    assert {item["device_name"][:3] for item in told["items"]} == {"m0-", "m1-", "m2-", "m3-"}
    assert client.get("/playbook-trials").json()["items"] == []


def test_a_trial_is_found_by_its_case_and_withdrawn_once(tenant: UUID) -> None:
    supervisor = a_client(tenant, Role.SUPERVISOR, routes)
    supervisor.post("/playbooks", json=BODY)
    with transaction(tenant_id=tenant) as session:
        case_id = a_taken_case(session, a_machine(session, a_scene(session), "pump"), group="filter")
    client = a_client(tenant, Role.DISPATCHER, routes)

    (trial,) = client.get("/playbook-trials", params={"case_id": str(case_id)}).json()["items"]
    ended = client.post(f"/playbook-trials/{trial['id']}/withdraw")
    again = client.post(f"/playbook-trials/{trial['id']}/withdraw")

    assert trial["device_name"].startswith("pump-")
    assert (trial["state"], ended.json()["state"]) == ("commanded", "withdrawn")
    assert [step["step"] for step in ended.json()["steps"]] == ["begin", "withdraw"]
    assert again.status_code == 409
