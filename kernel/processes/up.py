"""`fieldhand up`: services, schema, demo data and every process on this machine, behind one address."""

import json
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from kernel.processes.layout import ROOT, Layout, next_free_port, port_is_free, write_private
from kernel.processes.probes import http_answers
from kernel.processes.refusals import PortTaken
from kernel.processes.services import PrivateServices, missing_services
from kernel.processes.supervisor import ADDRESS, Process, State, Supervisor

PROGRAM = "backend.cli.main"
"""Started by name: it belongs to a floor above."""

MOBILE_APP = "mobile_api.app:create_app"
USUAL_PORT = 8000
DEVICES = Path("secrets/devices.json")
"""Names and secrets of the demo company's devices, below `var`; written by `seed`."""


@dataclass(frozen=True)
class Plan:
    """What the person asked for."""

    var: Path = ROOT / "var"
    host: str = "127.0.0.1"
    port: int | None = None
    seed: bool = True
    simulate: bool = True
    gateways: int = 1


def fieldhand(*arguments: str) -> tuple[str, ...]:
    """Return the command line of one of Fieldhand's own subcommands."""
    return (sys.executable, "-P", "-m", PROGRAM, *arguments)


def choose_port(plan: Plan) -> int:
    """Return the port for people.

    Raises:
        PortTaken: the one that was asked for is somebody else's.
    """
    if plan.port is None:
        return next_free_port(USUAL_PORT, plan.host)
    if not port_is_free(plan.port, plan.host):
        raise PortTaken(
            f"port {plan.port} on {plan.host} is taken by another program: "
            "stop it, name another with --port, or leave --port out to take the next free one"
        )
    return plan.port


def public_url(host: str, port: int) -> str:
    """Return the address that people open."""
    name = socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def app_environment(services: PrivateServices, *, host: str, port: int) -> dict[str, str]:
    """Return what every process of Fieldhand has to know."""
    return services.environment | {
        "FIELDHAND_HOST": host,
        "FIELDHAND_PORT": str(port),
        "FIELDHAND_PUBLIC_URL": public_url(host, port),
        "FIELDHAND_MOUNT_MOBILE": MOBILE_APP,
        "FIELDHAND_WEB_DIST": str(ROOT / "web/dist"),
        "PYTHONPATH": str(ROOT),
    }


def migration(environment: dict[str, str]) -> Process:
    """Describe the step that brings the schema and the partitions up to date."""
    return Process(name="migrate", command=fieldhand("migrate"), environment=environment, one_shot=True)


def partitioning(environment: dict[str, str]) -> Process:
    """Describe the step that makes the partitions of the coming days, where the schema is known to be current."""
    return Process(name="partitions", command=fieldhand("partitions"), environment=environment, one_shot=True)


def seeding(environment: dict[str, str]) -> Process:
    """Describe the step that fills an empty system with the demo company."""
    return Process(name="seed", command=fieldhand("seed"), environment=environment, one_shot=True, after=("migrate",))


def app_processes(environment: dict[str, str], *, step: str = "migrate", simulate: bool = True) -> list[Process]:
    """Describe the processes of Fieldhand itself: the one people wait for first, the others once it answers.

    `step` prepares the database; with the schema known to be current only the gateway has to wait for it.
    """
    host, port = environment["FIELDHAND_HOST"], environment["FIELDHAND_PORT"]
    probed = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    health = f"http://{f'[{probed}]' if ':' in probed else probed}:{port}/healthz"

    def process(name: str, *arguments: str, line: str = "", after: tuple[str, ...] = ("api",)) -> Process:
        command = fieldhand(name, *arguments)
        return Process(name=name, command=command, environment=environment, ready_line=line, after=after)

    listed = [
        replace(process("api", after=("migrate",) if step == "migrate" else ()), ready=lambda: http_answers(health)),
        process("gateway", line="broker_connected", after=(step,)),
        process("scorer", line="scorer_started", after=("api", step)),
        process("relay"),
        process("worker", line="worker_started"),
        process("beat"),
    ]
    var = Path(environment["FIELDHAND_VAR_DIR"])
    known = ("--credentials", str(var / DEVICES), "--scenario", "demo", "--state-dir", str(var / "sim"))
    return [*listed, process("sim", *known, after=("gateway", "api"))] if simulate else listed


def more_gateways(environment: dict[str, str], accounts: Mapping[str, str], *, wanted: int, step: str) -> list[Process]:
    """Describe the replicas beside the first gateway; those no longer wanted empty their sessions and end."""
    listed = []
    for number, (user, password) in enumerate(accounts.items(), start=1):
        own = {
            "FIELDHAND_MQTT_GATEWAY_USER": user,
            "FIELDHAND_MQTT_GATEWAY_PASSWORD": password,
            "FIELDHAND_SPARKPLUG": "false",  # only one of them may listen to edge nodes
        }
        described = Process(name=user, command=fieldhand("gateway"), environment=environment | own, after=(step,))
        if 1 < number <= wanted:
            listed.append(replace(described, ready_line="broker_connected"))
        elif number > wanted:
            drained = fieldhand("gateway", "--drain")
            listed.append(replace(described, name=f"{user}-drain", command=drained, one_shot=True))
    return listed


def schema_heads(folder: Path = ROOT / "migrations/versions") -> set[str]:
    """Return the newest revisions among the migration files, read without importing them."""
    made, built_upon = set(), set()
    for path in folder.glob("*.py"):
        text = path.read_text()
        made |= set(re.findall(r"^revision\b[^=\n]*=\s*['\"](\w+)['\"]", text, re.MULTILINE))
        below = re.findall(r"^down_revision\b[^=\n]*=(.*)$", text, re.MULTILINE)
        built_upon |= {name for line in below for name in re.findall(r"['\"](\w+)['\"]", line)}
    return made - built_upon


def schema_is_current(url: str) -> bool:
    """Tell whether the database has every migration."""
    heads = schema_heads()
    try:
        with psycopg.connect(plain(url), connect_timeout=5) as connection:
            found = {name for (name,) in connection.execute("SELECT version_num FROM alembic_version")}
    except psycopg.Error:
        return False
    return bool(heads) and found == heads


def is_empty(url: str) -> bool:
    """Tell whether no tenant is there yet."""
    with psycopg.connect(plain(url), connect_timeout=5) as connection:
        return connection.execute("SELECT 1 FROM tenant LIMIT 1").fetchone() is None


def plain(url: str) -> str:
    """Return a database address without SQLAlchemy's name of the driver."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@dataclass(frozen=True)
class Running:
    """A running Fieldhand."""

    url: str
    environment: dict[str, str]
    layout: Layout
    supervisor: Supervisor


@contextmanager
def running(plan: Plan, *, on_change: Callable[[str, State], None] | None = None) -> Iterator[Running]:
    """Run everything that the plan asks for while the context lasts.

    Raises:
        Refusal: something on this machine is in the way; the text says what.
    """
    wanted = missing_services(os.environ)
    port = choose_port(plan)
    with ExitStack() as stack:
        services = stack.enter_context(
            PrivateServices(plan.var, wanted, tls_host=plan.host, gateways=plan.gateways, on_change=on_change)
        )
        environment = app_environment(services, host=plan.host, port=port)
        supervisor = services.supervisor
        system_url = environment.get("FIELDHAND_SYSTEM_DATABASE_URL") or os.environ["FIELDHAND_SYSTEM_DATABASE_URL"]
        current = schema_is_current(system_url)
        step = partitioning(environment) if current else migration(environment)
        supervisor.add(step)
        if not current:
            supervisor.wait(step.name)
        if plan.seed and is_empty(system_url):
            supervisor.add(seeding(environment))
            supervisor.wait("seed", timeout=300)
        simulate = plan.simulate and (services.layout.var / DEVICES).exists()
        supervisor.add(*app_processes(environment, step=step.name, simulate=simulate))
        if services.broker is not None:
            accounts = services.broker.gateways
            supervisor.add(*more_gateways(environment, accounts, wanted=plan.gateways, step=step.name))
        supervisor.wait()
        address = {"url": environment["FIELDHAND_PUBLIC_URL"]}
        told = services.layout.run / ADDRESS
        write_private(told, json.dumps(address) + "\n")
        stack.callback(told.unlink, missing_ok=True)
        yield Running(environment["FIELDHAND_PUBLIC_URL"], environment, services.layout, supervisor)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first request to stop into KeyboardInterrupt; a second one ends this process at once."""
    asked = threading.Event()

    def ask(number: int, _frame: object) -> None:
        if asked.is_set():
            raise SystemExit(128 + number)
        asked.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
