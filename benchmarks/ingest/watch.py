"""What processes used, by /proc, and when batches became visible to another connection of the database."""

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.ingest.world import StuckError, World

TICKS = os.sysconf("SC_CLK_TCK")
VISIBLE_EVERY = 0.001


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process with all its threads, user and system, in seconds."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def postgres_seconds(world: World) -> float:
    """Return the CPU time of the database server in seconds: its processes, those that have ended among them."""
    with world.connect() as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        if row is None:
            raise AssertionError("pg_backend_pid() gave no row")
        server, used = _stat(row[0])[1], 0
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(FileNotFoundError, ProcessLookupError):
                fields = _stat(int(path.name))
                if path.name == server:
                    used += sum(map(int, fields[11:15]))
                elif fields[1] == server:
                    used += int(fields[11]) + int(fields[12])
    return used / TICKS


def _stat(pid: int) -> list[str]:
    """Return what stands in /proc/PID/stat behind the name (proc_pid_stat(5), from the third field)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def memory_mb(pid: int, name: str = "VmRSS") -> float:
    """Return the resident memory of a process in MB (10^6 bytes); `VmHWM` for its highest so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(name)


@contextmanager
def frozen(pids: Sequence[int]) -> Iterator[None]:
    """Hold processes still, with their connections open: what comes for them queues at the broker."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@dataclass(frozen=True)
class Counted:
    """What a phase left in the tables."""

    rows: int
    lost: int
    duplicates: int
    dead: int

    @property
    def exact(self) -> bool:
        """Tell whether each message is one row."""
        return not (self.lost or self.duplicates or self.dead)


def count_rows(world: World, *, boot: int, sent: int) -> Counted:
    """Count the rows of one boot exactly, and what is missing or there twice."""
    with world.connect() as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT (device_number, seq)) FROM telemetry WHERE boot = %s", [boot]
        ).fetchone()
        dead = connection.execute(
            "SELECT count(*) FROM telemetry_dead_letter WHERE topic LIKE %s", [f"fieldhand/v1/{world.tenant}/%"]
        ).fetchone()
    if row is None or dead is None:
        raise AssertionError("count(*) gave no row")
    return Counted(row[0], sent - row[1], row[0] - row[1], dead[0])


def wait_for_rows(world: World, count: int, *, seconds: float, names: Iterable[str] = ()) -> float:
    """Wait until batches with so many rows are committed; return when they were first seen, by the monotonic clock.

    Raises:
        StuckError: they were not in time, or one of the processes `names` has ended.
    """
    deadline = time.monotonic() + seconds
    with world.connect() as connection:
        while True:
            row = connection.execute("SELECT coalesce(sum(row_count), 0) FROM telemetry_batch").fetchone()
            now = time.monotonic()
            if row is not None and row[0] >= count:
                return now
            for name in names:
                world.pid(name)
            if now > deadline:
                raise StuckError(f"{row and row[0]} of {count} rows after {seconds:.0f} s")
            time.sleep(0.02)


class Visible:
    """Notes when each batch is first seen by a connection other than the gateway's: committed, flushed, visible.

    The instant that PostgreSQL itself keeps of a commit is taken before the flush, so it would flatter. Looking every
    millisecond overstates by a millisecond at most, and by what the machine makes the looker wait.
    """

    def __init__(self, world: World) -> None:
        """Look at the batches of `world` from `__enter__` on."""
        self._world = world
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="visible", daemon=True)
        self.at: dict[int, int] = {}
        """Batch -> epoch nanoseconds."""

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        last = 0
        with self._world.connect() as connection:
            while not self._stop.wait(VISIBLE_EVERY):
                found = connection.execute(
                    "SELECT id FROM telemetry_batch WHERE id > %s ORDER BY id", [last], prepare=True
                ).fetchall()
                now = time.time_ns()
                for (batch,) in found:
                    self.at[batch] = now
                    last = batch
