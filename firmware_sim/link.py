"""One MQTT 5 connection of a device: how it is made and what the broker allows on it."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from firmware_sim.errors import CredentialsError
from firmware_sim.protocol import MAX_PAYLOAD, Topics

KEEPALIVE_SECONDS = 30
MOST_IN_FLIGHT = 16
"""Messages without a PUBACK, at most; the broker's receive maximum may lower it."""
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Broker:
    """Where to connect; `tls` switches encryption on."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Limits:
    """What one connection may carry."""

    in_flight: int
    payload_bytes: int


def tls_context(ca: Path, certificate: Path | None = None, key: Path | None = None) -> ssl.SSLContext:
    """Trust brokers signed by `ca`; with a certificate the device proves itself with it.

    Raises:
        CredentialsError: a file is missing or no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=str(ca))
        if certificate is not None:
            context.load_cert_chain(str(certificate), str(key) if key is not None else None)
    except OSError as error:
        raise CredentialsError(f"cannot use the certificates ({ca}): {error}") from error
    return context


def new_link(topics: Topics, secret: str, broker: Broker, last_will: bytes) -> Client:
    """Return a client for one connection; a fresh one each time, so nothing stale is resent."""
    mqtt = Client(
        CallbackAPIVersion.VERSION2,
        client_id=topics.device,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    mqtt.username_pw_set(topics.device, secret)
    mqtt.will_set(topics.state, last_will, qos=1, retain=True)
    mqtt.connect_timeout = _CONNECT_SECONDS
    mqtt.max_inflight_messages_set(MOST_IN_FLIGHT)
    if broker.tls is not None:
        mqtt.tls_set_context(broker.tls)
    return mqtt


def open_link(mqtt: Client, broker: Broker) -> None:
    """Connect with a clean session; the answer arrives at `on_connect`.

    Raises:
        OSError: nobody listens there, or the certificate does not hold.
    """
    properties = properties_of(PacketTypes.CONNECT)
    properties.ReceiveMaximum = MOST_IN_FLIGHT
    properties.MaximumPacketSize = MAX_PAYLOAD
    mqtt.connect(
        broker.host,
        broker.port,
        keepalive=KEEPALIVE_SECONDS,
        clean_start=True,
        properties=properties,
    )


def properties_of(packet_type: int) -> Properties:
    """Return an empty set of MQTT 5 properties for this type of packet."""
    return Properties(packet_type)  # type: ignore[no-untyped-call]  # paho leaves it untyped


def limits_of(connack: Properties | None, topics: Topics) -> Limits:
    """Return what the broker's CONNACK leaves of our own limits."""
    allowed = int(getattr(connack, "ReceiveMaximum", MOST_IN_FLIGHT))
    packet = int(getattr(connack, "MaximumPacketSize", 2 * MAX_PAYLOAD))
    overhead = len(topics.telemetry) + 32
    return Limits(
        in_flight=max(1, min(MOST_IN_FLIGHT, allowed)),
        payload_bytes=max(256, min(MAX_PAYLOAD, packet - overhead)),
    )
