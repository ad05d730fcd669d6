"""`./fieldhand test`: every check of the repository, then the tests; exit code 1 if anything failed."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kernel.processes import binaries, packages, ui
from kernel.processes.layout import ROOT, Layout
from kernel.processes.packages import say
from kernel.processes.refusals import Refusal
from kernel.processes.resolve import Service, resolve
from kernel.processes.services import Durability, PrivateServices
from kernel.processes.up import fieldhand

CODE = ("kernel", "inventory", "dispatch", "iot_gateway", "backend", "mobile_api", "firmware_sim")
WORKERS = "2"
SECOND_TRY_AT_MOST = 12
"""More failures than these are no matter of a busy machine."""


@dataclass(frozen=True)
class Gate:
    """One check: a command that must end with 0."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT


def tool(name: str) -> str:
    """Return a program of this environment."""
    return str(Path(sys.executable).with_name(name))


def code_gates() -> list[Gate]:
    """Return the checks of the Python code."""
    return [
        Gate("lint", (tool("ruff"), "check", ".")),
        Gate("format", (tool("ruff"), "format", "--check", ".")),
        Gate("types", (tool("mypy"), "--strict")),
        Gate("imports", (tool("lint-imports"),)),
        Gate("dependencies", (tool("deptry"), ".")),
    ]


def screen_gates(node: ui.Node | None, *, installed: bool) -> list[Gate]:
    """Return the checks of the screens, none without Node."""
    if node is None or not installed:
        return []
    npm = str(node.folder / "npm")
    return [
        Gate("screens: types and style", (npm, "run", "--silent", "check"), ROOT / "web"),
        Gate("screens: tests", (npm, "run", "--silent", "test"), ROOT / "web"),
    ]


def passes(gate: Gate, environment: dict[str, str]) -> bool:
    """Run one check and tell how it went; what it printed is shown when it failed."""
    begun = time.monotonic()
    answer = subprocess.run(
        gate.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=gate.folder,
        env=environment,
    )
    if answer.returncode != 0:
        say(answer.stdout.rstrip())
    say(f"  {'ok    ' if answer.returncode == 0 else 'FAILED'} {gate.name} ({time.monotonic() - begun:.1f} s)")
    return answer.returncode == 0


def migrations_pass() -> bool:
    """Take an empty database up, compare it with the models, one step down and up again."""
    with (
        tempfile.TemporaryDirectory(prefix="fieldhand-schema-") as name,
        PrivateServices(opened(Path(name)), (Service.POSTGRES,), Durability.FORGET, ephemeral_ports=True) as services,
    ):
        environment = {**os.environ, **services.environment, "FIELDHAND_REDIS_URL": "redis://127.0.0.1:1/0"}
        steps = (("--to", "head"), ("--check",), ("--back-to", "-1"), ("--to", "head"))
        return all(
            passes(Gate(f"schema: migrate {' '.join(step)}", fieldhand("migrate", *step)), environment)
            for step in steps
        )


def opened(folder: Path) -> Path:
    """Let the user that PostgreSQL runs as pass through a temporary folder."""
    folder.chmod(0o711)
    return folder


def prepare(layout: Layout) -> ui.Screens:
    """Bring services, browser and screens here before anything is checked.

    Raises:
        ServicesMissing: the tests cannot run on this machine.
    """
    resolve(tuple(Service), layout)
    if binaries.find_chromium() is None and (reason := packages.install_extras("chromium")):
        say(f"without browser tests: {reason}")
    screens = ui.build(layout)
    if not screens.built:
        say(screens.reason)
    return screens


def run_pytest(arguments: Sequence[str], environment: dict[str, str]) -> bool:
    """Run the tests, straight to the terminal; none collected counts as a failure.

    A few that failed beside others run once more by themselves. What passes then is named: it met a machine that was
    busy, or it depends on its neighbours, and wants mending.
    """
    parallel = (
        () if any(argument.startswith("-n") for argument in arguments) else ("-n", WORKERS, "--dist", "loadgroup")
    )
    if pytest_ends(("-q", *parallel, *arguments), environment) == 0:
        return True
    failed = failed_tests(ROOT)
    if not 0 < len(failed) <= SECOND_TRY_AT_MOST:
        return False
    say(f"\n{len(failed)} failed; once more, by themselves:")
    if pytest_ends(("-q", "-n", "1", *failed), environment) != 0:
        return False
    say("passed only by themselves:\n  " + "\n  ".join(failed))
    return True


def pytest_ends(arguments: Sequence[str], environment: dict[str, str]) -> int:
    """Run pytest and return its exit code."""
    command = (sys.executable, "-m", "pytest", *arguments)
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


def failed_tests(root: Path) -> list[str]:
    """Return the tests that failed in the last run, as pytest remembers them."""
    try:
        return sorted(json.loads((root / ".pytest_cache/v/cache/lastfailed").read_text()))
    except (OSError, ValueError):
        return []


def main(arguments: Sequence[str]) -> int:
    """Check everything, or with arguments run only those tests; return the exit code."""
    layout = Layout(ROOT / "var")
    os.environ["PYTHONPATH"] = str(ROOT)
    environment = dict(os.environ)
    try:
        screens = prepare(layout)
        failed = [] if arguments else check_all(layout, environment, screens)
    except Refusal as refusal:
        say(f"fieldhand: {refusal}")
        return 2
    if not run_pytest(arguments, environment):
        failed.append("tests")
    if failed:
        say(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def check_all(layout: Layout, environment: dict[str, str], screens: ui.Screens) -> list[str]:
    """Run every check but the tests; return the names of those that failed."""
    say("checks:")
    failed = [gate.name for gate in code_gates() if not passes(gate, environment)]
    if not migrations_pass():
        failed.append("schema")
    node = ui.find_node() or (ui.fetch_node(layout, ROOT) if screens.built else None)
    gates = screen_gates(node, installed=(ROOT / "web/node_modules").exists())
    if node is not None:
        failed += [gate.name for gate in gates if not passes(gate, node.environment(layout))]
    if not screens.built and (ROOT / "web/package.json").exists() and node is not None:
        failed.append("screens: build")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
