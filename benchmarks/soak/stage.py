"""The real processes of a soak as children of its own: PostgreSQL, broker, gateway, scorer; killed and started."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from kernel import db, migrate
from kernel.processes import database
from kernel.processes.broker import Broker, private_broker
from kernel.processes.children import Child, Guard, log_tail, spawn
from kernel.processes.layout import ROOT, Layout, Ports
from kernel.processes.postgres import DURABLE, private_cluster
from kernel.processes.resolve import Service, resolve
from kernel.processes.services import broker_environment
from kernel.processes.supervisor import Process
from kernel.processes.up import fieldhand
from kernel.settings import get_settings

DATABASE = "soak"
PROCESSES = ("postgres", "broker", "gateway", "scorer", "rollups")
START_SECONDS = 60.0


class Stage:
    """A context: inside it the processes run, and the settings of this process lead to them."""

    def __init__(self, var: Path, *, fsync: bool = True) -> None:
        """Use the folder `var`; without `fsync` the data survives every kill, but no power cut."""
        var.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.layout = Layout(var)
        self.layout.make()
        self._fsync = fsync
        self._processes: dict[str, Process] = {}
        self._children: dict[str, Child] = {}
        self.broker: Broker
        self.environment: dict[str, str] = {}
        self._guard = Guard()

    def __enter__(self) -> Self:
        """Make an empty database and start everything.

        Raises:
            TimeoutError: a process did not start.
        """
        found = resolve((Service.POSTGRES, Service.MOSQUITTO), self.layout)
        if found.postgres is None or found.mosquitto is None:
            raise LookupError("PostgreSQL and Mosquitto are needed")
        ports = Ports(self.layout.run / "ports.json", ephemeral=True)
        settings = DURABLE | ({} if self._fsync else {"fsync": "off"})
        self.cluster = private_cluster(
            self.layout, found.postgres, port=ports.choose("postgres", 54321), settings=settings
        )
        self.cluster.make()
        self.broker = private_broker(
            self.layout,
            found.mosquitto,
            device_port=ports.choose("mqtt", 1883),
            gateway_port=ports.choose("mqtt-gateway", 1884),
            tls_port=ports.choose("mqtt-tls", 8883),
            certificate_port=ports.choose("mqtt-certificates", 8884),
        )
        self.broker.make()
        self._processes = {"postgres": self.cluster.process(), "broker": self.broker.process()}
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def _open(self) -> None:
        self.start("postgres")
        passwords = database.Passwords(
            *(self.layout.secret(f"postgres-{name}") for name in ("app", "ingest", "system"))
        )
        database.bootstrap(self.cluster.url(), DATABASE, passwords)
        self.environment = self._settings(passwords)
        os.environ.update(self.environment)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a start compiles nothing anew, as where it is installed
        get_settings.cache_clear()
        db.engine.cache_clear()
        migrate.upgrade()
        environment = {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(self.layout.var / "bytecode")}
        commands = {
            "gateway": fieldhand("gateway"),
            "scorer": fieldhand("scorer"),
            "rollups": (sys.executable, "-P", "-m", "benchmarks.soak.calendar"),
        }
        for name, command in commands.items():
            self._processes[name] = Process(name=name, command=command, environment=environment)
        self.start("broker")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything."""
        self.close()

    def close(self) -> None:
        """End the processes, those that build on others first."""
        for name in reversed(PROCESSES):
            self.stop(name)
        self._guard.close()

    def start(self, name: str) -> None:
        """Start a process; PostgreSQL and broker take connections when this returns.

        Raises:
            TimeoutError: it did not come up.
        """
        process, deadline = self._processes[name], time.monotonic() + START_SECONDS
        while True:
            child = self._children.get(name)
            if child is None or child.poll() is not None:  # a server may refuse while remains of the last one leave
                self._spawn(name, process)
            if process.ready is None or process.ready():
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} does not start:\n{self.log_tail(name)}")
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """End a process as a crash would, and reap it: an unreaped postmaster blocks the next one."""
        child = self._children.pop(name)
        child.signal(signal.SIGKILL)
        child.wait(grace=10.0)

    def stop(self, name: str) -> None:
        """Ask a process to end."""
        child = self._children.pop(name, None)
        if child is not None:
            child.stop(grace=20.0)

    def signal_tree(self, name: str, number: int) -> None:
        """Signal a process and its children, such as the backends of PostgreSQL."""
        pid = self._children[name].pid
        for process in [*_children_of(pid), pid]:
            os.kill(process, number)

    def running(self, name: str) -> bool:
        """Tell whether a process runs."""
        return self._children[name].poll() is None

    def log_tail(self, name: str) -> str:
        """Return the last lines of a process's log."""
        return log_tail(self.layout.log / f"{name}.log")

    def query(self, statement: str, *values: object) -> tuple[object, ...] | None:
        """Return one row of a query of the superuser; None also while the database is away."""
        try:
            with psycopg.connect(self.cluster.url(DATABASE), connect_timeout=2) as connection:
                return connection.execute(statement, values).fetchone()
        except psycopg.OperationalError:
            return None

    def _spawn(self, name: str, process: Process) -> None:
        self._children[name] = spawn(
            name,
            process.command,
            environment={**(os.environ if process.inherit else {}), **process.environment},
            guard=self._guard,
            log=self.layout.log / f"{name}.log",
            record=self.layout.run / f"{name}.process.json",
            folder=process.folder,
            account=process.account,
            stop_signal=process.stop_signal,
        )
        if process.pid_file is not None:
            process.pid_file.write_text(f"{self._children[name].pid}\n")

    def _settings(self, passwords: database.Passwords) -> Mapping[str, str]:
        server = self.cluster.url()
        logins = {"": database.APP, "INGEST_": database.INGEST, "SYSTEM_": database.SYSTEM}
        return (
            {
                f"FIELDHAND_{prefix}DATABASE_URL": database.login_url(server, role, passwords.of(role), DATABASE)
                for prefix, role in logins.items()
            }
            | {
                "FIELDHAND_REDIS_URL": "redis://127.0.0.1:1/0",
                "FIELDHAND_SECRET_KEY": secrets.token_urlsafe(32),
                "FIELDHAND_VAR_DIR": str(self.layout.var),
                "FIELDHAND_LOG_LEVEL": os.environ.get("FIELDHAND_LOG_LEVEL", "WARNING"),
            }
            | broker_environment(self.broker)
        )


def _children_of(pid: int) -> list[int]:
    answer = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in answer.stdout.split()]
