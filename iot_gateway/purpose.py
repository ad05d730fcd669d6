"""What a device did on purpose, and what that means for its detectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iot_gateway.detect.arrays import HOUR_MS

MASKING = frozenset({"planned_stop", "door_open", "firmware_update", "repair", "maintenance", "washing"})
RELEARNING = frozenset({"setpoint_change", "repair"})
SETTLING_MS = 2 * HOUR_MS
LONGEST_MS = 7 * 24 * HOUR_MS
"""How long a mask may last: a forgotten `until` must not blind a device for good."""


@dataclass(frozen=True)
class Purpose:
    """One announced change: kind, from, until (epoch milliseconds)."""

    kind: str
    start: int
    end: int


def purpose_of(kind: str, ts: int, detail: dict[str, Any]) -> Purpose:
    """Return an event as a stretch of time; without an end it lasts a moment."""
    until = detail.get("until")
    end = int(until) if isinstance(until, int | float) and ts <= until <= ts + LONGEST_MS else ts
    return Purpose(kind, ts, end)


def masks(purposes: Sequence[Purpose], hour: int) -> bool:
    """Tell whether an hour is disturbed on purpose."""
    start, end = hour * HOUR_MS, (hour + 1) * HOUR_MS
    return any(p.kind in MASKING and p.start < end and p.end + SETTLING_MS > start for p in purposes)


def relearns(purposes: Sequence[Purpose], hour: int) -> int | None:
    """Return the hour from which the level has to be learned anew, None when nothing was changed up to `hour`."""
    starts = [p.start // HOUR_MS for p in purposes if p.kind in RELEARNING and p.start // HOUR_MS <= hour]
    return max(starts, default=None)
