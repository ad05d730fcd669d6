"""When a site lets somebody in: its weekly opening hours as the instants at which work may begin."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

Window = tuple[datetime, datetime]
LOOK_AHEAD_DAYS = 15
"""A week has every opening; another one, for those that are already too short today."""


@dataclass(frozen=True)
class Opening:
    """A local interval on a weekday (Monday is 0); one that closes before it opens runs over midnight."""

    weekday: int
    opens: time
    closes: time

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Return an interval as a site keeps it."""
        return cls(row["weekday"], time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"]))

    def on(self, day: date, zone: ZoneInfo) -> Window:
        """Return the interval of a day."""
        closes_on = day if self.closes > self.opens else day + timedelta(days=1)
        opens = datetime.combine(day, self.opens, tzinfo=zone).astimezone(UTC)
        return opens, datetime.combine(closes_on, self.closes, tzinfo=zone).astimezone(UTC)


def starts(
    hours: Iterable[Opening], *, time_zone: str, length: timedelta, since: datetime, until: datetime
) -> list[Window]:
    """Return when work of some length may begin so that it ends before closing; at least one window, in order.

    Intervals that touch are one. Work that is longer than an interval begins when it opens. If no window begins before
    `until` the next one is returned.

    Raises:
        ValueError: there are no hours.
    """
    found: list[Window] = []
    for opens, closes in _intervals(list(hours), time_zone=time_zone, since=since):
        latest = max(opens, closes - length)
        start = max(opens, since)
        if found and start > until:
            break
        if start <= latest:
            found.append((start, latest))
    if not found:
        raise ValueError("a site that never opens has no hours")
    return found


def _intervals(hours: list[Opening], *, time_zone: str, since: datetime) -> Iterator[Window]:
    zone = ZoneInfo(time_zone)
    first = since.astimezone(zone).date() - timedelta(days=1)
    days = (first + timedelta(days=offset) for offset in range(LOOK_AHEAD_DAYS))
    spans = sorted(hour.on(day, zone) for day in days for hour in hours if hour.weekday == day.weekday())
    since_open: Window | None = None
    for opens, closes in spans:
        if since_open is not None and opens <= since_open[1]:
            since_open = (since_open[0], max(since_open[1], closes))
            continue
        if since_open is not None:
            yield since_open
        since_open = (opens, closes)
    if since_open is not None:
        yield since_open
