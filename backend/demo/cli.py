"""`fieldhand demo`: everything up, the main job to its end, exit 0 only if all of it held."""

import json
import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from backend.demo import extras, story
from backend.demo.clients import Caller, StepFailed, read_logins, wait_for
from backend.demo.fcm_server import FcmServer
from backend.demo.story import PUMP, RECORDED, Fault, World
from backend.demo.telling import Say, Steps
from kernel.processes import ui
from kernel.processes.children import sweep
from kernel.processes.cli import wait_forever
from kernel.processes.layout import ROOT, Layout
from kernel.processes.refusals import Refusal
from kernel.processes.supervisor import Process, take_lock
from kernel.processes.up import Plan, Running, choose_port, fieldhand, interruptible, running

app = typer.Typer(no_args_is_help=True)

RECORDING = "telemetry/nab_dev/realKnownCause/ambient_temperature_system_failure.csv"
HISTORY = "21d"
USUAL = ROOT / "var" / "demo"
MARK = ".demo"
"""Lies in a folder that the demo has made and may empty again."""


class NotTheDemos(Refusal):
    """The folder holds something that the demo has not made."""


@app.command()
def demo(
    stay: Annotated[bool, typer.Option(help="keep everything running afterwards")] = False,
    port: Annotated[int | None, typer.Option(help="port of the screens")] = None,
    var: Annotated[Path | None, typer.Option(help="folder of the demo's data, emptied first")] = None,
) -> None:
    """Run the main job to its end on an empty system, checked through HTTP and MQTT."""
    steps = Steps()
    folder = (var or USUAL).absolute()
    done = False
    try:
        with interruptible(), ExitStack() as stack:
            plan = Plan(var=folder, port=port, simulate=False)
            choose_port(plan)
            clear(folder)
            recording = find_recording(steps.say)
            screens = ui.build(Layout(folder))
            push = stack.enter_context(FcmServer(folder / "fcm"))
            os.environ |= push.environment
            system = stack.enter_context(running(plan))
            steps.say("system", f"running at {system.url}" + ("" if screens.built else f"; {screens.reason}"))
            run_story(system, push.endpoint, recording, steps.say)
            done = True
            typer.echo(f"\nthe main job ran to its end in {steps.seconds:.0f} s; every check held")
            if stay:
                tell_logins(system)
                wait_forever()
    except KeyboardInterrupt:
        typer.echo("stopped" if done else f"stopped before the end, after {steps.seconds:.0f} s", err=True)
        raise typer.Exit(0 if done else 130) from None
    except Refusal as refusal:
        typer.echo(f"fieldhand: {refusal}", err=True)
        raise typer.Exit(2) from None
    except (StepFailed, httpx.HTTPError, ConnectionError) as failure:
        typer.echo(f"{steps.seconds:6.1f} s  FAILED      {str(failure) or type(failure).__name__}", err=True)
        typer.echo(f"everything is stopped; what each process said is in {folder / 'log'}", err=True)
        raise typer.Exit(1) from None


def find_recording(say: Say) -> Path | None:
    """Return the recorded telemetry, or say that there is none."""
    data = os.environ.get("FIELDHAND_DATA")
    path = Path(data) / RECORDING if data else None
    if path is not None and path.is_file():
        say("recording", f"{path.name} will come from {RECORDED.device}")
        return path.absolute()
    why = "FIELDHAND_DATA is not set" if path is None else f"{path} is not there"
    say("recording", f"none, the simulator alone: {why}")
    return None


def clear(folder: Path) -> None:
    """Empty the demo's folder, after ending whatever a killed run left behind.

    Raises:
        NotTheDemos: it is somebody else's.
        AlreadyRunning: a demo is at work in it.
    """
    layout = Layout(folder)
    ours = folder == USUAL or (folder / MARK).exists()
    if folder.is_dir() and any(folder.iterdir()) and not ours:
        raise NotTheDemos(f"{folder} holds something that no demo has made: name another folder with --var")
    if layout.run.is_dir():
        take_lock(layout.run / "supervisor.lock").close()
        sweep(layout.run)
    shutil.rmtree(folder, ignore_errors=True)
    layout.make()
    (folder / MARK).touch()


def run_story(system: Running, fcm: str, recording: Path | None, say: Say) -> None:
    """Run every step, for the simulated fault and for the recorded one."""
    logins = read_logins(system.layout.secrets / "logins.txt")
    world = World(system.url, logins, say)
    people = {row["technician"]["name"]: row for row in world.office.get("/board")["rows"]}
    phones = {name: world.phone(name) for name in logins if name not in OFFICE}
    names = {phone.get("/day")["technician"]["name"]: username for username, phone in phones.items()}
    for username, phone in phones.items():
        registration = {"channel": "fcm", "token": extras.phone_token(username), "device_id": phone.device_id}
        phone.post("/push/registrations", registration, expect=201)
    say(
        "people",
        f"{len(logins) - 1} can log in; {len(people)} technicians on the board, {len(phones)} phones registered",
    )
    extras.refuse_strangers(world)
    start_simulator(system, recording)
    admin = Caller(system.url, "admin", logins["admin"])
    environment = system.environment
    extras.send_bad_messages(
        world, admin, host=environment["FIELDHAND_MQTT_HOST"], port=int(environment["FIELDHAND_MQTT_PORT"])
    )
    done = wait_for("history to be committed", lambda: committed(system), seconds=180)
    say("history", f"{done['acked']} samples of {HISTORY} in {done['seconds']} s, each committed and acknowledged")
    faults = [PUMP, RECORDED] if recording else [PUMP]
    repaired = [repair(world, fault, phones=phones, names=names, fcm=fcm) for fault in faults]
    for order, case in repaired:
        extras.rate(world, story.see_it_closed(world, order, case))
    cases = world.office.get("/cases", limit=200)["items"]
    devices = sorted(case["device_name"] for case in cases)
    story.check(devices.count(PUMP.device) == 1, f"{devices.count(PUMP.device)} cases for {PUMP.device}")
    strangers = [name for name in devices if name not in {fault.device for fault in faults}]
    story.check(not strangers, f"healthy devices have cases: {strangers}")
    say("others", f"healthy devices raised no case; {len(cases)} in all")


OFFICE = {"tenant", "dispatcher", "warehouse", "supervisor", "admin"}


def repair(
    world: World, fault: Fault, *, phones: dict[str, Caller], names: dict[str, str], fcm: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Follow one fault from the case to the end of the visit; return its order and its case."""
    case = story.find_case(world, fault)
    order = story.find_order(world, fault, case)
    plan = story.find_plan(world, order)
    username = names[plan["technician"]["name"]]
    extras.check_push(world, fcm, order, username)
    visit = story.work_visit(world, fault, phones[username], plan, case)
    story.check_ledger(world, visit, order)
    return order, case


def start_simulator(system: Running, recording: Path | None) -> None:
    """Start the fleet as a child of the supervisor."""
    layout = system.layout
    arguments = [
        "sim", "--credentials", str(layout.secrets / "devices.json"), "--scenario", "demo", "--history", HISTORY,
        "--state-dir", str(layout.var / "sim"), "--truth", str(layout.var / "sim-truth.json"),
    ]  # fmt: skip
    if recording is not None:
        arguments += ["--replay", f"{recording}:{RECORDED.device}"]
    system.supervisor.add(Process(name="sim", command=fieldhand(*arguments), environment=system.environment))


def committed(system: Running) -> dict[str, Any] | None:
    """Return what the simulator says once the gateway has acknowledged its whole history."""
    log = system.layout.log / "sim.log"
    lines = log.read_text().splitlines() if log.exists() else []
    for line in lines:
        if '"history_committed"' in line:
            found: dict[str, Any] = json.loads(line[line.index("{") :])
            return found
    return None


def tell_logins(system: Running) -> None:
    """Print the address and the demo log-ins."""
    typer.echo(f"\nconsole: {system.url}\n\n{(system.layout.secrets / 'logins.txt').read_text()}\nstop with Ctrl-C")
