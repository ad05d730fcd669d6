"""An edge node of Sparkplug B, as small as one can be, that counts its messages and obeys the rebirth command."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from iot_gateway.sparkplug import wire
from iot_gateway.sparkplug.wire import DataType, Metric, Payload
from tests.integration.iot_gateway.world import DemoDevice, now_ms


@dataclass
class EdgeNode:
    """The device that holds the connection, and those behind it."""

    device: DemoDevice
    parts: list[str] = field(default_factory=list)
    shift: int = 0
    """Added to every alias: another birth may name them anew."""
    obeys: bool = True
    seq: int = -1
    bd_seq: int = 0
    commands: list[Payload] = field(default_factory=list)
    client: mqtt.Client | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def topic(self, kind: str, part: str | None = None) -> str:
        return f"spBv1.0/{self.device.slug}/{kind}/{self.device.name}" + (f"/{part}" if part else "")

    def connect(self, *, patience: float = 40) -> None:
        """Connect, whenever the broker knows us, and be born."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self.device.name, protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set(self.device.name, self.device.secret)
        client.reconnect_delay_set(1, 1)
        death = wire.encode(Payload(now_ms(), None, (self._bd_seq(),)))
        client.will_set(self.topic("NDEATH"), death, qos=1)
        up, granted = threading.Event(), threading.Event()
        client.on_connect = lambda c, _u, _f, reason, _p: None if reason.is_failure else up.set()
        client.on_subscribe = lambda _c, _u, _m, reasons, _p: None if reasons[0].is_failure else granted.set()
        client.on_message = self._obey
        client.connect("127.0.0.1", self.device.port)
        client.loop_start()
        deadline = time.monotonic() + patience
        while not granted.wait(0.5):
            assert time.monotonic() < deadline, "the broker does not let the edge node in"
            if up.is_set():
                client.subscribe(self.topic("NCMD"), qos=1)
        self.client = client
        self.be_born()

    def be_born(self) -> None:
        """Publish the births of the node and of everything behind it."""
        with self.lock:
            self.seq = -1
            self.publish("NBIRTH", None, (self._bd_seq(), *self._named(20.0)))
            for part in self.parts:
                self.publish("DBIRTH", part, self._named(30.0))

    def measure(self, value: float, part: str | None = None, *, ts: int | None = None, **more: Any) -> None:
        """Publish one value by its alias."""
        metric = Metric(alias=5 + self.shift, ts=ts, field="double_value", value=value, **more)
        self.publish("DDATA" if part else "NDATA", part, (metric,))

    def publish(self, kind: str, part: str | None, metrics: tuple[Metric, ...], *, skip: int = 0) -> bytes:
        """Publish with the next number; `skip` loses numbers before it."""
        assert self.client is not None
        with self.lock:
            self.seq = (self.seq + 1 + skip) % 256
            raw = wire.encode(Payload(now_ms(), self.seq, metrics))
            self.client.publish(self.topic(kind, part), raw, qos=1)
        return raw

    def crash(self) -> None:
        """Break the connection, so that the broker publishes the will."""
        assert self.client is not None
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock is not None
        sock.close()
        self.client = None

    def close(self) -> None:
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()

    def _named(self, value: float) -> tuple[Metric, ...]:
        return (
            Metric("Temperature", 5 + self.shift, datatype=DataType.DOUBLE, field="double_value", value=value),
            Metric("Properties/Maker", datatype=DataType.STRING, field="string_value", value=b"ACME"),
        )

    def _bd_seq(self) -> Metric:
        return Metric("bdSeq", datatype=DataType.INT64, field="long_value", value=self.bd_seq)

    def _obey(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        command = wire.decode(bytes(message.payload))
        self.commands.append(command)
        if self.obeys:
            self.be_born()
