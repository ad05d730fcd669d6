"""`fieldhand telemetry`: the detectors and forecasts on files of your own."""

from pathlib import Path
from typing import Annotated

import typer

from kernel.errors import Problem

app = typer.Typer(name="telemetry", no_args_is_help=True)

REFUSED = 2
"""Exit code when a file cannot be used; the others are judged all the same."""


@app.callback()
def telemetry() -> None:
    """Judge recorded telemetry from files: no database, no broker."""


@app.command()
def score(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV: a time column, columns of numbers")],
    out: Annotated[Path, typer.Option(help="folder for the results, made if missing")],
    layout: Annotated[str, typer.Option("--format", help="csv, nab or skab")] = "csv",
    train_rows: Annotated[int | None, typer.Option(min=20, help="first rows that are taken to be healthy")] = None,
    train_fraction: Annotated[
        float | None, typer.Option(min=0.001, max=0.9, help="or a part of the rows, of at most 5,000")
    ] = None,
) -> None:
    """Score recorded series and mark alarms, sample by sample: FILE -> out/FILE and the evidence as JSON beside it."""
    from iot_gateway.recorded import scoring

    training = scoring.training(layout, rows=train_rows, fraction=train_fraction)
    if training is None:
        raise typer.BadParameter(f"no format {layout}; there are {', '.join(scoring.FORMATS)}")
    if train_rows is not None and train_fraction is not None:
        raise typer.BadParameter("either --train-rows or --train-fraction")
    refused = False
    try:
        targets = scoring.targets(files, out)
    except Problem as problem:
        typer.echo(problem.detail, err=True)
        raise typer.Exit(REFUSED) from None
    for source, target in zip(files, targets, strict=True):
        try:
            found = scoring.score_file(source, target, training)
        except Problem as problem:
            typer.echo(problem.detail, err=True)
            refused = True
            continue
        typer.echo(f"{target}  {found.rows} rows, {found.trained_rows} learned from, {found.alarms} alarms")
    if refused:
        raise typer.Exit(REFUSED)


@app.command()
def bench(
    devices: Annotated[int, typer.Option(min=5, max=5000, help="devices of the fleet")] = 100,
    days: Annotated[int, typer.Option(min=17, max=365, help="simulated days, the calm ones included")] = 45,
    faults: Annotated[int, typer.Option(min=0, max=5000, help="devices that break, each once")] = 25,
    seed: Annotated[list[int] | None, typer.Option(min=0, help="another seed, another fleet; may be repeated")] = None,
) -> None:
    """Play a simulated fleet, judge it as in production, and compare the cases with what was really wrong."""
    from iot_gateway import fleet_bench, fleet_report

    outcomes = []
    for one in seed or [1]:
        outcomes.append(fleet_bench.run(fleet_bench.Plan(devices=devices, days=days, faults=faults, seed=one)))
        typer.echo("\n".join([f"seed {one}", *fleet_report.lines(fleet_report.score(outcomes[-1:])), ""]))
    if len(outcomes) > 1:
        typer.echo("\n".join(["together", *fleet_report.lines(fleet_report.score(outcomes))]))


@app.command()
def rul(
    test: Annotated[Path, typer.Option(help="CSV: unit, cycle, values; each unit until now")],
    out: Annotated[Path, typer.Option(help="CSV that is written: unit, rul_p10, rul_p50, rul_p90, in cycles")],
    train: Annotated[
        Path | None, typer.Option(help="CSV: unit, cycle, values; each unit until it failed. None: no failure is known")
    ] = None,
    fails_at: Annotated[
        float | None,
        typer.Option(min=1.0, help="without failures: deviation, in scales, at which a unit has failed"),
    ] = None,
) -> None:
    """Forecast the remaining life of units: early, likely and late, by as much as past failures teach."""
    from iot_gateway.recorded import remaining

    try:
        found = remaining.forecast_file(train, test, out, fails_at=fails_at)
    except (Problem, OSError) as problem:
        typer.echo(problem, err=True)
        raise typer.Exit(REFUSED) from None
    typer.echo(f"{out}  {found.units} units, {found.failures} failures known, by {found.stage}")


if __name__ == "__main__":
    app()
