"""`python -m benchmarks ingest [--quick] [--write]`: the whole measurement in one run on services of its own."""

import argparse
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeVar

import psycopg

from benchmarks.ingest import ceiling, peers, phases
from benchmarks.ingest.load import SEED, record, values
from benchmarks.ingest.packets import RefusedError
from benchmarks.ingest.results import Results, Round, markdown
from benchmarks.ingest.world import GATEWAYS, ROOT, USERS, StuckError, World, open_world, say
from kernel.processes.refusals import ProcessFailed

DOCUMENT = ROOT / "docs/benchmarks.md"
BEGIN, END = "<!-- ingest: written by the command -->", "<!-- end of ingest -->"
LIMIT_SECONDS = 900
ROUND_SECONDS, TURN_SECONDS = 120, 260
"""No further round, no further turn of several gateways begins so long after the start."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much of each is measured: messages, rounds, seconds."""

    rounds: int = 3
    devices: int = 1000
    broker: int = 100_000
    copied: int = 150_000
    drained: int = 150_000
    streamed: int = 100_000
    rates: tuple[int, ...] = (5000, 1000)
    paced_seconds: int = 10
    scaled: tuple[int, ...] = (1, 2, 4)
    turns: int = 2
    backlog: int = 500_000
    naive: int = 8000
    node_red: int = 30_000


QUICK = Plan(
    rounds=1,
    broker=30_000,
    copied=40_000,
    drained=40_000,
    streamed=20_000,
    paced_seconds=4,
    scaled=(1, 2),
    turns=1,
    backlog=60_000,
    naive=1500,
    node_red=8000,
)


def run(options: Sequence[str]) -> int:
    """Measure, print the table, write it into the document where asked; 1 when a message was lost or counted twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ingest", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller counts and one round, for a first look")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    asked = parser.parse_args(options)
    command = " ".join(["python -m benchmarks ingest", *(["--quick"] if asked.quick else [])])
    results = Results(command=command)
    try:
        with ended_in_order(LIMIT_SECONDS):
            measure(QUICK if asked.quick else Plan(), results)
    except BaseException:
        results.absent.append("what follows (the run was ended early)")
        print(markdown(results))
        raise
    block = markdown(results)
    print(block)
    if asked.write:
        write(DOCUMENT, block)
    return 0 if results.rounds and all(counted.exact for counted in results.counted()) else 1


@contextmanager
def ended_in_order(seconds: int) -> Iterator[None]:
    """Let SIGTERM and a time limit end the run as Ctrl-C does: through every clean-up."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit("the time limit is reached" if number == signal.SIGALRM else 128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)}
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def measure(plan: Plan, results: Results) -> None:
    """Take all measurements in a world of their own; what is measured stands in `results` at once."""
    load, begun = os.getloadavg()[0], time.monotonic()
    say("private PostgreSQL and Mosquitto")
    with open_world(plan.devices) as world:
        results.machine = f"{describe(world)}, load average {load:.1f} before"
        results.payload_bytes = len(record(int(time.time() * 1000), 1, 100, values(SEED)[0]))
        results.fsync = ceiling.fsync_ms(world.folder)
        _rounds(world, plan, results, begun)
        results.naive = attempt(world, results, "the naive script", lambda: peers.naive(world, plan.naive))
        results.node_red = attempt(world, results, "Node-RED", lambda: peers.node_red(world, plan.node_red))
        results.backlog = attempt(world, results, "the backlog", lambda: phases.backlog(world, plan.backlog))
        for number in range(plan.turns):
            if number and time.monotonic() - begun > TURN_SECONDS:
                break
            turn = attempt(world, results, "several gateways", lambda: _turn(world, plan))
            if turn is not None:
                results.scaled.append(turn)
        results.machine += f" and {os.getloadavg()[0]:.1f} after"


def _rounds(world: World, plan: Plan, results: Results, begun: float) -> None:
    for number in range(plan.rounds):
        if number and time.monotonic() - begun > ROUND_SECONDS:
            break
        say(f"round {number + 1}")
        found = attempt(world, results, f"round {number + 1}", lambda: _round(world, plan))
        if found is not None:
            results.rounds.append(found)
    if results.rounds:
        attempt(world, results, "even rates", lambda: _paced(world, plan, results))


def _round(world: World, plan: Plan) -> Round:
    broker = ceiling.broker_rate(world, plan.broker)
    text = ceiling.copy_rate(world, plan.copied, binary=False)
    binary = ceiling.copy_rate(world, plan.copied, binary=True)
    name = GATEWAYS[0]
    world.start_gateway(name)
    try:
        drained = phases.drain(world, [name], plan.drained)
        streamed = phases.live(world, name, plan.streamed)
    finally:
        world.stop(name)
    return Round(broker=broker, copy_text=text, copy_binary=binary, drained=drained, streamed=streamed)


def _paced(world: World, plan: Plan, results: Results) -> None:
    name = GATEWAYS[0]
    world.start_gateway(name)
    try:
        for rate in plan.rates:
            results.paced[rate] = phases.paced(world, name, rate, seconds=plan.paced_seconds)
    finally:
        world.stop(name)


def _turn(world: World, plan: Plan) -> dict[int, phases.Drained]:
    return {number: _scaled(world, plan, number) for number in plan.scaled}


def _scaled(world: World, plan: Plan, number: int) -> phases.Drained:
    names = GATEWAYS[:number]
    try:
        for name in names:
            world.start_gateway(name)
        return phases.drain(world, names, plan.drained)
    finally:
        world.stop(*names)


def attempt(world: World, results: Results, what: str, work: Callable[[], T]) -> T | None:
    """Take one measurement; when it cannot be had, say why and go on with everything stopped and forgotten."""
    try:
        return work()
    except (StuckError, ProcessFailed, RefusedError, peers.AbsentError, psycopg.Error, OSError) as error:
        reason = str(error).strip()
        say(f"{what}: {reason}")
        results.absent.append(f"{what} ({reason.splitlines()[0] if reason else type(error).__name__})")
    for name in world.supervisor.states():
        if name in USERS:
            world.supervisor.stop_process(name)
    world.forget(*USERS)
    return None


def describe(world: World) -> str:
    """Return cores and versions."""
    with world.connect() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    answer = subprocess.run(
        [world.broker.program.path, "-h"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | dict(world.broker.program.environment),
    )
    mosquitto = re.search(r"version (\S+)", answer.stdout)
    return (
        f"{os.cpu_count()} cores, PostgreSQL {row[0].split()[0] if row else '?'},"
        f" Mosquitto {mosquitto[1] if mosquitto else '?'}, Python {platform.python_version()}"
    )


def write(document: Path, block: str) -> None:
    """Put the block between its two marks."""
    text = document.read_text()
    if BEGIN not in text:
        raise SystemExit(f"{document} has no line {BEGIN}")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    document.write_text(f"{head}{BEGIN}\n{block}{END}{tail}")
    print(f"written to {document}", file=sys.stderr)
