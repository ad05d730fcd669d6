"""The machines of a soak: simulated pumps and lifts whose faults must become cases, once, and healthy ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_sim.scenario import DAY, DeviceSpec, FaultSpec, Scenario
from firmware_sim.stream import DeviceStream

Record = tuple[int, dict[str, float]]
SAMPLING_SECONDS = 600
PLANTED = (("pump", "bearing_wear"), ("lift", "door_drive_wear"), ("pump", None), ("pump", "filter_clogging"))
"""Model and fault of the first machines, then over again; None: healthy."""


@dataclass(frozen=True)
class Machine:
    """One simulated machine; the same name, seed and end give the same records."""

    name: str
    model: str
    fault: str | None
    seed: int
    end_ms: int

    def records(self) -> Iterator[Record]:
        """Yield three weeks of records, oldest first; a fault begins six days before the end."""
        spec = DeviceSpec("machine", self.model, sampling_seconds=SAMPLING_SECONDS)
        faults = (FaultSpec("machine", self.fault, -6 * DAY, 0.0, 8.0),) if self.fault else ()
        stream = DeviceStream(Scenario("soak", (spec,), faults), spec, seed=self.seed, end_ms=self.end_ms)
        for block in stream.history():
            yield from block.rows()


def plant(count: int, *, seed: int, end_ms: int) -> list[Machine]:
    """Return so many machines, with their faults."""
    return [
        Machine(f"machine-{index:02d}", *PLANTED[index % len(PLANTED)], seed=seed * 1000 + index, end_ms=end_ms)
        for index in range(count)
    ]
