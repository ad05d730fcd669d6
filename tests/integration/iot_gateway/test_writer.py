"""The writer's ways around trouble: redelivery, known keys, poison, senders deleted on the way, a connection lost."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from sqlalchemy import text

from iot_gateway import metrics
from iot_gateway.broker_files import BrokerFiles
from iot_gateway.client import Link
from iot_gateway.fast_mqtt import Message
from iot_gateway.ingest import AHEAD_MESSAGES, CACHE_SECONDS, Writer
from iot_gateway.pulse import Pulse
from iot_gateway.secret import share_group
from kernel.db import Login, transaction
from kernel.settings import get_settings
from tests.integration.iot_gateway.world import DemoDevice, letters, now_ms, record, scalar, stored, wait_until


def end_session(broker: Any) -> None:
    """Forget what the session of another test's gateway still holds."""
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=broker.gateway_user, protocol=mqtt.MQTTv5, manual_ack=True
    )
    client.username_pw_set(broker.gateway_user, broker.gateway_password)
    client.connect(broker.host, broker.gateway_port, clean_start=True)
    client.loop_start()
    wait_until(client.is_connected)
    client.disconnect()
    client.loop_stop()


@pytest.fixture
def open_link(partitions: None, broker: Any) -> Iterator[Callable[[], Link]]:
    opened: list[Link] = []
    end_session(broker)

    def open_one() -> Link:
        link = Link(
            host=broker.host,
            port=broker.gateway_port,
            user=broker.gateway_user,
            password=broker.gateway_password,
            group=share_group(get_settings().secret_key.get_secret_value()),
        )
        link.start()
        opened.append(link)
        assert link.connected.wait(20)
        while kept := link.take(limit=1000, linger_seconds=0.01, wait_seconds=0.5):
            link.ack(kept)  # births that the broker kept of other tests' devices
        return link

    yield open_one
    for link in opened:
        link.end()


@pytest.fixture
def new_writer() -> Iterator[Callable[[Link], Writer]]:
    made: list[Writer] = []

    def make(link: Link) -> Writer:
        made.append(Writer(link, threading.Event(), Pulse()))
        return made[-1]

    yield make
    for writer in made:
        writer._leave()


def take(link: Link, count: int, device: DemoDevice) -> list[Message]:
    """Take messages of one tenant; devices of other tests may still talk on the same broker."""
    found: list[Message] = []
    deadline = time.monotonic() + 90
    while len(found) < count:
        taken = link.take(limit=count - len(found), linger_seconds=0.01, wait_seconds=1)
        mine = [message for message in taken if f"/{device.slug}/" in message.topic]
        found += mine
        link.ack([message for message in taken if message not in mine])
        assert time.monotonic() < deadline, len(found)
    return found


def waiting(link: Link, device: DemoDevice) -> int:
    return sum(f"/{device.slug}/" in message.topic for message in list(link._held))


def publish(device: DemoDevice, *records: object) -> None:
    assert device.client is not None
    sent = [device.client.publish(device.topic("telemetry"), json.dumps(one), qos=1) for one in records]
    for info in sent:
        info.wait_for_publish(60)


def admit(*devices: DemoDevice) -> None:
    BrokerFiles().refresh()
    for device in devices:
        device.connect()


def cut_off(link: Link) -> None:
    """Lose the connection the way a broken network does, without a word to the broker."""
    epoch = link._client.epoch
    sock = link._client.socket()
    assert sock is not None
    sock.shutdown(2)
    wait_until(lambda: link._client.epoch > epoch and link.connected.is_set())


def conflicts() -> float:
    return float(metrics.CONFLICTS._value.get())


def test_what_was_not_acknowledged_comes_again_and_changes_nothing(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    publish(device, *[record(start + n, n) for n in range(1, 41)])
    first = take(link, 40, device)
    writer._commit(first)
    assert stored(device) == 40

    cut_off(link)
    again = take(link, 40, device)
    before = conflicts()
    writer._until_committed(again)

    assert not any(message.dup for message in first)
    assert all(message.dup for message in again)
    assert {message.payload for message in again} == {message.payload for message in first}
    assert stored(device) == 40
    assert conflicts() == before, "a redelivery takes the careful way at once"
    cut_off(link)
    rest = link.take(limit=1000, linger_seconds=0.01, wait_seconds=1)
    assert not [one for one in rest if device.slug in one.topic], "it was acknowledged on its own connection"


def test_messages_of_a_lost_connection_are_committed_and_never_acknowledged(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    publish(device, *[record(start + n, n) for n in range(1, 21)])
    wait_until(lambda: waiting(link, device) == 20)

    cut_off(link)
    wait_until(lambda: waiting(link, device) == 40)
    held = take(link, 20, device)
    writer._until_committed(held)

    assert stored(device) == 20
    assert {message.epoch for message in held} != {link._client.epoch}
    assert link.outstanding() >= 20
    writer._until_committed(take(link, 20, device))
    assert stored(device) == 20
    link.ack(
        [one for one in link.take(limit=1000, linger_seconds=0.01, wait_seconds=0.5) if device.slug not in one.topic]
    )
    assert link.outstanding() == 0


def test_a_known_key_turns_the_direct_way_into_the_careful_one(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    publish(device, *[record(start + n, n) for n in range(1, 11)])
    writer._until_committed(take(link, 10, device))
    before = conflicts()

    publish(device, *[record(start + n, n) for n in range(6, 16)])
    again = take(link, 10, device)
    writer._until_committed(again)

    assert not any(message.dup for message in again)
    assert conflicts() == before + 1
    assert stored(device) == 15
    assert letters(device) == []


def test_poison_in_the_middle_of_a_batch_costs_only_itself(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    poison = {37: "a\x00", 38: "b\x00", 91: "c\x00"}
    publish(device, *[record(start + n, n, **{poison.get(n, "flow"): 1.0 * n}) for n in range(1, 101)])

    writer._until_committed(take(link, 100, device))

    assert stored(device) == 97
    assert letters(device) == ["refused-by-database"] * 3
    query = "SELECT array_agg(seq) FROM telemetry WHERE device_number = :n AND seq = ANY(:k)"
    assert scalar(query, n=device.number, k=list(poison)) is None
    writer._marks._swept_at = float("-inf")
    assert writer._marks.due(writer._connected(), now=time.monotonic())[0][1] == b'{"boot":1,"seq":100}'


def test_a_device_deleted_while_it_sends_stalls_nobody(make_device, open_link, new_writer) -> None:
    device, other, link = make_device(), make_device(), open_link()
    writer = new_writer(link)
    admit(device, other)
    publish(device, record(now_ms(), 1))
    publish(other, record(now_ms(), 1))
    writer._until_committed(take(link, 2, device))
    with transaction(Login.SYSTEM) as session:
        for table in ("telemetry_last", "telemetry_mark"):
            session.execute(text(f"DELETE FROM {table} WHERE device_number = :n"), {"n": device.number})
        session.execute(text("DELETE FROM device WHERE number = :n"), {"n": device.number})

    publish(device, record(now_ms(), 2))
    publish(other, record(now_ms(), 2))
    writer._last._written_at = float("-inf")
    writer._until_committed(take(link, 2, device))

    assert letters(device) == ["unknown-device"]
    assert stored(device) == 1
    assert stored(other) == 2
    last = "SELECT count(*) FROM telemetry_last WHERE device_number = :n"
    assert (scalar(last, n=device.number), scalar(last, n=other.number)) == (0, 1)
    assert link.outstanding() == 0


def test_a_tenant_deleted_while_it_sends_leaves_letters_without_tenant(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    publish(device, record(now_ms(), 1))
    writer._until_committed(take(link, 1, device))
    with transaction(Login.SYSTEM) as session:
        for table in ("telemetry_last", "telemetry_mark"):
            session.execute(text(f"DELETE FROM {table} WHERE device_number = :n"), {"n": device.number})
        session.execute(text("DELETE FROM device WHERE number = :n"), {"n": device.number})
        session.execute(text("DELETE FROM outbox_event WHERE tenant_id = :t"), {"t": device.tenant_id})
        session.execute(text("DELETE FROM tenant WHERE id = :t"), {"t": device.tenant_id})

    publish(device, record(now_ms(), 2), b"{broken".decode())
    writer._last._written_at = float("-inf")
    writer._until_committed(take(link, 2, device))

    assert letters(device) == ["unknown-device", "unknown-device"]
    assert not writer._last._waiting, "what waited for a device that is gone is forgotten"
    assert scalar("SELECT count(tenant_id) FROM telemetry_dead_letter WHERE device_name = :n", n=device.name) == 0


def test_last_values_are_the_newest_of_every_metric_also_after_a_kill(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    publish(device, record(start, 1, flow=1.0, power=1.0))
    writer._until_committed(take(link, 1, device))
    writer._last.flush(writer._connected(), now=time.monotonic())
    writer._last._written_at = time.monotonic() + 3600  # as within the moment in which a kill can fall

    publish(device, record(start + 2, 3, flow=3.0), record(start + 1, 2, flow=2.0, power=2.0))
    writer._until_committed(take(link, 2, device))
    last = "SELECT vals::text FROM telemetry_last WHERE device_number = :n"
    assert json.loads(scalar(last, n=device.number)) == {"flow": 1.0, "power": 1.0}
    new_writer(link)._connected()

    assert json.loads(scalar(last, n=device.number)) == {"flow": 3.0, "power": 2.0}
    assert scalar("SELECT ts FROM telemetry_last WHERE device_number = :n", n=device.number).timestamp() * 1000 == (
        pytest.approx(start + 2)
    )


def test_what_waits_is_sorted_while_the_database_is_busy_and_nothing_else_changes(
    make_device, open_link, new_writer
) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    publish(device, *[record(start + n, n) for n in range(1, 21)])
    writer._until_committed(take(link, 20, device))
    again = [record(start + 5, 5), {"ts": start, "boot": 1, "seq": 21, "values": {}}]
    publish(device, *[record(start + n, n) for n in range(22, 23 + AHEAD_MESSAGES)], *again)
    first = take(link, 1, device)
    wait_until(lambda: link.backlog() >= AHEAD_MESSAGES)

    writer._until_committed(first)
    ahead, sorting = writer._ahead, writer._sorted
    assert sorting is not None
    assert len(sorting.batch.samples) >= AHEAD_MESSAGES - 1
    assert stored(device) == 21, "nothing is written before its turn"
    assert link.outstanding() >= len(ahead), "or acknowledged"
    writer._ahead, writer._sorted = [], None
    writer._until_committed(ahead, sorting)
    while rest := link.take(limit=1000, linger_seconds=0.01, wait_seconds=0.5):
        writer._until_committed(rest)

    assert stored(device) == 21 + AHEAD_MESSAGES
    assert letters(device) == ["malformed"]
    assert link.outstanding() == 0
    marks = {mark.seq for (number, _), mark in writer._marks._marks.items() if number == device.number}
    assert marks == {22 + AHEAD_MESSAGES}, "the letter counts, and no gap is left"


def test_what_is_known_of_senders_is_forgotten_in_time_however_much_waits(make_device, open_link, new_writer) -> None:
    device, link = make_device(), open_link()
    writer = new_writer(link)
    admit(device)
    start = now_ms() - 60_000
    publish(device, *[record(start + n, n) for n in range(1, 21)])
    writer._until_committed(take(link, 20, device))
    with transaction(Login.SYSTEM) as session:
        session.execute(text("UPDATE device SET revoked_at = now() WHERE number = :n"), {"n": device.number})
    publish(device, *[record(start + n, n) for n in range(21, 21 + AHEAD_MESSAGES)])
    wait_until(lambda: link.backlog() >= AHEAD_MESSAGES)

    writer._cleared_at -= CACHE_SECONDS
    writer._meanwhile()
    ahead, sorting = writer._ahead, writer._sorted
    writer._ahead, writer._sorted = [], None
    writer._until_committed(ahead, sorting)

    assert len(ahead) >= AHEAD_MESSAGES
    assert stored(device) == 20
    assert set(letters(device)) == {"revoked-device"}
