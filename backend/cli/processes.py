"""The processes of the backend, one command each."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def api(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """Serve the staff API and the console."""
    from kernel.settings import get_settings  # noqa: PLC0415 - each process imports its own

    settings = get_settings()
    _serve("backend.main.app:create_app", host or settings.host, port or settings.port)


@app.command()
def mobile(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """Serve the technicians' API."""
    from kernel.settings import get_settings  # noqa: PLC0415 - each process imports its own

    settings = get_settings()
    _serve("mobile_api.app:create_app", host or settings.host, port or settings.mobile_port)


@app.command()
def relay() -> None:
    """Hand waiting events and due jobs to the worker until told to stop."""
    from backend.subscriptions import handler_names  # noqa: PLC0415 - each process imports its own
    from backend.worker.app import wake  # noqa: PLC0415
    from kernel import relay as relaying  # noqa: PLC0415
    from kernel.log import configure_logging  # noqa: PLC0415
    from kernel.settings import get_settings  # noqa: PLC0415

    configure_logging(level=get_settings().log_level, json=get_settings().log_json)
    relaying.run(handler_names(), wake)


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="worker processes")] = 2,
) -> None:
    """Run deliveries, jobs and nightly work."""
    from backend.worker.app import celery  # noqa: PLC0415 - each process imports its own

    celery.worker_main(["worker", "--concurrency", str(concurrency), "--loglevel", "WARNING", "--without-mingle"])


@app.command()
def beat() -> None:
    """Send the sweeps and the nightly calendar."""
    from backend.worker.app import celery  # noqa: PLC0415 - each process imports its own
    from kernel.settings import get_settings  # noqa: PLC0415

    schedule = get_settings().var_dir / "run" / "beat-schedule"
    schedule.parent.mkdir(parents=True, exist_ok=True)
    celery.Beat(schedule=str(schedule), loglevel="WARNING").run()


def _serve(factory: str, host: str, port: int) -> None:
    import uvicorn  # noqa: PLC0415 - each process imports its own

    uvicorn.run(factory, factory=True, host=host, port=port, access_log=False, timeout_graceful_shutdown=5)
