"""A private Mosquitto: listeners for devices (plain, TLS, TLS with certificates) and one for gateways.

The settings are per listener, so that a device's password opens no gateway listener and a gateway's no device listener
(docs/decisions/0009-broker-listeners.md).
"""

import base64
import contextlib
import hashlib
import os
import pwd
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kernel import clock, pki
from kernel.processes.binaries import Program
from kernel.processes.layout import Layout, write_private
from kernel.processes.probes import accepts_tcp
from kernel.processes.rights import gateway_rights
from kernel.processes.supervisor import Process

PACKET_LIMIT_BYTES = 256 * 1024
"""Above the gateway's own limit of 64 KiB, so that an oversize payload becomes a dead letter and not a lost one."""

QUEUE_LIMIT_BYTES = 1024**3
HASH_ROUNDS = 101
ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


@dataclass(frozen=True)
class Broker:
    """Where a private broker lies and how to reach it."""

    program: Program
    folder: Path
    host: str
    device_port: int
    gateway_port: int
    tls_host: str
    tls_port: int
    certificate_port: int
    authority: Path
    """Folder of the certificate authority, with the broker's own certificate."""
    gateways: Mapping[str, str]
    """Passwords of the gateway replicas by user name."""

    @property
    def password_file(self) -> Path:
        """Devices and their password hashes; the gateway writes it."""
        return self.folder / "passwords"

    @property
    def acl_file(self) -> Path:
        """What each device may publish and read; the gateway writes it."""
        return self.folder / "acl"

    @property
    def gateway_password_file(self) -> Path:
        """Gateway replicas and their password hashes."""
        return self.folder / "gateway-passwords"

    @property
    def gateway_acl_file(self) -> Path:
        """What the gateways may publish and read."""
        return self.folder / "gateway-acl"

    @property
    def pid_file(self) -> Path:
        """The number to send SIGHUP to after files have changed."""
        return self.folder / "pid"

    def make(self) -> None:
        """Write the configuration and the gateways' accounts; keep the devices that are known."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        for path in (self.password_file, self.acl_file):
            if not path.exists():
                write_private(path, "")
        own = [password_line(user, password) for user, password in self.gateways.items()]
        write_private(self.gateway_password_file, "".join(f"{line}\n" for line in own))
        write_private(self.gateway_acl_file, "".join(gateway_rights(user) for user in self.gateways))
        write_private(self.folder / "mosquitto.conf", self._configuration())

    def _configuration(self) -> str:
        devices = f"allow_anonymous false\npassword_file {self.password_file}\nacl_file {self.acl_file}"
        tls = f"certfile {self.authority}/server.crt\nkeyfile {self.authority}/server.key\ntls_version tlsv1.2"
        return f"""\
per_listener_settings true
user {running_user()}

persistence true
persistence_location {self.folder}/data/
autosave_interval 1
persistent_client_expiration 14d

max_packet_size {PACKET_LIMIT_BYTES}
max_queued_messages 0
max_queued_bytes {QUEUE_LIMIT_BYTES}
max_inflight_messages 0
set_tcp_nodelay true
log_dest stdout
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages false

# Devices on this machine: the client id is the user name, so that none can take over another's session.
listener {self.device_port} {self.host}
use_username_as_clientid true
{devices}

# Devices with a secret, encrypted.
listener {self.tls_port} {self.tls_host}
{tls}
use_username_as_clientid true
{devices}

# Devices with a certificate: its common name is user name and client id.
listener {self.certificate_port} {self.tls_host}
{tls}
cafile {self.authority}/ca.crt
crlfile {self.authority}/crl.pem
require_certificate true
use_identity_as_username true
use_username_as_clientid true
{devices}

# Gateways, on this machine only. They may take any client id: so they end the session of a device that is shut out.
listener {self.gateway_port} 127.0.0.1
allow_anonymous false
password_file {self.gateway_password_file}
acl_file {self.gateway_acl_file}
"""

    def process(self) -> Process:
        """Describe the broker for the supervisor."""
        return Process(
            name="mosquitto",
            command=(str(self.program.path), "-c", str(self.folder / "mosquitto.conf")),
            environment=self.program.environment,
            ready=lambda: accepts_tcp("127.0.0.1", self.gateway_port),
            folder=self.folder,
            pid_file=self.pid_file,
            stop_signal=signal.SIGTERM,
        )


def running_user() -> str:
    """Return the name to stay with; Mosquitto started by root would become another user and lose its files."""
    return pwd.getpwuid(os.geteuid()).pw_name


def password_line(user: str, password: str) -> str:
    """Return a line of a Mosquitto 2 password file (PBKDF2 with SHA-512)."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ROUNDS)
    return f"{user}:$7${HASH_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def broker_names(tls_host: str) -> list[str]:
    """Return what devices may call this machine: its loopback, its name, and its address on the network."""
    name = socket.gethostname()
    names = ["localhost", "127.0.0.1", "::1", name, *([f"{name}.local"] if "." not in name else [])]
    if tls_host not in ANYWHERE:
        names.append(tls_host)
    else:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
            route.connect(("192.0.2.1", 9))  # sends nothing: it only picks the address that would be used
            names.append(route.getsockname()[0])
    return [name for name in names if name.isascii()]


def private_broker(
    layout: Layout,
    program: Program,
    *,
    device_port: int,
    gateway_port: int,
    tls_port: int,
    certificate_port: int,
    host: str = "127.0.0.1",
    tls_host: str = "127.0.0.1",
) -> Broker:
    """Describe the broker of one `var`, with an authority and a certificate that are made where they are missing."""
    pki.ensure(layout.var / "ca", broker_names(tls_host), at=clock.now())
    return Broker(
        program=program,
        folder=layout.var / "mosquitto",
        host=host,
        device_port=device_port,
        gateway_port=gateway_port,
        tls_host=tls_host,
        tls_port=tls_port,
        certificate_port=certificate_port,
        authority=layout.var / "ca",
        gateways={"gateway-1": layout.secret("mqtt-gateway-1")},
    )
