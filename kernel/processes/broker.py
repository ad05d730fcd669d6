"""A private Mosquitto with a listener for devices and one for gateways."""

import base64
import hashlib
import os
import pwd
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kernel.processes.binaries import Program
from kernel.processes.layout import Layout, write_private
from kernel.processes.probes import accepts_tcp
from kernel.processes.supervisor import Process

PACKET_LIMIT_BYTES = 256 * 1024
"""Above the gateway's own limit of 64 KiB, so that an oversize payload becomes a dead letter and not a lost one."""

QUEUE_LIMIT_BYTES = 1024**3
HASH_ROUNDS = 101


@dataclass(frozen=True)
class Broker:
    """Where a private broker lies and how to reach it."""

    program: Program
    folder: Path
    host: str
    device_port: int
    gateway_port: int
    gateways: Mapping[str, str]
    """Passwords of the gateway replicas by user name."""

    @property
    def password_file(self) -> Path:
        """Users and password hashes; the gateway writes the devices' lines."""
        return self.folder / "passwords"

    @property
    def acl_file(self) -> Path:
        """What each user may publish and read; the gateway writes the devices' lines."""
        return self.folder / "acl"

    @property
    def pid_file(self) -> Path:
        """The number to send SIGHUP to after the two files have changed."""
        return self.folder / "pid"

    def make(self) -> None:
        """Write the configuration, and the gateways' own lines before those of the devices that are known."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        own = [password_line(user, password) for user, password in self.gateways.items()]
        write_private(self.password_file, "\n".join([*own, *self._lines_of_devices()]) + "\n")
        if not self.acl_file.exists():
            write_private(self.acl_file, self.gateway_acl())
        write_private(self.folder / "mosquitto.conf", self._configuration())

    def gateway_acl(self) -> str:
        """Return the part of the access list that lets the gateways work."""
        return "".join(f"user {user}\ntopic readwrite fieldhand/#\n\n" for user in self.gateways)

    def _lines_of_devices(self) -> list[str]:
        if not self.password_file.exists():
            return []
        lines = self.password_file.read_text().splitlines()
        return [line for line in lines if line and line.partition(":")[0] not in self.gateways]

    def _configuration(self) -> str:
        return f"""\
per_listener_settings false
allow_anonymous false
password_file {self.password_file}
acl_file {self.acl_file}
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

# Devices: the client id is the user name, so that none can take over another's session.
listener {self.device_port} {self.host}
use_username_as_clientid true

# Gateways, on this machine only.
listener {self.gateway_port} 127.0.0.1
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


def private_broker(
    layout: Layout, program: Program, *, device_port: int, gateway_port: int, host: str = "127.0.0.1"
) -> Broker:
    """Describe the broker of one `var`."""
    return Broker(
        program=program,
        folder=layout.var / "mosquitto",
        host=host,
        device_port=device_port,
        gateway_port=gateway_port,
        gateways={"gateway-1": layout.secret("mqtt-gateway-1")},
    )
