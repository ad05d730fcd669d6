"""Devices and cases over HTTP, the nightly fit, and a database that goes away."""

import warnings
from datetime import timedelta

import pytest
from sqlalchemy import text

from iot_gateway import tasks
from iot_gateway.routes import cases, devices, letters, telemetry
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.db import Login, transaction
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app
from tests.integration.iot_gateway.world import feed, now_ms, record, scalar, score_all, simulated, stored, wait_until

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # Starlette would rather have another HTTP client
    from fastapi.testclient import TestClient


@pytest.fixture
def client_of(database):
    app = make_app(name="test", title="Telemetry", version="1")
    for room in (cases, devices, letters, telemetry):
        include(app, room.router, room.ACCESS, prefix="/api/v1")

    def make(tenant_id, role=Role.ADMIN) -> TestClient:
        principal = Principal(
            user_id=new_id(),
            tenant_id=tenant_id,
            roles=frozenset({role}),
            device_id="test",
            name="Test",
            technician_id=None,
            expires_at=clock.now() + timedelta(minutes=5),
        )
        headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
        return TestClient(app, base_url="http://test/api/v1", headers=headers)

    return make


def test_a_case_is_read_with_chart_and_evidence_and_by_its_tenant_only(make_device, client_of, other_tenant) -> None:
    pump = make_device("pump")
    feed(pump, simulated("pump", fault="bearing_wear")[0])
    score_all()
    mine, strange = client_of(pump.tenant_id, Role.DISPATCHER), client_of(other_tenant)

    [line] = mine.get("/cases", params={"state": "open"}).json()["items"]
    case = mine.get(f"/cases/{line['id']}").json()
    device = mine.get(f"/devices/{pump.id}").json()
    series = mine.get(f"/devices/{pump.id}/series", params={"metric": "vibration_mm_s", "max_points": 100}).json()

    assert case["failure_group"] == "bearing"
    window = case["failure_window"]
    assert window["p10"] <= window["p50"] <= window["p90"]
    assert (window["basis"], window["failures"]) == ("trend", 0)
    assert case["chart"]["points"]
    assert case["chart"]["band"]
    assert case["evidence"][0]["share"] <= 1
    assert device["health"] == "alarm"
    assert device["last_values"]["vibration_mm_s"] > 0
    assert len(series["points"]) <= 100
    assert series["unit"] == "mm/s"
    assert series["from"] < series["to"]
    assert strange.get(f"/cases/{line['id']}").status_code == 404
    assert strange.get(f"/devices/{pump.id}").status_code == 404
    assert strange.get("/cases").json()["items"] == []


def test_a_device_is_provisioned_once_and_commanded(make_device, client_of) -> None:
    tenant_id = make_device().tenant_id
    admin, technician = client_of(tenant_id), client_of(tenant_id, Role.TECHNICIAN)
    body = {"name": f"new-{new_id().hex[-8:]}", "model": "pump", "sampling_seconds": 60}

    made = admin.post("/devices", json=body)
    again = admin.post("/devices", json=body)
    refused = technician.post("/devices", json=body | {"name": "another"})
    command = {"command": "reset_after_repair"}
    not_his = technician.post(f"/devices/{made.json()['id']}/commands", json=command)
    asked = admin.post(f"/devices/{made.json()['id']}/commands", json=command)

    assert made.status_code == 201
    assert len(made.json()["secret"]) > 40
    assert (again.status_code, again.json()["type"]) == (409, "urn:fieldhand:problem:device-name-taken")
    assert refused.status_code == not_his.status_code == 403
    assert asked.status_code == 202
    assert technician.get(f"/commands/{asked.json()['id']}").json()["state"] == "queued"
    assert admin.get("/telemetry/dead-letters").json() == {"items": [], "next_cursor": None}
    assert len(admin.get("/devices", params={"limit": 1}).json()["items"]) == 1


def test_the_nightly_fit_replaces_the_provisional_profile_and_the_scorer_takes_it_up(make_device) -> None:
    pump = make_device("pump")
    rows = list(simulated("pump")[0])
    feed(pump, rows[:-300])
    score_all()
    before = "SELECT count(*) FROM detector_profile WHERE device_id = :d AND provisional"
    assert scalar(before, d=pump.id) == 5

    fitted = tasks.fit_profiles(pump.tenant_id)
    feed(pump, rows[-300:], boot=2)
    score_all()

    assert fitted == 5
    assert scalar(before, d=pump.id) == 0
    assert scalar("SELECT count(*) FROM device_case WHERE device_id = :d", d=pump.id) == 0
    assert scalar("SELECT min((body ->> 'limit')::float8) FROM detector_profile WHERE device_id = :d", d=pump.id) >= 15
    assert tasks.maintain_partitions() == 0
    assert tasks.expire_commands() >= 0


def test_a_database_that_cuts_connections_loses_nothing(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    start = now_ms() - 60_000

    for n in range(1, 31):
        device.send(record(start + n, n))
        if n % 10 == 0:
            with transaction(Login.INGEST) as session:  # a role may end its own connections
                session.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE application_name = 'fieldhand-gateway'"
                    )
                )

    wait_until(lambda: stored(device) == 30)
    device.send(record(start + 31, 31))
    wait_until(lambda: device.watermark() == 31)
