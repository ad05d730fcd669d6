"""`python -m benchmarks ingest-devices [--devices N] [--minutes M]`: many devices at once, memory over time."""

import argparse
import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.ingest import packets
from benchmarks.ingest.command import describe, ended_in_order
from benchmarks.ingest.fleet import FleetJob
from benchmarks.ingest.runner import Jobs
from benchmarks.ingest.watch import Counted, count_rows, cpu_seconds, memory_mb
from benchmarks.ingest.world import GATEWAYS, World, open_world, say, wait

FLEETS = 2
SPARE_FILES = 300
"""Descriptors that the broker needs for other things than devices."""

SAMPLE_SECONDS = 5.0
FLAT = 1.05
"""Memory counts as flat when the mean of the last quarter is at most this much of the second quarter's."""


@dataclass(frozen=True)
class Sample:
    """Resident memory in MB, so many seconds after the first message."""

    at: float
    gateway: float
    broker: float


@dataclass(frozen=True, kw_only=True)
class Held:
    """What became of the devices."""

    devices: int
    seconds: float
    sent: int
    taken: int
    kept: int
    dropped: int
    counted: Counted
    cpu_us: float
    samples: tuple[Sample, ...]

    @property
    def exact(self) -> bool:
        """Tell whether nothing was lost, from the devices' side and from the table's."""
        return self.counted.exact and not self.dropped and self.sent == self.taken == self.kept == self.counted.rows


def run(options: Sequence[str]) -> int:
    """Hold the devices, print memory over time; 1 when something was lost."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ingest-devices", description=__doc__)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between two messages of a device")
    asked = parser.parse_args(options)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    number = allowed(asked.devices, limit)
    load = os.getloadavg()[0]
    with ended_in_order(int(asked.minutes * 60) + 600):
        say(f"{number} devices are made known")
        with open_world(number) as world:
            machine = describe(world)
            held = hold(world, seconds=asked.minutes * 60, interval=asked.interval)
    print(f"`python -m benchmarks ingest-devices --devices {asked.devices} --minutes {asked.minutes:g}`: {machine},")
    print(f"load average {load:.1f} before; `ulimit -n` {limit} allows {allowed(10**9, limit)} devices, {number} held,")
    print(f"each with its own connection and secret, one message in {asked.interval:g} s.\n")
    print(table(held))
    return 0 if held.exact else 1


def allowed(asked: int, limit: int) -> int:
    """Return how many of the devices asked for can be connected with so many descriptors for each process."""
    return asked if limit == resource.RLIM_INFINITY else min(asked, limit - SPARE_FILES)


def hold(world: World, *, seconds: float, interval: float) -> Held:
    """Connect all devices of the world, let them send, and watch gateway and broker."""
    name = GATEWAYS[0]
    gateway, broker, boot = world.start_gateway(name), world.pid("mosquitto"), world.next_boot()
    wait(lambda: _let_in(world), seconds=60, what="the broker to know the devices", every=0.5)
    jobs = [
        FleetJob(
            port=world.broker.device_port,
            tenant=world.tenant,
            devices=tuple((device, world.secrets[device]) for device in world.devices[which::FLEETS]),
            boot=boot,
            interval=interval,
            seconds=seconds,
        )
        for which in range(FLEETS)
    ]
    say(f"{len(world.devices)} devices connect")
    try:
        with Jobs(jobs, patience=300) as running:
            say("all are connected")
            used, begun = cpu_seconds(gateway), time.monotonic()
            running.go()
            samples = []
            while not running.done():
                samples.append(Sample(time.monotonic() - begun, memory_mb(gateway), memory_mb(broker)))
                time.sleep(min(SAMPLE_SECONDS, seconds / 8))
            answers = running.answers(seconds=60)
        taken = time.monotonic() - begun
        used = cpu_seconds(gateway) - used
        world.pid(name)
        sent = sum(answer["sent"] for answer in answers)
        return Held(
            devices=len(world.devices),
            seconds=taken,
            sent=sent,
            taken=sum(answer["taken"] for answer in answers),
            kept=sum(answer["kept"] for answer in answers),
            dropped=sum(answer["dropped"] for answer in answers),
            counted=count_rows(world, boot=boot, sent=sent),
            cpu_us=used / max(1, sent) * 1e6,
            samples=tuple(samples),
        )
    finally:
        world.stop(name)


def _let_in(world: World) -> bool:
    name = world.devices[-1]
    try:
        packets.forget_session("127.0.0.1", world.broker.device_port, name, world.secrets[name])
    except (OSError, packets.RefusedError):
        return False
    return True


def table(held: Held) -> str:
    """Return what was held, as Markdown."""
    quarters = [held.samples[len(held.samples) * part // 4 : len(held.samples) * (part + 1) // 4] for part in range(4)]
    lines = [
        f"| memory, MB | {' | '.join(f'quarter {part}' for part in range(1, 5))} | highest | last / second quarter |",
        "|---|---|---|---|---|---|---|",
    ]
    for label, read in (("gateway", _gateway), ("broker", _broker)):
        means = [mean(map(read, part)) if part else 0.0 for part in quarters]
        growth = means[3] / means[1] if means[1] else 0.0
        cells = " | ".join(f"{value:.1f}" for value in means)
        verdict = "flat" if growth <= FLAT else "grows"
        lines.append(f"| {label} | {cells} | {max(map(read, held.samples)):.1f} | {growth:.3f}, {verdict} |")
    counted = held.counted
    told = (
        f"{held.devices:,} devices, {held.seconds:.0f} s: {held.sent:,} sent, {held.taken:,} taken by the broker,"
        f" {held.kept:,} acknowledged as committed, {counted.rows:,} rows; {counted.lost} lost,"
        f" {counted.duplicates} twice, {counted.dead} dead letters, {held.dropped} connections lost;"
        f" gateway {held.cpu_us:.0f} us CPU a message, watermarks and all."
    )
    return "\n".join([*lines, "", told])


def _gateway(sample: Sample) -> float:
    return sample.gateway


def _broker(sample: Sample) -> float:
    return sample.broker
