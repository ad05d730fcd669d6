"""What the gateway does with a queue, with a stream, and with a long queue; every message counted at the end."""

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from benchmarks.ingest.runner import Jobs, publishers, run_jobs
from benchmarks.ingest.watch import (
    Counted,
    Visible,
    count_rows,
    cpu_seconds,
    frozen,
    memory_mb,
    postgres_seconds,
    wait_for_rows,
)
from benchmarks.ingest.world import GATEWAYS, World, say


@dataclass(frozen=True, kw_only=True)
class Drained:
    """A queue that was emptied.

    Attributes:
        rate: Durable rows a second, all gateways together.
        cpu_us: CPU microseconds a message, all gateways together.
        broker_us: The same of the broker, which has one thread for all.
        postgres_us: The same of PostgreSQL, all its processes together.
        memory: Highest resident memory of the largest gateway, MB.
    """

    rate: float
    cpu_us: float
    broker_us: float
    postgres_us: float
    memory: float
    counted: Counted

    @property
    def whole_us(self) -> float:
        """Return what a message costs the machine, in CPU microseconds."""
        return self.cpu_us + self.broker_us + self.postgres_us


@dataclass(frozen=True, kw_only=True)
class Streamed:
    """A stream that was followed; `offered` and `rate` in messages a second, `late` in ms from sending to visible."""

    offered: float
    rate: float
    cpu_us: float
    counted: Counted
    late: tuple[float, float, float] | None = None
    """Median, 99 %, worst."""


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """Resident memory in MB around a long queue."""

    queued: int
    gateway: float
    broker_before: float
    broker: float
    counted: Counted


def drain(world: World, names: Sequence[str], count: int) -> Drained:
    """Queue messages for gateways that are held still, let go, and time until all rows are visible."""
    say(f"drain of {count} by {len(names)}")
    world.empty()
    boot, pids = world.next_boot(), [world.pid(name) for name in names]
    with frozen(pids):
        run_jobs(publishers(world, count, boot=boot), seconds=120)
        before, begun = spent(world, pids), time.monotonic()
    ended = wait_for_rows(world, count, seconds=120, names=names)
    used, carried, stored = (after - one for after, one in zip(spent(world, pids), before, strict=True))
    return Drained(
        rate=count / (ended - begun),
        cpu_us=used / count * 1e6,
        broker_us=carried / count * 1e6,
        postgres_us=stored / count * 1e6,
        memory=max(memory_mb(pid, "VmHWM") for pid in pids),
        counted=count_rows(world, boot=boot, sent=count),
    )


def spent(world: World, pids: Sequence[int]) -> tuple[float, float, float]:
    """Return the CPU seconds that these processes, the broker and PostgreSQL have used so far."""
    return sum(map(cpu_seconds, pids)), cpu_seconds(world.pid("mosquitto")), postgres_seconds(world)


def live(world: World, name: str, count: int) -> Streamed:
    """Publish as fast as the broker takes it and time until the last row is visible."""
    say(f"live, flat out, {count} messages")
    world.empty()
    boot, pid = world.next_boot(), world.pid(name)
    used = cpu_seconds(pid)
    answers = run_jobs(publishers(world, count, boot=boot), seconds=120)
    begun = min(answer["begun"] for answer in answers)
    sent = max(answer["ended"] for answer in answers)
    ended = wait_for_rows(world, count, seconds=120, names=[name])
    return Streamed(
        offered=count / (sent - begun),
        rate=count / (ended - begun),
        cpu_us=(cpu_seconds(pid) - used) / count * 1e6,
        counted=count_rows(world, boot=boot, sent=count),
    )


def paced(world: World, name: str, rate: int, *, seconds: int) -> Streamed:
    """Publish at an even rate from one process and measure from each sending to its row being visible."""
    say(f"live, {rate} a second for {seconds} s")
    world.empty()
    boot, pid, count = world.next_boot(), world.pid(name), rate * seconds
    path = world.folder / f"sent-{boot}"
    jobs = publishers(world, count, boot=boot, number=1, rate=rate, sent=path)
    with Visible(world) as visible, Jobs(jobs) as running:
        used = cpu_seconds(pid)
        running.go()
        answer = running.answers(seconds=seconds + 60)[0]
        ended = wait_for_rows(world, count, seconds=60, names=[name])
        used = cpu_seconds(pid) - used
        time.sleep(0.1)
    return Streamed(
        offered=count / (answer["ended"] - answer["begun"]),
        rate=count / (ended - answer["begun"]),
        cpu_us=used / count * 1e6,
        counted=count_rows(world, boot=boot, sent=count),
        late=_late(world, boot, array("q", path.read_bytes()), visible.at),
    )


def _late(world: World, boot: int, sent: "array[int]", visible: dict[int, int]) -> tuple[float, float, float]:
    """Return median, 99 % and worst of the time from sending to visible, in milliseconds."""
    with world.connect() as connection:
        rows = connection.execute(
            "SELECT d.name, t.seq, t.batch_id FROM telemetry t JOIN device d ON d.number = t.device_number"
            " WHERE t.boot = %s",
            [boot],
        ).fetchall()
    place = {name: index for index, name in enumerate(world.devices)}
    taken = [(visible[batch] - sent[(seq - 1) * len(world.devices) + place[name]]) / 1e6 for name, seq, batch in rows]
    cuts = quantiles(taken, n=100, method="inclusive")
    return cuts[49], cuts[98], max(taken)


def backlog(world: World, count: int) -> Backlog:
    """Queue very many messages in a fresh broker and watch the memory of a fresh gateway that takes them."""
    say(f"backlog of {count}")
    world.empty()
    broker = world.fresh_broker()
    before, boot, name = memory_mb(broker), world.next_boot(), GATEWAYS[0]
    pid = world.start_gateway(name)
    try:
        with frozen([pid]):
            run_jobs(publishers(world, count, boot=boot), seconds=180)
        wait_for_rows(world, count, seconds=240, names=[name])
        return Backlog(
            queued=count,
            gateway=memory_mb(pid, "VmHWM"),
            broker_before=before,
            broker=memory_mb(broker, "VmHWM"),
            counted=count_rows(world, boot=boot, sent=count),
        )
    finally:
        world.stop(name)
        world.fresh_broker()  # it does not give back what the queue took
