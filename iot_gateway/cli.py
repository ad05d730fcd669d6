"""Commands of the gateway floor."""

import signal
import threading
from datetime import UTC, datetime

import typer

app = typer.Typer(no_args_is_help=True, help="Telemetry: gateway, scorer, partitions, broker files.")


def _until_signal(metrics_port: int | None) -> threading.Event:
    from prometheus_client import start_http_server  # noqa: PLC0415 - only with a port

    from kernel.log import configure_logging  # noqa: PLC0415 - settings are read here
    from kernel.settings import get_settings  # noqa: PLC0415

    settings = get_settings()
    configure_logging(level=settings.log_level, json=settings.log_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if metrics_port is not None:
        start_http_server(metrics_port, addr="127.0.0.1")
    return stop


@app.command()
def gateway(
    metrics_port: int | None = typer.Option(None, help="serve Prometheus figures on this port"),
    drain: bool = typer.Option(False, help="take what this replica's session still holds, end the session, and end"),
) -> None:
    """Receive telemetry and send commands until told to stop; on SIGUSR1 drain the session, end it, and end."""
    from iot_gateway.gateway import run  # noqa: PLC0415 - each command loads what it needs

    retire = threading.Event()
    if drain:
        retire.set()
    signal.signal(signal.SIGUSR1, lambda *_: retire.set())
    run(_until_signal(metrics_port), retire)


@app.command()
def scorer(metrics_port: int | None = typer.Option(None, help="serve Prometheus figures on this port")) -> None:
    """Follow the telemetry, keep cases, until told to stop."""
    from iot_gateway.scorer import run  # noqa: PLC0415

    run(_until_signal(metrics_port))


@app.command()
def partitions() -> None:
    """Make the partitions that are missing."""
    from iot_gateway.partitions import maintain_partitions  # noqa: PLC0415

    for name in maintain_partitions():
        typer.echo(name)


@app.command("rebuild-rollups")
def rebuild_rollups(
    start: datetime = typer.Option(..., "--from", help="first instant, UTC"),
    end: datetime | None = typer.Option(None, "--to", help="instant after the last, UTC; now without it"),
) -> None:
    """Have every minute between two instants rolled up again from its samples."""
    from iot_gateway import rollups  # noqa: PLC0415
    from kernel import clock  # noqa: PLC0415

    until = end.replace(tzinfo=UTC) if end is not None else clock.now()
    typer.echo(f"{rollups.rebuild(start=start.replace(tzinfo=UTC), end=until)} minutes noted; the worker does the rest")


@app.command("broker-files")
def broker_files() -> None:
    """Write the broker's password and access files from the device rows."""
    from iot_gateway.broker_files import BrokerFiles  # noqa: PLC0415

    typer.echo("written" if BrokerFiles().refresh() else "nothing to do")


if __name__ == "__main__":
    app()
