"""Business time: what counts between two instants, and when so much of it is over.

A minute counts if the clock on the wall shows working time; so an hour that daylight saving repeats counts twice,
and one that it skips does not count.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

Interval = tuple[time, time]
"""Local start and end; an end of 00:00 is the midnight that ends the day."""
Window = tuple[datetime, datetime]

DAY = timedelta(days=1)
HORIZON_DAYS = 5 * 366


class NeverWorksError(ValueError):
    """The calendar has too little working time within five years."""


@dataclass(frozen=True)
class Calendar:
    """Working time of one week in a zone, and the days that differ."""

    time_zone: str
    weekly: tuple[tuple[Interval, ...], ...]
    """Seven days from Monday; the intervals of a day do not overlap."""
    days: Mapping[date, int | None] = field(default_factory=dict)
    """Weekday whose working time holds on a day; None: nobody works."""

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """Return the working time of a day."""
        weekday = self.days.get(day, day.weekday())
        return () if weekday is None else self.weekly[weekday]


@lru_cache(maxsize=4096)
def _offsets(time_zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the stretches of one UTC offset around a local day, as (from, to, offset)."""
    zone = ZoneInfo(time_zone)
    start = datetime.combine(day, time(), tzinfo=UTC) - DAY
    marks = [start + timedelta(hours=6 * step) for step in range(13)]
    stretches: list[tuple[datetime, datetime, timedelta]] = []
    since = start
    for early, late in pairwise(marks):
        before, after = _offset(zone, early), _offset(zone, late)
        if before != after:
            change = _change(zone, early, late)
            stretches.append((since, change, before))
            since = change
    stretches.append((since, marks[-1], _offset(zone, marks[-1])))
    return tuple(stretches)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - the instant is aware
    return offset


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """Return the second at which the offset changes."""
    seconds = range(int((late - early).total_seconds()))
    before = _offset(zone, early)
    index = bisect_right(seconds, 0, key=lambda second: _offset(zone, early + timedelta(seconds=second)) != before)
    return early + timedelta(seconds=index)


def windows(calendar: Calendar, day: date) -> list[Window]:
    """Return the working time of a local day as stretches of UTC, in order."""
    found = []
    for starts, ends in calendar.intervals(day):
        opens = datetime.combine(day, starts, tzinfo=UTC)
        closes = datetime.combine(day if ends > time() else day + DAY, ends, tzinfo=UTC)
        for since, until, offset in _offsets(calendar.time_zone, day):
            start, end = max(opens - offset, since), min(closes - offset, until)
            if start < end:
                found.append((start, end))
    return sorted(found)


def windows_from(calendar: Calendar, at: datetime) -> Iterator[Window]:
    """Yield working time from an instant on, in order, for five years.

    A zone that sets its clocks back over midnight shows the end of a day once more after the next one has begun; so
    what is given out lies before noon, where no later day can reach.
    """
    zone = ZoneInfo(calendar.time_zone)
    day = at.astimezone(zone).date() - DAY
    waiting: list[Window] = []
    for _ in range(HORIZON_DAYS):
        noon = datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)
        waiting = sorted(waiting + windows(calendar, day))
        ready = bisect_right(waiting, noon, key=lambda window: window[0])
        for start, end in waiting[:ready]:
            if end > at:
                yield max(start, at), end
        waiting = waiting[ready:]
        day += DAY


def opens_at(calendar: Calendar | None, at: datetime) -> datetime:
    """Return the instant itself if it is working time, else when working time begins next.

    Raises:
        NeverWorksError: it does not within five years.
    """
    at = at.astimezone(UTC)
    if calendar is None:
        return at
    for opens, _ in windows_from(calendar, at):
        return opens
    raise NeverWorksError(f"no working time after {at}")


def add(calendar: Calendar | None, start: datetime, duration: timedelta) -> datetime:
    """Return when so much working time is over; without a calendar every minute counts.

    Raises:
        NeverWorksError: there is less than that within five years.
    """
    start = start.astimezone(UTC)
    if calendar is None or duration <= timedelta():
        return start + max(duration, timedelta())
    left = duration
    for opens, closes in windows_from(calendar, start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise NeverWorksError(f"less than {duration} of working time after {start}")


def between(calendar: Calendar | None, start: datetime, end: datetime) -> timedelta:
    """Return how much working time lies between two instants; none if they are in reverse order."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return timedelta()
    if calendar is None:
        return end - start
    total = timedelta()
    for opens, closes in windows_from(calendar, start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total
