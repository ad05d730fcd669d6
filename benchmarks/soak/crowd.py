"""The devices of a soak: made known, then played by processes of their own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.soak.machines import SAMPLING_SECONDS, Machine
from iot_gateway.partitions import maintain_partitions
from iot_gateway.service import devices
from kernel.db import Login, Tenant, transaction
from kernel.ids import new_id
from kernel.processes.layout import ROOT


@dataclass(frozen=True)
class Member:
    """One provisioned device."""

    name: str
    secret: str
    number: int
    id: UUID


def make_tenant(slug: str) -> UUID:
    """Commit a tenant and make the partitions."""
    tenant_id = new_id()
    with transaction(Login.SYSTEM) as session:
        session.add(Tenant(id=tenant_id, slug=slug, name="Soak"))
    maintain_partitions()
    return tenant_id


def provision(tenant_id: UUID, names: Sequence[tuple[str, str]], *, sampling_seconds: int) -> list[Member]:
    """Provision devices of these names and models."""
    made = []
    with transaction(tenant_id=tenant_id) as session:
        for name, model in names:
            device, secret = devices.provision_device(
                session, name=name, model=model, sampling_seconds=sampling_seconds
            )
            made.append(Member(name, secret, device.number, device.id))
    return made


class Crowd:
    """All device processes."""

    def __init__(self, *, slug: str, port: int, folder: Path, seed: int, pace_seconds: float) -> None:
        """Let devices connect to a port of this machine; files go into `folder`."""
        self._common = {"host": "127.0.0.1", "port": port, "tenant": slug, "pace": pace_seconds}
        self._folder, self._seed = folder, seed
        self._children: list[subprocess.Popen[str]] = []
        self._states: list[dict[str, Any]] = []
        self._threads: list[threading.Thread] = []
        self.rate = 0.0
        self.truth_files: list[Path] = []

    def start(
        self, members: Sequence[Member], machines: Sequence[tuple[Machine, Member]], *, processes: int, rate: float
    ) -> None:
        """Start the processes, each with its part of the devices."""
        self.rate = rate
        for index in range(processes):
            truth = self._folder / f"sent-{index}.tsv"
            config = self._common | {
                "seed": self._seed + index,
                "rate": rate / processes,
                "truth": str(truth),
                "devices": [_plain(member) for member in members[index::processes]],
                "machines": [_plain(m) | {"machine": asdict(k)} for k, m in machines[index::processes]],
            }
            path = self._folder / f"fleet-{index}.json"
            path.write_text(json.dumps(config))
            self.truth_files.append(truth)
            self._launch(path)

    def _launch(self, path: Path) -> None:
        with (self._folder / f"{path.stem}.log").open("w") as errors:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "benchmarks.soak.fleet", str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
            )
        index = len(self._children)
        self._children.append(child)
        self._states.append({})
        thread = threading.Thread(target=self._listen, args=(index, child), daemon=True)
        thread.start()
        self._threads.append(thread)

    def _listen(self, index: int, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        for line in child.stdout:
            self._states[index] = json.loads(line)

    def tell(self, words: str) -> None:
        """Send a line to all processes."""
        for child in self._children:
            assert child.stdin is not None
            child.stdin.write(words + "\n")
            child.stdin.flush()

    def set_rate(self, rate: float) -> None:
        """Have all devices together measure `rate` records a second."""
        self.rate = rate
        self.tell(f"rate {rate / len(self._children)}")

    def total(self, name: str) -> int:
        """Return a sum over all processes."""
        return sum(int(state.get(name, 0)) for state in self._states)

    def acked_until(self) -> int:
        """Return the instant (epoch ms) up to which every device that is present has records acknowledged."""
        return min(int(state.get("acked_until", 0)) for state in self._states)

    def check(self) -> None:
        """Raise when a device process has died.

        Raises:
            ChildProcessError: with the end of its log.
        """
        for index, child in enumerate(self._children):
            if child.poll() not in (None, 0):
                log = (self._folder / f"fleet-{index}.log").read_text()[-2000:]
                raise ChildProcessError(f"device process {index} ended with {child.poll()}:\n{log}")

    def finish(self, *, seconds: float) -> bool:
        """Have everything sent and committed; tell whether it was within the time."""
        self.tell("finish")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            if all(state.get("done") for state in self._states):
                return all(child.wait(10.0) == 0 for child in self._children)
            time.sleep(0.1)
        return False

    def close(self) -> None:
        """End the processes."""
        for child in self._children:
            if child.poll() is None:
                child.kill()
            child.wait()
        for thread in self._threads:
            thread.join(5.0)
        for child in self._children:
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()


def _plain(member: Member) -> dict[str, Any]:
    return {"name": member.name, "secret": member.secret, "number": member.number}


def provision_machines(tenant_id: UUID, machines: Sequence[Machine], *, prefix: str = "") -> list[Member]:
    """Provision the devices that machines speak through."""
    names = [(prefix + machine.name, machine.model) for machine in machines]
    return provision(tenant_id, names, sampling_seconds=SAMPLING_SECONDS)
