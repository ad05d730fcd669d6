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
LONGEST_CHANGE_MS = 60 * 24 * HOUR_MS
"""How long a set point may be another one."""


@dataclass(frozen=True)
class Purpose:
    """One announced change: kind, from, until (epoch milliseconds)."""

    kind: str
    start: int
    end: int


def purpose_of(kind: str, ts: int, detail: dict[str, Any]) -> Purpose:
    """Return an event as a stretch of time; without an end it lasts a moment."""
    until = detail.get("until")
    longest = LONGEST_MS if kind in MASKING else LONGEST_CHANGE_MS
    end = int(until) if isinstance(until, int | float) and ts <= until <= ts + longest else ts
    return Purpose(kind, ts, end)


def masks(purposes: Sequence[Purpose], hour: int) -> bool:
    """Tell whether an hour is disturbed on purpose."""
    start, end = hour * HOUR_MS, (hour + 1) * HOUR_MS
    return any(p.kind in MASKING and p.start < end and p.end + SETTLING_MS > start for p in purposes)


def relearns(purposes: Sequence[Purpose], hour: int) -> int | None:
    """Return the hour from which the level has to be learned anew, None when nothing was changed up to `hour`.

    A change that ends is one more change.
    """
    changes = [at // HOUR_MS for p in purposes if p.kind in RELEARNING for at in (p.start, p.end)]
    return max((change for change in changes if change <= hour), default=None)
