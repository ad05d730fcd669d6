"""Births, wills, commands, broker files."""

import json
import socket
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from iot_gateway.service import commands, devices
from iot_gateway.silence import Hearing, publish_silences, publish_voices
from kernel.db import Login, transaction
from tests.integration.iot_gateway.world import letters, now_ms, record, scalar, stored, wait_until


def online(device):
    return scalar("SELECT online FROM telemetry_last WHERE device_number = :n", n=device.number)


def command(device, **more):
    with transaction(tenant_id=device.tenant_id) as session:
        return commands.request_command(session, device.id, command="reset_after_repair", **more).id


def finished(command_id):
    query = "SELECT count(*) FROM outbox_event WHERE topic = 'devices.command_finished.v1' AND body->>'command_id' = :c"
    return scalar(query, c=str(command_id))


def later(device):
    """Make everything that waits for an answer due again."""
    for table in ("device_command", "device_twin"):
        with transaction(Login.SYSTEM) as session:
            session.execute(text(f"UPDATE {table} SET due_at = now() WHERE device_id = :d"), {"d": device.id})


def state(command_id):
    return scalar("SELECT state FROM device_command WHERE id = :c", c=command_id)


def asked(device):
    return [json.loads(body) for topic, body in device.received if topic.endswith("/cmd")]


def test_birth_and_will_are_presence_and_an_old_will_is_ignored(make_device, gateway) -> None:
    device = make_device()
    client = device.connect(boot=2)

    device.send({"online": True, "boot": 2, "model": "pump-x", "firmware": "1.4.2"}, "state")
    wait_until(lambda: online(device) is True)
    device.send({"online": False, "boot": 1}, "state")
    device.send(record(now_ms(), 1))
    wait_until(lambda: stored(device) == 1)
    assert online(device) is True

    client.socket().shutdown(socket.SHUT_RDWR)
    client.loop_stop()
    wait_until(lambda: online(device) is False)


def test_a_command_reaches_the_device_and_its_answer_comes_back(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    device.birth()

    first, second = command(device), command(device, args={"x": 1})
    wait_until(lambda: len(asked(device)) == 2)
    device.send({"id": str(first), "status": "acked", "detail": "done"}, "cmd/ack")
    device.send({"id": str(second), "status": "failed", "detail": "no"}, "cmd/ack")

    wait_until(lambda: state(first) == "acked")
    wait_until(lambda: state(second) == "failed")
    assert scalar("SELECT detail FROM device_command WHERE id = :c", c=second) == "no"


def test_a_command_is_sent_again_at_birth_and_expires_in_the_end(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    device.birth()
    kept, short = command(device), command(device, lifetime=timedelta(seconds=10))
    wait_until(lambda: len(asked(device)) == 2)

    device.birth()

    wait_until(lambda: [c["id"] for c in asked(device)].count(str(kept)) >= 2)
    wait_until(lambda: state(short) == "expired")
    assert state(kept) == "sent"


def test_a_revoked_device_is_shut_out_and_a_rotated_one_needs_its_new_secret(make_device, gateway, broker) -> None:
    import pytest

    device = make_device()
    device.connect()
    device.close()
    with transaction(tenant_id=device.tenant_id) as session:
        device.secret = devices.rotate_secret(session, device.id, at=datetime.now(UTC))
    device.connect()
    device.close()
    with transaction(tenant_id=device.tenant_id) as session:
        devices.revoke_device(session, device.id, at=datetime.now(UTC))
    time.sleep(2.5)

    with pytest.raises(AssertionError):
        device.connect(patience=3)


def test_events_are_kept_once(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    event = {"ts": now_ms(), "boot": 1, "seq": 1, "kind": "door_open", "detail": {"until": now_ms() + 1000}}

    device.send(event, "event")
    device.send(event, "event")
    device.send({**event, "kind": ""}, "event")

    wait_until(lambda: letters(device) == ["malformed"])
    assert scalar("SELECT count(*) FROM device_event WHERE device_number = :n", n=device.number) == 1


def test_a_silence_is_said_once(make_device) -> None:
    device = make_device(sampling_seconds=60)
    at = datetime.now(UTC)
    with transaction(Login.INGEST) as session:
        session.execute(
            text("INSERT INTO telemetry_last (device_number, tenant_id, last_seen_at) VALUES (:n, :t, :at)"),
            {"n": device.number, "t": device.tenant_id, "at": at - timedelta(seconds=299)},
        )

    said = []
    for later in (0, 2, 4):
        with transaction(Login.INGEST) as session:
            publish_silences(session, at=at + timedelta(seconds=later))
        query = "SELECT count(*) FROM outbox_event WHERE topic = 'devices.silent.v1' AND body ->> 'device_id' = :d"
        said.append(scalar(query, d=str(device.id)))

    assert said == [0, 1, 1]


def test_a_broken_way_from_the_devices_makes_no_device_silent(make_device) -> None:
    device = make_device(sampling_seconds=60)
    at = datetime.now(UTC) + timedelta(days=1)
    """Tomorrow, when a gateway of another test is long gone."""
    hearing, looks = Hearing(), []

    def after(seconds):
        return at + timedelta(seconds=seconds)

    with transaction(Login.INGEST) as session:
        session.execute(
            text("INSERT INTO telemetry_last (device_number, tenant_id, last_seen_at) VALUES (:n, :t, :at)"),
            {"n": device.number, "t": device.tenant_id, "at": at},
        )

    def look(seconds, *, gateway, broker=None):
        """Look at a moment, with what the gateway last wrote of itself and heard of the broker."""
        with transaction(Login.INGEST) as session:
            if gateway is not None:
                session.execute(
                    text(
                        "INSERT INTO broker_status (gateway, at, heard_at, backlog) VALUES ('g', :at, :heard, 0)"
                        " ON CONFLICT (gateway) DO UPDATE SET at = excluded.at, heard_at = excluded.heard_at"
                    ),
                    {"at": after(gateway), "heard": after(gateway if broker is None else broker)},
                )
            since = hearing.look(session, at=after(seconds))
            if since is not None:
                publish_silences(session, at=after(seconds), heard_since=since)
        query = "SELECT count(*) FROM outbox_event WHERE topic = 'devices.silent.v1' AND body ->> 'device_id' = :d"
        looks.append((since and (since - at).total_seconds(), scalar(query, d=str(device.id))))

    look(0, gateway=None)
    look(5, gateway=0)
    look(40, gateway=40)
    look(100, gateway=40)
    look(340, gateway=339, broker=40)
    for seconds in range(400, 721, 40):
        look(seconds, gateway=seconds - 1)
    with transaction(Login.INGEST) as session:
        session.execute(text("UPDATE broker_status SET at = at - interval '9 days' WHERE gateway = 'g'"))

    assert looks == [(None, 0), (5, 0), (5, 0), (None, 0), (None, 0), *[(400, 0)] * 8, (400, 1)]


def test_a_silent_device_that_speaks_again_is_said_once_and_can_fall_silent_again(make_device, gateway) -> None:
    device = make_device(sampling_seconds=60)
    device.connect()
    seen = "SELECT count(*) FROM telemetry_last WHERE device_number = :n AND last_seen_at >= :at"
    begun = datetime.now(UTC)
    device.send(record(now_ms(), 1))
    wait_until(lambda: scalar(seen, n=device.number, at=begun) == 1)
    at = datetime.now(UTC)

    def sweep(seconds):
        with transaction(Login.INGEST) as session:
            publish_silences(session, at=at + timedelta(seconds=seconds))
            publish_voices(session, at=at + timedelta(seconds=seconds))
        query = "SELECT string_agg(topic, ' ' ORDER BY id) FROM outbox_event WHERE body ->> 'device_id' = :d"
        return scalar(query + " AND topic LIKE 'devices.s%'", d=str(device.id)).split()

    fallen = sweep(301)
    again = sweep(302)
    device.send(record(now_ms(), 2))
    wait_until(lambda: scalar(seen, n=device.number, at=at) == 1)
    heard, once, fallen_again = sweep(1), sweep(2), sweep(400)

    assert fallen == again == ["devices.silent.v1"]
    assert heard == once == ["devices.silent.v1", "devices.spoke_again.v1"]
    assert fallen_again == [*heard, "devices.silent.v1"]
