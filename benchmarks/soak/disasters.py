"""Longer disasters than a kill: a database, a broker or a gateway that is away for minutes."""

import signal
import time
from collections.abc import Callable, Mapping

from benchmarks.soak.crowd import Crowd
from benchmarks.soak.kills import Diary, Kill, wait_recovered
from benchmarks.soak.stage import Stage

SETTLE_SECONDS = 3.0


def freeze_database(stage: Stage, crowd: Crowd, seconds: float) -> Diary:
    """PostgreSQL answers nobody, and nobody is told so: its processes are stopped in their tracks."""
    return _disaster(
        stage,
        crowd,
        seconds,
        "database frozen",
        begin=lambda: stage.signal_tree("postgres", signal.SIGSTOP),
        end=lambda: stage.signal_tree("postgres", signal.SIGCONT),
    )


def _away(name: str) -> Callable[[Stage, Crowd, float], Diary]:
    def disaster(stage: Stage, crowd: Crowd, seconds: float) -> Diary:
        return _disaster(
            stage,
            crowd,
            seconds,
            f"{name} away",
            begin=lambda: stage.kill(name),
            end=lambda: stage.start(name),
        )

    return disaster


def _disaster(
    stage: Stage,
    crowd: Crowd,
    seconds: float,
    name: str,
    *,
    begin: Callable[[], None],
    end: Callable[[], None],
) -> Diary:
    time.sleep(SETTLE_SECONDS)
    begin()
    print(f"  {name} for {seconds:.0f} s", flush=True)
    time.sleep(seconds)
    print(f"  {crowd.total('held')} records held by the devices", flush=True)
    end()
    at = time.time_ns() // 1_000_000
    recovery = wait_recovered(stage, crowd, at)
    if recovery is not None:
        print(f"  recovered after {recovery.whole:.1f} s", flush=True)
    time.sleep(SETTLE_SECONDS)
    return Diary([Kill((name,), recovery)], [] if recovery is not None else [name])


DISASTERS: Mapping[str, Callable[[Stage, Crowd, float], Diary]] = {
    "db-away": freeze_database,
    "db-down": _away("postgres"),
    "broker-down": _away("broker"),
    "gateway-down": _away("gateway"),
    "scorer-down": _away("scorer"),
}
"""By the name on the command line."""
