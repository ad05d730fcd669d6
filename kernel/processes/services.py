"""PostgreSQL with PostGIS, Mosquitto and Redis for one `var` folder: started here unless their URLs are given."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from kernel.processes import database
from kernel.processes.binaries import PostgresPrograms, Program
from kernel.processes.broker import Broker, private_broker
from kernel.processes.cache import RedisServer, private_redis
from kernel.processes.layout import Layout, Ports
from kernel.processes.postgres import DURABLE, FORGETFUL, Cluster, private_cluster
from kernel.processes.refusals import SettingsIncomplete
from kernel.processes.resolve import Found, Service, resolve
from kernel.processes.supervisor import Process, State, Supervisor

DATABASE = "fieldhand"

GIVEN_BY: Mapping[Service, tuple[str, ...]] = {
    Service.POSTGRES: ("FIELDHAND_DATABASE_URL", "FIELDHAND_INGEST_DATABASE_URL", "FIELDHAND_SYSTEM_DATABASE_URL"),
    Service.MOSQUITTO: ("FIELDHAND_MQTT_HOST",),
    Service.REDIS: ("FIELDHAND_REDIS_URL",),
}
"""The settings that name a service elsewhere; with all of them set nothing is started for it."""


class Durability(StrEnum):
    """Whether the private cluster survives a power cut."""

    KEEP = "keep"
    FORGET = "forget"


def missing_services(environment: Mapping[str, str]) -> tuple[Service, ...]:
    """Return the services that no setting names.

    Raises:
        SettingsIncomplete: some of a service's settings are given and others are not.
    """
    wanted = []
    for service, names in GIVEN_BY.items():
        given = [name for name in names if environment.get(name)]
        if given and len(given) < len(names):
            absent = ", ".join(name for name in names if name not in given)
            raise SettingsIncomplete(f"{given[0]} is set but {absent} is not: give all of them or none")
        if not given:
            wanted.append(service)
    return tuple(wanted)


def broker_environment(broker: Broker) -> dict[str, str]:
    """Return the settings that lead to a private broker and its files."""
    user, password = next(iter(broker.gateways.items()))
    return {
        "FIELDHAND_MQTT_HOST": "127.0.0.1",
        "FIELDHAND_MQTT_PORT": str(broker.device_port),
        "FIELDHAND_MQTT_GATEWAY_PORT": str(broker.gateway_port),
        "FIELDHAND_MQTT_GATEWAY_USER": user,
        "FIELDHAND_MQTT_GATEWAY_PASSWORD": password,
        "FIELDHAND_MQTT_PASSWORD_FILE": str(broker.password_file),
        "FIELDHAND_MQTT_ACL_FILE": str(broker.acl_file),
        "FIELDHAND_MQTT_TLS_PORT": str(broker.tls_port),
        "FIELDHAND_MQTT_CERTIFICATE_PORT": str(broker.certificate_port),
        "FIELDHAND_MQTT_GATEWAY_PASSWORD_FILE": str(broker.gateway_password_file),
        "FIELDHAND_MQTT_GATEWAY_ACL_FILE": str(broker.gateway_acl_file),
        "FIELDHAND_MQTT_CRL_FILE": str(broker.authority / "crl.pem"),
        "FIELDHAND_CA_DIR": str(broker.authority),
        "FIELDHAND_MQTT_RELOAD_PID_FILE": str(broker.pid_file),
    }


@dataclass
class PrivateServices:
    """The services of one `var` folder, as a context: inside it they run and `environment` tells where.

    Attributes:
        environment: The FIELDHAND_* variables of the services started here, and of the keys generated here.
        supervisor: Runs the services; further processes can be added to it.
    """

    var: Path
    wanted: tuple[Service, ...] = tuple(Service)
    durability: Durability = Durability.KEEP
    ephemeral_ports: bool = False
    database_name: str = DATABASE
    device_host: str = "127.0.0.1"
    device_port: int = 1883
    tls_host: str = "127.0.0.1"
    tls_port: int = 8883
    gateways: int = 1
    """Replicas of the gateway that may log in, and those of an earlier start whose sessions may hold messages."""
    on_change: Callable[[str, State], None] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    supervisor: Supervisor = field(init=False)
    cluster: Cluster | None = field(init=False, default=None)
    broker: Broker | None = field(init=False, default=None)
    redis: RedisServer | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Prepare the supervisor; nothing runs yet."""
        self.layout = Layout(self.var.absolute())
        self.supervisor = Supervisor(self.layout, on_change=self.on_change)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Find, configure and start the services, and wait until all are ready.

        Raises:
            ServicesMissing: a service is not on this machine and cannot be brought onto it.
            ProcessFailed: a service did not start.
        """
        found = resolve(self.wanted, self.layout)
        with ExitStack() as stack:
            stack.enter_context(self.supervisor)
            self._ports = Ports(self.layout.run / "ports.json", ephemeral=self.ephemeral_ports)
            self.environment |= {
                "FIELDHAND_SECRET_KEY": os.environ.get("FIELDHAND_SECRET_KEY") or self.layout.secret("token-key"),
                "FIELDHAND_VAR_DIR": str(self.layout.var),
            }
            processes = self._prepare(found)
            self.supervisor.add(*processes)
            self.supervisor.wait(*(process.name for process in processes))
            if self.cluster is not None:
                database.bootstrap(self.cluster.url(), self.database_name, self._passwords())
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything that the supervisor runs."""
        self._stack.close()

    def database_environment(self, name: str) -> dict[str, str]:
        """Return the settings that point the three logins at a database of the private cluster."""
        if self.cluster is None:
            raise LookupError("no private cluster runs here")
        passwords, server = self._passwords(), self.cluster.url()
        logins = {"": database.APP, "INGEST_": database.INGEST, "SYSTEM_": database.SYSTEM}
        return {
            f"FIELDHAND_{prefix}DATABASE_URL": database.login_url(server, role, passwords.of(role), name)
            for prefix, role in logins.items()
        }

    def _passwords(self) -> database.Passwords:
        secret = self.layout.secret
        return database.Passwords(
            app=secret("postgres-app"), ingest=secret("postgres-ingest"), system=secret("postgres-system")
        )

    def _prepare(self, found: Found) -> list[Process]:
        processes = []
        if found.postgres is not None:
            processes.append(self._prepare_postgres(found.postgres))
        if found.mosquitto is not None:
            processes.append(self._prepare_broker(found.mosquitto))
        if found.redis is not None:
            processes.append(self._prepare_redis(found.redis))
        return processes

    def _prepare_postgres(self, programs: PostgresPrograms) -> Process:
        settings = DURABLE if self.durability is Durability.KEEP else FORGETFUL
        port = self._ports.choose("postgres", 54321)
        self.cluster = private_cluster(self.layout, programs, port=port, settings=settings)
        self.cluster.make()
        self.environment |= self.database_environment(self.database_name)
        return self.cluster.process()

    def _prepare_broker(self, program: Program) -> Process:
        self.broker = private_broker(
            self.layout,
            program,
            device_port=self._ports.choose("mqtt", self.device_port),
            gateway_port=self._ports.choose("mqtt-gateway", self.device_port + 1),
            tls_port=self._ports.choose("mqtt-tls", self.tls_port),
            certificate_port=self._ports.choose("mqtt-certificates", self.tls_port + 1),
            host=self.device_host,
            tls_host=self.tls_host,
        )
        self.broker = replace(self.broker, gateways=self._gateway_accounts())
        self.broker.make()
        self.environment |= broker_environment(self.broker)
        return self.broker.process()

    def _gateway_accounts(self) -> dict[str, str]:
        """Return the passwords of `gateway-1`, `gateway-2`, ...; what was ever given out stays."""
        made = [int(path.name.rpartition("-")[2]) for path in self.layout.secrets.glob("mqtt-gateway-[0-9]*")]
        numbers = range(1, max(self.gateways, *made, 1) + 1)
        return {f"gateway-{number}": self.layout.secret(f"mqtt-gateway-{number}") for number in numbers}

    def _prepare_redis(self, program: Program) -> Process:
        self.redis = private_redis(self.layout, program, port=self._ports.choose("redis", 63790))
        self.redis.make()
        self.environment["FIELDHAND_REDIS_URL"] = self.redis.url
        return self.redis.process()
