"""What working time is paid as: each minute in one class, those of the night with a supplement. Instants are UTC.

A minute belongs to the local day on the wall clock; so a night that daylight saving makes longer has more minutes. The
usual terms are those of China: eight hours a day, forty a week, 150 % beyond, 200 % on rest days, 300 % on public
holidays (Labour Law, articles 36 and 44).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from backend.sla.calendar import Calendar, Interval, windows

Window = tuple[datetime, datetime]
DAY = timedelta(days=1)
REST_DAYS = (5, 6)
"""Saturday and Sunday, where the calendar says nothing else."""
WHOLE_DAY: Interval = (time(), time())


class PayClass(StrEnum):
    """What a minute is paid as."""

    NORMAL = "normal"
    OVERTIME = "overtime"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How working time is paid."""

    daily_minutes: int = 480
    """Beyond so many on a working day, it is overtime."""
    weekly_minutes: int = 2400
    """Beyond so many normal ones from Monday on, it is overtime."""
    night_from: time = time(22)
    night_to: time = time(6)
    overtime_percent: int = 150
    weekend_percent: int = 200
    holiday_percent: int = 300
    night_percent: int = 0
    """On top of what the minute is paid anyway."""

    def percent(self, kind: PayClass, *, night: bool) -> int:
        """Return what a minute is paid, in hundredths of a normal one."""
        usual = {
            PayClass.NORMAL: 100,
            PayClass.OVERTIME: self.overtime_percent,
            PayClass.WEEKEND: self.weekend_percent,
            PayClass.HOLIDAY: self.holiday_percent,
        }
        return usual[kind] + (self.night_percent if night else 0)


@dataclass(frozen=True)
class Piece:
    """A stretch of working time that is paid in one way."""

    day: date
    start: datetime
    end: datetime
    kind: PayClass
    night: bool


def classify(
    worked: Iterable[Window], terms: Terms, *, time_zone: str, special: Mapping[date, int | None]
) -> list[Piece]:
    """Return what working time is paid as, in order; weeks are whole, from their Monday on.

    `special` days work as another weekday does, or are public holidays (None).
    """
    found: list[Piece] = []
    of_day: dict[date, timedelta] = defaultdict(timedelta)
    of_week: dict[date, timedelta] = defaultdict(timedelta)
    for day, (start, end), night in _cut(union(worked), terms, time_zone):
        weekday = special.get(day, day.weekday())
        if weekday is None or weekday in REST_DAYS:
            found.append(Piece(day, start, end, PayClass.HOLIDAY if weekday is None else PayClass.WEEKEND, night))
            continue
        monday = day - timedelta(days=day.weekday())
        left = min(
            timedelta(minutes=terms.daily_minutes) - of_day[day],
            timedelta(minutes=terms.weekly_minutes) - of_week[monday],
        )
        change = min(start + max(left, timedelta()), end)
        of_day[day] += change - start
        of_week[monday] += change - start
        parts = ((start, change, PayClass.NORMAL), (change, end, PayClass.OVERTIME))
        found += [Piece(day, since, until, kind, night) for since, until, kind in parts if since < until]
    return found


def _cut(worked: Sequence[Window], terms: Terms, time_zone: str) -> Iterator[tuple[date, Window, bool]]:
    """Yield stretches of one local day, by night or not, in order."""
    if not worked:
        return
    zone = ZoneInfo(time_zone)
    day, last = (at.astimezone(zone).date() for at in (worked[0][0] - DAY, worked[-1][1] + DAY))
    days = Calendar(time_zone, ((WHOLE_DAY,),) * 7)
    nights = Calendar(time_zone, (_night(terms),) * 7)
    found = []
    while day <= last:
        dark = windows(nights, day)
        for whole in windows(days, day):
            for stretch in overlap(worked, [whole]):
                found += [(part, day, True) for part in overlap([stretch], dark)]
                found += [(part, day, False) for part in without([stretch], dark)]
        day += DAY
    for part, on, night in sorted(found):
        yield on, part, night


def _night(terms: Terms) -> tuple[Interval, ...]:
    if terms.night_from == terms.night_to:
        return ()
    if terms.night_from < terms.night_to:
        return ((terms.night_from, terms.night_to),)
    evening = (terms.night_from, time())
    return (evening,) if terms.night_to == time() else ((time(), terms.night_to), evening)


def union(spans: Iterable[Window]) -> list[Window]:
    """Return stretches as disjoint ones in order."""
    found: list[Window] = []
    for start, end in sorted((start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def overlap(ones: Iterable[Window], others: Sequence[Window]) -> list[Window]:
    """Return what two sets of stretches share, each disjoint in itself."""
    pairs = ((max(a, c), min(b, d)) for a, b in ones for c, d in others)
    return sorted((start, end) for start, end in pairs if start < end)


def without(ones: Iterable[Window], others: Iterable[Window]) -> list[Window]:
    """Return what of stretches lies outside of others."""
    left = union(ones)
    for start, end in union(others):
        pairs = (part for a, b in left for part in ((a, min(b, start)), (max(a, end), b)))
        left = [(since, until) for since, until in pairs if since < until]
    return left


def length(spans: Iterable[Window]) -> timedelta:
    """Return how long stretches are together."""
    return sum((end - start for start, end in spans), timedelta())


def weighted(pieces: Iterable[Piece], terms: Terms) -> timedelta:
    """Return how much normal time would be paid the same."""
    total = sum(
        (Fraction((one.end - one.start) // timedelta(seconds=1)) * terms.percent(one.kind, night=one.night) / 100)
        for one in pieces
    )
    return timedelta(seconds=float(total))
