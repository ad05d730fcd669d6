"""Commands of the machine: `up`, `doctor`, `services`, `bootstrap`."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from kernel.processes import doctor as checks
from kernel.processes import dotenv, ui
from kernel.processes.database import Passwords, bootstrap, database_of, password_of
from kernel.processes.layout import ROOT, Layout
from kernel.processes.refusals import Refusal, SettingsIncomplete
from kernel.processes.resolve import Service
from kernel.processes.services import PrivateServices
from kernel.processes.supervisor import State
from kernel.processes.up import Plan, choose_port, interruptible, plain, public_url, running

app = typer.Typer(no_args_is_help=True, help="Run Fieldhand on this machine.")

Var = Annotated[Path | None, typer.Option(help="folder of data, secrets and logs", envvar="FIELDHAND_VAR_DIR")]

LOGINS = "logins.txt"
"""Names and generated passwords of the demo company, written by `seed` among the secrets."""


@app.command()
def up(
    port: Annotated[
        int | None,
        typer.Option(help="port of the screens; without it 8000 or the next free one", envvar="FIELDHAND_PORT"),
    ] = None,
    host: Annotated[str, typer.Option(help="address to listen on", envvar="FIELDHAND_HOST")] = "127.0.0.1",
    var: Var = None,
    seed: Annotated[bool, typer.Option(help="fill an empty system with the demo company")] = True,
    sim: Annotated[bool, typer.Option(help="run the simulated devices too")] = True,
    *,
    gateways: Annotated[int, typer.Option(min=1, max=16, help="replicas of the gateway")] = 1,
) -> None:
    """Run everything on this machine, with private services, until Ctrl-C."""
    dotenv.load(ROOT / ".env")
    plan = Plan(var=folder(var), host=host, port=port, seed=seed, simulate=sim, gateways=gateways)
    progress = Progress()
    with refusing(), interruptible():
        plan = replace(plan, port=choose_port(plan))
        progress.address = public_url(plan.host, plan.port or 0)
        screens = ui.build(Layout(plan.var))
        with running(plan, on_change=progress.tell) as fieldhand:
            typer.echo(f"\nFieldhand is ready: {fieldhand.url}")
            if not screens.built:
                typer.echo(f"  without screens: {screens.reason}")
            logins = fieldhand.layout.secrets / LOGINS
            if logins.exists():
                typer.echo(f"  log-ins:  {logins}")
            typer.echo(f"  API:      {fieldhand.url}/api/docs\n  logs:     {fieldhand.layout.log}\n  stop with Ctrl-C")
            progress.started = True
            wait_forever()


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
    var: Var = None,
) -> None:
    """Say what is found, what is missing and how to mend it; exit code 1 when something needed is missing."""
    dotenv.load(ROOT / ".env")
    findings = checks.examine(Layout(folder(var)))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], indent=2, ensure_ascii=False))
    else:
        typer.echo(checks.table(findings))
    raise typer.Exit(1 if any(finding.verdict is checks.Verdict.MISSING for finding in findings) else 0)


@app.command()
def services(
    only: Annotated[list[Service] | None, typer.Option(help="run this one only; may be given more than once")] = None,
    var: Var = None,
) -> None:
    """Run PostgreSQL, Mosquitto and Redis alone until Ctrl-C, and print the settings that lead to them."""
    with (
        refusing(),
        interruptible(),
        PrivateServices(folder(var), tuple(only) if only else tuple(Service)) as started,
    ):
        for name, value in sorted(started.environment.items()):
            typer.echo(f"{name}={value}")
        sys.stdout.flush()
        wait_forever()


@app.command(name="bootstrap")
def bootstrap_database() -> None:
    """Make logins, database and PostGIS on the server of FIELDHAND_ADMIN_DATABASE_URL; may be run again."""
    dotenv.load(ROOT / ".env")
    names = ("ADMIN_DATABASE_URL", "DATABASE_URL", "INGEST_DATABASE_URL", "SYSTEM_DATABASE_URL")
    with refusing():
        admin, *logins = (setting(f"FIELDHAND_{name}") for name in names)
        app_login, ingest, system = (password_of(url) for url in logins)
        bootstrap(admin, database_of(logins[0]), Passwords(app=app_login, ingest=ingest, system=system))
    typer.echo(f"the database {database_of(logins[0])} is ready for `fieldhand migrate`")


def setting(name: str) -> str:
    """Return a database address from the environment.

    Raises:
        SettingsIncomplete: it is not set.
    """
    value = os.environ.get(name)
    if not value:
        raise SettingsIncomplete(f"{name} is not set; see `.env.example`")
    return plain(value)


def folder(var: Path | None) -> Path:
    """Return the `var` folder that was asked for, or the one of this checkout."""
    return (var or ROOT / "var").absolute()


def wait_forever() -> None:
    """Do nothing until interrupted."""
    while True:
        time.sleep(3600)


@contextmanager
def refusing() -> Iterator[None]:
    """Answer a refusal with its text and exit code 2, and Ctrl-C with silence."""
    try:
        yield
    except Refusal as refusal:
        typer.echo(f"fieldhand: {refusal}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise typer.Exit(0) from None


class Progress:
    """Tells the person which processes are ready, and later which had to be started again."""

    def __init__(self) -> None:
        """Start the clock."""
        self.started = False
        self.address = ""
        self._begun = time.monotonic()

    def tell(self, name: str, state: State) -> None:
        """Print what is worth knowing about a change."""
        notable = {State.BACKOFF, State.FAILED} | (set() if self.started else {State.READY, State.DONE})
        if state in notable:
            note = f"  {self.address}" if name == "api" and state is State.READY else ""
            typer.echo(f"  {time.monotonic() - self._begun:5.1f} s  {name:<10} {state}{note}", err=True)


if __name__ == "__main__":
    app()
