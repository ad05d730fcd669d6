"""`fieldhand ca`: the certificate authority of the installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from kernel import clock, pki
from kernel.errors import Problem
from kernel.processes.broker import broker_names
from kernel.processes.layout import ROOT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

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


@app.command()
def device(
    name: Annotated[str, typer.Argument(help="a device that is known")],
    out: Annotated[Path, typer.Option(help="folder for the key, the certificate and the authority's")] = Path(),
    replace: Annotated[bool, typer.Option(help="revoke the device's earlier certificates")] = False,
    force: Force = False,
) -> None:
    """Make a key and a certificate for a device; better let the device keep its key and send a request."""
    from iot_gateway.service import certificates  # noqa: PLC0415 - needs the database, the others do not
    from kernel.db import transaction  # noqa: PLC0415

    tenant_id, device_id = _known(name)
    key, request = pki.new_request(name)
    with _refusing():
        pki.write_new(out / f"{name}.key", key, mode=0o600, force=force)
        with transaction(tenant_id=tenant_id) as session:
            signed = certificates.issue_certificate(
                session, device_id, request=request, replace=replace, at=clock.now()
            )
            _note(session, "device.certificate", device_id)
        pki.write_new(out / f"{name}.crt", signed.certificate.encode(), mode=0o644, force=True)
        pki.write_new(out / "ca.crt", signed.ca.encode(), mode=0o644, force=True)
    typer.echo(f"{out / f'{name}.crt'}  {signed.serial}  valid until {signed.expires_at:%Y-%m-%d}")


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="a device that is known")]) -> None:
    """Revoke all certificates of a device; a live connection ends within seconds."""
    from iot_gateway.service import certificates  # noqa: PLC0415 - needs the database, the others do not
    from kernel.db import transaction  # noqa: PLC0415

    tenant_id, device_id = _known(name)
    with transaction(tenant_id=tenant_id) as session:
        count = certificates.revoke_certificates(session, device_id, at=clock.now())
        _note(session, "device.revoke_certificates", device_id)
    typer.echo(f"{count} revoked")


def _note(session: "Session", action: str, device_id: UUID) -> None:
    from kernel import audit  # noqa: PLC0415

    audit.record(session, action=action, subject="device", subject_id=device_id, detail={"by": "operator"})


def _known(name: str) -> tuple[UUID, UUID]:
    from iot_gateway import lookup  # noqa: PLC0415

    found = lookup.device_by_name(name)
    if found is None:
        typer.echo(f"fieldhand: no device is called {name}", err=True)
        raise typer.Exit(2)
    return found


def _folder(given: Path | None) -> Path:
    return (given or Path(os.environ.get("FIELDHAND_VAR_DIR") or ROOT / "var") / "ca").absolute()


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer what a person has to change first with its text and exit code 2."""
    try:
        yield
    except (pki.InTheWayError, pki.NoAuthorityError, pki.BadRequestError, PermissionError, Problem) as refusal:
        typer.echo(f"fieldhand: {refusal}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
