"""`fieldhand export`: the events behind the figures as files."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="where the files go, one for each kind of row")],
    tenant: Annotated[str, typer.Option(help="slug of the tenant")] = "demo",
    form: Annotated[str, typer.Option("--format", help="csv or parquet")] = "csv",
) -> None:
    """Write orders, visits, tickets, clocks, stock and their events as CSV or Parquet."""
    from backend.figures import export as exports  # noqa: PLC0415 - each command imports its own
    from backend.identity.lookup import tenant_by_slug  # noqa: PLC0415

    tenant_id = tenant_by_slug(tenant)
    if tenant_id is None:
        typer.echo(f"there is no tenant `{tenant}`", err=True)
        raise typer.Exit(2)
    folder.mkdir(parents=True, exist_ok=True)
    for kind in exports.TABLES:
        path = folder / f"{kind}.{exports.Format(form)}"
        with path.open("wb") as file:
            file.writelines(exports.written(tenant_id, kind, exports.Format(form)))
        typer.echo(str(path))
