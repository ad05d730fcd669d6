"""Who is killed when, and how long it takes until every device has its records acknowledged again."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.soak.crowd import Crowd
from benchmarks.soak.stage import Stage
from kernel.processes.supervisor import FIRST_BACKOFF_SECONDS

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
ROLLUPS_TOO = 0.2
"""Part of the kills that take the roll-up job with them, which is due every 20 seconds and recovers with its turn."""
REACHED = (
    "SELECT COALESCE((extract(epoch FROM max(b.at)) * 1000)::bigint, 0) FROM scorer_checkpoint c"
    " JOIN telemetry_batch b ON b.id = c.batch_id WHERE c.name = 'scorer'"
)


class Recovery(NamedTuple):
    """Seconds from a kill until every present device had a younger record acknowledged; until the scorer had, too."""

    acknowledged: float
    whole: float


@dataclass(frozen=True)
class Kill:
    """One kill and its recovery."""

    names: tuple[str, ...]
    recovery: "Recovery | None"
    """None where the next kill came first, or nothing came."""


@dataclass
class Diary:
    """What was done."""

    kills: list[Kill] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


def plan(count: int, rng: random.Random, kinds: Sequence[tuple[str, ...]] = KINDS) -> list[tuple[str, ...]]:
    """Return so many kills, each kind equally often, in random order; of few the single ones come first."""
    chosen = [kinds[number % len(kinds)] for number in range(count)]
    rng.shuffle(chosen)
    return chosen


def strike(stage: Stage, names: Sequence[str], rng: random.Random) -> int:
    """Kill these at once, start each again when the supervisor would; return the instant of the kill (epoch ms)."""
    at = time.time_ns() // 1_000_000
    besides = ["rollups"] if rng.random() < ROLLUPS_TOO else []
    for name in rng.sample([*names, *besides], len(names) + len(besides)):
        stage.kill(name)
    time.sleep(FIRST_BACKOFF_SECONDS)
    for name in [*rng.sample(list(names), len(names)), *besides]:
        time.sleep(rng.uniform(0.0, 0.2))
        stage.start(name)
    return at


def wait_recovered(stage: Stage, crowd: Crowd, since: int) -> Recovery | None:
    """Wait for the recovery from a kill at `since` (epoch ms); return None when it did not come."""
    acknowledged: float | None = None
    while (passed := time.time() - since / 1000) < RECOVERY_LIMIT:
        crowd.check()
        revive(stage)
        if acknowledged is None and crowd.acked_until() > since:
            acknowledged = passed
        if acknowledged is not None and _taken_in(stage) > since:
            return Recovery(acknowledged, time.time() - since / 1000)
        time.sleep(0.1)
    print(f"  no recovery in {passed:.0f} s", flush=True)
    return None


def _taken_in(stage: Stage) -> int:
    """Return the instant (epoch ms) of the last batch that the scorer has taken in; 0 while nobody answers."""
    row = stage.query(REACHED)
    return row[0] if row is not None and isinstance(row[0], int) else 0


def revive(stage: Stage) -> None:
    """Start anew what has ended by itself, as a supervisor does."""
    for name in ("gateway", "scorer", "rollups"):
        if not stage.running(name):
            print(f"  {name} ended by itself:\n{stage.log_tail(name)}", flush=True)
            stage.start(name)


def rampage(stage: Stage, crowd: Crowd, count: int, *, seed: int, kinds: Sequence[tuple[str, ...]] = KINDS) -> Diary:
    """Kill `count` times, by these kinds."""
    rng = random.Random(seed)
    diary = Diary()
    for number, names in enumerate(plan(count, rng, kinds), 1):
        time.sleep(rng.uniform(0.1, 1.5))
        at = strike(stage, names, rng)
        recovery: Recovery | None = None
        if rng.random() >= AT_ONCE or number == count:
            recovery = wait_recovered(stage, crowd, at)
            if recovery is None:
                diary.stuck.append("+".join(names))
        diary.kills.append(Kill(names, recovery))
        took = f"{recovery.acknowledged:.1f}, {recovery.whole:.1f} s" if recovery is not None else "next one first"
        print(f"  {number:3d} {'+'.join(names):18s} {took:>14s}, {crowd.total('held')} held", flush=True)
        adapt(crowd)
    return diary


def adapt(crowd: Crowd) -> None:
    """Ask for less where the machine does not keep up."""
    if crowd.total("held") > 12 * crowd.rate and crowd.rate > 50:
        crowd.set_rate(crowd.rate * 0.75)
        print(f"  this machine does not keep up: {crowd.rate:.0f} records a second from here", flush=True)
