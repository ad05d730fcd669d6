"""A world of its own for each run: private PostgreSQL and Mosquitto in a fresh folder, a tenant with devices."""

import os
import resource
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.ingest import packets
from iot_gateway.partitions import maintain_partitions
from iot_gateway.service import devices as device_service
from kernel import migrate
from kernel.db import Login, Tenant, transaction
from kernel.ids import new_id
from kernel.processes.broker import Broker, password_line
from kernel.processes.layout import write_private
from kernel.processes.resolve import Service
from kernel.processes.services import PrivateServices
from kernel.processes.supervisor import Process, State, Supervisor
from kernel.processes.up import fieldhand
from kernel.settings import get_settings

ROOT = Path(__file__).resolve().parents[2]
GATEWAYS = tuple(f"gateway-{number}" for number in range(1, 5))
LOADS = ("gateway-load-1", "gateway-load-2")
PROBE, NAIVE, NODE_RED = "gateway-probe", "gateway-naive", "gateway-nodered"
USERS = (*GATEWAYS, *LOADS, PROBE, NAIVE, NODE_RED)
"""Their names begin as those of gateways do, so that the gateway keeps their lines in the broker's files."""

TRIES = 5
EMPTIED = "telemetry, telemetry_batch, telemetry_last, telemetry_mark, telemetry_dead_letter"


class StuckError(Exception):
    """Something did not come about in its time; its message says what, with the end of the log."""


@dataclass
class World:
    """Where everything runs, and how to start a part of it."""

    environment: dict[str, str]
    admin_url: str
    supervisor: Supervisor
    broker: Broker
    folder: Path
    tenant: str = ""
    devices: tuple[str, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    """Passwords of the devices by name, those of the users of `USERS` too."""
    boot: int = 0

    def settle(self, device_count: int) -> None:
        """Make tenant, devices and users; the database has its schema already."""
        maintain_partitions()
        tenant_id, self.tenant = new_id(), f"bench{secrets.token_hex(4)}"
        with transaction(Login.SYSTEM) as session:
            session.add(Tenant(id=tenant_id, slug=self.tenant, name="Benchmark"))
        names = [f"{self.tenant}-{number:05d}" for number in range(device_count)]
        for start in range(0, device_count, 1000):
            with transaction(tenant_id=tenant_id) as session:
                for name in names[start : start + 1000]:
                    _, self.secrets[name] = device_service.provision_device(
                        session, name=name, model="pump", sampling_seconds=10
                    )
        self.devices = tuple(names)
        self._let_users_in()

    def _let_users_in(self) -> None:
        broker = self.broker
        self.secrets |= dict(broker.gateways)
        passwords = broker.gateway_password_file
        rights = broker.gateway_acl_file
        fresh = [user for user in USERS if user not in broker.gateways]
        self.secrets |= {user: secrets.token_urlsafe(24) for user in fresh}
        kept = [line for line in passwords.read_text().splitlines() if line.partition(":")[0] not in fresh]
        lines = [*kept, *(password_line(user, self.secrets[user]) for user in fresh)]
        write_private(passwords, "\n".join(lines) + "\n")
        rules = "".join(f"user {user}\ntopic readwrite fieldhand/#\n\n" for user in fresh)
        write_private(rights, rights.read_text() + rules)
        self.supervisor.signal("mosquitto", 1)
        wait(lambda: self._accepts(USERS[-1]), seconds=10, what="the broker to take the load's user")
        self.forget(*USERS)

    def _accepts(self, user: str) -> bool:
        try:
            self.forget(user)
        except (OSError, packets.RefusedError):
            return False
        return True

    def next_boot(self) -> int:
        """Return a boot number that no record has had yet."""
        self.boot += 1
        return self.boot

    def forget(self, *users: str) -> None:
        """End the sessions of these users at the broker, with what is queued in them."""
        for user in users:
            packets.forget_session("127.0.0.1", self.broker.gateway_port, user, self.secrets[user])

    def connect(self) -> psycopg.Connection[Any]:
        """Return a superuser's connection that commits by itself."""
        return psycopg.connect(self.admin_url, autocommit=True, application_name="benchmark")

    def empty(self) -> None:
        """Empty the tables of telemetry and write out what is dirty, so that each measurement finds the same."""
        with self.connect() as connection:
            for attempt in range(1, TRIES + 1):
                try:
                    connection.execute(f"TRUNCATE {EMPTIED}")
                except psycopg.errors.DeadlockDetected:  # with a gateway that reads the tables in another order
                    if attempt == TRIES:
                        raise
                else:
                    break
            connection.execute("CHECKPOINT")

    def start_gateway(self, user: str = GATEWAYS[0]) -> int:
        """Start a gateway under its fixed user and return its process number once it is connected."""
        own = {
            "FIELDHAND_MQTT_GATEWAY_USER": user,
            "FIELDHAND_MQTT_GATEWAY_PASSWORD": self.secrets[user],
            "FIELDHAND_LOG_LEVEL": "INFO",
            "PYTHONPATH": str(ROOT),
        }
        return self.start(user, fieldhand("gateway"), own, line="broker_connected")

    def start(
        self, name: str, command: Sequence[str], environment: dict[str, str], *, line: str, folder: Path = ROOT
    ) -> int:
        """Start a process, wait for a line of its log, return its number."""
        process = Process(
            name=name,
            command=tuple(command),
            environment=self.environment | environment,
            ready_line=line,
            folder=folder,
            start_seconds=60.0,
            stop_seconds=10.0,
        )
        self.supervisor.add(process)
        self._ready(name)
        return self.pid(name)

    def _ready(self, name: str) -> None:
        """Wait for one process; the supervisor's own waiting minds others that were stopped on purpose."""

        def settled() -> bool:
            state = self.supervisor.states()[name]
            if state is State.FAILED or self._restarted(name):
                raise StuckError(self.supervisor.failure(name))
            return state is State.READY

        wait(settled, seconds=60, what=f"{name} to be ready")

    def stop(self, *names: str) -> None:
        """Stop processes started here and end their sessions at the broker."""
        running = [name for name in names if name in self.supervisor.states()]
        for name in running:
            self.supervisor.stop_process(name)
        self.forget(*running)

    def pid(self, name: str) -> int:
        """Return the number of a running process.

        Raises:
            StuckError: it is not running.
        """
        pid = self.supervisor.pid(name)
        if pid is None or self._restarted(name):
            raise StuckError(f"{name} has ended: {self.supervisor.failure(name)}")
        return pid

    def _restarted(self, name: str) -> bool:
        """Tell whether a process under test ended and came back; a broker that is shared may have, before us."""
        return name in USERS and self.supervisor.restarts(name) > 0

    def fresh_broker(self) -> int:
        """Start the broker anew without anything that it remembers; return its process number."""
        self.supervisor.stop_process("mosquitto")
        (self.broker.folder / "data/mosquitto.db").unlink(missing_ok=True)
        self.supervisor.start_process("mosquitto")
        self._ready("mosquitto")
        return self.pid("mosquitto")

    def postgres_log(self) -> str:
        """Return what the server complained of."""
        return self.supervisor.log_path("postgres").read_text(errors="replace")


@contextmanager
def open_world(device_count: int) -> Iterator[World]:
    """Run private services with their production settings in a fresh folder, and remove all of it at the end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = Path(tempfile.mkdtemp(prefix="fieldhand-bench-"))
    folder.chmod(0o711)
    for name in [name for name in os.environ if name.startswith("FIELDHAND_")]:
        del os.environ[name]
    try:
        wanted = (Service.POSTGRES, Service.MOSQUITTO)
        with PrivateServices(folder / "var", wanted, ephemeral_ports=True) as services:
            environment = services.environment | {"FIELDHAND_REDIS_URL": "redis://127.0.0.1:1/0"}
            os.environ.update(environment | {"FIELDHAND_LOG_LEVEL": "WARNING"})
            get_settings.cache_clear()
            if services.cluster is None or services.broker is None:
                raise StuckError("PostgreSQL and Mosquitto are needed here")
            migrate.upgrade()
            admin_url = services.cluster.url(services.database_name)
            world = World(environment, admin_url, services.supervisor, services.broker, folder)
            world.settle(device_count)
            try:
                yield world
            finally:
                stop_all(world)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def stop_all(world: World) -> None:
    """Stop what is left of the processes under test; the services end with their context."""
    for name, state in world.supervisor.states().items():
        if name in USERS and state is not State.STOPPED:
            world.supervisor.stop_process(name)


def wait(condition: Callable[[], bool], *, seconds: float, what: str, every: float = 0.02) -> None:
    """Wait until a condition holds.

    Raises:
        StuckError: it did not in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StuckError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(every)


def say(text: str) -> None:
    """Tell on the error output what is being measured."""
    print(f"  .. {text}", file=sys.stderr, flush=True)
