"""A client of the broker that remembers what it was told; one for each listener."""

import contextlib
import ssl
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from kernel import clock, pki


class Entrance(StrEnum):
    """The listeners of the broker."""

    PLAIN = "plain"
    TLS = "tls"
    CERTIFICATE = "certificate"
    GATEWAY = "gateway"


DEVICES = (Entrance.PLAIN, Entrance.TLS, Entrance.CERTIFICATE)


@dataclass
class Probe:
    """One connection; `answer` is the CONNACK's reason, or None when there was none."""

    client: mqtt.Client
    answer: int | None = None
    given_id: str | None = None
    received: list[tuple[str, bytes]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def alive(self) -> bool:
        return self.answer == 0 and not self.ended.is_set()

    def subscribe(self, *filters: str) -> None:
        done = threading.Event()
        left = len(filters)

        def count(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                done.set()

        self.client.on_subscribe = count
        for one in filters:
            self.client.subscribe(one, qos=1)
        assert done.wait(10) or self.ended.is_set()

    def listen(self) -> None:
        """Hear everything from now on, and nothing that was retained before."""
        done = threading.Event()
        self.client.on_subscribe = lambda *_: done.set()
        self.client.subscribe("#", options=SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND))
        assert done.wait(10)

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(60)

    def offer(self, topic: str, payload: str, *, retain: bool) -> bool:
        """Publish what may be refused; tell whether the broker answered at all."""
        info = self.client.publish(topic, payload, qos=1, retain=retain)
        deadline = time.monotonic() + 15
        while self.alive and time.monotonic() < deadline:
            with contextlib.suppress(RuntimeError):
                if info.is_published():
                    return True
            time.sleep(0.002)
        return False

    def drop(self) -> None:
        """Break the connection without a word."""
        socket = self.client.socket()
        assert socket is not None
        socket.close()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def connect(
    broker: Any,
    entrance: Entrance,
    *,
    user: str | None = None,
    password: str | None = None,
    client_id: str | None = None,
    certificate: tuple[Path, Path] | None = None,
    will: tuple[str, str] | None = None,
    will_retained: bool = False,
    clean: bool = True,
    session_seconds: int = 0,
    tls_version: ssl.TLSVersion | None = None,
) -> Probe:
    """Try a listener; return once it has answered or refused."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id if client_id is not None else user or "",
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    if user is not None:
        client.username_pw_set(user, password)
    if will is not None:
        client.will_set(will[0], will[1], qos=1, retain=will_retained)
    if entrance in {Entrance.TLS, Entrance.CERTIFICATE}:
        context = ssl.create_default_context(cadata=broker.authority.pem)
        if tls_version is not None:
            context.minimum_version = context.maximum_version = tls_version
        if certificate is not None:
            context.load_cert_chain(*certificate)
        client.tls_set_context(context)
    probe, told = Probe(client), threading.Event()

    def on_connect(_c: Any, _u: Any, _f: Any, reason: Any, properties: Any) -> None:
        probe.answer = reason.value
        probe.given_id = getattr(properties, "AssignedClientIdentifier", None)
        told.set()

    def on_disconnect(*_: Any) -> None:
        probe.ended.set()
        told.set()

    client.on_connect, client.on_disconnect = on_connect, on_disconnect
    client.on_message = lambda _c, _u, m: probe.received.append((m.topic, bytes(m.payload)))
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = session_seconds
    port = {
        Entrance.PLAIN: broker.port,
        Entrance.TLS: broker.tls_port,
        Entrance.CERTIFICATE: broker.certificate_port,
        Entrance.GATEWAY: broker.gateway_port,
    }[entrance]
    try:
        client.connect("127.0.0.1", port, clean_start=clean, properties=properties)
    except (ssl.SSLError, ConnectionError):
        probe.ended.set()
        return probe
    client.loop_start()
    assert told.wait(10), f"{entrance} did not answer"
    if probe.answer != 0:
        client.loop_stop()
    return probe


def a_certificate(folder: Path, authority: pki.Authority, name: str) -> tuple[Path, Path, int]:
    """Write a certificate of an authority and its key; return both files and the serial number."""
    key, request = pki.new_request(name)
    issued = pki.sign_device(authority, request, name=name, at=clock.now())
    certificate, private = folder / f"{name}-{issued.serial}.crt", folder / f"{name}-{issued.serial}.key"
    certificate.write_text(issued.pem)
    private.write_bytes(key)
    return certificate, private, issued.serial


def settle(seconds: float = 0.5) -> None:
    """Give what must not arrive the time to arrive."""
    time.sleep(seconds)
