"""A replayed device goes on after its recording: held in its last state, healthy after a repair."""

import json
from pathlib import Path

import pytest

from firmware_sim.buffer import RingBuffer
from firmware_sim.client import DeviceClient
from firmware_sim.credentials import Credentials, Identity
from firmware_sim.feeds import ReplayFeed
from firmware_sim.link import Broker
from firmware_sim.memory import Memory
from firmware_sim.protocol import Answer, Status, Topics
from firmware_sim.replay import Recording
from firmware_sim.runs import Options, build
from firmware_sim.scenario import Scenario

END_MS = 1_800_000_000_000
HOUR_MS = 3_600_000
RECORDING = Recording(
    ("value",), tuple(HOUR_MS * row for row in range(100)), tuple({"value": float(row)} for row in range(100))
)
IDENTITY = Identity(name="demo-replay-01", model="thermometer", secret="s")


class Device(DeviceClient):
    """A client without a broker that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__(
            Topics("demo", "demo-replay-01"),
            model="thermometer",
            secret="s",
            broker=Broker("127.0.0.1", 1, None),
            memory=Memory(None),
            buffer=RingBuffer(1000, 500),
            handler=lambda command: Answer(command.id, Status.ACKED),
        )
        self.measured: list[tuple[int, float]] = []

    def measure(self, ts: int, values: dict[str, float]) -> None:
        self.measured.append((ts, values["value"]))

    def play(self, feed: ReplayFeed, start_ms: int, seconds: int) -> list[tuple[int, float]]:
        """Ask the feed ten times a second; return what came."""
        self.measured = []
        for tick in range(10 * seconds):
            feed.feed(self, start_ms + 100 * tick)
        return self.measured


def a_feed(*, live_seconds: float | None = 1.0, speed: float = 0.0, played: bool = False) -> ReplayFeed:
    return ReplayFeed(RECORDING, live_seconds=live_seconds, end_ms=END_MS, speed=speed, played=played)


def test_the_last_rows_repeat_once_per_interval_on_the_wall_clock() -> None:
    measured = Device().play(a_feed(), END_MS, 31)

    assert [value for _, value in measured[:100]] == [float(row) for row in range(100)]
    assert measured[99][0] == END_MS
    assert [ts for ts, _ in measured[100:]] == [END_MS + 1000 * second for second in range(1, 31)]
    assert [value for _, value in measured[100:]] == [76.0 + second % 24 for second in range(30)]


def test_after_a_repair_the_healthy_beginning_repeats() -> None:
    device, feed = Device(), a_feed()
    device.play(feed, END_MS, 5)

    feed.repair(END_MS + 5000)

    assert [value for _, value in device.play(feed, END_MS + 5000, 60)] == [float(row % 50) for row in range(60)]


def test_a_repair_during_the_recording_takes_effect_at_its_end() -> None:
    device, feed = Device(), a_feed()

    feed.repair(END_MS)

    values = [value for _, value in device.play(feed, END_MS, 4)]
    assert values == [*(float(row) for row in range(100)), 0.0, 1.0, 2.0]


def test_missed_intervals_are_not_made_up_for() -> None:
    device, feed = Device(), a_feed()
    device.play(feed, END_MS, 1)

    stamps = [ts for ts, _ in device.play(feed, END_MS + 60_050, 2)]

    assert stamps == [END_MS + 60_050, END_MS + 61_050]


def test_without_live_it_ends_with_the_recording() -> None:
    device, feed = Device(), a_feed(live_seconds=None)

    assert len(device.play(feed, END_MS, 10)) == 100
    assert feed.history_done


def test_live_waits_for_a_recording_played_as_recorded() -> None:
    device, feed = Device(), a_feed(speed=3600.0)

    values = [value for _, value in device.play(feed, END_MS, 101)]

    assert values[:100] == [float(row) for row in range(100)]
    assert values[100:] == [76.0, 77.0]


def a_run(folder: Path) -> ReplayFeed:
    options = Options(
        seed=1,
        speed=1.0,
        live=True,
        wait_ack=True,
        replay_speed=0.0,
        end_ms=END_MS,
        state_dir=folder,
        truth=folder / "truth.json",
    )
    access = Credentials(tenant="demo", host="127.0.0.1", port=1, devices=(IDENTITY,))
    scenario = Scenario(name="healthy", devices=())
    run = build(access, scenario, [IDENTITY], {IDENTITY.name: RECORDING}, options=options, ca=None)
    (unit,) = run.units
    assert isinstance(unit.feed, ReplayFeed)
    return unit.feed


@pytest.mark.parametrize(("repaired_ms", "first"), [(0, 76.0), (END_MS - 5000, 0.0)])
def test_a_later_start_goes_on_in_the_same_state(tmp_path: Path, repaired_ms: int, first: float) -> None:
    before = Memory(tmp_path / "demo-replay-01.json")
    before.reached(END_MS - 9000)
    if repaired_ms:
        before.repaired(repaired_ms)

    measured = Device().play(a_run(tmp_path), END_MS, 3)

    assert measured == [(END_MS + 1000, first), (END_MS + 2000, first + 1.0)]
    repairs = json.loads((tmp_path / "truth.json").read_text())["repairs"]
    assert [repair["device"] for repair in repairs] == ([IDENTITY.name] if repaired_ms else [])


def test_a_recording_that_was_not_committed_is_played_again(tmp_path: Path) -> None:
    Memory(tmp_path / "demo-replay-01.json").restart()

    assert len(Device().play(a_run(tmp_path), END_MS, 1)) == 100
