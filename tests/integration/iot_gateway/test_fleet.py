"""The fleet's figures, the broker's figures, and dead letters that are sent again."""

import json
import warnings
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from iot_gateway import replay, store, tasks
from iot_gateway.models.devices import Device
from iot_gateway.models.fleet import BrokerHistory, BrokerStatus
from iot_gateway.models.telemetry import TelemetryDeadLetter
from iot_gateway.routes import devices, fleet, letters
from iot_gateway.service import devices as device_service
from kernel import clock
from kernel.auth import Principal, Role, issue_access_token
from kernel.db import Login, transaction
from kernel.http import include
from kernel.ids import new_id
from kernel.web import make_app
from tests.integration.iot_gateway.world import feed, now_ms, record, scalar, stored, wait_until

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # Starlette would rather have another HTTP client
    from fastapi.testclient import TestClient

LETTERS = "/telemetry/dead-letters"


@pytest.fixture
def client_of(database):
    app = make_app(name="test", title="Fleet", version="1")
    for room in (devices, fleet, letters):
        include(app, room.router, room.ACCESS, prefix="/api/v1")

    def make(tenant_id, role=Role.ADMIN) -> TestClient:
        principal = Principal(
            user_id=new_id(), tenant_id=tenant_id, roles=frozenset({role}), device_id="test", name="Test",
            technician_id=None, expires_at=clock.now() + timedelta(minutes=5),
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {issue_access_token(principal)}"}
        return TestClient(app, base_url="http://test/api/v1", headers=headers)

    return make


def bury(device, payload: object, *, reason: str = "outside-policy", leaf: str = "telemetry", **fields: object) -> str:
    """Leave a dead letter as the gateway would."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    values = {
        "id": new_id(), "tenant_id": device.tenant_id, "received_at": clock.now(), "topic": device.topic(leaf),
        "device_name": device.name, "reason": reason, "detail": "test", "payload": body,
    } | fields  # fmt: skip
    with transaction(Login.INGEST) as session:
        session.add(TelemetryDeadLetter(**values))
    return str(values["id"])


def replay_all() -> int:
    connection = store.connect()
    done = replay.replay_requested(connection)
    connection.close()
    return done


def ask(client, *ids: str) -> dict[str, str]:
    answer = client.post(f"{LETTERS}/replay", json={"letter_ids": list(ids)})
    assert answer.status_code == 202, answer.text
    return {item["id"]: item["state"] for item in answer.json()["items"]}


def test_a_letter_is_stored_once_the_policy_is_widened_and_a_second_replay_changes_nothing(
    make_device, client_of
) -> None:
    device = make_device()
    admin = client_of(device.tenant_id)
    old = record(now_ms() - 25 * 86_400_000, 7, flow_m3h=4.5)
    with transaction(Login.SYSTEM) as session:
        session.execute(update(Device).where(Device.id == device.id).values(max_age_days=20))
    letter = bury(device, old)

    assert ask(admin, letter) == {letter: "requested"}
    assert ask(admin, letter) == {letter: "requested"}
    assert replay_all() == 1
    refused = admin.get(f"{LETTERS}/{letter}").json()
    with transaction(Login.SYSTEM) as session:
        session.execute(update(Device).where(Device.id == device.id).values(max_age_days=30))
    ask(admin, letter)
    replay_all()
    taken = admin.get(f"{LETTERS}/{letter}").json()
    again = ask(admin, letter)
    idle = replay_all()

    assert (refused["state"], refused["stored_count"], refused["outcome_reason"]) == ("refused", 0, "outside-policy")
    assert (taken["state"], taken["stored_count"], taken["outcome_reason"]) == ("stored", 1, None)
    assert taken["replayed_at"] > taken["received_at"]
    assert again == {letter: "stored"}
    assert idle == 0
    assert stored(device) == 1
    audited = "SELECT count(*) FROM audit_entry WHERE action = 'dead_letter.replay' AND subject_id = :id"
    assert scalar(audited, id=letter) == 2


def test_a_letter_of_an_unknown_device_is_stored_after_it_was_made_known(make_device, client_of) -> None:
    neighbour = make_device()
    admin, name = client_of(neighbour.tenant_id), f"late-{new_id().hex[-8:]}"
    topic = f"fieldhand/v1/{neighbour.slug}/{name}/telemetry"
    start = now_ms() - 60_000
    records = [record(start + n, n) for n in (1, 2, 3)] + [record(start + 4, 4, bad=1.0) | {"values": {}}]
    letter = bury(neighbour, records, reason="unknown-device", topic=topic, device_name=name)

    ask(admin, letter)
    replay_all()
    before = admin.get(f"{LETTERS}/{letter}").json()
    with transaction(tenant_id=neighbour.tenant_id) as session:
        made, _ = device_service.provision_device(session, name=name, model="pump", sampling_seconds=60)
    ask(admin, letter)
    replay_all()
    after = admin.get(f"{LETTERS}/{letter}").json()
    ask(admin, letter)
    replay_all()

    assert before["outcome_reason"] == "unknown-device"
    assert (after["state"], after["stored_count"], after["outcome_reason"]) == ("refused", 3, "malformed")
    assert scalar("SELECT count(*) FROM telemetry WHERE device_number = :n", n=made.number) == 3
    assert scalar("SELECT count(*) FROM telemetry_dead_letter WHERE device_name = :n", n=name) == 1


def test_a_letter_never_reaches_the_device_of_another_tenant(make_device, client_of, tenant) -> None:
    theirs = make_device()
    mine = bury(theirs, record(now_ms(), 1), reason="wrong-tenant", tenant_id=tenant)

    ask(client_of(tenant), mine)
    replay_all()

    assert client_of(tenant).get(f"{LETTERS}/{mine}").json()["outcome_reason"] == "wrong-tenant"
    assert stored(theirs) == 0


@pytest.mark.parametrize(
    "case",
    [
        ("malformed", "telemetry", b"{", "malformed"),
        ("not-finite", "telemetry", b'{"ts":1,"boot":1,"seq":1,"values":{"a":NaN}}', "not-finite"),
        ("oversize", "telemetry", b'{"a":1}', "oversize"),
        ("unknown-device", "state", b'{"online":true,"boot":1}', "moment-passed"),
    ],
)
def test_what_cannot_be_taken_is_refused_again_and_told_why(make_device, client_of, case) -> None:
    reason, leaf, payload, outcome = case
    device = make_device()
    admin = client_of(device.tenant_id)
    letter = bury(device, payload, reason=reason, leaf=leaf)

    ask(admin, letter)
    replay_all()

    found = admin.get(f"{LETTERS}/{letter}").json()
    assert (found["state"], found["outcome_reason"]) == ("refused", outcome)
    assert stored(device) == 0
    assert scalar("SELECT count(*) FROM telemetry_last WHERE device_number = :n", n=device.number) == 0


def test_a_running_gateway_replays_what_the_page_asks_for(make_device, client_of, gateway) -> None:
    device = make_device()
    admin = client_of(device.tenant_id)
    device.connect()
    device.send(record(now_ms() - 40 * 86_400_000, 1))
    wait_until(lambda: len(admin.get(LETTERS).json()["items"]) == 1)
    [letter] = admin.get(LETTERS).json()["items"]
    assert (letter["reason"], letter["state"], letter["replayable"]) == ("outside-policy", "open", True)
    with transaction(Login.SYSTEM) as session:
        session.execute(update(Device).where(Device.id == device.id).values(max_age_days=60))
    tasks.maintain_partitions()

    ask(admin, letter["id"])

    wait_until(lambda: admin.get(f"{LETTERS}/{letter['id']}").json()["state"] == "stored")
    assert stored(device) == 1


def test_letters_are_filtered_discarded_and_shown_as_text_and_hex(make_device, client_of, other_tenant) -> None:
    device = make_device()
    admin, reader = client_of(device.tenant_id), client_of(device.tenant_id, Role.AUDITOR)
    first = bury(device, b"\xff\x00", reason="malformed", received_at=clock.now() - timedelta(hours=3))
    second = bury(device, {"a": 1}, reason="not-finite")

    by_reason = reader.get(LETTERS, params={"reason": "malformed"}).json()["items"]
    by_time = reader.get(LETTERS, params={"from": (clock.now() - timedelta(hours=1)).isoformat()}).json()["items"]
    by_device = reader.get(LETTERS, params={"device": "nobody"}).json()["items"]
    binary, plain = reader.get(f"{LETTERS}/{first}").json(), reader.get(f"{LETTERS}/{second}").json()
    laid_aside = admin.post(f"{LETTERS}/discard", json={"letter_ids": [first]}).json()["items"]
    waiting = reader.get(LETTERS, params={"state": "open"}).json()["items"]
    not_his = reader.post(f"{LETTERS}/replay", json={"letter_ids": [second]})
    strange = client_of(other_tenant).post(f"{LETTERS}/replay", json={"letter_ids": [second]})

    assert [item["id"] for item in by_reason] == [first]
    assert [item["id"] for item in by_time] == [second]
    assert by_device == []
    assert (binary["payload_text"], binary["payload_hex"]) == (None, "ff00")
    assert json.loads(plain["payload_text"]) == {"a": 1}
    assert [item["state"] for item in laid_aside] == ["discarded"]
    assert [item["id"] for item in waiting] == [second]
    assert (not_his.status_code, strange.status_code) == (403, 404)


def test_the_app_login_may_ask_for_a_replay_and_change_nothing_else(make_device) -> None:
    device = make_device()
    bury(device, b"{")

    for column in ("payload = ''", "reason = 'x'", "stored_count = 1"):
        with pytest.raises(Exception, match="permission denied"), transaction(tenant_id=device.tenant_id) as session:
            session.execute(text(f"UPDATE telemetry_dead_letter SET {column}"))


def test_devices_are_counted_and_the_same_filter_lists_them(make_device, client_of) -> None:
    spoke, never, gone, quiet = (make_device(model) for model in ("pump", "pump", "chiller", "chiller"))
    admin = client_of(spoke.tenant_id, Role.DISPATCHER)
    feed(spoke, [(now_ms(), {"flow_m3h": 1.0})])
    feed(quiet, [(now_ms(), {"flow_m3h": 1.0})])
    with transaction(Login.SYSTEM) as session:
        device_service.revoke_device(session, gone.id, at=clock.now())
        session.execute(
            text("UPDATE telemetry_last SET last_seen_at = now() - interval '2 hours' WHERE device_number = :n"),
            {"n": quiet.number},
        )

    found = admin.get("/fleet").json()

    counts = {name: found["counts"][name] for name in ("total", "online", "silent", "unknown", "alarm", "revoked")}
    assert counts == {"total": 4, "online": 1, "silent": 1, "unknown": 1, "alarm": 0, "revoked": 1}
    assert {row["model"]: row["total"] for row in found["models"]} == {"pump": 2, "chiller": 2}
    for state, device in {"online": spoke, "silent": quiet, "unknown": never, "revoked": gone}.items():
        items = admin.get("/devices", params={"state": state}).json()["items"]
        assert [item["name"] for item in items] == [device.name], state
    assert [i["name"] for i in admin.get("/devices", params={"q": never.name[-6:].upper()}).json()["items"]] == [
        never.name
    ]
    assert len(admin.get("/devices", params={"model": "chiller"}).json()["items"]) == 2
    assert admin.get("/devices", params={"q": "%"}).json()["items"] == []


def test_a_running_gateway_counts_what_it_commits_and_what_the_broker_says(make_device, client_of, gateway) -> None:
    device = make_device()
    supervisor, agent = client_of(device.tenant_id, Role.SUPERVISOR), client_of(device.tenant_id, Role.AGENT)
    device.connect()
    for n in range(1, 41):
        device.send(record(now_ms(), n))
    device.send(b"{")

    def counted() -> tuple[int, int]:
        minutes = supervisor.get("/fleet").json()["flow"]["minutes"]
        return sum(minute[1] for minute in minutes), sum(minute[2] for minute in minutes)

    wait_until(lambda: counted() == (40, 1))
    wait_until(lambda: ((supervisor.get("/fleet/broker").json()["now"] or {}).get("clients_connected") or 0) >= 2)
    wait_until(lambda: "quiet" not in supervisor.get("/fleet/broker").json()["warnings"])
    found, view = supervisor.get("/fleet").json(), supervisor.get("/fleet/broker").json()

    assert found["flow"]["per_second"] > 0
    assert found["flow"]["commit_ms"] <= found["flow"]["commit_ms_max"]
    assert found["dead_letters"]["reasons"] == [{"reason": "malformed", "count": 1}]
    assert found["dead_letters"]["waiting"] == 1
    assert "mosquitto" in view["now"]["version"]
    assert view["now"]["messages_queued"] is not None
    assert agent.get("/fleet").status_code == 200
    assert agent.get("/fleet/broker").status_code == 403


def test_old_letters_and_figures_are_forgotten(make_device) -> None:
    device = make_device()
    old, young = clock.now() - timedelta(days=91), clock.now() - timedelta(days=89)
    gone, kept = bury(device, b"{", received_at=old), bury(device, b"{", received_at=young)
    with transaction(Login.INGEST) as session:
        session.add(BrokerHistory(gateway="gateway-9", at=old))
        session.add(BrokerStatus(gateway="gateway-9", at=old, backlog=0))

    assert tasks.forget_letters_and_figures(clock.now()) == 1

    assert scalar("SELECT count(*) FROM telemetry_dead_letter WHERE id = :id", id=gone) == 0
    assert scalar("SELECT count(*) FROM telemetry_dead_letter WHERE id = :id", id=kept) == 1
    for table in ("broker_history", "broker_status"):
        assert scalar(f"SELECT count(*) FROM {table} WHERE gateway = 'gateway-9'") == 0
