"""Ends the children of a supervisor that died without ending them, even by kill -9.

A process of its own, in a session of its own. It reads lines from a pipe: `+PID SIGNAL` for a child to end with that
signal, `-PID` for one that is gone. The end of the pipe means that the supervisor is gone. Standard library only.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

GRACE_SECONDS = 8.0


def read_children(lines: Iterable[str]) -> dict[int, int]:
    """Return the children still registered at the end of the pipe, with the signal that ends each."""
    children: dict[int, int] = {}
    for line in lines:
        if line.startswith("+"):
            pid, number = line[1:].split()
            children[int(pid)] = int(number)
        elif line.startswith("-"):
            children.pop(int(line[1:]), None)
    return children


def group_is_alive(group: int) -> bool:
    """Tell whether any process of a group is left; those that only wait to be reaped do not count."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    states = [state for state, number in process_groups() if number == group]
    return not states or any(state != "Z" for state in states)


def process_groups() -> Iterator[tuple[str, int]]:
    """Yield state and group of every process, nothing where there is no /proc."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, group = path.read_text(errors="replace").rpartition(")")[2].split()[:3]
            yield state, int(group)


def send(group: int, number: int) -> None:
    """Signal a process group, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def end_group(group: int, number: int, grace: float) -> None:
    """End a process group, politely first."""
    end_groups({group: number}, grace)


def end_groups(groups: Mapping[int, int], grace: float) -> None:
    """End process groups together: each leader by its own signal, what is left after `grace` seconds by force."""
    for group, number in groups.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(group, number)
    deadline = time.monotonic() + grace
    while any(group_is_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        send(group, signal.SIGKILL)


def main() -> None:
    """Wait for the supervisor's end, then end what it left behind."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end_groups(read_children(sys.stdin), GRACE_SECONDS)


if __name__ == "__main__":
    main()
