"""From which rows a span of time is best read."""

from datetime import datetime, timedelta
from enum import StrEnum

MOST_ROWS = 25_000
"""Rows that one metric of one chart may be made of: samples read, or minutes added up in the database."""


class Resolution(StrEnum):
    """What a figure was read from."""

    RAW = "raw"
    MINUTE = "minute"
    HOUR = "hour"


WIDTH_SECONDS = {Resolution.MINUTE: 60, Resolution.HOUR: 3600}
TABLE = {Resolution.MINUTE: "rollup_minute", Resolution.HOUR: "rollup_hour"}


def fitting(
    start: datetime, end: datetime, *, sampling_seconds: int, raw_from: datetime, minute_from: datetime
) -> Resolution:
    """Return the finest rows that still exist at `start` and are not too many until `end`."""
    span = end - start
    if start >= raw_from and span <= timedelta(seconds=sampling_seconds) * MOST_ROWS:
        return Resolution.RAW
    if start >= minute_from and span <= timedelta(minutes=1) * MOST_ROWS:
        return Resolution.MINUTE
    return Resolution.HOUR


def step_seconds(start: datetime, end: datetime, *, resolution: Resolution, max_points: int) -> int:
    """Return the seconds that one point stands for, so that at most `max_points` cover the span."""
    width = WIDTH_SECONDS[resolution]
    most = max(max_points - 2, 1) * width
    return width * max(1, -(-int((end - start).total_seconds()) // most))
