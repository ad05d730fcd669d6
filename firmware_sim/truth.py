"""The truth behind a run: what really was wrong, for measuring detectors."""

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from firmware_sim.faults import FAULT_MODES
from firmware_sim.lures import LureKind
from firmware_sim.scenario import FaultSpec, LureSpec, Scenario


@dataclass(frozen=True)
class TruthRecord:
    """One real fault of one device; instants are ISO 8601 in UTC."""

    device: str
    model: str
    mode: str
    failure_group: str
    metric: str
    """The leading metric; empty when the way to the platform is at fault."""
    onset: str
    functional_failure_at: str
    severity: float
    skill: str
    part: str
    shows: str
    """What the platform is expected to make of it: case, silence or nothing."""
    closed_at: str | None = None
    """When a repair ended it."""


@dataclass(frozen=True)
class LureRecord:
    """One harmless disturbance of one device."""

    device: str
    kind: LureKind
    starts_at: str
    ends_at: str


def instant(ms: float) -> str:
    """Return epoch milliseconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000.0, UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class RepairRecord:
    """One device that was told it is repaired, whether it plays a machine or a recording."""

    device: str
    at: str


@dataclass(frozen=True)
class Calendar:
    """Turns seconds after the end of the history into timestamps as the telemetry carries them."""

    end_ms: int
    speed: float = 1.0
    """After the end of the history, how much faster than the wall clock the machines live."""

    def at_ms(self, seconds: float) -> float:
        """Return the timestamp, in epoch milliseconds, at which this moment is seen."""
        return self.end_ms + 1000.0 * (seconds / self.speed if seconds > 0 else seconds)


def fault_record(fault: FaultSpec, model: str, calendar: Calendar) -> TruthRecord:
    """Return the truth about one fault."""
    mode = FAULT_MODES[fault.mode]
    return TruthRecord(
        device=fault.device,
        model=model,
        mode=fault.mode,
        failure_group=mode.failure_group,
        metric=mode.leading(model, fault.metric),
        onset=instant(calendar.at_ms(fault.onset)),
        functional_failure_at=instant(calendar.at_ms(fault.failure)),
        severity=fault.severity,
        skill=mode.skill,
        part=mode.part,
        shows=mode.shows.value,
    )


def fault_records(scenario: Scenario, calendar: Calendar) -> list[TruthRecord]:
    """Return one record for each fault of the scenario."""
    models = {device.name: device.model for device in scenario.devices}
    return [fault_record(fault, models[fault.device], calendar) for fault in scenario.faults]


def lure_records(scenario: Scenario, calendar: Calendar) -> list[LureRecord]:
    """Return one record for each lure and device of the scenario."""
    return [
        LureRecord(device, lure.kind, *_bounds(lure, calendar)) for lure in scenario.lures for device in lure.devices
    ]


def _bounds(lure: LureSpec, calendar: Calendar) -> tuple[str, str]:
    return instant(calendar.at_ms(lure.at)), instant(calendar.at_ms(lure.at + lure.lasts))


class TruthFile:
    """The truth of a run as one JSON document, written anew when a device is repaired."""

    def __init__(self, path: Path | None, scenario: Scenario, seed: int, calendar: Calendar) -> None:
        """Write the document; without a path the records are only kept."""
        self._path = path
        self._lock = threading.Lock()
        self._head = {
            "scenario": scenario.name,
            "seed": seed,
            "history_ends_at": instant(calendar.end_ms),
        }
        self.faults = fault_records(scenario, calendar)
        self._lures = lure_records(scenario, calendar)
        self._repairs: list[RepairRecord] = []
        self._write()

    def close(self, device: str, at_ms: float) -> int:
        """Note a repair and mark the open faults of the device that have begun; return how many."""
        at = instant(at_ms)
        with self._lock:
            before = self.faults
            self.faults = list(_closed(before, device, at))
            self._repairs.append(RepairRecord(device, at))
            self._write()
            return sum(new is not old for new, old in zip(self.faults, before, strict=True))

    def open_modes(self, device: str, at_ms: float) -> frozenset[str]:
        """Return how a device is broken at an instant."""
        at = instant(at_ms)
        with self._lock:
            return frozenset(
                record.mode
                for record in self.faults
                if record.device == device and record.closed_at is None and record.onset <= at
            )

    def _write(self) -> None:
        if self._path is None:
            return
        body = self._head | {
            "faults": [asdict(record) for record in self.faults],
            "lures": [asdict(record) for record in self._lures],
            "repairs": [asdict(record) for record in self._repairs],
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(self._path.suffix + ".part")
        fresh.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
        fresh.replace(self._path)


def _closed(records: Iterable[TruthRecord], device: str, at: str) -> Iterable[TruthRecord]:
    for record in records:
        begun = record.device == device and record.onset <= at
        yield replace(record, closed_at=at) if begun and record.closed_at is None else record
