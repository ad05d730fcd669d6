"""`python -m benchmarks soak`: numbered records through processes that are killed; exact sets at the end."""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

from benchmarks.soak import alarms, truth
from benchmarks.soak.crowd import Crowd, make_tenant, provision, provision_machines
from benchmarks.soak.disasters import DISASTERS
from benchmarks.soak.kills import KINDS, Diary, rampage
from benchmarks.soak.machines import plant
from benchmarks.soak.report import Result
from benchmarks.soak.stage import DATABASE, PROCESSES, Stage
from iot_gateway import rollups
from kernel import clock

DUE = "SELECT count(*) FROM rollup_due"
HOUR_MS = 3_600_000
SECONDS_PER_KILL = 4.0
COUNTS = ("measured", "messages", "singles", "resent", "reboots", "unheard", "silences")
LEFT = (
    "SELECT count(*) FROM telemetry_batch b, scorer_checkpoint c"
    " WHERE c.name = %s AND (b.xid, b.id) > (c.xid, c.batch_id)"
)


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--rate", type=float, default=4000.0, help="records a second of all devices together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--machines", type=int, default=8, help="simulated machines, half of them with a fault")
    parser.add_argument("--processes", type=int, default=2, help="that play the devices")
    parser.add_argument(
        "--kinds", nargs="+", type=_kind, default=KINDS, help="kill only these, such as gateway or gateway+broker"
    )
    parser.add_argument("--disaster", choices=sorted(DISASTERS), help="instead of the kills")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the disaster lasts")
    parser.add_argument("--no-fsync", action="store_true", help="survives every kill, but no power cut")
    parser.add_argument("--json", type=Path, help="write the result here too")
    parser.add_argument("--keep", type=Path, help="use this folder and leave it")
    return parser.parse_args(words)


def run(words: list[str]) -> int:
    """Run one soak; 0 when nothing was lost, doubled, missed or repeated."""
    options = parse(words)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="fieldhand-soak-"))
    folder.mkdir(exist_ok=True, parents=True)
    folder.chmod(0o711)
    try:
        with Stage(folder / "var", fsync=not options.no_fsync) as stage:
            result = soak(stage, options, folder, command="python -m benchmarks soak " + " ".join(words))
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    print("\n" + result.as_markdown())
    if options.json is not None:
        options.json.write_text(json.dumps(result.as_json()))
    return 0 if result.good else 1


def soak(stage: Stage, options: argparse.Namespace, folder: Path, *, command: str) -> Result:
    """Play the devices, kill, and compare."""
    machines = plant(options.machines, seed=options.seed, end_ms=(time.time_ns() // 1_000_000 // HOUR_MS - 1) * HOUR_MS)
    tenant_id = make_tenant("soak")
    members = provision(tenant_id, [(f"dev-{n:04d}", "pump") for n in range(options.devices)], sampling_seconds=1)
    played = provision_machines(tenant_id, machines)
    for name in ("gateway", "scorer", "rollups"):
        stage.start(name)
    length = options.seconds if options.disaster else options.kills * SECONDS_PER_KILL
    crowd = Crowd(
        slug="soak", port=stage.broker.device_port, folder=folder, seed=options.seed, pace_seconds=max(10.0, length)
    )
    begin = time.monotonic()
    try:
        pairs = list(zip(machines, played, strict=True))
        crowd.start(members, pairs, processes=options.processes, rate=options.rate)
        diary = _disturb(stage, crowd, options)
        seconds = time.monotonic() - begin
        if not crowd.finish(seconds=180.0):
            diary.stuck.append("the devices could not deliver everything")
        counts = {name: crowd.total(name) for name in COUNTS}
    finally:
        crowd.close()
    _until(lambda: stage.query(LEFT, "scorer") == (0,), crowd, "the scorer does not take everything in")
    for name in ("rollups", "scorer", "gateway"):
        stage.stop(name)
    print("  comparing", flush=True)
    _roll_up_all(stage, crowd)
    url = stage.cluster.url(DATABASE)
    return Result(
        command=command,
        diary=diary,
        account=truth.compare(url, crowd.truth_files),
        verdict=alarms.compare(url, machines, played),
        seconds=seconds,
        asked_rate=options.rate,
        devices=len(members) + len(machines),
        counts=counts,
    )


def _disturb(stage: Stage, crowd: Crowd, options: argparse.Namespace) -> Diary:
    _until(lambda: crowd.acked_until() > 0, crowd, "no device gets its records acknowledged")
    print(f"  all devices have records acknowledged; {crowd.rate:.0f} records a second are asked for", flush=True)
    if options.disaster:
        return DISASTERS[options.disaster](stage, crowd, options.seconds)
    return rampage(stage, crowd, options.kills, seed=options.seed, kinds=options.kinds)


def _roll_up_all(stage: Stage, crowd: Crowd) -> None:
    """Do what is left of the roll-up job, without waiting until its buckets are due."""

    def done() -> bool:
        rollups.catch_up(at=next(later))
        return stage.query(LEFT, rollups.CHECKPOINT) == stage.query(DUE) == (0,)

    later = (clock.now() + timedelta(hours=hours) for hours in count(1))
    _until(done, crowd, "the roll-ups do not come to an end")


def _kind(word: str) -> tuple[str, ...]:
    names = tuple(word.split("+"))
    if not set(names) <= set(PROCESSES):
        raise argparse.ArgumentTypeError(f"{word}: not of {', '.join(PROCESSES)}")
    return names


def _until(condition: Callable[[], bool], crowd: Crowd, complaint: str, *, seconds: float = 180.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        crowd.check()
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.1)
