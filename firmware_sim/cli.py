"""`fieldhand sim`: play devices against a broker."""

import json
import signal
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from socket import gethostname
from types import FrameType
from typing import Annotated

import typer

from firmware_sim.claim import keep, read_claim, trade
from firmware_sim.credentials import read_credentials
from firmware_sim.errors import BrokerUnreachableError, SimulatorError
from firmware_sim.fleet import Fleet, Progress
from firmware_sim.replay import Recording, read_recording
from firmware_sim.runs import Options, Run, build, choose
from firmware_sim.scenario import Scenario
from firmware_sim.scenario_file import load_scenario
from firmware_sim.spans import parse_span
from firmware_sim.updates import Manner

app = typer.Typer(add_completion=False, no_args_is_help=True)
_REPORT_SECONDS = 2.0
_REMEMBER_SECONDS = 60.0


@app.callback()
def simulator() -> None:
    """Simulated devices of Fieldhand."""


@app.command()
def sim(  # noqa: PLR0917 - one parameter per option
    credentials: Annotated[Path, typer.Option(help="JSON file of the devices and the broker.")],
    devices: Annotated[int | None, typer.Option(min=1, help="At most so many devices.")] = None,
    speed: Annotated[float, typer.Option(min=0.001, max=1e6, help="Live: machine time per wall-clock time.")] = 1.0,
    scenario: Annotated[Path | None, typer.Option(help="YAML file, or demo, faults, ...")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same samples.")] = 1,
    history: Annotated[str | None, typer.Option(help="Length of the past, as in 21d.")] = None,
    live: Annotated[bool, typer.Option(help="Go on after the history.")] = True,
    duration: Annotated[str | None, typer.Option(help="Stop after so long, as in 60s.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Write what is really wrong here.")] = None,
    replay_of: Annotated[
        list[str] | None,
        typer.Option("--replay", metavar="CSV:DEVICE", help="Play a recording as a device."),
    ] = None,
    replay_speed: Annotated[float, typer.Option(min=0.0, help="0: flat out.")] = 0.0,
    state_dir: Annotated[Path | None, typer.Option(help="Boot counters, kept over runs.")] = None,
    wait_ack: Annotated[bool, typer.Option(help="Committed, or taken by the broker.")] = True,
    update_failures: Annotated[float, typer.Option(min=0, max=1, help="Share of updates that go wrong.")] = 0.0,
    download_rate: Annotated[int, typer.Option(min=0, help="Bytes a second of a download; 0: all it can.")] = 0,
    claim: Annotated[
        str | None,
        typer.Option(help="Trade this claim first (the QR code's text) and keep the answer in --credentials."),
    ] = None,
    hardware_id: Annotated[str | None, typer.Option(help="With --claim: names the hardware.")] = None,
    tls_ca: Annotated[Path | None, typer.Option(help="With --claim: trust this authority for https.")] = None,
    connect_timeout: Annotated[str, typer.Option(help="Give up when no device connects.")] = "60s",
) -> None:
    """Play devices: their history, then live samples, over MQTT."""
    try:
        plan = _scenario(scenario, history)
        if claim is not None:
            keep(trade(read_claim(claim), hardware_id=hardware_id or gethostname(), ca=tls_ca), credentials)
        access = read_credentials(credentials)
        replays = _replays(replay_of or [])
        options = Options(
            seed=seed,
            speed=speed,
            live=live,
            wait_ack=wait_ack,
            replay_speed=replay_speed,
            end_ms=time.time_ns() // 1_000_000,
            state_dir=state_dir,
            truth=truth,
            updates=Manner(update_failures, download_rate, seed),
        )
        limit = _span("--duration", duration) if duration is not None else None
        patience = _span("--connect-timeout", connect_timeout)
        chosen = choose(access, plan, replays, devices)
        ca = credentials.parent / access.ca if access.ca else None
        run = build(access, plan, chosen, replays, options=options, ca=ca)
    except SimulatorError as error:
        typer.echo(f"sim: {error}", err=True)
        raise typer.Exit(2) from error
    try:
        done = _play(run, live=live, limit=limit, patience=patience)
    except SimulatorError as error:
        typer.echo(f"sim: {error}", err=True)
        raise typer.Exit(1) from error
    if not done:
        typer.echo("sim: stopped before everything was acknowledged", err=True)
        raise typer.Exit(1)


def _scenario(path: Path | None, history: str | None) -> Scenario:
    found = load_scenario(path) if path is not None else Scenario(name="healthy", devices=())
    if history is not None:
        found = replace(found, history=_span("--history", history))
    return found


def _span(option: str, text: str) -> float:
    try:
        return parse_span(text)
    except ValueError as error:
        raise SimulatorError(f"{option}: {error}") from error


def _replays(texts: list[str]) -> dict[str, Recording]:
    found: dict[str, Recording] = {}
    for text in texts:
        path, _, device = text.rpartition(":")
        if not path or not device:
            raise SimulatorError(f"--replay: {text!r} is not CSV:DEVICE")
        if device in found:
            raise SimulatorError(f"--replay: {device} is given twice")
        found[device] = read_recording(Path(path))
    return found


def _play(run: Run, *, live: bool, limit: float | None, patience: float) -> bool:
    """Run until done, asked to stop or out of time; say whether nothing is left undone."""
    stop = threading.Event()

    def ask(_: int, __: FrameType | None) -> None:
        stop.set()

    before = {name: signal.signal(name, ask) for name in (signal.SIGINT, signal.SIGTERM)}
    fleet = Fleet(run.units)
    for note in run.notes:
        typer.echo(json.dumps({"event": "note", "text": note}))
    started = time.monotonic()
    fleet.start()
    try:
        return _watch(fleet, run, stop, started, live=live, limit=limit, patience=patience)
    finally:
        run.remember(time.time_ns() // 1_000_000)
        fleet.stop()
        fleet.check()
        for name, handler in before.items():
            signal.signal(name, handler)


def _watch(
    fleet: Fleet,
    run: Run,
    stop: threading.Event,
    started: float,
    *,
    live: bool,
    limit: float | None,
    patience: float,
) -> bool:
    reported = remembered = started
    connected = committed = False
    while True:
        stop.wait(0.1)
        fleet.check()
        now = time.monotonic()
        progress = fleet.progress()
        connected = connected or progress.online > 0 or progress.published > 0
        if not connected and now - started > patience:
            raise BrokerUnreachableError(f"no device could connect: {fleet.last_error() or 'no answer'}")
        if not committed and progress.history_left == 0:
            committed = True
            _say("history_committed", progress, now - started)
        finished = committed and progress.idle and not live
        late = limit is not None and now - started >= limit
        if finished or late or stop.is_set():
            _say("done", progress, now - started)
            return live or finished
        if now - reported >= _REPORT_SECONDS:
            reported = now
            _say("progress", progress, now - started)
        if now - remembered >= _REMEMBER_SECONDS:
            remembered = now
            run.remember(time.time_ns() // 1_000_000)


def _say(event: str, progress: Progress, seconds: float) -> None:
    typer.echo(json.dumps({"event": event, "seconds": round(seconds, 1)} | asdict(progress)))


if __name__ == "__main__":
    app()
