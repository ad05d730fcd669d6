"""Starting and ending child processes that never outlive their supervisor."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kernel.processes.accounts import Account
from kernel.processes.guardian import end_group, group_is_alive
from kernel.processes.layout import write_private

LOG_LIMIT_BYTES = 20_000_000


class Guard:
    """The supervisor's end of the guardian's pipe."""

    def __init__(self) -> None:
        """Start the guardian."""
        source = Path(__file__).with_name("guardian.py")
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(source)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def watch(self, pid: int, number: int) -> None:
        """Have this child ended with `number` when the supervisor dies."""
        self._tell(f"+{pid} {number}\n")

    def release(self, pid: int) -> None:
        """Forget a child that is gone."""
        self._tell(f"-{pid}\n")

    def close(self) -> None:
        """End the guardian; whatever is still registered ends with it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


@dataclass(frozen=True)
class ProcessRecord:
    """What identifies a running process beyond its number, which the system uses again."""

    pid: int
    started: str
    command: str
    stop_signal: int

    def is_running(self) -> bool:
        """Tell whether that very process still runs, not another one with its number."""
        return process_identity(self.pid) == (self.started, self.command)


def process_identity(pid: int) -> tuple[str, str] | None:
    """Return start time and program name of a running process.

    The program name and not the arguments: Redis, for one, writes over its own.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return process_identity_by_ps(pid)
    head, _, tail = status.rpartition(")")
    state, *fields = tail.split()
    return None if state == "Z" else (fields[18], head.partition("(")[2])


def process_identity_by_ps(pid: int) -> tuple[str, str] | None:
    """Return the same where there is no /proc."""
    if Path("/proc/self/stat").exists():
        return None
    answer = subprocess.run(
        ["ps", "-o", "lstart=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (answer[:24], answer[24:].strip()) if answer else None


def write_record(path: Path, pid: int, stop_signal: int) -> None:
    """Keep a child's identity for the next start, should this supervisor be killed."""
    identity = process_identity(pid)
    if identity is not None:
        fields = {"pid": pid, "started": identity[0], "command": identity[1], "stop_signal": stop_signal}
        write_private(path, json.dumps(fields) + "\n")


def sweep(run_folder: Path, *, grace: float = 10.0) -> list[str]:
    """End what an earlier supervisor left running; return the names of the processes that were ended."""
    ended = []
    for path in sorted(run_folder.glob("*.process.json")):
        with contextlib.suppress(ValueError, TypeError):
            record = ProcessRecord(**json.loads(path.read_text()))
            if record.is_running():
                end_group(record.pid, record.stop_signal, grace)
                ended.append(path.name.partition(".")[0])
        path.unlink(missing_ok=True)
    return ended


class Child:
    """One running child in a session of its own, its output in a log file."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], *, guard: Guard, record: Path, stop: int) -> None:
        """Take over a started process."""
        self.name = name
        self.pid = process.pid
        self._process = process
        self._guard = guard
        self._record = record
        self._stop_signal = stop

    def poll(self) -> int | None:
        """Return the exit code, or none while it runs."""
        code = self._process.poll()
        if code is not None:
            self._forget()
        return code

    def signal(self, number: int) -> None:
        """Send a signal to the child alone."""
        self._process.send_signal(number)

    def ask_to_stop(self) -> None:
        """Send the child its own stop signal."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)

    def stop(self, *, grace: float = 20.0) -> int:
        """End the child and its group, by force after `grace` seconds; return the exit code."""
        self.ask_to_stop()
        return self.wait(grace=grace)

    def wait(self, *, grace: float) -> int:
        """Wait for a child that was asked to stop, by force after `grace` seconds; return the exit code."""
        try:
            code = self._process.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        if group_is_alive(self.pid):
            end_group(self.pid, signal.SIGTERM, 2.0)
        self._forget()
        return code

    def kill(self) -> None:
        """End the child and its group at once, without a chance to tidy up."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def _forget(self) -> None:
        self._guard.release(self.pid)
        self._record.unlink(missing_ok=True)


def spawn(
    name: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    guard: Guard,
    log: Path,
    record: Path,
    folder: Path,
    account: Account | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Child:
    """Start a child: own session, no input, output to `log`, known to the guardian."""
    with open_log(log) as output:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    guard.watch(process.pid, stop_signal)
    write_record(record, process.pid, stop_signal)
    return Child(name, process, guard=guard, record=record, stop=stop_signal)


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; a large one is put aside first."""
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    output = path.open("ab")
    output.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} start\n".encode())
    output.flush()
    return output


def log_tail(path: Path, lines: int = 20) -> str:
    """Return the last lines of a log."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 16_000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
