"""What goes wrong on the way to the platform: records held back, twice, late, or stamped by a wrong clock."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np

Values = dict[str, float]

HOUR_MS = 3_600_000
FLAP_MS, FLAP_OFF_MS = 3 * HOUR_MS, 2 * HOUR_MS
"""Of every three hours the link is away for two."""
SHARE = 0.3
"""Share of the records that come late, or twice."""
LATEST_MS = 6 * HOUR_MS
REPLAYED_MS = 24 * HOUR_MS
BACK_MS = 20 * 60_000
"""A clock goes back by so much for each unit of severity."""


class Arrival(NamedTuple):
    """A record as the platform gets it: when it arrives, the time written on it, its values."""

    at: int
    ts: int
    values: Values


@dataclass(frozen=True)
class Disturbance:
    """One fault of the way, in epoch milliseconds."""

    mode: str
    onset: int
    end: int
    severity: float


def _held_until_end(fault: Disturbance, at: int, _: float) -> tuple[int, ...]:
    return (fault.end if fault.onset <= at < fault.end else at,)


def _held_while_off(fault: Disturbance, at: int, _: float) -> tuple[int, ...]:
    phase = (at - fault.onset) % FLAP_MS
    off = fault.onset <= at < fault.end and phase < FLAP_OFF_MS
    return (min(at - phase + FLAP_OFF_MS, fault.end) if off else at,)


def _twice(fault: Disturbance, at: int, chance: float) -> tuple[int, ...]:
    return (at, at) if fault.onset <= at < fault.end and chance < SHARE else (at,)


def _late(fault: Disturbance, at: int, chance: float) -> tuple[int, ...]:
    hit = fault.onset <= at < fault.end and chance < SHARE
    return (at + round(chance / SHARE * LATEST_MS) if hit else at,)


def _again(fault: Disturbance, at: int, _: float) -> tuple[int, ...]:
    return (at, fault.onset) if fault.onset - REPLAYED_MS <= at < fault.onset else (at,)


WAYS: Mapping[str, Callable[[Disturbance, int, float], tuple[int, ...]]] = {
    "connectivity_loss": _held_until_end,
    "connectivity_flapping": _held_while_off,
    "duplicate_messages": _twice,
    "late_messages": _late,
    "replayed_batch": _again,
}
"""mode -> (fault, measured at, chance in 0..1) -> arrivals"""

CLOCK_JUMP = "clock_jump"
MODES = frozenset({*WAYS, CLOCK_JUMP})


class Courier:
    """Carries the records of one device; with the same seed the same ones come late."""

    def __init__(self, faults: Sequence[Disturbance], seed: Sequence[int]) -> None:
        """Carry under these disturbances."""
        self._faults = list(faults)
        self._chance = np.random.default_rng(seed)
        self._order = count()
        self._waiting: list[tuple[int, int, Arrival]] = []

    @property
    def disturbed(self) -> bool:
        """Whether anything may arrive otherwise than measured."""
        return bool(self._faults or self._waiting)

    def take(self, at: int, values: Values) -> None:
        """Take a record measured at `at`, epoch milliseconds."""
        moments, ts = [at], at
        for fault in self._faults:
            if fault.mode == CLOCK_JUMP:
                ts -= round(BACK_MS * fault.severity) if fault.onset <= at < fault.end else 0
                continue
            chance = float(self._chance.random())
            moments = [later for moment in moments for later in WAYS[fault.mode](fault, moment, chance)]
        for moment in moments:
            heapq.heappush(self._waiting, (moment, next(self._order), Arrival(moment, ts, values)))

    def due(self, now: int) -> Iterator[Arrival]:
        """Hand over what has arrived by now, in order of arrival."""
        while self._waiting and self._waiting[0][0] <= now:
            yield heapq.heappop(self._waiting)[2]

    def repair(self, now: int) -> None:
        """End the disturbances that have begun; what they held arrives now."""
        self._faults = [fault for fault in self._faults if fault.onset > now]
        held = [(min(at, now), order, arrival._replace(at=min(at, now))) for at, order, arrival in self._waiting]
        self._waiting = held
        heapq.heapify(self._waiting)
