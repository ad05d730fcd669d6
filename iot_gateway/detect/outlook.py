"""Hourly means of one series on their way to a limit: what a forecast needs to remember."""

import msgspec
import numpy as np

from iot_gateway.detect.arrays import HOUR_MS
from iot_gateway.detect.thresholds import until_limit
from iot_gateway.detect.window import MIN_HOURS, FailureWindow

KEPT_HOURS = 72
FAR_HOURS = 1e6
"""What a series that does not move to its limit has left."""


class Outlook(msgspec.Struct):
    """The hours of a series that have ended, and the one that has not."""

    direction: int = 0
    """1 from below, -1 from above, as the first hour lay; 0 before it."""
    hour: int = 0
    total: float = 0.0
    count: int = 0
    hours: list[int] = []
    means: list[float] = []

    @property
    def known(self) -> bool:
        """Tell whether there are enough hours for a line."""
        return len(self.hours) >= MIN_HOURS


def take_in(outlook: Outlook, ts: int, value: float) -> int | None:
    """Take in a sample of an instant in epoch milliseconds; return the end of the hour that it has ended, if any."""
    hour, ended = ts // HOUR_MS, None
    if hour < outlook.hour:
        return None
    if hour > outlook.hour and outlook.count:
        ended = (outlook.hour + 1) * HOUR_MS
        outlook.hours = [*outlook.hours[1 - KEPT_HOURS :], outlook.hour]
        outlook.means = [*outlook.means[1 - KEPT_HOURS :], outlook.total / outlook.count]
        outlook.total, outlook.count = 0.0, 0
    outlook.hour, outlook.total, outlook.count = hour, outlook.total + value, outlook.count + 1
    return ended


def forget(outlook: Outlook, before: int) -> None:
    """Give up the hours before one: somebody has been there, or a set point was changed."""
    kept = [(hour, mean) for hour, mean in zip(outlook.hours, outlook.means, strict=True) if hour >= before]
    outlook.hours, outlook.means = [hour for hour, _ in kept], [mean for _, mean in kept]
    if outlook.hour < before:
        outlook.total, outlook.count = 0.0, 0


def window(outlook: Outlook, limit: float) -> FailureWindow | None:
    """Return when the line through the means gets to `limit`, from the last hour on; None while it does not."""
    if not outlook.hours:
        return None
    outlook.direction = outlook.direction or (1 if outlook.means[0] <= limit else -1)
    hours = np.array(outlook.hours, dtype=np.float64)
    return until_limit(hours, np.array(outlook.means), limit=limit, direction=outlook.direction)


def hours_left(outlook: Outlook, limit: float) -> float:
    """Return the likely hours until `limit`: 0 at or beyond it, `FAR_HOURS` while the series does not move there."""
    found = window(outlook, limit)
    if outlook.means and outlook.direction * (outlook.means[-1] - limit) >= 0:
        return 0.0
    return found.p50_hours if found is not None else FAR_HOURS
