"""The reference client on its own: silence, encryption, and a broker that says no."""

import datetime
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firmware_sim.buffer import RingBuffer
from firmware_sim.client import DeviceClient
from firmware_sim.link import Broker, tls_context
from firmware_sim.memory import Memory
from firmware_sim.protocol import Answer, Status, Topics
from tests.conftest import wait_for
from tests.integration.firmware_sim.platform import Platform


@contextmanager
def a_broker(folder: Path, *lines: str) -> Iterator[int]:
    """Run a Mosquitto of our own configuration on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text("\n".join([f"listener {port} 127.0.0.1", "persistence false", *lines]), encoding="utf-8")
    process = subprocess.Popen([find_program(), "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        assert wait_for(lambda: accepts(port), seconds=60)
        yield port
    finally:
        process.terminate()
        process.wait()


def find_program() -> str:
    return shutil.which("mosquitto") or "/usr/sbin/mosquitto"


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def a_client(broker: Broker, *, silence_seconds: float = 30.0) -> DeviceClient:
    return DeviceClient(
        Topics("demo", "lonely-1"),
        model="pump",
        secret="s",
        broker=broker,
        memory=Memory(None),
        buffer=RingBuffer(100, 50),
        handler=lambda command: Answer(command.id, Status.ACKED),
        silence_seconds=silence_seconds,
    )


def drive(client: DeviceClient, until: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Run the client's event loop until something holds; say whether it came to hold."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not until():
        client.tick(time.monotonic())
        sock = client.socket()
        if sock is None:
            time.sleep(0.02)
            continue
        writers = [sock] if client.wants_write() else []
        readable, writable, _ = select.select([sock], writers, [], 0.02)
        if writable:
            client.write()
        if readable:
            client.read()
    return until()


def test_silence_makes_the_device_send_everything_again(tmp_path: Path) -> None:
    with a_broker(tmp_path, "allow_anonymous true") as port:
        client = a_client(Broker("127.0.0.1", port), silence_seconds=0.3)
        for ts in range(5):
            client.measure(ts, {"value": 1.0})

        assert drive(client, lambda: client.counts.resent >= 10)

        assert client.counts.published == 5
        assert client.buffer.unacked == 5
        client.close()


def test_what_nobody_was_there_to_hear_is_sent_again_in_order_before_anything_new(tmp_path: Path) -> None:
    with a_broker(tmp_path, "allow_anonymous true") as port:
        client = a_client(Broker("127.0.0.1", port))
        client.report(1, "door_open", {})
        client.measure(1, {"value": 1.0})
        assert drive(client, lambda: client.counts.unheard >= 2)
        for ts in range(2, 6):
            client.measure(ts, {"value": 1.0})

        with Platform("127.0.0.1", port, "platform", "") as platform:
            assert drive(client, lambda: client.idle)

        assert [record["ts"] for record in platform.records.values()] == [1, 2, 3, 4, 5]
        assert [body["kind"] for _, body in platform.events] == ["door_open"]
        assert all(body["online"] for _, body in platform.states)
        client.close()


def test_an_ack_that_frees_nothing_is_no_sign_of_life(tmp_path: Path) -> None:
    with (
        a_broker(tmp_path, "allow_anonymous true") as port,
        Platform("127.0.0.1", port, "platform", "") as platform,
    ):
        platform.acking = False
        client = a_client(Broker("127.0.0.1", port), silence_seconds=0.5)
        client.measure(1, {"value": 1.0})
        assert drive(client, lambda: bool(platform.records))
        client.measure(2, {"value": 1.0})

        def repeat_the_ack() -> bool:
            platform.say(client.topics.ack, {"boot": client.boot, "seq": 0})
            return client.counts.resent >= 2

        assert drive(client, repeat_the_ack)
        client.close()


def test_a_small_receive_maximum_is_respected_and_nothing_stalls(tmp_path: Path) -> None:
    with (
        a_broker(tmp_path, "allow_anonymous true", "max_inflight_messages 1") as port,
        Platform("127.0.0.1", port, "platform", ""),
    ):
        client = a_client(Broker("127.0.0.1", port))
        for ts in range(20):
            client.report(ts, "door_open", {})
        client.measure(1, {"value": 1.0})

        assert drive(client, lambda: not client.buffer.waiting and client.counts.published == 1)
        client.close()


def test_a_refused_device_keeps_trying_and_keeps_its_records(tmp_path: Path) -> None:
    with a_broker(tmp_path, "allow_anonymous false") as port:
        client = a_client(Broker("127.0.0.1", port))
        client.measure(1, {"value": 1.0})

        assert not drive(client, lambda: client.online, seconds=2.0)

        assert "uthor" in client.last_error
        assert len(client.buffer) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho drops a failed handshake's socket
def test_tls_is_verified_against_the_given_authority(tmp_path: Path) -> None:
    trusted, _ = certificate(tmp_path, "trusted")
    other, _ = certificate(tmp_path, "other")
    lines = ["allow_anonymous true", f"certfile {trusted}", f"keyfile {tmp_path / 'trusted.key'}", "user root"]

    with a_broker(tmp_path, *lines) as port:
        good = a_client(Broker("127.0.0.1", port, tls_context(trusted)))
        bad = a_client(Broker("127.0.0.1", port, tls_context(other)))

        assert drive(good, lambda: good.online)
        good.close()
        assert not drive(bad, lambda: bad.online, seconds=1.0)
        assert "certificate" in bad.last_error.lower()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a self-signed certificate for the loopback address and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
