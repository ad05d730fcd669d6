"""Formulas of reliability (IEC 60050-192) on plain values; what was not seen is not made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Mean:
    """A mean in hours over `count` cases; None over none."""

    hours: float | None
    count: int


@dataclass(frozen=True)
class Between:
    """Mean operating time between failures in hours; without a failure all that is known is that it is longer."""

    hours: float
    failures: int

    @property
    def above(self) -> bool:
        """Tell whether it is longer than `hours`."""
        return self.failures == 0


def mean(durations: Sequence[timedelta]) -> Mean:
    """Return the mean of durations: of active repair it is the MRT, from failure to restoration the MTTR."""
    if not durations:
        return Mean(None, 0)
    return Mean(sum(durations, timedelta(0)) / HOUR / len(durations), len(durations))


def between_failures(operating_hours: float, failures: int) -> Between:
    """Return the MTBF: operating time by the number of failures; without any, more than all the operating time."""
    return Between(operating_hours / max(failures, 1), failures)


def inherent_availability(between: Between, repair: Mean) -> float | None:
    """Return MTBF / (MTBF + MRT); None where either is not known or both are zero."""
    if between.above or repair.hours is None or between.hours + repair.hours == 0:
        return None
    return between.hours / (between.hours + repair.hours)


def operational_availability(up: timedelta, down: timedelta) -> float | None:
    """Return time up / (time up + time down), whatever the reason; None where neither was seen."""
    return up / (up + down) if up + down else None
