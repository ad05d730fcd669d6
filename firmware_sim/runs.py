"""From files and options to a fleet that runs: which device plays what, and what it obeys."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from firmware_sim.buffer import RingBuffer
from firmware_sim.client import DeviceClient
from firmware_sim.credentials import Credentials, Identity
from firmware_sim.errors import CredentialsError
from firmware_sim.faults import REMEDIES
from firmware_sim.feeds import Feed, MachineFeed, ReplayFeed
from firmware_sim.fleet import Unit
from firmware_sim.link import Broker, tls_context
from firmware_sim.machines import MACHINES
from firmware_sim.memory import Memory
from firmware_sim.protocol import Answer, Command, Status, Topics
from firmware_sim.replay import Recording
from firmware_sim.scenario import Scenario
from firmware_sim.settings import Apply, Document, Settings
from firmware_sim.stream import DeviceStream
from firmware_sim.truth import Calendar, TruthFile
from firmware_sim.updates import DILIGENT, Manner, Updater

BUFFER_RECORDS = 20_000
"""Records one device holds at most."""
_FLEET_WINDOW = 100_000
"""Unacknowledged records of the whole fleet, at most."""


@dataclass(frozen=True)
class Options:
    """How to run; instants are epoch milliseconds."""

    seed: int
    speed: float
    live: bool
    wait_ack: bool
    replay_speed: float
    end_ms: int
    state_dir: Path | None
    truth: Path | None
    updates: Manner = DILIGENT


@dataclass
class Run:
    """A fleet ready to start, and what the person who starts it should know."""

    units: list[Unit]
    truth: TruthFile
    notes: list[str] = field(default_factory=list)
    memories: list[tuple[Memory, Unit]] = field(default_factory=list)

    def remember(self, now_ms: int) -> None:
        """Note how far each device has come, for the next start from the same state."""
        for memory, unit in self.memories:
            buffer = unit.client.buffer
            if unit.feed.history_done and not len(buffer) and buffer.acked:
                memory.reached(now_ms)


def choose(
    credentials: Credentials, scenario: Scenario, replays: Mapping[str, Recording], most: int | None
) -> list[Identity]:
    """Return the devices that take part: those that play a recording, then those of the scenario.

    A thermometer has nothing to say unless a recording or the scenario speaks for it.

    Raises:
        CredentialsError: a replay names an unknown device, a model is unknown, or none is left.
    """
    known = {identity.name: identity for identity in credentials.devices}
    for name in replays:
        if name not in known:
            raise CredentialsError(f"--replay: {name} is not in the credentials file")
    listed = {device.name for device in scenario.devices}
    order = sorted(known.values(), key=lambda one: (one.name not in replays, one.name not in listed))
    chosen: list[Identity] = []
    for one in order:
        if one.name not in replays and one.name not in listed:
            if one.model == "thermometer":
                continue
            if one.model not in MACHINES:
                raise CredentialsError(f"{one.name}: no simulated model is called {one.model!r}")
        chosen.append(one)
    if most is not None:
        chosen = chosen[: max(most, len(replays))]
    if not chosen:
        raise CredentialsError("no device of the credentials file has anything to play")
    return chosen


def build(
    credentials: Credentials,
    scenario: Scenario,
    chosen: list[Identity],
    replays: Mapping[str, Recording],
    *,
    options: Options,
    ca: Path | None,
) -> Run:
    """Make the fleet of these devices."""
    machines = [one.name for one in chosen if one.name not in replays]
    missing = [device.name for device in scenario.devices if device.name not in machines]
    played = scenario.only(machines)
    calendar = Calendar(options.end_ms, options.speed)
    run = Run(units=[], truth=TruthFile(options.truth, played, options.seed, calendar))
    if missing:
        run.notes.append(f"{len(missing)} devices of the scenario do not take part: {missing[0]}..")
    if options.state_dir is not None:
        options.state_dir.mkdir(parents=True, exist_ok=True)
    tls = tls_context(ca) if ca is not None else None
    broker = Broker(credentials.host, credentials.port, tls)
    window = max(250, min(4000, _FLEET_WINDOW // len(chosen)))
    for identity in chosen:
        path = options.state_dir / f"{identity.name}.json" if options.state_dir else None
        memory = Memory(path)
        recording = replays.get(identity.name)
        model = identity.model
        if recording is not None:
            feed: Feed = ReplayFeed(
                recording,
                live_seconds=scenario.live_seconds if options.live else None,
                end_ms=options.end_ms,
                speed=options.replay_speed,
                played=memory.until_ms > 0,
            )
        else:
            spec = played.device(identity.name, model)
            model = spec.model
            feed = MachineFeed(
                DeviceStream(played, spec, seed=options.seed, end_ms=options.end_ms, speed=options.speed),
                live_seconds=scenario.live_seconds if options.live else None,
                start_ms=options.end_ms,
                after_ms=memory.until_ms,
            )
        if memory.repaired_ms:
            feed.repair(memory.repaired_ms)
            run.truth.close(identity.name, memory.repaired_ms)
        client = DeviceClient(
            Topics(credentials.tenant, identity.name),
            model=model,
            secret=identity.secret,
            broker=broker,
            memory=memory,
            buffer=RingBuffer(BUFFER_RECORDS, window),
            handler=_handler(identity.name, feed, memory, run.truth),
            settings=Settings(memory, _apply(feed, played.live_seconds)),
            updater=Updater(identity.name, options.updates),
            wait_ack=options.wait_ack,
        )
        unit = Unit(client, feed, _committed(memory, options.end_ms))
        run.memories.append((memory, unit))
        run.units.append(unit)
    resumed = sum(memory.until_ms > 0 for memory, _ in run.memories)
    if resumed:
        run.notes.append(f"{resumed} devices go on where their state files end; what came before is not sent again")
    return run


def _committed(memory: Memory, end_ms: int) -> Callable[[], None]:
    return lambda: memory.reached(end_ms)


def _apply(feed: Feed, usual_seconds: float) -> Apply:
    def apply(desired: Document) -> Document:
        wanted = desired.get("interval_seconds", usual_seconds)
        good = isinstance(wanted, int | float) and not isinstance(wanted, bool) and 0.05 <= wanted <= 3600
        interval = wanted if good else usual_seconds
        feed.every(interval)
        known: dict[str, object] = {"interval_seconds": interval} if "interval_seconds" in desired else {}
        if isinstance(desired.get("label"), str):
            known["label"] = desired["label"]
        return known

    return apply


def _handler(device: str, feed: Feed, memory: Memory, truth: TruthFile) -> Callable[[Command], Answer]:
    def obey(command: Command) -> Answer:
        if command.command == "ping":
            return Answer(command.id, Status.ACKED, "pong")
        if command.command == "reset_after_repair":
            now_ms = time.time_ns() // 1_000_000
            feed.repair(now_ms)
            memory.repaired(now_ms)
            closed = truth.close(device, now_ms)
            recorded = isinstance(feed, ReplayFeed)
            detail = "the recording starts over" if recorded else f"{closed} faults cleared"
            return Answer(command.id, Status.ACKED, detail)
        if command.command in REMEDIES:
            return Answer(command.id, Status.ACKED, remedy(command.command))
        return Answer(command.id, Status.FAILED, f"unknown command {command.command!r}")

    def remedy(name: str) -> str:
        """End what is wrong if the remedy is for all of it; else nothing changes."""
        now_ms = time.time_ns() // 1_000_000
        wrong = truth.open_modes(device, now_ms)
        if not wrong or not wrong <= REMEDIES[name]:
            return "done"
        feed.repair(now_ms)
        memory.repaired(now_ms)
        return f"done, {truth.close(device, now_ms)} faults cleared"

    return obey
