"""The broker's own figures: what Mosquitto says of itself under `$SYS`, every ten seconds."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from kernel import clock
from kernel.log import get_logger

ROOT = "$SYS/broker/"
TOPICS = {
    "clients_connected": "clients/connected",
    "sessions_abandoned": "clients/disconnected",
    "held": "store/messages/count",
    "retained": "retained messages/count",
    "bytes_held": "store/messages/bytes",
    "dropped_total": "publish/messages/dropped",
    "received_total": "publish/messages/received",
    "sent_total": "publish/messages/sent",
    "bytes_received_total": "bytes/received",
    "bytes_sent_total": "bytes/sent",
    "uptime_seconds": "uptime",
}
VERSION = "version"

log = get_logger()


@dataclass(frozen=True)
class BrokerFigures:
    """What the broker last said; None is what it never said."""

    heard_at: datetime | None
    version: str | None
    counts: Mapping[str, int]

    def count(self, name: str) -> int | None:
        """Return a figure by its name in `TOPICS`."""
        return self.counts.get(name)

    @property
    def messages_queued(self) -> int | None:
        """Return the messages that wait for somebody: all that are held without the retained ones."""
        held, retained = self.count("held"), self.count("retained")
        return None if held is None or retained is None else max(0, held - retained)


def read_count(payload: bytes | bytearray) -> int | None:
    """Return the number that a figure begins with (`22 seconds`), None for anything else."""
    first = payload[:24].split(b" ", 1)[0]
    return int(first) if first.isdigit() else None


class BrokerWatch:
    """Listens to `$SYS` on a connection of its own, so that no figure stands between a message and its commit."""

    def __init__(self, *, host: str, port: int, user: str, password: str, tls_ca: str | None = None) -> None:
        """Prepare to listen; `start` connects."""
        self._address = (host, port)
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._version: str | None = None
        self._heard_at: datetime | None = None
        self._names = {ROOT + topic: name for name, topic in TOPICS.items()}
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"{user}-watch", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.username_pw_set(user, password)
        if tls_ca is not None:
            self._client.tls_set(ca_certs=tls_ca)
        self._client.reconnect_delay_set(min_delay=1, max_delay=30)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect and keep connected; nothing waits for it, and no session stays behind."""
        self._client.connect_async(*self._address, keepalive=30, clean_start=True)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def figures(self) -> BrokerFigures:
        """Return what was last heard."""
        with self._lock:
            return BrokerFigures(self._heard_at, self._version, dict(self._counts))

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("broker_watch_refused", reason=str(reason))
            return
        client.subscribe([(topic, 0) for topic in (*self._names, ROOT + VERSION)])

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        name, count = self._names.get(message.topic), read_count(message.payload)
        with self._lock:
            # A retained figure may be of a broker that has been gone for long: it is no sign of life.
            if not message.retain or self._heard_at is None:
                self._heard_at = clock.now()
            if name is None:
                self._version = message.payload[:64].decode(errors="replace")
            elif count is not None:
                self._counts[name] = count
