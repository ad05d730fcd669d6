"""A platform in a hundred lines: it commits what devices send, answers with the watermark, and gives commands."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Self
from uuid import uuid4

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

Key = tuple[str, int, int]


class Platform:
    """Keeps every record by device, boot and seq; `acking` switches the watermark off and on."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self.records: dict[Key, dict[str, Any]] = {}
        self.copies: dict[Key, int] = defaultdict(int)
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.states: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[tuple[str, dict[str, Any], bytes | None]] = []
        self.conflicts: list[Key] = []
        self.acking = True
        self._marks: dict[tuple[str, int], int] = defaultdict(int)
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._mqtt = Client(
            CallbackAPIVersion.VERSION2, client_id=f"test-platform-{uuid4().hex}", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._mqtt.username_pw_set(user, password)
        self._mqtt.on_connect = self._on_connect
        self._mqtt.on_subscribe = lambda *_: self._ready.set()
        self._mqtt.on_message = self._on_message
        self._mqtt.reconnect_delay_set(0.2, 0.5)
        self._mqtt.connect_async(host, port, clean_start=False, properties=expiry(PacketTypes.CONNECT, 3600))

    def __enter__(self) -> Self:
        self._mqtt.loop_start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._mqtt.disconnect(properties=expiry(PacketTypes.DISCONNECT, 0))
        self._mqtt.loop_stop()

    def wait(self, condition: Callable[[], bool], seconds: float = 90.0) -> None:
        """Wait until something has arrived."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{len(self.records)} records, {self.states}, {self.answers}"
            time.sleep(0.02)

    def seqs(self, device: str) -> dict[int, list[int]]:
        """Return the sequence numbers of a device by boot, in order."""
        found: dict[int, list[int]] = defaultdict(list)
        with self._lock:
            for name, boot, seq in self.records:
                if name == device:
                    found[boot].append(seq)
        return {boot: sorted(seqs) for boot, seqs in found.items()}

    def command(self, topic: str, command_id: str, command: str, *, correlation: bytes | None = None) -> None:
        """Send a command."""
        properties = None
        if correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)
            properties.CorrelationData = correlation
        body = json.dumps({"id": command_id, "command": command, "args": {}})
        self._mqtt.publish(topic, body, qos=1, properties=properties)

    def say(self, topic: str, body: dict[str, Any]) -> None:
        """Publish something on a topic of a device."""
        self._mqtt.publish(topic, json.dumps(body), qos=0)

    def _ack(self, device: str, boot: int, seq: int) -> None:
        self._mqtt.publish(f"fieldhand/v1/demo/{device}/ack", json.dumps({"boot": boot, "seq": seq}), qos=0)

    def _on_connect(self, mqtt: Client, _: object, __: ConnectFlags, ___: ReasonCode, ____: Properties | None) -> None:
        mqtt.subscribe("fieldhand/v1/demo/#", qos=1)

    def _on_message(self, _: Client, __: object, message: MQTTMessage) -> None:
        device, leaf = message.topic.split("/", 4)[3:]
        if leaf not in ("telemetry", "event", "state", "cmd/ack"):
            return
        body = json.loads(message.payload)
        if leaf == "telemetry":
            self._commit(device, body if isinstance(body, list) else [body])
        elif leaf == "event":
            self.events.append((device, body))
        elif leaf == "state":
            self.states.append((device, body))
        else:
            self.answers.append((device, body, getattr(message.properties, "CorrelationData", None)))

    def _commit(self, device: str, records: list[dict[str, Any]]) -> None:
        boots = set()
        with self._lock:
            for record in records:
                key = (device, record["boot"], record["seq"])
                if self.records.setdefault(key, record) != record:
                    self.conflicts.append(key)
                self.copies[key] += 1
                boots.add(record["boot"])
        for boot in boots:
            mark = self._marks[device, boot]
            while (device, boot, mark + 1) in self.records:
                mark += 1
            self._marks[device, boot] = mark
            if self.acking:
                self._ack(device, boot, mark)


def expiry(packet: int, seconds: int) -> Properties:
    """Return properties that say how long the session outlives its connection."""
    properties = Properties(packet)
    properties.SessionExpiryInterval = seconds
    return properties
