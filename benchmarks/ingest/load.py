"""One process of load, `python -m benchmarks.ingest.load`: packets are built before the clock starts.

It reads its job from the first line of its input, says `ready`, begins when another line comes in, and ends with one
line of JSON. When its input closes before that, whoever started it is gone and it ends.
"""

import json
import os
import random
import select
import socket
import sys
import threading
import time
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.ingest import packets

SEED = 20260101
MIDS = 60_000
BURST = 100
PAUSE = 0.0005
"""Between two reads: the broker writes its packets one by one, and a read for each would take the CPU from it."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What one process of load does.

    Attributes:
        kind: `publish` or `subscribe`.
        count: Messages to send, or to receive and acknowledge.
        devices: Topics and sequences of a publisher; message `i` belongs to device `i % len`.
        boot: Boot number of all records; their numbers start at 1.
        rate: Messages a second, 0 for as fast as the window allows.
        window: Messages without an acknowledgement at most.
        sent: File for the instant of each message, epoch nanoseconds, native int64.
    """

    kind: str
    port: int
    user: str
    password: str
    tenant: str
    count: int
    devices: tuple[str, ...] = ()
    boot: int = 1
    rate: int = 0
    window: int = 500
    sent: str = ""

    def line(self) -> str:
        """Return the job as the process reads it."""
        return json.dumps(asdict(self)) + "\n"


def topic(tenant: str, device: str) -> bytes:
    """Return the telemetry topic of a device."""
    return f"fieldhand/v1/{tenant}/{device}/telemetry".encode()


def values(seed: int) -> list[bytes]:
    """Return measured values of a pump, as JSON objects, the same for the same seed."""
    draw = random.Random(seed)
    return [
        b'{"flow_m3h":%.2f,"load_pct":%.1f,"pressure_bar":%.2f,"vibration_mm_s":%.3f,"bearing_temp_c":%.1f}'
        % (draw.gauss(74, 4), draw.gauss(70, 9), draw.gauss(5, 0.3), draw.gauss(1.7, 0.2), draw.gauss(58, 3))
        for _ in range(997)
    ]


def record(ts: int, boot: int, seq: int, measured: bytes) -> bytes:
    """Return one record of the device protocol."""
    return b'{"ts":%d,"boot":%d,"seq":%d,"values":%s}' % (ts, boot, seq, measured)


class Builder:
    """Builds the packets of a publisher, message by message."""

    def __init__(self, job: Job) -> None:
        """Prepare topics and values."""
        self._boot = job.boot
        self._topics = [topic(job.tenant, device) for device in job.devices]
        self._values = values(SEED)

    def packet(self, index: int, ts: int) -> bytes:
        """Return the PUBLISH of message `index`."""
        number, which = divmod(index, len(self._topics))
        payload = record(ts, self._boot, number + 1, self._values[index % len(self._values)])
        return packets.publish(self._topics[which], payload, index % MIDS + 1)


class Acks:
    """Counts acknowledgements; the usual ones, four bytes each, without looking at them one by one."""

    def __init__(self) -> None:
        """Start with none."""
        self._buffer = bytearray()
        self.count = 0

    def take(self, data: bytes) -> None:
        """Count what came in.

        Raises:
            RefusedError: the broker refused a message or closed the connection.
        """
        if not data:
            raise packets.RefusedError("the broker closed the connection")
        buffer = self._buffer
        buffer += data
        whole = len(buffer) // packets.ACK_BYTES
        heads = buffer[0 : whole * 4 : 4], buffer[1 : whole * 4 : 4]
        if heads[0].count(packets.PUBACK) == whole and heads[1].count(2) == whole:
            self.count += whole
            del buffer[: whole * packets.ACK_BYTES]
            return
        for first, body in packets.frames(buffer):
            if first != packets.PUBACK or (len(body) > 2 and body[2] >= 0x80):
                raise packets.RefusedError(f"{first:#x} {body[:3].hex()}")
            self.count += 1


def flat_out(link: socket.socket, blocks: Sequence[bytes], job: Job) -> None:
    """Send blocks of packets with at most a window of them unacknowledged."""
    acks, sent, following = Acks(), 0, 0
    while acks.count < job.count:
        while following < len(blocks) and sent - acks.count <= job.window - BURST:
            link.sendall(blocks[following])
            sent = min(job.count, sent + BURST)
            following += 1
        time.sleep(PAUSE)
        acks.take(link.recv(packets.READ_BYTES))


def paced(link: socket.socket, builder: Builder, job: Job) -> "array[int]":
    """Send at an even rate, a few every millisecond; return when each was sent."""
    acks, sent, stamps = Acks(), 0, array("q")
    begun = time.perf_counter()
    while acks.count < job.count:
        due = min(job.count, int((time.perf_counter() - begun) * job.rate) + 1)
        if sent < due:
            now = time.time_ns()
            link.sendall(b"".join(builder.packet(index, now // 1_000_000) for index in range(sent, due)))
            stamps.extend([now] * (due - sent))
            sent = due
        pause = 0.001 if sent < job.count else 5.0
        if select.select([link], [], [], pause)[0]:
            acks.take(link.recv(packets.READ_BYTES))
            time.sleep(0.0005)
    return stamps


def publish(job: Job) -> dict[str, Any]:
    """Send all messages; return start and end by the monotonic clock, which all processes share."""
    builder = Builder(job)
    now = time.time_ns() // 1_000_000
    indices = range(0 if job.rate else job.count)
    made = [builder.packet(index, now + index // len(job.devices)) for index in indices]
    blocks = [b"".join(made[at : at + BURST]) for at in range(0, len(made), BURST)]
    link = packets.dial("127.0.0.1", job.port, packets.connect(job.user, job.user, job.password))
    wait_for_start()
    begun = time.monotonic()
    if job.rate:
        stamps = paced(link, builder, job)
        Path(job.sent).write_bytes(stamps.tobytes())
    else:
        flat_out(link, blocks, job)
    ended = time.monotonic()
    link.sendall(b"\xe0\x00")
    return {"begun": begun, "ended": ended}


def subscribe(job: Job) -> dict[str, Any]:
    """Receive and acknowledge messages, all that one read brings at once."""
    link = packets.dial("127.0.0.1", job.port, packets.connect(job.user, job.user, job.password))
    buffer = bytearray()
    link.sendall(packets.subscribe("$share/bench/fieldhand/v1/+/+/telemetry", 1))
    if packets.await_frame(link, buffer)[0] != packets.SUBACK:
        raise packets.RefusedError("no SUBACK")
    wait_for_start()
    begun, count = time.monotonic(), 0
    while count < job.count:
        time.sleep(PAUSE)
        data = link.recv(packets.READ_BYTES)
        if not data:
            raise packets.RefusedError("the broker closed the connection")
        buffer += data
        mids = [packets.publish_mid(first, body) for first, body in packets.frames(buffer)]
        link.sendall(b"".join(map(packets.puback, mids)))
        count += len(mids)
    ended = time.monotonic()
    link.sendall(b"\xe0\x00")
    return {"begun": begun, "ended": ended}


def wait_for_start() -> None:
    """Say that all is prepared, wait for the word, and end with whoever gave it."""
    print("ready", flush=True)
    if not sys.stdin.readline():
        raise SystemExit("nobody is there")
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Do the job that the input names."""
    given = json.loads(sys.stdin.readline())
    job = Job(**given | {"devices": tuple(given["devices"])})
    answer = publish(job) if job.kind == "publish" else subscribe(job)
    print(json.dumps(answer), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
