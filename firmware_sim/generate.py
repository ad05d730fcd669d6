"""Samples and truth without a broker, for tests and benchmarks."""

import heapq
from collections.abc import Iterator

from firmware_sim.delivery import Arrival
from firmware_sim.scenario import Scenario
from firmware_sim.stream import Block, DeviceStream, Mark, Values
from firmware_sim.truth import Calendar, LureRecord, TruthRecord, fault_records, lure_records

END_MS = 1_767_225_600_000
"""End of the history when the caller names none: 2026-01-01T00:00:00Z."""


def blocks(scenario: Scenario, seed: int, *, end_ms: int = END_MS, block: int = 1024) -> Iterator[Block]:
    """Yield the history of each device as it is measured, in arrays, device after device: the fast way."""
    for spec in scenario.devices:
        yield from DeviceStream(scenario, spec, seed=seed, end_ms=end_ms).history(block)


def generate(scenario: Scenario, seed: int, *, end_ms: int = END_MS) -> Iterator[tuple[str, int, Values]]:
    """Yield (device, epoch ms, values) of the whole history, in the order in which it arrives."""
    arrivals = heapq.merge(
        *(_named(DeviceStream(scenario, spec, seed=seed, end_ms=end_ms)) for spec in scenario.devices),
        key=lambda pair: pair[1].at,
    )
    for device, arrival in arrivals:
        yield device, arrival.ts, arrival.values


def events(scenario: Scenario, seed: int, *, end_ms: int = END_MS) -> list[tuple[str, Mark]]:
    """Return (device, mark) of every event and restart of the scenario, in order of time."""
    found = [
        (spec.name, mark)
        for spec in scenario.devices
        for mark in DeviceStream(scenario, spec, seed=seed, end_ms=end_ms).marks()
    ]
    return sorted(found, key=lambda pair: pair[1].ts)


def truth(scenario: Scenario, *, end_ms: int = END_MS) -> list[TruthRecord]:
    """Return what really is wrong in this scenario."""
    return fault_records(scenario, Calendar(end_ms))


def lures(scenario: Scenario, *, end_ms: int = END_MS) -> list[LureRecord]:
    """Return what only looks wrong in this scenario."""
    return lure_records(scenario, Calendar(end_ms))


def _named(stream: DeviceStream) -> Iterator[tuple[str, Arrival]]:
    for arrival in stream.arrivals():
        yield stream.spec.name, arrival
