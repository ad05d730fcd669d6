"""How good are the detectors on a simulated fleet: a child process plays it, the production chain judges it.

The simulator is a stranger, started by name; its samples come through a pipe, a simulated day at a time. Detectors,
fusion and the policy of cases are those of the scorer; only the database is away. A technician visits each case some
days after it opened: a broken machine is repaired and the case confirmed, otherwise it is closed as no fault found.
What was really wrong is told at the end.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from subprocess import PIPE
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from iot_gateway import purpose
from iot_gateway.detect.arrays import HOUR_MS, Floats
from iot_gateway.detect.suspicion import HourResult
from iot_gateway.drive import Batch, Drive, Driven
from iot_gateway.lifecycle import silent_after_seconds

SIMULATOR = "firmware_sim.pipe"
DAY_MS = 86_400_000


class Played(msgspec.Struct, frozen=True):
    """A device of the fleet."""

    name: str
    model: str
    sampling_seconds: float
    metrics: tuple[str, ...]


class Fleet(msgspec.Struct, frozen=True, tag_field="kind", tag="fleet"):
    """The devices, and the clock on their walls."""

    utc_offset_hours: float
    starts_at: int
    """Epoch milliseconds before which nobody has spoken."""
    devices: list[Played]


class Told(msgspec.Struct, frozen=True, tag_field="kind", tag="event"):
    """Something that a device did on purpose."""

    device: str
    ts: int
    event: str
    detail: dict[str, str | float | int]


class Samples(msgspec.Struct, frozen=True, tag_field="kind", tag="samples"):
    """Samples of one device as they arrived; `at` says when, where that is not when they were measured."""

    device: str
    ts: list[int]
    values: list[list[float | None]]
    at: list[int] | None = None


class Day(msgspec.Struct, frozen=True, tag_field="kind", tag="day"):
    """A day is over; the simulator waits for visits."""

    now: int


class Visited(msgspec.Struct, frozen=True, tag_field="kind", tag="finding"):
    """What a technician found."""

    device: str
    found: bool


class Fault(msgspec.Struct, frozen=True):
    """What really was wrong with a device; instants are ISO 8601."""

    device: str
    mode: str
    failure_group: str
    onset: str
    functional_failure_at: str
    severity: float
    shows: str
    visibility: float
    visible: bool
    closed_at: str | None = None


class Truth(msgspec.Struct, frozen=True, tag_field="kind", tag="truth"):
    """What really was wrong."""

    faults: list[Fault]


Line = Fleet | Told | Samples | Day | Visited | Truth


@dataclass(frozen=True)
class Plan:
    """What fleet to judge, and how soon technicians come."""

    devices: int = 100
    days: int = 45
    faults: int = 25
    seed: int = 1
    calm_days: int = 15
    visit_days: int = 2
    fit_days: int = 14
    """Profiles are fitted anew so often; in production every night, which takes long here."""


@dataclass
class Case:
    """One case, kept as the table of cases would."""

    device: str
    group: str
    metric: str
    opened_at: int
    """Epoch milliseconds."""
    started_at: int
    severity: int
    closed_at: int | None = None
    confirmed: bool = False


@dataclass
class Outcome:
    """Everything that a run has shown."""

    plan: Plan
    cases: list[Case] = field(default_factory=list)
    silences: list[tuple[str, int]] = field(default_factory=list)
    """(device, epoch milliseconds) of each time a device was missed"""
    faults: list[Fault] = field(default_factory=list)
    samples: int = 0
    values: int = 0
    seconds: float = 0.0
    """Of judging, without the simulator."""


class Bench:
    """The fleet as the platform sees it."""

    def __init__(self, fleet: Fleet, outcome: Outcome) -> None:
        """Judge these devices into `outcome`."""
        zone = ZoneInfo(f"Etc/GMT{-round(fleet.utc_offset_hours):+d}")
        devices = [Driven(one.name, one.model, one.metrics, one.sampling_seconds, zone) for one in fleet.devices]
        self._played = {device.name: device for device in fleet.devices}
        self._drive = Drive(devices, hour=fleet.starts_at // HOUR_MS, act=self._act)
        self._heard: dict[str, int] = {}
        self._silent: set[str] = set()
        self._outcome = outcome
        self._open: dict[tuple[str, str], Case] = {}
        self._today: list[Batch] = []

    def tell(self, told: Told) -> None:
        """Pass on what a device did on purpose."""
        self._drive.announce(told.device, purpose.purpose_of(told.event, told.ts, told.detail))

    def take(self, samples: Samples) -> None:
        """Take the samples of one device; those that came out of turn are judged in batches as they arrived."""
        if not samples.ts:
            return
        ts = np.array(samples.ts, dtype=np.int64)
        values: Floats = np.array(samples.values, dtype=np.float64)
        self._outcome.samples += len(ts)
        self._outcome.values += int((~np.isnan(values)).sum())
        if samples.at is None:
            self._today.append(Batch(samples.device, ts, values))
            at = ts
        else:
            at = np.array(samples.at, dtype=np.int64)
            for part in np.split(np.arange(len(ts)), np.flatnonzero(np.diff(at // HOUR_MS)) + 1):
                self._drive.take([Batch(samples.device, ts[part], values[part])])
        for moment in at.tolist():
            self._hear(samples.device, moment)

    def judge(self) -> None:
        """Judge what came in this day."""
        self._drive.take(self._today)
        self._today = []

    def look(self, now: int) -> list[str]:
        """End a day: miss the silent devices; return those that technicians visit."""
        for name in self._played:
            self._hear(name, now, spoke=False)
        due = now - self._outcome.plan.visit_days * DAY_MS
        return sorted({case.device for case in self._open.values() if case.opened_at <= due})

    def close(self, visited: Visited, now: int) -> None:
        """End the cases of a device by what was found."""
        for key in [key for key in self._open if key[0] == visited.device]:
            case = self._open.pop(key)
            case.closed_at, case.confirmed = now, visited.found
            false_metric = None if visited.found else case.metric
            self._drive.forget(visited.device, case.group, hour=now // HOUR_MS, false_metric=false_metric)

    def refit(self) -> None:
        """Fit every device anew, outside of the lives of its cases."""
        for name in self._played:
            spans = [
                (case.started_at // HOUR_MS, (case.closed_at or case.opened_at + 1000 * DAY_MS) // HOUR_MS)
                for case in self._outcome.cases
                if case.device == name
            ]
            self._drive.refit(name, spans)

    def _act(self, name: str, result: HourResult) -> None:
        """Open one case per device and group, and let it worsen."""
        at = (result.hour + 1) * HOUR_MS
        for found in result.opened:
            group = found.group.name
            case = Case(name, group, found.leading.metric, at, found.started_hour * HOUR_MS, found.severity)
            if self._open.setdefault((name, group), case) is case:
                self._outcome.cases.append(case)
            self._drive.active(name, group, case=f"{name}/{group}/{at}", severity=found.severity)
        for found in result.ongoing:
            case = self._open[name, found.group.name]
            case.severity = max(case.severity, found.severity)

    def _hear(self, name: str, at: int, *, spoke: bool = True) -> None:
        """Miss a device whose last word is too long ago; one that speaks again is missed no more."""
        patience = 1000 * silent_after_seconds(round(self._played[name].sampling_seconds))
        last = self._heard.get(name, at)
        if at - last > patience and name not in self._silent:
            self._silent.add(name)
            self._outcome.silences.append((name, last + patience))
        if spoke:
            self._heard[name] = max(last, at)
            self._silent.discard(name)


def run(plan: Plan) -> Outcome:
    """Play and judge a fleet.

    Raises:
        RuntimeError: the simulator ended before its time.
    """
    outcome = Outcome(plan)
    child = Child(plan)
    try:
        bench: Bench | None = None
        now, days = 0, 0
        for line in child.lines:
            began = time.perf_counter()
            match line:
                case Fleet():
                    bench = Bench(line, outcome)
                case Truth():
                    outcome.faults = line.faults
                    return outcome
                case _ if bench is None:
                    raise RuntimeError("the simulator does not say what it plays")
                case Told():
                    bench.tell(line)
                case Samples():
                    bench.take(line)
                case Visited():
                    bench.close(line, now)
                case Day():
                    now, days = line.now, days + 1
                    bench.judge()
                    if days % plan.fit_days == 0:
                        bench.refit()
                    child.answer(bench.look(now))
            outcome.seconds += time.perf_counter() - began
    finally:
        child.stop()
    raise RuntimeError("the simulator ended before its time")


class Child:
    """The simulator: its lines, and what it is answered."""

    def __init__(self, plan: Plan) -> None:
        """Start it by name."""
        options = {
            "devices": plan.devices,
            "days": plan.days,
            "calm-days": plan.calm_days,
            "faults": plan.faults,
            "seed": plan.seed,
        }
        command = [sys.executable, "-m", SIMULATOR, *(f"--{name}={value}" for name, value in options.items())]
        self._process = subprocess.Popen(command, stdin=PIPE, stdout=PIPE)  # noqa: S603 - our own program

    @property
    def lines(self) -> Iterator[Line]:
        """Yield what it says."""
        read: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
        yield from map(read.decode, self._process.stdout or ())

    def answer(self, visits: list[str]) -> None:
        """Tell it which devices are visited."""
        if self._process.stdin is not None:
            self._process.stdin.write(msgspec.json.encode(visits) + b"\n")
            self._process.stdin.flush()

    def stop(self) -> None:
        """End it, whether it is done or not."""
        self._process.terminate()
        self._process.communicate()
