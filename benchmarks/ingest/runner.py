"""Starts processes of load together, gives the word, collects what they say."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

from benchmarks.ingest.fleet import FleetJob
from benchmarks.ingest.load import Job
from benchmarks.ingest.world import LOADS, ROOT, StuckError, World

WINDOW = 500


class Jobs:
    """Processes of load that are ready and wait for the word; they end with the context, whatever happens."""

    def __init__(self, jobs: Sequence[Job] | Sequence[FleetJob], *, patience: float = 60) -> None:
        """Run these in `__enter__`, which waits `patience` seconds for them to get ready."""
        self._jobs, self._patience = jobs, patience
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        """Start all and wait until all are ready."""
        try:
            for job in self._jobs:
                self._processes.append(_spawn(job))
            deadline = time.monotonic() + self._patience
            for process in self._processes:
                _expect_ready(process, deadline)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End what is left."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def go(self) -> None:
        """Give the word to all."""
        for process in self._processes:
            _pipe(process.stdin).write("go\n")
            _pipe(process.stdin).flush()

    def done(self) -> bool:
        """Tell whether all have ended, well or not."""
        return all(process.poll() is not None for process in self._processes)

    def answers(self, *, seconds: float) -> list[dict[str, Any]]:
        """Wait for all and return what each says, in the order given.

        Raises:
            StuckError: one of them failed, or was not done in time.
        """
        deadline = time.monotonic() + seconds
        return [self._answer(process, deadline) for process in self._processes]

    @staticmethod
    def _answer(process: subprocess.Popen[str], deadline: float) -> dict[str, Any]:
        line = _line(process, deadline)
        if not line:
            raise StuckError("a process of load failed; its error is above")
        found: dict[str, Any] = json.loads(line)
        return found


def _spawn(job: Job | FleetJob) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", type(job).__module__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    _pipe(process.stdin).write(job.line())
    _pipe(process.stdin).flush()
    return process


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise AssertionError("started without pipes")
    return stream


def _expect_ready(process: subprocess.Popen[str], deadline: float) -> None:
    if _line(process, deadline) != "ready":
        raise StuckError("a process of load did not get ready; its error is above")


def _line(process: subprocess.Popen[str], deadline: float) -> str:
    with selectors.DefaultSelector() as selector:
        selector.register(_pipe(process.stdout), selectors.EVENT_READ)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            raise StuckError("a process of load was not done in time")
    return _pipe(process.stdout).readline().strip()


def run_jobs(jobs: Sequence[Job], *, seconds: float) -> list[dict[str, Any]]:
    """Run jobs together to their end."""
    with Jobs(jobs) as running:
        running.go()
        return running.answers(seconds=seconds)


def publishers(
    world: World, count: int, *, boot: int, number: int = len(LOADS), rate: int = 0, sent: Path | None = None
) -> list[Job]:
    """Describe publishers that share the devices and the messages: each device is one publisher's, so in order."""
    return [
        Job(
            kind="publish",
            port=world.broker.gateway_port,
            user=LOADS[which],
            password=world.secrets[LOADS[which]],
            tenant=world.tenant,
            count=count // number + (1 if which < count % number else 0),
            devices=world.devices[which::number],
            boot=boot,
            rate=rate // number,
            window=WINDOW,
            sent=str(sent) if sent else "",
        )
        for which in range(number)
    ]
