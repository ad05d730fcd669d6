"""Commands that change the database: schema and demo data."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="only tell whether models and migrations agree")] = False,
    to: Annotated[str, typer.Option(help="revision to go up to")] = "head",
    back_to: Annotated[str | None, typer.Option(help="revision to go back to")] = None,
    draft: Annotated[str | None, typer.Option(help="write the draft of a migration for this reason")] = None,
) -> None:
    """Bring the database to the newest schema; a second run changes nothing."""
    from kernel import migrate as migrations  # noqa: PLC0415 - each command imports its own

    if check:
        if found := migrations.differences():
            typer.echo(found, err=True)
            raise typer.Exit(1)
        return
    if draft:
        migrations.draft(draft)
        return
    if back_to:
        migrations.downgrade(back_to)
        return
    migrations.upgrade(to)
    from iot_gateway import partitions  # noqa: PLC0415

    partitions.maintain_partitions()


class Size(StrEnum):
    """How much `seed` writes."""

    DEMO = "demo"
    SMALL = "small"
    LARGE = "large"


@app.command()
def seed(
    tenant: Annotated[str, typer.Option(help="slug of the tenant to fill")] = "demo",
    size: Annotated[
        Size, typer.Option(help="demo: a company alone; small: 600 orders too; large: 100,000 with 1 M events")
    ] = Size.DEMO,
    number: Annotated[int, typer.Option("--seed", help="another number, other orders")] = 1,
) -> None:
    """Fill a tenant with a company, its customers, assets, devices, parts and people, and with orders if asked."""
    from backend.seed import service  # noqa: PLC0415 - each command imports its own

    made = service.seed(tenant)
    typer.echo(f"tenant {tenant}: {'filled' if made else 'was filled before, nothing changed'}")
    if size is Size.DEMO:
        return
    from backend.seed.large import company  # noqa: PLC0415
    from backend.seed.large import service as large  # noqa: PLC0415
    from kernel import clock  # noqa: PLC0415

    report = large.fill(
        service.ensure_tenant(tenant),
        company.SIZES[size],
        seed=number,
        at=clock.now(),
        told=lambda count: typer.echo(f"{count:,} orders"),
    )
    typer.echo(f"tenant {tenant}: {report.orders:,} orders, of which {report.written:,} were written by this run")
