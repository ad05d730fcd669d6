"""Who is killed when, and how long it takes until every device has its records acknowledged again."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.soak.crowd import Crowd
from benchmarks.soak.stage import Stage

KINDS = (
    ("gateway",),
    ("scorer",),
    ("postgres",),
    ("broker",),
    ("gateway", "broker"),
    ("gateway", "postgres"),
    ("broker", "postgres"),
    ("gateway", "scorer"),
    ("scorer", "postgres"),
)
RECOVERY_LIMIT = 90.0
AT_ONCE = 0.2
"""Part of the kills that come before the recovery from the one before."""
REACHED = (
    "SELECT COALESCE((extract(epoch FROM max(b.at)) * 1000)::bigint, 0) FROM scorer_checkpoint c"
    " JOIN telemetry_batch b ON b.id = c.batch_id WHERE c.name = 'scorer'"
)


@dataclass(frozen=True)
class Kill:
    """One kill and its recovery; None where the next kill came first."""

    names: tuple[str, ...]
    recovery: float | None


@dataclass
class Diary:
    """What was done."""

    kills: list[Kill] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


def plan(count: int, rng: random.Random) -> list[tuple[str, ...]]:
    """Return so many kills, each kind equally often, in random order; of few the single ones come first."""
    chosen = [KINDS[number % len(KINDS)] for number in range(count)]
    rng.shuffle(chosen)
    return chosen


def strike(stage: Stage, names: Sequence[str], rng: random.Random) -> int:
    """Kill these at once and start each again after a moment; return the instant of the kill (epoch ms)."""
    at = time.time_ns() // 1_000_000
    for name in rng.sample(list(names), len(names)):
        stage.kill(name)
    for name in rng.sample(list(names), len(names)):
        time.sleep(rng.uniform(0.0, 0.4))
        stage.start(name)
    return at


def recovered(stage: Stage, crowd: Crowd, since: int) -> bool:
    """Tell whether each device has a record acknowledged, and the scorer one taken in, that is younger than `since`."""
    if crowd.acked_until() <= since:
        return False
    row = stage.query(REACHED)
    return row is not None and isinstance(row[0], int) and row[0] > since


def wait_recovered(stage: Stage, crowd: Crowd, since: int) -> float | None:
    """Wait for the recovery from a kill at `since`; return the seconds it took, None when it did not come."""
    while (passed := time.time() - since / 1000) < RECOVERY_LIMIT:
        crowd.check()
        revive(stage)
        if recovered(stage, crowd, since):
            return time.time() - since / 1000
        time.sleep(0.1)
    print(f"  no recovery in {passed:.0f} s", flush=True)
    return None


def revive(stage: Stage) -> None:
    """Start anew what has ended by itself, as a supervisor does."""
    for name in ("gateway", "scorer"):
        if not stage.running(name):
            print(f"  {name} ended by itself:\n{stage.log_tail(name)}", flush=True)
            stage.start(name)


def rampage(stage: Stage, crowd: Crowd, count: int, *, seed: int) -> Diary:
    """Kill `count` times."""
    rng = random.Random(seed)
    diary = Diary()
    for number, names in enumerate(plan(count, rng), 1):
        time.sleep(rng.uniform(0.1, 1.5))
        at = strike(stage, names, rng)
        recovery: float | None = None
        if rng.random() >= AT_ONCE or number == count:
            recovery = wait_recovered(stage, crowd, at)
            if recovery is None:
                diary.stuck.append("+".join(names))
        diary.kills.append(Kill(names, recovery))
        took = f"{recovery:.1f} s" if recovery is not None else "next one first"
        print(f"  {number:3d} {'+'.join(names):18s} {took:>14s}, {crowd.total('held')} held", flush=True)
        adapt(crowd)
    return diary


def adapt(crowd: Crowd) -> None:
    """Ask for less where the machine does not keep up."""
    if crowd.total("held") > 12 * crowd.rate and crowd.rate > 50:
        crowd.set_rate(crowd.rate * 0.75)
        print(f"  this machine does not keep up: {crowd.rate:.0f} records a second from here", flush=True)
