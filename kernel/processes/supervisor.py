"""Starts processes in order, waits until each is ready, restarts what fails, stops them in reverse."""

import contextlib
import fcntl
import graphlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from kernel.processes.accounts import Account
from kernel.processes.children import Child, Guard, log_tail, spawn, sweep
from kernel.processes.layout import ROOT, Layout, write_private
from kernel.processes.refusals import AlreadyRunning, ProcessFailed

ADDRESS = "up.json"
"""Where people find what runs, told to those who start it twice."""

TICK_SECONDS = 0.03
STEADY_SECONDS = 3.0
"""A process without a probe counts as ready when it has run this long."""
FIRST_BACKOFF_SECONDS = 0.25
LONGEST_BACKOFF_SECONDS = 30.0
FORGIVEN_AFTER_SECONDS = 10.0
"""A process that was ready for so long has not failed to start: the next try is the first one again."""
START_ATTEMPTS = 4
"""A process that never was ready is given up after so many tries."""


class State(StrEnum):
    """Where a process stands."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    BACKOFF = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


SETTLED = frozenset({State.READY, State.DONE})


@dataclass(frozen=True, kw_only=True)
class Process:
    """What to run, and how to tell that it is ready."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    inherit: bool = True
    """Whether it sees the supervisor's own environment too."""
    after: tuple[str, ...] = ()
    ready: Callable[[], bool] | None = None
    ready_line: str = ""
    """Text of the log that says it is ready, for a process nobody can ask."""
    one_shot: bool = False
    folder: Path = ROOT
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    pid_file: Path | None = None
    start_seconds: float = 90.0
    stop_seconds: float = 20.0


@dataclass
class Entry:
    """The state of one supervised process."""

    process: Process
    state: State = State.WAITING
    child: Child | None = None
    started_at: float = 0.0
    log_begins: int = 0
    retry_at: float = 0.0
    failures: int = 0
    was_ready: bool = False
    ready_at: float = float("inf")
    restarts: int = 0


class Supervisor:
    """Runs processes until it is stopped; they never outlive it."""

    def __init__(self, layout: Layout, *, on_change: Callable[[str, State], None] | None = None) -> None:
        """Work in the folders of `layout`; `on_change` hears of each state, from another thread."""
        self._layout = layout
        self._on_change = on_change
        self._entries: dict[str, Entry] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._lock_file: IO[str] | None = None
        self._guard: Guard | None = None

    def __enter__(self) -> Self:
        """Take the `var` folder, end what an earlier supervisor left behind, and start working.

        Raises:
            AlreadyRunning: another supervisor has the folder.
        """
        self._layout.make()
        self._lock_file = take_lock(self._layout.run / "supervisor.lock")
        sweep(self._layout.run)
        self._guard = Guard()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything, last started first."""
        self.stop()

    def add(self, *processes: Process) -> None:
        """Run these too, each after those it names."""
        with self._lock:
            for process in processes:
                self._entries[process.name] = Entry(process)

    def states(self) -> dict[str, State]:
        """Return where each process stands."""
        with self._lock:
            return {name: entry.state for name, entry in self._entries.items()}

    def restarts(self, name: str) -> int:
        """Return how often a process was started again."""
        with self._lock:
            return self._entries[name].restarts

    def pid(self, name: str) -> int | None:
        """Return the number of a running process."""
        with self._lock:
            child = self._entries[name].child
            return child.pid if child else None

    def signal(self, name: str, number: int) -> None:
        """Signal one process; if it ends of it, it is started again."""
        with self._lock:
            child = self._entries[name].child
            if child is not None:
                child.signal(number)

    def wait(self, *names: str, timeout: float = 120.0) -> None:
        """Wait until the named processes, or all, are ready or done.

        Raises:
            ProcessFailed: one of them, or one that it waits for, gave up or took too long.
        """
        deadline = time.monotonic() + timeout
        while True:
            states = self.states()
            wanted = names or tuple(states)
            if all(states[name] in SETTLED for name in wanted):
                return
            failed = [name for name in self._with_before(wanted) if states[name] in {State.FAILED, State.STOPPED}]
            if failed:
                raise ProcessFailed(self.failure(failed[0]))
            if time.monotonic() > deadline:
                late = next(name for name in wanted if states[name] not in SETTLED)
                raise ProcessFailed(self.failure(late))
            time.sleep(TICK_SECONDS)

    def _with_before(self, names: Iterable[str]) -> list[str]:
        """Return these processes and those that they wait for."""
        found: list[str] = []
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self._entries:
                found.append(name)
                waiting += self._entries[name].process.after
        return found

    def failure(self, name: str) -> str:
        """Say what became of a process, with the end of its log."""
        log = self.log_path(name)
        return f"{name} is {self.states()[name]}; the end of {log}:\n{log_tail(log)}"

    def log_path(self, name: str) -> Path:
        """Return the log file of a process."""
        return self._layout.log / f"{name}.log"

    def stop_process(self, name: str) -> None:
        """Stop one process and leave it stopped."""
        with self._lock:
            entry = self._entries[name]
            child, entry.child = entry.child, None
            self._move(entry, State.STOPPED)
        if child is not None:
            child.stop(grace=entry.process.stop_seconds)

    def start_process(self, name: str) -> None:
        """Start a stopped process again."""
        with self._lock:
            entry = self._entries[name]
            if entry.child is None:
                entry.failures = 0
                self._move(entry, State.WAITING)

    def stop(self) -> None:
        """Stop all processes, those that build on others first, and free the folder."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        for level in reversed(self._levels()):
            stop_together([entry for name in level if (entry := self._entries[name]).child is not None])
            for name in level:
                self._entries[name].child = None
                self._move(self._entries[name], State.STOPPED)
        if self._guard is not None:
            self._guard.close()
            self._guard = None
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    def kill(self) -> None:
        """End everything at once, for a user who will not wait."""
        for entry in list(self._entries.values()):
            if entry.child is not None:
                entry.child.kill()

    def _levels(self) -> list[list[str]]:
        sorter = graphlib.TopologicalSorter(
            {name: set(entry.process.after) & set(self._entries) for name, entry in self._entries.items()}
        )
        sorter.prepare()
        levels = []
        while sorter.is_active():
            level = list(sorter.get_ready())
            levels.append(level)
            sorter.done(*level)
        return levels

    def _run(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            for entry in list(self._entries.values()):
                with self._lock:
                    if self._closing.is_set():
                        return
                    self._advance(entry)

    def _advance(self, entry: Entry) -> None:
        if entry.state is State.WAITING:
            if all(self._entries[name].state in SETTLED for name in entry.process.after):
                self._start(entry)
        elif entry.state is State.BACKOFF:
            if time.monotonic() >= entry.retry_at:
                entry.restarts += 1
                self._start(entry)
        elif entry.child is not None and (code := entry.child.poll()) is not None:
            entry.child.kill()  # what it may have left of its group: a pool, a backend
            entry.child = None
            self._ended(entry, code)
        elif entry.state is State.STARTING:
            self._probe(entry)

    def _start(self, entry: Entry) -> None:
        process = entry.process
        if self._guard is None:
            return
        entry.started_at, entry.ready_at = time.monotonic(), float("inf")
        log = self.log_path(process.name)
        entry.log_begins = log.stat().st_size if log.exists() else 0
        try:
            entry.child = spawn(
                process.name,
                process.command,
                environment={**(os.environ if process.inherit else {}), **process.environment},
                guard=self._guard,
                log=log,
                record=self._layout.run / f"{process.name}.process.json",
                folder=process.folder,
                account=process.account,
                stop_signal=process.stop_signal,
            )
        except OSError as error:
            with log.open("a") as output:
                output.write(f"cannot start {process.command[0]}: {error}\n")
            self._move(entry, State.FAILED)
            return
        if process.pid_file is not None:
            write_private(process.pid_file, f"{entry.child.pid}\n")
        self._move(entry, State.STARTING)

    def _probe(self, entry: Entry) -> None:
        age = time.monotonic() - entry.started_at
        process = entry.process
        if process.one_shot:
            return
        if self._is_ready(entry, age):
            entry.was_ready, entry.ready_at = True, time.monotonic()
            self._move(entry, State.READY)
        elif age > process.start_seconds and entry.child is not None:
            entry.child.kill()

    def _is_ready(self, entry: Entry, age: float) -> bool:
        process = entry.process
        if process.ready is not None:
            return process.ready()
        if process.ready_line:
            return logged_since(self.log_path(process.name), entry.log_begins, process.ready_line)
        return age >= STEADY_SECONDS

    def _ended(self, entry: Entry, code: int) -> None:
        if entry.process.one_shot:
            self._move(entry, State.DONE if code == 0 else State.FAILED)
            return
        now = time.monotonic()
        if now - entry.ready_at > FORGIVEN_AFTER_SECONDS:
            entry.failures = 0
        entry.failures += 1
        if not entry.was_ready and entry.failures >= START_ATTEMPTS:
            self._move(entry, State.FAILED)
            return
        entry.retry_at = now + min(FIRST_BACKOFF_SECONDS * 2 ** (entry.failures - 1), LONGEST_BACKOFF_SECONDS)
        self._move(entry, State.BACKOFF)

    def _move(self, entry: Entry, state: State) -> None:
        if entry.state is not state:
            entry.state = state
            if self._on_change is not None:
                self._on_change(entry.process.name, state)


def logged_since(path: Path, begins: int, line: str) -> bool:
    """Tell whether a log holds a text after a place; one that was put aside is read from its beginning."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        file.seek(begins if begins <= path.stat().st_size else 0)
        return line.encode() in file.read()


def stop_together(entries: Iterable[Entry]) -> None:
    """Ask all to stop, then wait for each."""
    running = [(entry, entry.child) for entry in entries if entry.child is not None]
    for _, child in running:
        with contextlib.suppress(ProcessLookupError):
            child.ask_to_stop()
    deadlines = time.monotonic()
    for entry, child in running:
        left = deadlines + entry.process.stop_seconds - time.monotonic()
        child.wait(grace=max(left, 0.1))


def take_lock(path: Path) -> IO[str]:
    """Lock a file for the life of this process.

    Raises:
        AlreadyRunning: another process has it.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        address = path.with_name(ADDRESS)
        where = f" at {json.loads(address.read_text())['url']}" if address.exists() else ""
        raise AlreadyRunning(f"already running{where} as process {owner} on {path.parent.parent}") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
