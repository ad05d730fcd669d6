"""Edge nodes of Sparkplug B on the real broker: born, heard by alias, asked for their births, dead."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from iot_gateway import store
from iot_gateway.service import sparkplug
from iot_gateway.sparkplug.sole import Sole, SparkplugElsewhereError
from iot_gateway.sparkplug.wire import DataType, Metric
from kernel.db import Login, transaction
from tests.conftest import settings_of
from tests.integration.iot_gateway.edge import EdgeNode
from tests.integration.iot_gateway.world import letters, now_ms, scalar, stored, wait_until


@pytest.fixture
def sparkplug_on(broker) -> Iterator[None]:
    with settings_of({"FIELDHAND_SPARKPLUG": "1"}):
        yield


@pytest.fixture
def make_edge(make_device, sparkplug_on) -> Iterator[Callable[..., EdgeNode]]:
    made: list[EdgeNode] = []

    def make(*, parts: int = 0) -> EdgeNode:
        node, behind = make_device(), [make_device() for _ in range(parts)]
        with transaction(tenant_id=node.tenant_id) as session:
            sparkplug.mark_edge(session, node.id)
            for part in behind:
                sparkplug.bind_part(session, part.id, edge_id=node.id)
        edge = EdgeNode(node, [part.name for part in behind])
        edge.behind = behind
        made.append(edge)
        return edge

    yield make
    for edge in made:
        edge.close()


def values(device, name: str = "Temperature") -> list[float]:
    with transaction(Login.SYSTEM) as session:
        rows = session.execute(
            text("SELECT vals ->> :m FROM telemetry WHERE device_number = :n ORDER BY ts, seq"),
            {"m": name, "n": device.number},
        )
        return sorted(float(row[0]) for row in rows if row[0] is not None)


def online(device) -> bool | None:
    return scalar("SELECT online FROM telemetry_last WHERE device_number = :n", n=device.number)


def test_an_edge_node_and_its_device_are_heard_by_alias(make_edge, gateway) -> None:
    edge = make_edge(parts=1)
    [part] = edge.behind

    edge.connect()
    for n in range(300):
        edge.measure(100.0 + n)
        edge.measure(500.0 + n, part.name)

    wait_until(lambda: stored(edge.device) == 301)
    wait_until(lambda: stored(part) == 301)
    assert values(edge.device) == [20.0, *[100.0 + n for n in range(300)]]
    assert values(part) == [30.0, *[500.0 + n for n in range(300)]]
    assert letters(edge.device) == letters(part) == []
    assert edge.commands == []
    assert (online(edge.device), online(part)) == (True, True)
    with transaction(tenant_id=part.tenant_id) as session:
        seen = sparkplug.view(session, part.id)
    assert (seen.edge_id, seen.born, seen.texts) == (edge.device.id, True, {"Properties/Maker": "ACME"})


def test_several_instants_of_one_payload_are_several_records(make_edge, gateway) -> None:
    edge = make_edge()
    edge.connect()
    start = now_ms() - 3_600_000

    metrics = tuple(
        Metric(alias=5, ts=start + n, historical=True, field="double_value", value=float(n)) for n in range(50)
    )
    edge.publish("NDATA", None, metrics)
    edge.publish("NDATA", None, (Metric(alias=5, null=True), Metric("Mode", datatype=DataType.STRING,
                                                                  field="string_value", value=b"eco")))  # fmt: skip

    wait_until(lambda: stored(edge.device) == 51)
    wait_until(lambda: letters(edge.device) == ["not-a-number"])


def test_a_gap_asks_for_a_birth_and_loses_nothing(make_edge, gateway) -> None:
    edge = make_edge()
    edge.connect()
    edge.measure(1.0)

    edge.publish("NDATA", None, (Metric(alias=5, field="double_value", value=2.0),), skip=3)

    wait_until(lambda: len(edge.commands) == 1)
    [metric] = edge.commands[0].metrics
    assert (metric.name, metric.field, metric.value) == ("Node Control/Rebirth", "boolean_value", True)
    edge.measure(3.0)
    wait_until(lambda: values(edge.device) == [1.0, 2.0, 3.0, 20.0, 20.0])
    time.sleep(1)
    assert len(edge.commands) == 1


def test_data_before_the_birth_is_kept_and_the_birth_asked_for(make_edge, gateway) -> None:
    edge = make_edge(parts=1)
    [part] = edge.behind
    edge.obeys = False
    born, edge.be_born = edge.be_born, lambda: None
    edge.connect()

    edge.seq = 7
    edge.measure(1.0)
    edge.measure(2.0, part.name)

    wait_until(lambda: letters(edge.device) == ["before-birth"] and letters(part) == ["before-birth"])
    wait_until(lambda: len(edge.commands) == 1)
    born()
    edge.measure(3.0)
    edge.measure(4.0, part.name)
    wait_until(lambda: values(edge.device) == [3.0, 20.0] and values(part) == [4.0, 30.0])
    with transaction(Login.SYSTEM) as session:
        session.execute(
            text("UPDATE telemetry_dead_letter SET state = 'requested', asked_at = now() WHERE tenant_id = :t"),
            {"t": part.tenant_id},
        )
    wait_until(lambda: values(edge.device) == [1.0, 3.0, 20.0] and values(part) == [2.0, 4.0, 30.0])
    assert scalar("SELECT seq FROM sparkplug_edge WHERE device_number = :n", n=edge.device.number) == edge.seq


def test_only_the_death_of_the_last_birth_counts(make_edge, gateway) -> None:
    edge = make_edge(parts=1)
    [part] = edge.behind
    edge.connect()
    wait_until(lambda: online(edge.device) is True and online(part) is True)

    stale = edge.publish  # a death of another birth, sent by hand
    stale("NDEATH", None, (Metric("bdSeq", datatype=DataType.INT64, field="long_value", value=9),))
    edge.seq -= 1
    edge.measure(1.0)
    wait_until(lambda: 1.0 in values(edge.device))
    assert online(edge.device) is True

    edge.crash()
    wait_until(lambda: online(edge.device) is False and online(part) is False, seconds=60)


def test_killing_the_gateway_loses_and_doubles_nothing_and_keeps_the_aliases(make_edge, gateway) -> None:
    edge = make_edge(parts=1)
    [part] = edge.behind
    edge.connect()
    sent = 0

    for round_ in range(4):
        for _ in range(200):
            sent += 1
            edge.measure(1000.0 + sent)
            edge.measure(5000.0 + sent, part.name)
        time.sleep(0.15)
        gateway.kill()
        if round_ == 1:
            edge.shift = 100
            edge.be_born()
        gateway.start()

    wait_until(lambda: set(values(edge.device)) == {20.0, *[1000.0 + n for n in range(1, sent + 1)]}, seconds=60)
    wait_until(lambda: set(values(part)) == {30.0, *[5000.0 + n for n in range(1, sent + 1)]}, seconds=60)
    time.sleep(1)
    births = 2 + len(edge.commands)
    assert stored(edge.device) == stored(part) == sent + births
    assert edge.commands == []


def test_a_redelivery_after_a_restart_changes_nothing(make_edge, gateway, broker) -> None:
    edge = make_edge()
    edge.connect()
    raw = edge.publish("NDATA", None, (Metric(alias=5, field="double_value", value=7.0),))
    wait_until(lambda: stored(edge.device) == 2)
    gateway.kill()
    gateway.start()

    edge.client.publish(edge.topic("NDATA"), raw, qos=1)
    edge.measure(8.0)

    wait_until(lambda: 8.0 in values(edge.device))
    assert values(edge.device).count(7.0) == 1


def test_who_is_not_marked_says_nothing(make_device, make_edge, gateway) -> None:
    edge, stranger = make_edge(), make_device()
    edge.connect()

    edge.publish("DBIRTH", stranger.name, (Metric("Temperature", 5, field="double_value", value=1.0),))
    edge.publish("NDATA", None, (Metric("x" * 3, field="int_value", value=3),))
    edge.client.publish(edge.topic("NDATA"), b"\xff\xff", qos=1)

    wait_until(lambda: letters(stranger) == ["not-sparkplug"])
    wait_until(lambda: letters(edge.device) == ["malformed"])
    assert stored(stranger) == 0


def test_only_one_gateway_takes_sparkplug(partitions) -> None:
    first, second = Sole(threading.Event()), Sole(threading.Event())
    first.claim()
    with pytest.raises(SparkplugElsewhereError, match="FIELDHAND_SPARKPLUG"):
        second.claim(patience_seconds=0)
    first.claim()

    first.release()
    second.claim()
    with pytest.raises(SparkplugElsewhereError):
        first.claim(patience_seconds=0)
    second.release()


def test_the_right_to_sparkplug_is_claimed_again_after_the_connection_was_lost(partitions) -> None:
    sole = Sole(threading.Event())
    sole.claim()
    assert sole._connection is not None
    lost = sole._connection.info.backend_pid
    with store.connect() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [lost])

    sole.claim()

    assert sole._connection.info.backend_pid != lost
    with pytest.raises(SparkplugElsewhereError):
        Sole(threading.Event()).claim(patience_seconds=0)
    sole.release()
