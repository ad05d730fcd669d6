"""`fieldhand doctor`: what is found on this machine, what is missing, how to mend it."""

import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from kernel.processes import binaries, packages, ui
from kernel.processes.accounts import unprivileged_account
from kernel.processes.layout import ROOT, Layout, port_is_free
from kernel.processes.probes import accepts_tcp
from kernel.processes.refusals import AlreadyRunning, SettingsIncomplete
from kernel.processes.resolve import VARIABLES, Found, Service, look
from kernel.processes.services import missing_services
from kernel.processes.supervisor import take_lock
from kernel.processes.up import USUAL_PORT

ROOM_BYTES = 3_000_000_000


class Verdict(StrEnum):
    """How a finding stands."""

    FINE = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    found: str
    mend: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the finding for machines."""
        return {"name": self.name, "verdict": self.verdict, "found": self.found, "mend": self.mend}


def examine(layout: Layout, root: Path = ROOT) -> list[Finding]:
    """Look at everything Fieldhand needs or can use."""
    looks: tuple[Callable[[], Finding], ...] = (
        python,
        lambda: python_packages(root),
        lambda: folder(layout),
        shared_memory,
        lambda: account(layout),
        lambda: screens(root),
        chromium,
        lambda: usual_port(layout),
    )
    return [*services(layout), *(look_at() for look_at in looks)]


def table(findings: list[Finding]) -> str:
    """Write the findings for people."""
    signs = {Verdict.FINE: "ok     ", Verdict.NOTE: "note   ", Verdict.MISSING: "MISSING"}
    lines = []
    for finding in findings:
        lines.append(f"{signs[finding.verdict]}  {finding.name:<16} {finding.found}")
        if finding.mend:
            lines.append(f"{'':27}-> {finding.mend}")
    return "\n".join(lines)


def services(layout: Layout) -> list[Finding]:
    """Look at PostgreSQL with PostGIS, Mosquitto and Redis: given elsewhere, here, or to be fetched."""
    try:
        wanted = missing_services(os.environ)
    except SettingsIncomplete as error:
        return [Finding("settings", Verdict.MISSING, str(error), "see .env.example")]
    found = look(wanted, layout)
    return [here(service, found) if service in wanted else elsewhere(service) for service in Service]


def here(service: Service, found: Found) -> Finding:
    """Say which program serves, or how it will be had."""
    if service is Service.POSTGRES and found.postgres:
        text = f"PostgreSQL {found.postgres.version} with PostGIS in {found.postgres.folder}"
        return Finding(service, Verdict.FINE, text)
    program = found.mosquitto if service is Service.MOSQUITTO else found.redis
    if service is not Service.POSTGRES and program:
        return Finding(service, Verdict.FINE, str(program.path))
    bare = binaries.find_postgres_without_postgis() if service is Service.POSTGRES else []
    text = f"PostgreSQL {bare[-1]} without PostGIS" if bare else "not on this machine"
    name = packages.NAMES[service]
    if shutil.which("apt-get"):
        way = "installed" if packages.root_prefix() is not None else "downloaded without root"
        return Finding(service, Verdict.NOTE, text, f"`./fieldhand up` has {name} {way}; or apt-get install {name}")
    return Finding(service, Verdict.MISSING, text, f"install {name}, or set {VARIABLES[service]}")


def elsewhere(service: Service) -> Finding:
    """Say whether the server that the settings name can be reached."""
    value = os.environ[VARIABLES[service]]
    parts = urlsplit(value if "://" in value else f"//{value}")
    usual = {Service.POSTGRES: 5432, Service.MOSQUITTO: 1883, Service.REDIS: 6379}[service]
    named = os.environ.get("FIELDHAND_MQTT_PORT") if service is Service.MOSQUITTO else None
    host, port = parts.hostname or "127.0.0.1", parts.port or int(named or usual)
    if accepts_tcp(host, port):
        return Finding(service, Verdict.FINE, f"{host}:{port} answers ({VARIABLES[service]})")
    return Finding(service, Verdict.MISSING, f"{host}:{port} does not answer", f"start it or mend {VARIABLES[service]}")


def python() -> Finding:
    """Look at the interpreter."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", Verdict.FINE, f"{version} in {sys.prefix}")


def python_packages(root: Path) -> Finding:
    """Tell which lock the environment was made from."""
    stamp = root / ".venv/.fieldhand"
    if not stamp.exists():
        return Finding("packages", Verdict.NOTE, "not installed by ./fieldhand", "run ./fieldhand once")
    return Finding("packages", Verdict.FINE, f"from the {stamp.read_text().partition(' ')[0]} lock")


def folder(layout: Layout) -> Finding:
    """Look at room and rights where data will lie."""
    base = next(part for part in (layout.var, *layout.var.parents) if part.exists())
    free = shutil.disk_usage(base).free
    if not os.access(base, os.W_OK):
        return Finding(
            "folder", Verdict.MISSING, f"{base} cannot be written", "use --var, or give this user the folder"
        )
    if free < ROOM_BYTES:
        return Finding("folder", Verdict.NOTE, f"{free / 1e9:.1f} GB free below {base}", "3 GB are advisable")
    return Finding("folder", Verdict.FINE, f"{layout.var}, {free / 1e9:.0f} GB free")


def shared_memory(where: Path = Path("/dev/shm")) -> Finding:  # noqa: S108 - the system's, and only looked at
    """Look at the shared memory that the locks of the worker's processes lie in."""
    if os.access(where, os.W_OK):
        return Finding("shared memory", Verdict.FINE, str(where))
    mend = f"mount a tmpfs of mode 1777 at {where}; without it the worker cannot start"
    return Finding("shared memory", Verdict.MISSING, f"{where} cannot be written", mend)


def account(layout: Layout) -> Finding:
    """Tell which user PostgreSQL runs as, and where its data lies then."""
    try:
        dropped = unprivileged_account()
    except LookupError as error:
        return Finding("user", Verdict.MISSING, "root", str(error))
    if dropped is None:
        return Finding("user", Verdict.FINE, f"uid {os.getuid()}")
    base = next(part for part in (layout.var, *layout.var.parents) if part.exists())
    if dropped.can_traverse(base):
        return Finding("user", Verdict.FINE, f"root; PostgreSQL runs as {dropped.name}")
    text = f"root; {dropped.name} cannot enter {base}: PostgreSQL's data goes to /var/lib/fieldhand-{layout.digest}"
    return Finding("user", Verdict.NOTE, text)


def screens(root: Path) -> Finding:
    """Look at the built screens and at what could build them."""
    stamp = root / "web/dist/.stamp"
    node = ui.find_node()
    with_what = f"Node {'.'.join(map(str, node.version))}" if node else "Node from the Python index"
    if not (root / "web/package-lock.json").exists():
        return Finding("screens", Verdict.NOTE, "this installation has no sources of the screens")
    if not stamp.exists():
        return Finding("screens", Verdict.NOTE, "not built yet", f"`./fieldhand up` builds them with {with_what}")
    if stamp.read_text() != ui.digest(ui.sources(root / "web")):
        return Finding("screens", Verdict.NOTE, "older than web/", f"`./fieldhand up` builds them with {with_what}")
    return Finding("screens", Verdict.FINE, f"built ({with_what})")


def chromium() -> Finding:
    """Look for the browser of the browser tests."""
    found = binaries.find_chromium()
    if found is None:
        return Finding("browser", Verdict.NOTE, "no Chromium", "for the browser tests: apt-get install chromium")
    return Finding("browser", Verdict.FINE, str(found))


def usual_port(layout: Layout) -> Finding:
    """Tell whether Fieldhand runs, or else whether its usual port is free."""
    lock = layout.run / "supervisor.lock"
    if lock.exists():
        try:
            take_lock(lock).close()
        except AlreadyRunning as error:
            return Finding("running", Verdict.FINE, str(error))
    if port_is_free(USUAL_PORT):
        return Finding("port", Verdict.FINE, f"{USUAL_PORT} is free")
    name = socket.gethostname()
    return Finding("port", Verdict.NOTE, f"{USUAL_PORT} is taken on {name}", "`up` takes the next free one, or --port")
