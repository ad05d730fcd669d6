"""Two gateways share the devices; one of them retires, and nothing waits for it."""

import json
import signal
import time

import pytest

from tests.integration.iot_gateway.world import Process, now_ms, record, scalar, stored, wait_until


@pytest.fixture
def second(partitions, broker, tmp_path):
    user, password = list(broker.gateways.items())[1]
    own = {"FIELDHAND_MQTT_GATEWAY_USER": user, "FIELDHAND_MQTT_GATEWAY_PASSWORD": password}
    process = Process("gateway", tmp_path / "second.log", environment=own)
    yield process
    if process.child is not None and process.child.poll() is None:
        process.stop()


def said(process: Process, event: str) -> bool:
    return event in process.log.read_text()


def send(device, start: int, first: int, count: int) -> None:
    for seq in range(first, first + count):
        device.client.publish(device.topic("telemetry"), json.dumps(record(start + seq, seq)), qos=1)


def exact(device, count: int) -> None:
    wait_until(lambda: stored(device) == count, seconds=60)
    assert scalar("SELECT count(DISTINCT seq) FROM telemetry WHERE device_number = :n", n=device.number) == count


def test_a_replica_that_retires_under_load_leaves_nothing_behind(make_device, gateway, second) -> None:
    second.start()
    wait_until(lambda: said(second, "broker_connected") and said(gateway, "broker_connected"), seconds=90)
    device = make_device()
    device.connect()
    start = now_ms() - 3_600_000

    send(device, start, 1, 2000)
    second.child.send_signal(signal.SIGUSR1)
    send(device, start, 2001, 2000)

    assert second.child.wait(timeout=60) == 0
    assert said(second, "gateway_retired")
    send(device, start, 4001, 500)
    exact(device, 4500)
    second.start("--drain")
    assert second.child.wait(timeout=60) == 0
    assert '"present": false' in second.log.read_text().split("gateway_retired")[1], "the session had ended"


def test_what_a_killed_replica_left_is_taken_by_draining_its_session(make_device, gateway, second) -> None:
    second.start()
    wait_until(lambda: said(second, "broker_connected") and said(gateway, "broker_connected"), seconds=90)
    device = make_device()
    device.connect()
    start = now_ms() - 3_600_000
    second.child.send_signal(signal.SIGSTOP)
    send(device, start, 1, 1000)
    wait_until(lambda: stored(device) > 0)
    second.kill()
    send(device, start, 1001, 1000)
    time.sleep(1)
    assert stored(device) < 2000, "a part waits in the session of the dead replica"

    second.start("--drain")

    assert second.child.wait(timeout=60) == 0
    exact(device, 2000)
    send(device, start, 2001, 500)
    exact(device, 2500)
