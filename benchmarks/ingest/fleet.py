"""One process full of connected devices, `python -m benchmarks.ingest.fleet`: each with its own connection and secret.

It reads its job from the first line of its input, says `ready` when all are connected, begins when another line comes
in, and ends with one line of JSON.
"""

import contextlib
import json
import os
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.ingest import packets
from benchmarks.ingest.load import SEED, record, topic, values, wait_for_start

KEEP_ALIVE = 120
PATIENCE = 20.0
"""How long the last acknowledgements are waited for, in seconds."""

NAP = 0.005
"""Between two looks at the connections: they are many, and each look costs."""


@dataclass(frozen=True, kw_only=True)
class FleetJob:
    """Devices by name with their secrets, and how long each sends one record every `interval` seconds."""

    port: int
    tenant: str
    devices: tuple[tuple[str, str], ...]
    boot: int
    interval: float
    seconds: float

    def line(self) -> str:
        """Return the job as the process reads it."""
        return json.dumps(asdict(self)) + "\n"


@dataclass
class Member:
    """One connected device."""

    name: str
    link: socket.socket
    topic: bytes
    buffer: bytearray = field(default_factory=bytearray)
    seq: int = 0
    taken: int = 0
    """Messages that the broker acknowledged."""
    kept: int = 0
    """Number up to which the platform says that records are committed."""


class Fleet:
    """All devices of one process."""

    def __init__(self, job: FleetJob) -> None:
        """Connect all of them, one after the other."""
        self._job = job
        self._epoll = select.epoll()
        self._members: dict[int, Member] = {}
        self._order: list[Member] = []
        self._values = values(SEED)
        self.dropped = 0
        for name, secret in job.devices:
            self._connect(name, secret)

    def _connect(self, name: str, secret: str) -> None:
        link = packets.dial("127.0.0.1", self._job.port, packets.connect(name, name, secret, keep_alive=KEEP_ALIVE))
        link.sendall(packets.subscribe(f"fieldhand/v1/{self._job.tenant}/{name}/ack", 0))
        link.setblocking(False)
        member = Member(name, link, topic(self._job.tenant, name))
        self._members[link.fileno()] = member
        self._order.append(member)
        self._epoll.register(link, select.EPOLLIN)

    def send(self) -> None:
        """Send in turn, evenly over each interval, until the time is over; then wait for what is missing."""
        job, size = self._job, len(self._order)
        rounds = max(1, int(job.seconds // job.interval))
        begun, number = time.monotonic(), 0
        while number < rounds * size:
            due = min(rounds * size, int((time.monotonic() - begun) * size / job.interval) + 1)
            while number < due:
                self._publish(self._order[number % size], number)
                number += 1
            time.sleep(NAP)
            self._read()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(member.kept < member.seq for member in self._order):
            time.sleep(NAP)
            self._read()

    def _publish(self, member: Member, number: int) -> None:
        if member.link.fileno() < 0:
            return
        payload = record(
            time.time_ns() // 1_000_000, self._job.boot, member.seq + 1, self._values[number % len(self._values)]
        )
        try:
            member.link.sendall(packets.publish(member.topic, payload, member.seq % 60_000 + 1))
        except OSError:
            self._drop(member)
        else:
            member.seq += 1

    def _read(self) -> None:
        for descriptor, _ in self._epoll.poll(0):
            member = self._members[descriptor]
            try:
                data = member.link.recv(65536)
            except OSError:
                data = b""
            if not data:
                self._drop(member)
                continue
            member.buffer += data
            for first, body in packets.frames(member.buffer):
                self._hear(member, first, body)

    @staticmethod
    def _hear(member: Member, first: int, body: bytes) -> None:
        if first == packets.PUBACK and (len(body) < 3 or body[2] < 0x80):
            member.taken += 1
        elif first & 0xF0 == packets.PUBLISH:
            ack = json.loads(body[body.index(b"{") :])
            member.kept = max(member.kept, int(ack["seq"]))

    def _drop(self, member: Member) -> None:
        self.dropped += 1
        with contextlib.suppress(OSError):
            self._epoll.unregister(member.link)
        self._members.pop(member.link.fileno(), None)
        member.link.close()

    def report(self) -> dict[str, Any]:
        """Return what was sent, taken by the broker, and said to be committed."""
        return {
            "sent": sum(member.seq for member in self._order),
            "taken": sum(member.taken for member in self._order),
            "kept": sum(member.kept for member in self._order),
            "dropped": self.dropped,
        }


def main() -> None:
    """Do the job that the input names."""
    given = json.loads(sys.stdin.readline())
    fleet = Fleet(FleetJob(**given | {"devices": tuple((name, secret) for name, secret in given["devices"])}))
    wait_for_start()
    fleet.send()
    print(json.dumps(fleet.report()), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
