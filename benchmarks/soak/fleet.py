"""One process of many devices: `python -m benchmarks.soak.fleet CONFIG`, told what to do by lines on standard input.

`rate N` records a second, `pace S` seconds for the machines' three weeks, `finish`: measure no more, send everything.
Each fifth of a second it says how far it is; after `finish`, when everything is committed, it writes what it has sent.
"""

import json
import os
import random
import select
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.soak.device import BUFFER_RECORDS, WINDOW_RECORDS, SoakDevice
from benchmarks.soak.machines import Machine, Record
from firmware_sim.buffer import RingBuffer
from firmware_sim.client import DeviceClient
from firmware_sim.link import Broker
from firmware_sim.memory import Memory
from firmware_sim.protocol import Answer, Command, Status, Topics

REST_SECONDS, TICK_SECONDS, STATUS_SECONDS = 0.002, 0.01, 0.2
ABSENCE_SECONDS, REBOOT_SECONDS = 20.0, 60.0
"""A device goes offline, or starts anew, that often on average."""


def values_of(number: int, seq: int) -> dict[str, float]:
    """Return the five values of a record; the flow tells device and number, so that values are checked too."""
    return {
        "flow_m3h": 70.0 + ((seq * 7919 + number * 31) % 1000) / 100.0,
        "pressure_kpa": 412.5,
        "motor_current_a": 31.2,
        "bearing_temp_c": 48.7,
        "vibration_mm_s": 1.742,
    }


class MachineUnit:
    """A simulated machine on the reference client, played faster than life."""

    def __init__(self, machine: Machine, number: int, client: DeviceClient) -> None:
        """Play `machine` as the device of this number."""
        self.number, self.client, self.left = number, client, True
        self._records: Iterator[Record] = machine.records()
        self._total = sum(1 for _ in machine.records())
        self.sent: list[Record] = []

    def play(self, part: float) -> None:
        """Measure up to this part of the whole, 1 is all of it."""
        due = min(int(part * self._total) - len(self.sent), WINDOW_RECORDS)
        for ts, values in islice(self._records, max(0, due)):
            self.sent.append((ts, values))
            self.client.measure(ts, values)
        self.left = len(self.sent) < self._total


class Fleet:
    """The event loop of one process."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Make the devices that the configuration names."""
        address = (config["host"], config["port"])
        self._random = random.Random(config["seed"])  # the same absences for the same seed
        self.devices = [
            SoakDevice(item["name"], config["tenant"], item["secret"], number=item["number"], address=address)
            for item in config["devices"]
        ]
        self.units = [_unit(item, config) for item in config["machines"]]
        self.rate, self.pace, self.finishing = float(config["rate"]), float(config["pace"]), False
        self._poll = select.epoll()
        self._by_file: dict[int, SoakDevice] = {}
        self._next, self._owed, self._begin = 0, 0.0, time.monotonic()
        self._part = 0.0

    def run(self, truth: Path) -> None:
        """Work until everything is committed after `finish`."""
        os.set_blocking(sys.stdin.fileno(), False)
        last, told = time.monotonic(), 0.0
        while not (self.finishing and self._settled()):
            now = time.monotonic()
            self._obey()
            self._measure(now, now - last)
            self._tick(now)
            last = now
            if now - told >= STATUS_SECONDS:
                told = now
                print(json.dumps(self.status()), flush=True)
            self._wait()
        self._write_truth(truth)
        print(json.dumps(self.status() | {"done": True}), flush=True)

    def status(self) -> dict[str, Any]:
        """Say how far it is."""
        watched = [device.acked_until for device in self.devices if not device.excused]
        tallies = [device.tally for device in self.devices]
        clients = [unit.client for unit in self.units]
        return {
            "acked_until": min(watched, default=0),
            "online": sum(device.online for device in self.devices) + sum(client.online for client in clients),
            "measured": sum(len(stamps) for device in self.devices for stamps in device.measured.values()),
            "played": sum(len(unit.sent) for unit in self.units),
            "machines_left": sum(unit.left for unit in self.units),
            "held": sum(len(device.buffer) for device in self.devices),
            "held_machines": sum(len(client.buffer) for client in clients),
            "dropped": sum(device.buffer.dropped for device in self.devices),
            "resent": sum(tally.resent for tally in tallies) + sum(client.counts.resent for client in clients),
            "messages": sum(tally.messages for tally in tallies),
            "singles": sum(tally.singles for tally in tallies),
            "refused": sum(tally.refused for tally in tallies) + sum(client.counts.refused for client in clients),
            "unheard": sum(tally.unheard for tally in tallies),
            "silences": sum(tally.silences for tally in tallies),
            "reboots": sum(tally.reboots for tally in tallies),
        }

    def _settled(self) -> bool:
        devices_done = all(not len(device.buffer) for device in self.devices)
        return devices_done and all(not unit.left and unit.client.idle for unit in self.units)

    def _obey(self) -> None:
        for line in (sys.stdin.readline() for _ in range(8)):
            if not line:
                return
            word, *values = line.split()
            if word == "rate":
                self.rate = float(values[0])
            elif word == "finish":
                self.finishing = True

    def _measure(self, now: float, passed: float) -> None:
        self._part = 1.0 if self.finishing else min(1.0, self._part + passed / self.pace)
        for unit in self.units:
            if unit.left and len(unit.client.buffer) < WINDOW_RECORDS:
                unit.play(self._part)
        if self.finishing or not self.devices:
            return
        self._owed = min(self._owed + passed * self.rate, self.rate)
        ts = time.time_ns() // 1_000_000
        for _ in range(int(self._owed)):
            device = self.devices[self._next % len(self.devices)]
            self._next += 1
            device.measure(ts, values_of(device.number, len(device.measured[device.boot]) + 1))
            if device.online:
                device.pump(now)
        self._owed -= int(self._owed)
        if self._random.random() < passed / ABSENCE_SECONDS:
            self._random.choice(self.devices).leave(self._random.uniform(0.5, 6.0))
        if self._random.random() < passed / REBOOT_SECONDS:
            self._random.choice(self.devices).reboot()

    def _tick(self, now: float) -> None:
        for device in self.devices:
            if device.tick(now) and device.sock is not None:
                self._by_file[device.sock.fileno()] = device
                self._poll.register(device.sock.fileno(), select.EPOLLIN)
            device.write()
        for unit in self.units:
            client = unit.client
            client.tick(now)
            if client.wants_write():
                client.write()
            if (sock := client.socket()) is not None and select.select([sock], [], [], 0)[0]:
                client.read()

    def _wait(self) -> None:
        time.sleep(REST_SECONDS)
        for file, _ in self._poll.poll(TICK_SECONDS):
            device = self._by_file.get(file)
            if device is not None and device.sock is not None and device.sock.fileno() == file:
                device.read()

    def _write_truth(self, path: Path) -> None:
        with path.open("w") as out:
            for device in self.devices:
                for boot, stamps in device.measured.items():
                    for seq, ts in enumerate(stamps, 1):
                        out.write(
                            f"{device.number}\t{boot}\t{seq}\t{ts}\t{sum(values_of(device.number, seq).values())}\n"
                        )
            for unit in self.units:
                for seq, (ts, values) in enumerate(unit.sent, 1):
                    out.write(f"{unit.number}\t{unit.client.boot}\t{seq}\t{ts}\t{sum(values.values())}\n")


def _unit(item: dict[str, Any], config: dict[str, Any]) -> MachineUnit:
    def refuse(command: Command) -> Answer:
        return Answer(command.id, Status.FAILED, "a machine of the soak obeys nobody")

    client = DeviceClient(
        Topics(config["tenant"], item["name"]),
        model=item["machine"]["model"],
        secret=item["secret"],
        broker=Broker(config["host"], config["port"]),
        memory=Memory(None),
        buffer=RingBuffer(BUFFER_RECORDS, WINDOW_RECORDS),
        handler=refuse,
    )
    return MachineUnit(Machine(**item["machine"]), item["number"], client)


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text())
    Fleet(given).run(Path(given["truth"]))
