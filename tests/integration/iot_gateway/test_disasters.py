"""What goes wrong around the gateway, and what it still promises."""

import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest
from sqlalchemy import text

from iot_gateway.fast_mqtt import Message
from iot_gateway.ingest import Writer
from iot_gateway.pulse import Pulse
from kernel.db import Base, Login, transaction
from tests.integration.iot_gateway.world import (
    DemoDevice,
    letters,
    now_ms,
    record,
    scalar,
    stored,
    wait_until,
)

DAY_MS, HOUR_MS = 86_400_000, 3_600_000


@contextmanager
def as_gateway(broker: Any) -> Iterator[mqtt.Client]:
    """A client that may publish under any device's topic, as if the message had waited in the broker."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="gateway-x", protocol=mqtt.MQTTv5)
    client.username_pw_set(broker.gateway_user, broker.gateway_password)
    client.connect("127.0.0.1", broker.gateway_port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def test_a_number_among_the_dead_letters_is_not_waited_for_after_a_kill(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    device.send(record(now, 1))
    wait_until(lambda: device.watermark() == 1)
    device.send(b'{"ts":%d,"boot":1,"seq":2,"values":{"a":NaN}}' % now)
    device.send(record(now - 400 * DAY_MS, 3))
    wait_until(lambda: device.watermark() == 3)

    gateway.kill()
    gateway.start()
    device.send(record(now + 1, 4))

    wait_until(lambda: device.watermark() == 4)


@pytest.mark.parametrize("back_ms", [5 * HOUR_MS, HOUR_MS // 6])
def test_a_clock_that_was_set_back_holds_no_watermark_after_a_kill(make_device, gateway, back_ms) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    device.send(record(now, 1))
    wait_until(lambda: device.watermark() == 1)
    device.send(record(now - back_ms, 2))
    wait_until(lambda: device.watermark() == 2)

    gateway.kill()
    gateway.start()
    device.send(record(now - back_ms + 1, 3))

    wait_until(lambda: device.watermark() == 3)


def test_deliveries_in_any_order_and_number_are_rows_once(make_device, gateway) -> None:
    device = make_device()
    client = device.connect()
    start = now_ms() - 60_000
    rng = random.Random(5)
    deliveries = [record(start + n, n) for n in range(1, 201)]
    deliveries += rng.choices(deliveries, k=200)
    rng.shuffle(deliveries)

    for at in range(0, 400, 8):
        client.publish(device.topic("telemetry"), json.dumps(deliveries[at]), qos=1)
        client.publish(device.topic("telemetry"), json.dumps(deliveries[at + 1 : at + 8]), qos=1)

    wait_until(lambda: device.watermark() == 200)
    assert stored(device) == 200
    assert letters(device) == []


def test_the_same_number_with_another_instant_is_another_record(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    device.send(record(now, 1))
    device.send(record(now + 7, 1))
    device.send(record(now + 8, 2))

    wait_until(lambda: device.watermark() == 2)

    assert stored(device) == 3


def test_poison_in_the_middle_of_a_burst_costs_only_itself(make_device, gateway) -> None:
    device, other = make_device(), make_device()
    first, second = device.connect(), other.connect()
    now = now_ms()
    for n in range(1, 301):
        body = b'{"ts":%d,"boot":1,"seq":150,"values":{"a\\u0000":1}}' % now if n == 150 else json.dumps(record(now, n))
        first.publish(device.topic("telemetry"), body, qos=1)
        second.publish(other.topic("telemetry"), json.dumps(record(now, n)), qos=1)

    wait_until(lambda: device.watermark() == 300)
    wait_until(lambda: other.watermark() == 300)

    assert (stored(device), stored(other)) == (299, 300)
    assert letters(device) == ["refused-by-database"]


def test_a_message_that_the_broker_does_not_take_hurts_nobody_else(make_device, gateway) -> None:
    device, other = make_device(), make_device()
    client = device.connect()
    other.connect()

    client.publish(device.topic("telemetry"), b"[" + b" " * 300_000 + b"]", qos=1)
    other.send(record(now_ms(), 1))

    wait_until(lambda: other.watermark() == 1)
    assert (stored(device), letters(device)) == (0, [])


def test_three_days_old_records_are_stored_and_do_not_turn_back_the_last_values(make_device, gateway) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    device.send(record(now, 1, flow_m3h=1.0))
    wait_until(lambda: device.watermark() == 1)

    device.send([record(now - 3 * DAY_MS + n, n, flow_m3h=2.0) for n in range(2, 102)])

    wait_until(lambda: device.watermark() == 101)
    assert stored(device) == 101
    assert scalar("SELECT vals ->> 'flow_m3h' FROM telemetry_last WHERE device_number = :n", n=device.number) == "1.0"


def delete_tenant(device: DemoDevice) -> None:
    """Remove a tenant with everything that hangs on it, as its operator would."""
    mine = {"t": device.tenant_id}
    with transaction(Login.SYSTEM) as session:
        # Nothing more is written of the devices while what hangs on them goes, row by row.
        session.execute(text("SELECT FROM device WHERE tenant_id = :t FOR UPDATE"), mine)
        for table in reversed(Base.metadata.sorted_tables):
            if "tenant_id" not in table.c:
                continue
            if session.execute(text(f'SELECT 1 FROM "{table.name}" WHERE tenant_id = :t LIMIT 1'), mine).first():
                session.execute(text(f'DELETE FROM "{table.name}" WHERE tenant_id = :t'), mine)
        session.execute(text("DELETE FROM tenant WHERE id = :t"), mine)


def test_a_tenant_that_is_deleted_while_its_devices_send_stalls_nobody(
    make_device, make_other_device, gateway, broker
) -> None:
    device, other = make_device(), make_other_device()
    device.connect()
    other.connect()
    now = now_ms()
    device.send(record(now, 1))
    other.send(record(now, 1))
    wait_until(lambda: device.watermark() == other.watermark() == 1)
    child = gateway.child.pid

    delete_tenant(device)
    with as_gateway(broker) as late:
        for n in range(2, 52):
            late.publish(device.topic("telemetry"), json.dumps(record(now + n, n)), qos=1)
            late.publish(device.topic("state"), json.dumps({"online": False, "boot": 1}), qos=1).wait_for_publish(60)
            other.send(record(now + n, n))

    wait_until(lambda: other.watermark() == 51)
    wait_until(lambda: letters(device)[-1:] == ["unknown-device"])
    assert (gateway.child.pid, gateway.child.poll()) == (child, None)
    assert stored(other) == 51


def server_processes(admin_url: str) -> list[int]:
    with psycopg.connect(admin_url) as connection:
        [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
    postmaster = int((Path(folder) / "postmaster.pid").read_text().split()[0])
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=True)
    return [postmaster, *map(int, found.stdout.split())]


def test_a_database_that_answers_nobody_is_waited_for(make_device, gateway, database) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    device.send(record(now, 1))
    wait_until(lambda: device.watermark() == 1)
    processes = server_processes(database.admin_url)

    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        for n in range(2, 102):
            device.send(record(now + n, n))
        time.sleep(3)
        heard = device.watermark()
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)

    assert heard == 1, "nothing is acknowledged that is not committed"
    wait_until(lambda: device.watermark() == 101)
    assert stored(device) == 101


def test_cut_off_from_the_database_the_gateway_keeps_what_it_holds(make_device, gateway, database) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    device.send(record(now, 1))
    wait_until(lambda: device.watermark() == 1)

    with psycopg.connect(database.admin_url.replace(f"/{database.name}", "/postgres"), autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{database.name}" ALLOW_CONNECTIONS false')
        try:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name])
            for n in range(2, 102):
                device.send(record(now + n, n))
            time.sleep(1.5)
            heard = device.watermark()
        finally:
            admin.execute(f'ALTER DATABASE "{database.name}" ALLOW_CONNECTIONS true')

    assert heard == 1
    wait_until(lambda: device.watermark() == 101)
    assert stored(device) == 101


@contextmanager
def small_disk(admin: psycopg.Connection[Any], folder: Path) -> Iterator[str]:
    """Make a tablespace of eight megabytes; skip where this user may not mount one."""
    [data] = admin.execute("SHOW data_directory").fetchone() or [""]
    owner = Path(data).stat()
    place = Path(data).with_name(f"small-{folder.name}"[:60])
    place.mkdir()
    options = f"size=8m,uid={owner.st_uid},gid={owner.st_gid},mode=0700"
    program = shutil.which("mount") or "/bin/mount"
    answer = subprocess.run(
        [program, "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
    )
    if answer.returncode:
        place.rmdir()
        pytest.skip(f"a small disk needs the right to mount one: {answer.stderr.decode().strip()}")
    try:
        admin.execute(f"CREATE TABLESPACE small_disk LOCATION '{place}'")
        yield "small_disk"
        admin.execute("DROP TABLESPACE small_disk")
    finally:
        subprocess.run([shutil.which("umount") or "/bin/umount", str(place)], check=False)
        place.rmdir()


def test_a_full_disk_is_waited_for(make_device, gateway, database, tmp_path) -> None:
    device = make_device()
    device.connect()
    now = now_ms()
    day = datetime.now(UTC).date()
    table = f"telemetry_p{day:%Y%m%d}_{day + timedelta(days=1):%Y%m%d}"

    with (
        psycopg.connect(database.admin_url, autocommit=True) as admin,
        small_disk(admin, tmp_path) as space,
    ):
        admin.execute(f"CREATE TABLE filler (body bytea) TABLESPACE {space}")
        admin.execute("ALTER TABLE filler ALTER body SET STORAGE PLAIN")
        admin.execute(f'ALTER TABLE "{table}" SET TABLESPACE {space}')
        try:
            with suppress(psycopg.errors.DiskFull):
                while True:
                    admin.execute("INSERT INTO filler SELECT decode(repeat('ab', 4000), 'hex')")
            for start in range(1, 1001, 100):
                device.send([record(now + n, n) for n in range(start, start + 100)])
            time.sleep(2)
            heard, alive = device.watermark(), gateway.child.poll() is None
            admin.execute("DROP TABLE filler")
            wait_until(lambda: device.watermark() == 1000)
        finally:
            admin.execute("DROP TABLE IF EXISTS filler")
            admin.execute(f'ALTER TABLE "{table}" SET TABLESPACE pg_default')

    assert alive
    assert heard < 1000
    assert stored(device) == 1000
    assert letters(device) == []


class JumpyLink:
    """A link whose messages carry the instants of a clock that jumps; it keeps what it was told to acknowledge."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._messages = list(messages)
        self.acked: list[int] = []
        self.published: list[tuple[str, bytes]] = []
        self.connected = threading.Event()
        self.connected.set()

    def take(self, *, limit: int, linger_seconds: float, wait_seconds: float) -> list[Message]:
        taken, self._messages = self._messages[:7], self._messages[7:]
        if not taken:
            time.sleep(wait_seconds)
        return taken

    def backlog(self) -> int:
        return len(self._messages)

    def ack(self, messages: Sequence[Message]) -> None:
        self.acked += [message.mid for message in messages]

    def publish_all(self, messages: Any) -> None:
        self.published += list(messages)


def test_a_clock_that_jumps_moves_the_policy_and_nothing_else(make_device) -> None:
    device = make_device()
    now = datetime.now(UTC)
    jumps = [timedelta(0), timedelta(hours=-2), timedelta(hours=3), timedelta(days=-1), timedelta(0)]
    messages = []
    for n in range(1, 101):
        at = now + jumps[n * len(jumps) // 101]
        body = json.dumps(record(int(at.timestamp() * 1000), n)).encode()
        messages.append(Message(1, n, 1, device.topic("telemetry"), body, False, at))
    link, stop = JumpyLink(messages), threading.Event()
    writer = threading.Thread(target=Writer(link, stop, Pulse()).run)

    writer.start()
    try:
        wait_until(lambda: any(json.loads(body) == {"boot": 1, "seq": 100} for _, body in link.published))
    finally:
        stop.set()
        writer.join(10)

    assert link.acked == list(range(1, 101)), "in the order received"
    assert stored(device) == 100
    assert letters(device) == []
