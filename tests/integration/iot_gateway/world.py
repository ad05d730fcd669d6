"""A gateway as a process of its own, devices that speak MQTT, and eyes on the tables."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import text

from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, Scenario
from firmware_sim.stream import DeviceStream
from iot_gateway import store
from iot_gateway.batch import Batch, DeviceEntry, Stored
from iot_gateway.scorer import Scorer
from kernel.db import Login, transaction

ROOT = Path(__file__).resolve().parents[3]


def wait_until(condition: Callable[[], bool], *, seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@dataclass
class DemoDevice:
    """A device with its secret, as a client of the broker."""

    id: UUID
    number: int
    tenant_id: UUID
    slug: str
    name: str
    secret: str
    port: int
    received: list[tuple[str, bytes]] = field(default_factory=list)
    client: mqtt.Client | None = None

    def topic(self, leaf: str) -> str:
        return f"fieldhand/v1/{self.slug}/{self.name}/{leaf}"

    def connect(self, *, boot: int = 1, clean: bool = True, patience: float = 40) -> mqtt.Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self.name, protocol=MQTTProtocolVersion.MQTTv5)
        client.username_pw_set(self.name, self.secret)
        client.reconnect_delay_set(1, 1)
        client.will_set(self.topic("state"), json.dumps({"online": False, "boot": boot}), qos=1, retain=True)
        up = threading.Event()
        refused: list[str] = []

        def on_connect(c: mqtt.Client, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
            if reason.is_failure:
                refused.append(str(reason))
            else:
                c.subscribe([(self.topic("cmd"), 1), (self.topic("ack"), 0), (self.topic("twin/desired"), 1)])
                up.set()

        client.on_connect = on_connect
        client.on_message = lambda _c, _u, m: self.received.append((m.topic, bytes(m.payload)))
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        deadline = time.monotonic() + patience
        client.connect("127.0.0.1", self.port, clean_start=clean, properties=properties)
        client.loop_start()
        self.client = client
        while not up.wait(0.3):
            if time.monotonic() > deadline:
                client.loop_stop()
            assert time.monotonic() < deadline, refused
        return client

    def send(self, payload: object, leaf: str = "telemetry", *, topic: str | None = None) -> None:
        assert self.client is not None
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        info = self.client.publish(topic or self.topic(leaf), body, qos=1)
        info.wait_for_publish(60)

    def birth(self, *, boot: int = 1, firmware: str = "1.4.2") -> None:
        self.send({"online": True, "boot": boot, "model": "pump", "firmware": firmware}, "state")

    def heard(self, leaf: str) -> list[dict[str, Any]]:
        return [json.loads(body) for topic, body in self.received if topic == self.topic(leaf)]

    def close(self) -> None:
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()

    def watermark(self, boot: int = 1) -> int:
        found = [json.loads(body) for topic, body in self.received if topic.endswith("/ack")]
        return max((ack["seq"] for ack in found if ack["boot"] == boot), default=0)


def record(ts: int, seq: int, *, boot: int = 1, **values: float) -> dict[str, Any]:
    return {"ts": ts, "boot": boot, "seq": seq, "values": values or {"flow_m3h": 1.0 * seq}}


def now_ms() -> int:
    return int(time.time() * 1000)


@dataclass
class Process:
    """One of our processes, to be killed and started again."""

    command: str
    log: Path
    child: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, *options: str) -> None:
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "iot_gateway.cli", self.command, *options],
                cwd=ROOT,
                env=os.environ | {"FIELDHAND_LOG_LEVEL": "INFO"} | self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        assert self.child is not None
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stop(self) -> int:
        assert self.child is not None
        self.child.terminate()
        return self.child.wait(timeout=90)


def scalar(query: str, **values: object) -> Any:
    with transaction(Login.SYSTEM) as session:
        return session.execute(text(query), values).scalar()


def stored(device: DemoDevice) -> int:
    return int(scalar("SELECT count(*) FROM telemetry WHERE device_number = :n", n=device.number))


def letters(device: DemoDevice) -> list[str]:
    with transaction(Login.SYSTEM) as session:
        return list(
            session.execute(
                text("SELECT reason FROM telemetry_dead_letter WHERE device_name = :n ORDER BY received_at, id"),
                {"n": device.name},
            ).scalars()
        )


def feed(device: DemoDevice, rows: Iterable[tuple[int, dict[str, float]]], *, boot: int = 1, size: int = 1000) -> int:
    """Store samples the way the gateway does, without the broker."""
    entry = DeviceEntry(
        device.number, device.id, device.tenant_id, device.slug, device.name, False, 400 * 86_400_000, 600_000
    )
    connection = store.connect()
    calendar = store.load_calendar(connection)
    count, samples = 0, []
    at = datetime.now(UTC)
    for ts, values in rows:
        count += 1
        table = calendar.table_of(ts)
        assert table is not None, ts
        samples.append(Stored(entry, table, ts, boot, count, at, values))
        if len(samples) >= size:
            store.write(connection, Batch(samples=samples), direct=True)
            samples = []
    if samples:
        store.write(connection, Batch(samples=samples), direct=True)
    connection.close()
    return count


def simulated(
    model: str, *, fault: str | None = None, onset_days: float = -4, failure_days: float = 0.5, seed: int = 1
) -> tuple[Iterator[tuple[int, dict[str, float]]], DeviceStream, int]:
    """Return 21 days of a simulated machine, its stream and the instant at which the history ends."""
    spec = DeviceSpec("sim", model)
    faults = (FaultSpec("sim", fault, onset_days * DAY, failure_days * DAY, 6.0),) if fault else ()
    scenario = Scenario("test", (spec,), faults)
    end = now_ms() - 60_000
    stream = DeviceStream(scenario, spec, seed=seed, end_ms=end)
    return (row for block in stream.history() for row in block.rows()), stream, end


def score_all(scorer: Scorer | None = None) -> None:
    """Let a scorer take in everything that is stored."""
    scorer = scorer or Scorer()
    while scorer.step():
        pass


def events_of(device: DemoDevice) -> list[tuple[str, dict[str, Any]]]:
    """Return topic and body of the published events of the device's tenant that are about cases, oldest first."""
    with transaction(Login.SYSTEM) as session:
        rows = session.execute(
            text(
                "SELECT topic, body FROM outbox_event WHERE tenant_id = :t AND topic LIKE 'cases.%'"
                " AND body ->> 'device_id' = :d ORDER BY id"
            ),
            {"t": device.tenant_id, "d": str(device.id)},
        )
        return [(row[0], row[1]) for row in rows]
