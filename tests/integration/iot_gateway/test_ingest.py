"""What a device sends is stored once, whatever it is and whoever dies."""

import json
import time

from tests.integration.iot_gateway.world import (
    letters,
    now_ms,
    record,
    scalar,
    stored,
    wait_until,
)


def test_samples_are_stored_and_the_device_hears_of_it(make_device, gateway) -> None:
    device = make_device()
    device.connect()

    start = now_ms() - 60_000
    device.send(record(start, 1))
    device.send([record(start + 1000 * n, n) for n in range(2, 101)])

    wait_until(lambda: stored(device) == 100)
    wait_until(lambda: device.watermark() == 100)
    last = "SELECT vals ->> 'flow_m3h' FROM telemetry_last WHERE device_number = :n"
    wait_until(lambda: scalar(last, n=device.number) == "100.0")


def test_a_gap_holds_the_watermark_until_it_is_filled(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    start = now_ms() - 60_000

    device.send([record(start + n, n) for n in (1, 2, 3, 5, 6)])
    wait_until(lambda: stored(device) == 5)
    wait_until(lambda: device.watermark() == 3)
    device.send(record(start + 4, 4))

    wait_until(lambda: device.watermark() == 6)


def test_the_same_again_changes_nothing(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    start = now_ms() - 60_000
    batch = [record(start + n, n) for n in range(1, 51)]

    device.send(batch)
    wait_until(lambda: stored(device) == 50)
    device.send(batch)
    device.send([*batch, record(start + 51, 51)])

    wait_until(lambda: stored(device) == 51)
    assert letters(device) == []


def test_bad_payloads_become_dead_letters_and_the_flow_goes_on(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    now = now_ms()

    device.send(b"{broken")
    device.send(b'{"ts":%d,"boot":1,"seq":1,"values":{"a":NaN}}' % now)
    device.send(b'{"ts":%d,"boot":1,"seq":2,"values":{"a":1e999}}' % now)
    device.send(record(now - 40 * 86_400_000, 3))
    device.send(record(now + 3_600_000, 4))
    device.send({"ts": now, "boot": 1, "seq": 5, "values": {}})
    device.send(b"[" + b" " * 70_000 + b"]")
    device.send(b"[" + b",".join(b"{}" for _ in range(2001)) + b"]")
    device.send(b'{"ts":%d,"boot":1,"seq":6,"values":{"a\\u0000":1}}' % now)
    device.send(record(now, 7))

    wait_until(lambda: stored(device) == 1)
    wait_until(lambda: len(letters(device)) == 9)
    assert sorted(letters(device)) == sorted([
        "malformed", "not-finite", "not-finite", "outside-policy", "outside-policy", "malformed",
        "oversize", "too-many-records", "refused-by-database",
    ])  # fmt: skip
    wait_until(lambda: device.watermark() == 7)


def test_one_bad_record_of_an_array_costs_only_itself(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    now = now_ms()

    device.send([record(now, 1), {"ts": "yesterday", "boot": 1, "seq": 2, "values": {"a": 1}}, record(now + 1, 3)])

    wait_until(lambda: stored(device) == 2)
    assert letters(device) == ["malformed"]


def test_thingsboard_forms_are_taken_once(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    form = {"ts": now_ms(), "values": {"flow_m3h": 3}}

    device.send(form)
    device.send(form)
    device.send({"flow_m3h": 4.5})

    wait_until(lambda: stored(device) == 2)
    time.sleep(0.3)
    assert stored(device) == 2


def test_another_tenants_topic_and_an_unknown_device_are_dead_letters(make_device, gateway, broker) -> None:
    device = make_device()
    device.connect()
    import paho.mqtt.client as mqtt

    intruder = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="gateway-x", protocol=mqtt.MQTTv5)
    intruder.username_pw_set(broker.gateway_user, broker.gateway_password)
    intruder.connect("127.0.0.1", broker.gateway_port)
    intruder.loop_start()
    body = json.dumps(record(now_ms(), 1))

    intruder.publish(f"fieldhand/v1/other/{device.name}/telemetry", body, qos=1).wait_for_publish(60)
    intruder.publish(f"fieldhand/v1/{device.slug}/nobody-{device.name}/telemetry", body, qos=1).wait_for_publish(60)

    wait_until(lambda: letters(device) == ["wrong-tenant"])
    query = "SELECT tenant_id FROM telemetry_dead_letter WHERE device_name = :n AND reason = 'unknown-device'"
    wait_until(lambda: scalar(query, n=f"nobody-{device.name}") == device.tenant_id)
    assert stored(device) == 0
    intruder.disconnect()
    intruder.loop_stop()


def test_killing_the_gateway_loses_and_doubles_nothing(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    start = now_ms() - 3_600_000
    total, sent = 3000, 0

    for _ in range(5):
        for _ in range(total // 5):
            sent += 1
            device.client.publish(device.topic("telemetry"), json.dumps(record(start + sent, sent)), qos=1)
        time.sleep(0.15)
        gateway.kill()
        gateway.start()

    wait_until(lambda: stored(device) == total, seconds=120)
    time.sleep(0.5)
    assert stored(device) == total
    assert scalar("SELECT count(DISTINCT seq) FROM telemetry WHERE device_number = :n", n=device.number) == total
    device.send(record(start + total + 1, total + 1))
    wait_until(lambda: device.watermark() == total + 1)


def test_the_gateway_stops_cleanly(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    device.send(record(now_ms(), 1))
    wait_until(lambda: stored(device) == 1)

    assert gateway.stop() == 0
