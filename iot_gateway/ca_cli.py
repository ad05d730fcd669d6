"""`fieldhand ca`: the certificate authority of the installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kernel import clock, pki
from kernel.processes.broker import broker_names
from kernel.processes.layout import ROOT

app = typer.Typer(no_args_is_help=True, help="The certificate authority for the broker and for devices.")

Folder = Annotated[
    Path | None, typer.Option("--dir", help="folder of the authority; without it <var>/ca", envvar="FIELDHAND_CA_DIR")
]
Names = Annotated[
    list[str] | None, typer.Option("--name", help="DNS name or address of the broker; may be given more than once")
]
Force = Annotated[bool, typer.Option("--force", help="replace what is there")]


@app.command()
def init(
    name: Annotated[str, typer.Option(help="what people read in the certificate")] = "Fieldhand devices",
    folder: Folder = None,
    force: Force = False,
) -> None:
    """Make the authority; replacing one makes every certificate it signed worthless."""
    with _refusing():
        made = pki.make_authority(_folder(folder), name=name, at=clock.now(), force=force)
    typer.echo(f"{made.folder / 'ca.crt'}  valid until {made.certificate.not_valid_after_utc:%Y-%m-%d}")


@app.command()
def server(names: Names = None, folder: Folder = None, force: Force = False) -> None:
    """Make the broker's key and certificate; restart the broker afterwards."""
    with _refusing():
        authority = pki.load_authority(_folder(folder))
        made = pki.make_server(authority, names or broker_names("0.0.0.0"), at=clock.now(), force=force)  # noqa: S104 - names, not a socket
    typer.echo(made)


@app.command()
def ensure(
    names: Names = None,
    folder: Folder = None,
    publish: Annotated[Path | None, typer.Option(help="copy there what the broker reads")] = None,
) -> None:
    """Make what is missing or runs out within two months, and nothing else; for start-up scripts."""
    with _refusing():
        authority = pki.ensure(_folder(folder), names or broker_names("0.0.0.0"), at=clock.now())  # noqa: S104 - names, not a socket
        if publish is not None:
            pki.publish(authority, publish)
    typer.echo(authority.folder)


def _folder(given: Path | None) -> Path:
    return (given or Path(os.environ.get("FIELDHAND_VAR_DIR") or ROOT / "var") / "ca").absolute()


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what a person has to change first with its text and exit code 2."""
    try:
        yield
    except (pki.InTheWayError, pki.NoAuthorityError, pki.BadRequestError, PermissionError) as refusal:
        typer.echo(f"fieldhand: {refusal}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
