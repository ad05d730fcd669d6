"""The gateway's link to the broker: MQTT 5, one session that outlives the process, acknowledged by hand."""

import random
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from iot_gateway import metrics
from iot_gateway.fast_mqtt import FastClient, Message, PlainClient, missing
from kernel.log import announce, get_logger

SESSION_SECONDS = 24 * 3600
RECEIVE_MAXIMUM = 4000
HELD_LIMIT = 3 * RECEIVE_MAXIMUM
"""More than the broker sends unacknowledged; reached only when connections break while the database is away."""

KEEPALIVE = 30
FIRST_RETRY, LONGEST_RETRY = 0.25, 5
"""Seconds before connecting again; each try that fails doubles them. The gateway should be back before the devices, who
wait half a second: what they publish with nobody subscribed has to be sent again."""
TOPICS = "fieldhand/v1/+/+/"
GUESSABLE = "ingest"
"""The group of earlier versions; left, since a device that joins a group it can name makes a part of it vanish."""
LEAVES = ("telemetry", "event", "state", "cmd/ack", "twin/reported")

log = get_logger()


def make_client(user: str, deliver: Any) -> PlainClient:
    """Return the fast client, or the plain one where paho's inside is not as the fast one needs it."""
    lacking = missing()
    if lacking is None:
        return FastClient(user, deliver)
    log.warning("mqtt_fast_path_off", missing=lacking)
    return PlainClient(user, deliver)


class Link:
    """A durable subscription; whatever is not acknowledged comes again."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        group: str,
        tls_ca: str | None = None,
        more: Sequence[str] = (),
        take_more: bool = False,
    ) -> None:
        """Prepare the link of one member of a share group; `start` connects.

        `more` are topics that are subscribed to besides; without `take_more` those that were once are left.
        """
        self._address = (host, port)
        self._group = group
        self._topics = [TOPICS + leaf for leaf in LEAVES] + [topic for topic in more if take_more]
        self._dropped = [topic for topic in more if not take_more]
        self._held: list[Message] = []
        self._changed = threading.Condition()
        self._wanted = 1
        self._first_at = 0.0
        self._outstanding = 0
        self._closing = False
        self._subscribed = True
        self._marker = f"fieldhand/gateway/{user}/drained"
        self._retiring = False
        self._leaving: int | None = None
        self.connected = threading.Event()
        self.drained = threading.Event()
        """Set once a retiring link has everything that its session held."""
        self._client = make_client(user, self._take_in)
        self._client.username_pw_set(user, password)
        if tls_ca is not None:
            self._client.tls_set(ca_certs=tls_ca)
        first = FIRST_RETRY * random.uniform(0.7, 1.3)  # noqa: S311 - jitter between replicas, not a secret
        self._client.reconnect_delay_set(min_delay=first, max_delay=LONGEST_RETRY)  # type: ignore[arg-type]
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_unsubscribe = self._on_unsubscribe

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
        self._close(None)

    def end(self) -> None:
        """Disconnect and end the session, which must be empty: what it still held would be lost."""
        properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 0
        self._close(properties)

    def retire(self) -> None:
        """Leave the shared subscription and take what the session still holds; then `drained` is set.

        A message to ourselves, sent after the subscription has ended, is the last in the session.
        """
        self._retiring = True
        if self.connected.is_set():
            self._subscribe(self._client)

    def take(self, *, limit: int, linger_seconds: float, wait_seconds: float) -> list[Message]:
        """Return up to `limit` messages: what comes within `linger_seconds` after the first."""
        with self._changed:
            if not self._held and not self._changed.wait_for(lambda: self._held, wait_seconds):
                return []
            left = self._first_at + linger_seconds - time.monotonic()
            if left > 0:
                self._wanted = limit
                self._changed.wait_for(lambda: len(self._held) >= limit, left)
                self._wanted = 1
            full = len(self._held) > HELD_LIMIT
            taken, self._held = self._held[:limit], self._held[limit:]
            if full:
                self._changed.notify_all()
        return taken

    def backlog(self) -> int:
        """Return how many received messages wait here."""
        return len(self._held)

    def outstanding(self) -> int:
        """Return how many received messages are not committed yet, those in the writer's hands among them."""
        return self._outstanding

    def ack(self, messages: Sequence[Message]) -> None:
        """Acknowledge committed messages in the order received; those of an earlier connection are left out."""
        epoch = self._client.epoch
        mids = [message.mid for message in messages if message.epoch == epoch and message.qos]
        if mids:
            self._client.acknowledge(epoch, mids)
        with self._changed:
            self._outstanding -= len(messages)

    def publish_all(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Send at QoS 0 without waiting."""
        self._client.publish_all(messages)

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

    def mend(self) -> None:
        """Subscribe again where the broker refused it, since access may have been granted meanwhile."""
        if not self._subscribed and self.connected.is_set():
            self._subscribed = True
            self._subscribe(self._client)

    def _close(self, properties: Properties | None) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._client.disconnect(properties=properties)
        self._client.loop_stop()

    def _subscribe(self, client: mqtt.Client) -> None:
        filters = [f"$share/{self._group}/{topic}" for topic in self._topics]
        dropped = [f"$share/{self._group}/{topic}" for topic in self._dropped]
        older = [f"$share/{GUESSABLE}/{TOPICS}{leaf}" for leaf in LEAVES]
        if self._retiring:
            with self._changed:
                _, self._leaving = client.unsubscribe(filters + dropped + older)
        else:
            client.unsubscribe(older + dropped)
            client.subscribe([(one, SubscribeOptions(qos=1)) for one in filters])

    def _take_in(self, messages: list[Message]) -> None:
        if self._retiring:
            count = len(messages)
            messages = [message for message in messages if message.topic != self._marker]
            drained = len(messages) < count
        else:
            drained = False
        with self._changed:
            if len(self._held) > HELD_LIMIT:
                self._changed.wait_for(lambda: len(self._held) <= HELD_LIMIT or self._closing)
            if not self._held:
                self._first_at = time.monotonic()
            self._held.extend(messages)
            self._outstanding += len(messages)
            if len(self._held) >= self._wanted:
                self._changed.notify_all()
        if drained:
            self.drained.set()

    def _on_connect(self, client: mqtt.Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("broker_refused", reason=str(reason))
            return
        self.drained.clear()
        self._client.opened()
        self._subscribed = True
        self._subscribe(client)
        self.connected.set()
        metrics.CONNECTIONS.inc()
        announce("broker_connected")
        log.info("broker_session", epoch=self._client.epoch, present=flags.session_present)

    def _on_subscribe(self, client: mqtt.Client, _data: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._subscribed = False
            log.warning("subscription_refused", reason=refused[0])
        elif self._retiring:
            client.publish(self._marker, b"", qos=1)

    def _on_unsubscribe(self, client: mqtt.Client, _data: Any, mid: Any, _reasons: Any, _properties: Any) -> None:
        with self._changed:
            left = mid == self._leaving
        if left:
            client.subscribe(self._marker, options=SubscribeOptions(qos=1))

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.connected.clear()
        log.info("broker_disconnected", reason=str(reason))
