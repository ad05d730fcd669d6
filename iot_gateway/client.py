"""The gateway's link to the broker: MQTT 5, one session that outlives the process, acknowledged by hand."""

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from kernel import clock
from kernel.log import get_logger

SESSION_SECONDS = 24 * 3600
RECEIVE_MAXIMUM = 4000
KEEPALIVE = 30
GROUP = "$share/ingest/fieldhand/v1/+/+/"
LEAVES = ("telemetry", "event", "state", "cmd/ack", "twin/reported")

log = get_logger()


class Message(NamedTuple):
    """One received message; it can be acknowledged only on the connection that brought it."""

    epoch: int
    mid: int
    qos: int
    topic: str
    payload: bytes
    dup: bool
    at: datetime


class Link:
    """A durable subscription; whatever is not acknowledged comes again."""

    def __init__(self, *, host: str, port: int, user: str, password: str, tls_ca: str | None = None) -> None:
        """Prepare the link; `start` connects."""
        self._address = (host, port)
        self._queue: SimpleQueue[Message] = SimpleQueue()
        self._lock = threading.Lock()
        self._epoch = 0
        self.connected = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=user, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
        )
        self._client.username_pw_set(user, password)
        if tls_ca is not None:
            self._client.tls_set(ca_certs=tls_ca)
        self._client.reconnect_delay_set(min_delay=1, max_delay=5)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect and keep connected, in a thread of the client."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_SECONDS
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        host, port = self._address
        self._client.connect_async(host, port, keepalive=KEEPALIVE, clean_start=False, properties=properties)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the session stays, with what is not acknowledged."""
        self._client.disconnect()
        self._client.loop_stop()

    def take(self, *, limit: int, linger_seconds: float, wait_seconds: float) -> list[Message]:
        """Return up to `limit` messages: what comes within `linger_seconds` after the first."""
        try:
            messages = [self._queue.get(timeout=wait_seconds)]
        except Empty:
            return []
        deadline = time.monotonic() + linger_seconds
        while len(messages) < limit:
            try:
                messages.append(self._queue.get_nowait())
                continue
            except Empty:
                left = deadline - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(left, 0.001))
        return messages

    def backlog(self) -> int:
        """Return how many received messages wait here."""
        return self._queue.qsize()

    def ack(self, messages: Sequence[Message]) -> None:
        """Acknowledge messages in the order received; those of an earlier connection are left out."""
        with self._lock:
            for message in messages:
                if message.epoch == self._epoch and message.qos > 0:
                    self._client.ack(message.mid, message.qos)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0) -> None:
        """Send without waiting."""
        self._client.publish(topic, payload, qos=qos)

    def deliver(self, topic: str, payload: bytes, *, expires_seconds: int, correlation: bytes) -> bool:
        """Hand a message to the broker at QoS 1; tell whether the broker has it."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = max(1, expires_seconds)
        properties.CorrelationData = correlation
        info = self._client.publish(topic, payload, qos=1, properties=properties)
        try:
            info.wait_for_publish(timeout=5.0)
        except (RuntimeError, ValueError):
            return False
        return info.is_published()

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("broker_refused", reason=str(reason))
            return
        with self._lock:
            self._epoch += 1
        client.subscribe([(GROUP + leaf, SubscribeOptions(qos=1)) for leaf in LEAVES])
        self.connected.set()
        log.info("broker_connected", epoch=self._epoch)

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.connected.clear()
        with self._lock:
            self._epoch += 1
        log.info("broker_disconnected", reason=str(reason))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._queue.put(
            Message(self._epoch, message.mid, message.qos, message.topic, payload, message.dup, clock.now())
        )
