"""`fieldhand demo`: everything up, the main job to its end, exit 0 only if all of it held."""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.demo import extras, story
from backend.demo.clients import Caller, StepFailed, read_logins, wait_for
from backend.demo.fcm_server import FcmServer
from backend.demo.story import PUMP, RECORDED, Fault, World
from kernel.processes import ui
from kernel.processes.children import sweep
from kernel.processes.cli import wait_forever
from kernel.processes.layout import ROOT, Layout
from kernel.processes.refusals import Refusal
from kernel.processes.supervisor import Process
from kernel.processes.up import Plan, Running, fieldhand, interruptible, running

app = typer.Typer(no_args_is_help=True)

RECORDING = "telemetry/nab_dev/realKnownCause/ambient_temperature_system_failure.csv"
HISTORY = "21d"


class Steps:
    """Prints each step with its time."""

    def __init__(self) -> None:
        """Start the clock."""
        self.begun = time.monotonic()

    def say(self, text: str) -> None:
        """Tell one line."""
        mark = "    " if text.startswith("  ") else " ok "
        typer.echo(f"[{time.monotonic() - self.begun:6.1f} s]{mark}{text.strip()}")
        sys.stdout.flush()


@app.command()
def demo(
    stay: Annotated[bool, typer.Option(help="keep everything running afterwards")] = False,
    port: Annotated[int | None, typer.Option(help="port of the screens")] = None,
    var: Annotated[Path | None, typer.Option(help="folder of the demo's data, emptied first")] = None,
) -> None:
    """Run the main job to its end on an empty system, checked through HTTP and MQTT."""
    steps = Steps()
    folder = (var or ROOT / "var" / "demo").absolute()
    recording = find_recording(steps.say)
    try:
        with interruptible(), ExitStack() as stack:
            clear(folder)
            screens = ui.build(Layout(folder))
            push = stack.enter_context(FcmServer(folder / "fcm"))
            os.environ |= push.environment
            plan = Plan(var=folder, port=port, simulate=False)
            system = stack.enter_context(running(plan))
            steps.say(f"running at {system.url}" + ("" if screens.built else f", without screens: {screens.reason}"))
            run_story(system, push.endpoint, recording, steps.say)
            typer.echo(f"\nthe main job ran to its end in {time.monotonic() - steps.begun:.0f} s; every check held")
            if stay:
                tell_logins(system)
                wait_forever()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise typer.Exit(0 if stay else 130) from None
    except Refusal as refusal:
        typer.echo(f"fieldhand: {refusal}", err=True)
        raise typer.Exit(2) from None
    except StepFailed as failure:
        typer.echo(f"[{time.monotonic() - steps.begun:6.1f} s] FAILED {failure}\nlogs: {folder / 'log'}", err=True)
        raise typer.Exit(1) from None


def find_recording(say: Callable[[str], None]) -> Path | None:
    """Return the recorded telemetry, or say that there is none."""
    data = os.environ.get("FIELDHAND_DATA")
    path = Path(data) / RECORDING if data else None
    if path is not None and path.is_file():
        return path.absolute()
    say(
        f"no recorded telemetry ({'FIELDHAND_DATA is not set' if not data else f'{path} is not there'}): simulator only"
    )
    return None


def clear(folder: Path) -> None:
    """Empty the demo's folder, after ending whatever a killed run left behind.

    Raises:
        Refusal: something lies there that no demo made.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "fcm").is_dir():
        raise Refusal(f"{folder} is not a folder of the demo; name an empty one with --var")
    layout = Layout(folder)
    if layout.run.is_dir():
        sweep(layout.run)
    shutil.rmtree(folder, ignore_errors=True)
    layout.make()


def run_story(system: Running, fcm: str, recording: Path | None, say: Callable[[str], None]) -> None:
    """Run every step, for the simulated fault and for the recorded one."""
    logins = read_logins(system.layout.secrets / "logins.txt")
    world = World(system.url, logins, say)
    people = {row["technician"]["name"]: row for row in world.office.get("/board")["rows"]}
    phones = {name: world.phone(name) for name in logins if name not in OFFICE}
    names = {phone.get("/day")["technician"]["name"]: username for username, phone in phones.items()}
    for username, phone in phones.items():
        registration = {"channel": "fcm", "token": extras.phone_token(username), "device_id": phone.device_id}
        phone.post("/push/registrations", registration, expect=201)
    say(f"{len(logins) - 1} people log in, {len(people)} technicians on the board, {len(phones)} phones registered")
    extras.refuse_strangers(world)
    start_simulator(system, recording)
    admin = Caller(system.url, "admin", logins["admin"])
    environment = system.environment
    extras.send_bad_messages(
        world, admin, host=environment["FIELDHAND_MQTT_HOST"], port=int(environment["FIELDHAND_MQTT_PORT"])
    )
    done = wait_for("history to be committed", lambda: committed(system), seconds=90)
    say(f"{done['acked']} samples of {HISTORY} published in {done['seconds']} s, each committed and acknowledged")
    faults = [PUMP, RECORDED] if recording else [PUMP]
    for fault in faults:
        repair(world, fault, phones=phones, names=names, fcm=fcm)
    cases = world.office.get("/cases", limit=200)["items"]
    devices = sorted(case["device_name"] for case in cases)
    story.check(devices.count(PUMP.device) == 1, f"{devices.count(PUMP.device)} cases for {PUMP.device}")
    strangers = [name for name in devices if name not in {fault.device for fault in faults}]
    story.check(not strangers, f"healthy devices have cases: {strangers}")
    say(f"healthy devices raised no case; {len(cases)} case(s) in all")


OFFICE = {"tenant", "dispatcher", "warehouse", "supervisor", "admin"}


def repair(world: World, fault: Fault, *, phones: dict[str, Caller], names: dict[str, str], fcm: str) -> None:
    """Follow one fault from the case to the customer's rating."""
    case = story.find_case(world, fault)
    order = story.find_order(world, fault, case)
    plan = story.find_plan(world, order)
    username = names[plan["technician"]["name"]]
    extras.check_push(world, fcm, order, username)
    visit = story.work_visit(world, fault, phones[username], plan, case)
    story.check_ledger(world, visit, order)
    ticket = story.see_it_closed(world, order, case)
    extras.rate(world, ticket)


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
