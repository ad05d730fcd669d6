"""`fieldhand telemetry`: the detectors and forecasts on files of your own."""

import typer

app = typer.Typer(name="telemetry", no_args_is_help=True)


@app.callback()
def telemetry() -> None:
    """Judge recorded telemetry from files: no database, no broker."""


if __name__ == "__main__":
    app()
