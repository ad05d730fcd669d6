"""`python -m firmware_sim.pipe`: a random fleet through a pipe, a day at a time, for whoever judges detectors.

Each line is a JSON object. The child writes `fleet` once; then for each day `event` and `samples` lines and a `day`,
after which it waits for one line with the devices that a technician visits; it answers with a `finding` for each and
goes on. A visited machine that is broken is repaired, and so is one that has failed the day before. `truth` comes last.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from itertools import chain
from typing import BinaryIO

import msgspec

from firmware_sim.draw import FleetPlan, draw_fleet
from firmware_sim.faults import FAULT_MODES, Shows
from firmware_sim.generate import END_MS
from firmware_sim.scenario import DAY, FaultSpec, Scenario
from firmware_sim.stream import Block, DeviceStream
from firmware_sim.truth import Calendar, fault_record, instant, lure_records
from firmware_sim.visibility import LEAST, visibility

DAY_MS = 86_400_000
Line = dict[str, object]


class _Patient:
    """One device, its blocks of a day, and what ails it."""

    def __init__(self, scenario: Scenario, index: int, seed: int) -> None:
        self.spec = scenario.devices[index]
        self.stream = DeviceStream(scenario, self.spec, seed=seed, end_ms=END_MS)
        self.blocks = self.stream.history(round(DAY / self.spec.sampling_seconds))
        self.marks = self.stream.marks()
        self.faults = scenario.faults_of(self.spec.name)
        self.closed: dict[FaultSpec, int] = {}

    def day(self, now: int) -> Iterator[Line]:
        """Yield the events and the samples that arrive until `now`."""
        while self.marks and self.marks[0].ts < now:
            mark = self.marks.pop(0)
            if mark.event:
                yield {
                    "kind": "event",
                    "device": self.spec.name,
                    "ts": mark.ts,
                    "event": mark.kind,
                    "detail": mark.detail,
                }
        block = next(self.blocks, None)
        if block is not None:
            yield from self._carried(block, now) if self.stream.courier.disturbed else [_samples(block)]

    def _carried(self, block: Block, now: int) -> Iterator[Line]:
        for at, values in block.rows():
            self.stream.courier.take(at, values)
        arrivals = list(self.stream.courier.due(now))
        rows = [[arrival.values.get(name) for name in block.names] for arrival in arrivals]
        line: Line = {"kind": "samples", "device": self.spec.name, "ts": [arrival.ts for arrival in arrivals]}
        yield line | {"at": [arrival.at for arrival in arrivals], "values": rows}

    def broken(self, now: int) -> list[FaultSpec]:
        """Return the faults that have begun and are not repaired."""
        return [fault for fault in self.faults if _ms(fault.onset) <= now and fault not in self.closed]

    def repair(self, now: int) -> None:
        """End every fault that has begun."""
        self.closed |= dict.fromkeys(self.broken(now), now)
        self.stream.repair(now)

    def visit(self, now: int) -> Line:
        """Look for a fault of the machine, and repair it."""
        found = any(FAULT_MODES[fault.mode].shows is Shows.CASE for fault in self.broken(now))
        if found:
            self.repair(now)
        return {"kind": "finding", "device": self.spec.name, "found": found}


def _ms(seconds: float) -> int:
    return round(END_MS + 1000.0 * seconds)


def _samples(block: Block) -> Line:
    return {"kind": "samples", "device": block.device, "ts": block.ts, "at": None, "values": block.matrix.tolist()}


def play(scenario: Scenario, seed: int, asked: BinaryIO) -> Iterator[Line]:
    """Yield the lines of a fleet; after each `day` one line of visits is read."""
    patients = {spec.name: _Patient(scenario, index, seed) for index, spec in enumerate(scenario.devices)}
    yield {
        "kind": "fleet",
        "utc_offset_hours": scenario.utc_offset_hours,
        "starts_at": _ms(-scenario.history),
        "devices": [
            {"name": one.spec.name, "model": one.spec.model, "sampling_seconds": one.spec.sampling_seconds}
            | {"metrics": one.stream.machine.names}
            for one in patients.values()
        ],
    }
    for now in range(END_MS - round(1000.0 * scenario.history) + DAY_MS, END_MS + 1, DAY_MS):
        yield from chain.from_iterable(one.day(now) for one in patients.values())
        yield {"kind": "day", "now": now}
        visits = msgspec.json.decode(asked.readline(), type=list[str])
        yield from [patients[name].visit(now) for name in visits]
        for one in patients.values():
            if any(_ms(fault.failure) + DAY_MS <= now for fault in one.broken(now)):
                one.repair(now)
    yield _truth(scenario, patients.values())


def _truth(scenario: Scenario, patients: Iterable[_Patient]) -> Line:
    calendar, faults = Calendar(END_MS), []
    for one in patients:
        for fault in one.faults:
            closed = one.closed.get(fault)
            record = replace(
                fault_record(fault, one.spec.model, calendar), closed_at=instant(closed) if closed else None
            )
            seen = visibility(fault, one.spec)
            faults.append(asdict(record) | {"visibility": round(seen, 1), "visible": seen >= LEAST})
    return {"kind": "truth", "faults": faults, "lures": [asdict(lure) for lure in lure_records(scenario, calendar)]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Play the fleet that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m firmware_sim.pipe", description=__doc__)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--days", type=float, default=45.0)
    parser.add_argument("--calm-days", type=float, default=15.0)
    parser.add_argument("--faults", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    plan = FleetPlan(
        devices=asked.devices,
        days=asked.days,
        calm_days=asked.calm_days,
        faults=asked.faults,
        ways=asked.faults // 5,
        season=True,
    )
    out = sys.stdout.buffer
    for line in play(draw_fleet(plan, asked.seed), asked.seed, sys.stdin.buffer):
        out.write(msgspec.json.encode(line) + b"\n")
        if line["kind"] in {"day", "finding", "truth"}:
            out.flush()


if __name__ == "__main__":
    main()
