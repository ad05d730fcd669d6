"""The simulator against a real broker: nothing lost, nothing renumbered, commands done once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.integration.firmware_sim.platform import Platform

if TYPE_CHECKING:
    from tests.conftest import PrivateBroker

ROOT = Path(__file__).resolve().parents[3]


class Lab:
    """Some devices of this test, let into the broker, and the simulator that plays them."""

    def __init__(self, broker: "PrivateBroker", folder: Path) -> None:
        self.broker = broker
        self.folder = folder
        self.names: dict[str, str] = {}
        self._processes: list[subprocess.Popen[str]] = []

    def provision(self, **models: str) -> None:
        """Give each device a fresh name and write the credentials file."""
        devices = []
        for alias, model in models.items():
            name = f"{alias}-{uuid4().hex[:8]}"
            self.names[alias] = name
            devices.append({"name": name, "model": model, "secret": self.broker.add_device(name)})
        body = {"tenant": "demo", "host": self.broker.host, "port": self.broker.port, "devices": devices}
        (self.folder / "credentials.json").write_text(json.dumps(body), encoding="utf-8")

    def scenario(self, text: str) -> str:
        """Write a scenario whose {alias} words are device names; return its path."""
        for alias, name in self.names.items():
            text = text.replace(f"<{alias}>", name)
        path = self.folder / "scenario.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def sim(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the simulator."""
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "firmware_sim.cli",
                "sim",
                "--credentials",
                str(self.folder / "credentials.json"),
                "--state-dir",
                str(self.folder / "state"),
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self._processes.append(process)
        return process

    def end(self) -> None:
        """End what still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def lab(broker: "PrivateBroker", tmp_path: Path) -> Iterator[Lab]:
    made = Lab(broker, tmp_path)
    yield made
    made.end()


@contextmanager
def platform(lab: Lab) -> Iterator[Platform]:
    broker = lab.broker
    with Platform(broker.host, broker.gateway_port, broker.gateway_user, broker.gateway_password) as running:
        yield running


def finish(process: "subprocess.Popen[str]", seconds: float = 150.0) -> tuple[int, list[dict[str, object]], str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err


def test_a_history_arrives_whole_and_the_run_ends(lab: Lab) -> None:
    lab.provision(pump="pump", lift="lift")
    scenario = lab.scenario(
        "history: 3d\ndevices:\n  - {name: <pump>, model: pump, missing: 0}\n  - {name: <lift>, model: lift}\n"
        "lures:\n  - {device: <lift>, kind: firmware_update, at: -1d}\n"
    )

    with platform(lab) as center:
        code, lines, err = finish(lab.sim("--scenario", scenario, "--no-live"))

        assert (code, err) == (0, "")
        assert lines[-1]["event"] == "done"
        assert lines[-1]["published"] == lines[-1]["acked"] == len(center.records)
        (seqs,) = center.seqs(lab.names["pump"]).values()
        assert seqs == list(range(1, 3 * 288 + 1))
        before, after = sorted(center.seqs(lab.names["lift"]).items())
        assert after[0] == before[0] + 1
        assert before[1] == list(range(1, len(before[1]) + 1))
        assert after[1] == list(range(1, len(after[1]) + 1))
        center.wait(lambda: (lab.names["lift"], "firmware_update") in [(n, e["kind"]) for n, e in center.events])
        assert not center.conflicts


def test_what_was_not_acknowledged_is_sent_again_unchanged_after_a_broker_crash(lab: Lab) -> None:
    lab.provision(pump="pump", chiller="chiller")

    with platform(lab) as center:
        center.acking = False
        process = lab.sim("--history", "14d", "--no-live")
        center.wait(lambda: len(center.records) >= 2000)
        time.sleep(0.3)
        assert len(center.records) <= 2 * 4000
        lab.broker.kill()
        lab.broker.start()
        center.acking = True
        code, lines, err = finish(process)

        assert (code, err) == (0, "")
        for name in lab.names.values():
            (seqs,) = center.seqs(name).values()
            assert seqs == list(range(1, len(seqs) + 1))
        assert not center.conflicts
        assert max(center.copies.values()) >= 2
        assert lines[-1]["acked"] == len(center.records)
        assert lines[-1]["dropped"] == 0


def test_commands_are_done_once_and_a_repair_closes_the_truth(lab: Lab) -> None:
    lab.provision(pump="pump")
    name = lab.names["pump"]
    scenario = lab.scenario(
        "history: 1h\nlive: 100ms\ndevices:\n  - {name: <pump>, model: pump, noise: 0.1}\n"
        "faults:\n  - {device: <pump>, mode: bearing_wear, onset: -1d, failure: -1h, severity: 90}\n"
    )
    truth = lab.folder / "truth.json"
    topic = f"fieldhand/v1/demo/{name}/cmd"

    with platform(lab) as center:
        process = lab.sim("--scenario", scenario, "--truth", str(truth))
        center.wait(lambda: len(center.records) > 15)
        assert json.loads(truth.read_text())["faults"][0]["closed_at"] is None
        for _ in range(3):
            center.command(topic, "repair-1", "reset_after_repair", correlation=b"c-1")
        center.command(topic, "ping-1", "ping")
        center.command(topic, "odd-1", "self_destruct")
        center.wait(lambda: len(center.answers) == 5)
        fault = json.loads(truth.read_text())["faults"][0]
        repaired_at = time.time() * 1000
        center.wait(lambda: max(r["ts"] for r in center.records.values()) > repaired_at + 1000)
        process.terminate()
        code, _, err = finish(process)

        by_id = {body["id"]: body["status"] for _, body, _ in center.answers}
        assert by_id == {"repair-1": "acked", "ping-1": "acked", "odd-1": "failed"}
        repairs = [(body, data) for _, body, data in center.answers if body["id"] == "repair-1"]
        assert all(answer == ({**repairs[0][0], "detail": "1 faults cleared"}, b"c-1") for answer in repairs)
        assert fault["closed_at"] is not None
        records = sorted(center.records.values(), key=lambda record: record["ts"])
        vibration = [record["values"].get("vibration_mm_s") for record in records]
        known = [value for value in vibration if value is not None]
        assert known[-1] < known[5] - 0.4
        assert (code, err) == (0, "")


def test_a_reboot_counts_up_and_loses_nothing(lab: Lab) -> None:
    lab.provision(pump="pump")
    name = lab.names["pump"]
    scenario = lab.scenario("history: 1h\nlive: 50ms\ndevices:\n  - {name: <pump>, model: pump}\n")

    with platform(lab) as center:
        process = lab.sim("--scenario", scenario)
        center.wait(lambda: len(center.records) > 20)
        center.command(f"fieldhand/v1/demo/{name}/cmd", "boot-1", "reboot")
        center.wait(lambda: len(center.seqs(name)) == 2)
        process.terminate()
        finish(process)
        again = lab.sim("--scenario", scenario)
        center.wait(lambda: len(center.seqs(name)) == 3)
        again.kill()
        again.wait()
        last = max(center.seqs(name))
        center.wait(lambda: (name, {"online": False, "boot": last}) in center.states, 50)

        births = [body for device, body in center.states if device == name and body["online"]]
        assert [birth["boot"] for birth in births] == [last - 2, last - 1, last]
        assert births[0] == {"online": True, "boot": last - 2, "model": "pump", "firmware": "1.4.2"}
        for seqs in center.seqs(name).values():
            assert seqs == list(range(1, len(seqs) + 1))


def test_a_recording_is_played_with_its_spacing_ending_now(lab: Lab) -> None:
    lab.provision(replay="thermometer")
    path = lab.folder / "machine.csv"
    minutes = [0, 5, 10, 20, 25]
    rows = "".join(f"2013-12-02 21:{minute:02d}:00,{70 + minute}\n" for minute in minutes)
    path.write_text("timestamp,value\n" + rows, encoding="utf-8")

    with platform(lab) as center:
        started = time.time() * 1000
        code, _, err = finish(lab.sim("--replay", f"{path}:{lab.names['replay']}", "--no-live"))

        assert (code, err) == (0, "")
        records = [center.records[key] for key in sorted(center.records)]
        ts = [record["ts"] for record in records]
        assert [t - ts[0] for t in ts] == [minute * 60_000 for minute in minutes]
        assert started - 1000 < ts[-1] < time.time() * 1000
        assert [record["values"]["value"] for record in records] == [70.0, 75.0, 80.0, 90.0, 95.0]


def test_a_recording_holds_its_end_until_a_repair_and_then_starts_over(lab: Lab) -> None:
    lab.provision(replay="thermometer")
    name = lab.names["replay"]
    path = lab.folder / "machine.csv"
    hot = range(60, 100)
    rows = "".join(f"{1_386_000_000 + 3600 * hour},{200 if hour in hot else hour}\n" for hour in range(100))
    path.write_text("timestamp,value\n" + rows, encoding="utf-8")
    truth = lab.folder / "truth.json"
    scenario = lab.scenario("live: 50ms\ndevices: []\n")
    arguments = ["--scenario", scenario, "--replay", f"{path}:{name}", "--truth", str(truth)]

    def of_boot(boot: int) -> list[tuple[int, float]]:
        found = [(key[2], record) for key, record in list(center.records.items()) if key[:2] == (name, boot)]
        return [(record["ts"], record["values"]["value"]) for _, record in sorted(found, key=lambda pair: pair[0])]

    with platform(lab) as center:
        process = lab.sim(*arguments)
        center.wait(lambda: len(center.records) >= 100 + 30)
        center.command(f"fieldhand/v1/demo/{name}/cmd", "repair-1", "reset_after_repair")
        center.wait(lambda: bool(center.answers))
        seen = len(center.records)
        center.wait(lambda: len(center.records) >= seen + 60)
        process.terminate()
        assert finish(process)[0] == 0
        (first,) = center.seqs(name)
        again = lab.sim(*arguments)
        center.wait(lambda: len(center.seqs(name).get(first + 1, [])) >= 10)
        repairs = json.loads(truth.read_text())["repairs"]
        again.terminate()
        finish(again)

        assert center.answers[0][1] == {"id": "repair-1", "status": "acked", "detail": "the recording starts over"}
        played = of_boot(first)
        assert [value for _, value in played[:100]] == [200.0 if hour in hot else hour for hour in range(100)]
        live = played[100:]
        repaired = next(index for index, (_, value) in enumerate(live) if value != 200.0)
        assert repaired >= 30
        assert [value for _, value in live[repaired:]] == [float(i % 50) for i in range(len(live) - repaired)]
        stamps = [ts for ts, _ in played[99:]]
        assert all(before < after for before, after in pairwise(stamps))
        assert abs(stamps[-1] - time.time() * 1000) < 60_000
        assert [value for _, value in of_boot(first + 1)][:10] == [float(i) for i in range(10)]
        assert [repair["device"] for repair in repairs] == [name]


def test_taken_by_the_broker_is_enough_when_asked_for(lab: Lab) -> None:
    lab.provision(pump="pump")

    with platform(lab) as center:
        center.acking = False
        code, lines, _ = finish(lab.sim("--history", "2d", "--no-live", "--no-wait-ack"))

        assert code == 0
        center.wait(lambda: len(center.records) == lines[-1]["published"])
