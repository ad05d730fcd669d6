"""When a technician works on a day: weekly pattern or own shift, less breaks and absences. Instants are UTC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.geo import LonLat

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Pattern:
    """A weekly working time in local time; one that ends before it starts runs over midnight."""

    weekday: int
    starts: time
    ends: time
    breaks: tuple[tuple[time, time], ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date, *, weekday: int | None) -> bool:
        """Tell whether it says something about a day that works as some weekday."""
        return (
            weekday == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True)
class Shift:
    """The working time of one day, with its breaks."""

    start: datetime
    end: datetime
    breaks: tuple[Window, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TechnicianDay:
    """A technician who works on a day, as planning needs to know."""

    id: UUID
    name: str
    skills: Mapping[str, int]
    """Level by skill, of what holds on that day."""
    home: LonLat
    van_location_id: UUID | None
    shift: Window
    breaks: tuple[Window, ...]


def from_pattern(pattern: Pattern, day: date, time_zone: str) -> Shift | None:
    """Return the shift of a pattern on a day; None when a change of the clock leaves nothing of it."""
    zone = ZoneInfo(time_zone)
    start = _instant(day, pattern.starts, pattern.starts, zone)
    end = _instant(day, pattern.ends, pattern.starts, zone, end=True)
    if end <= start:
        return None
    breaks = (
        (_instant(day, opens, pattern.starts, zone), _instant(day, closes, pattern.starts, zone, end=True))
        for opens, closes in pattern.breaks
    )
    return Shift(start, end, clip(breaks, (start, end)))


def _instant(day: date, wall: time, starts: time, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """Return the instant of a wall time in a shift that began at `starts`: earlier times are tomorrow's."""
    tomorrow = wall < starts or (end and wall == starts)
    return datetime.combine(day + timedelta(days=tomorrow), wall, tzinfo=zone).astimezone(UTC)


def clip(windows: Iterable[Window], within: Window) -> tuple[Window, ...]:
    """Return the union of the windows inside another, in order and apart."""
    found: list[Window] = []
    for start, end in sorted((max(start, within[0]), min(end, within[1])) for start, end in windows):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def merge(shifts: Sequence[Shift]) -> Shift | None:
    """Return several shifts of a day as one; what none of them works is a break."""
    if not shifts:
        return None
    whole = (min(shift.start for shift in shifts), max(shift.end for shift in shifts))
    worked = clip((window for shift in shifts for window in working_time(shift)), whole)
    return _around(worked, whole)


def working_time(shift: Shift) -> tuple[Window, ...]:
    """Return the stretches of a shift outside of its breaks."""
    found, since = [], shift.start
    for start, end in clip(shift.breaks, (shift.start, shift.end)):
        found.append((since, start))
        since = end
    found.append((since, shift.end))
    return tuple(window for window in found if window[0] < window[1])


def without(shift: Shift, absences: Iterable[Window]) -> Shift | None:
    """Return what absences leave of a shift: shorter at the ends, a longer break inside; None if nothing is left."""
    away = clip([*shift.breaks, *absences], (shift.start, shift.end))
    worked = working_time(Shift(shift.start, shift.end, away))
    if not worked:
        return None
    start, end = worked[0][0], worked[-1][1]
    return Shift(start, end, clip(away, (start, end)))


def _around(worked: Sequence[Window], whole: Window) -> Shift:
    gaps, since = [], whole[0]
    for start, end in worked:
        gaps.append((since, start))
        since = end
    gaps.append((since, whole[1]))
    return Shift(whole[0], whole[1], clip(gaps, whole))


def shift_of_day(
    day: date,
    *,
    time_zone: str,
    patterns: Iterable[Pattern],
    own: Sequence[Shift],
    absences: Iterable[Window],
    special: Mapping[date, int | None] = MappingProxyType({}),
) -> Shift | None:
    """Return the working time of a day: own shifts stand in place of the patterns, absences go off both.

    `special` days have the patterns of another weekday, or none (a holiday).
    """
    weekday = special.get(day, day.weekday())
    shifts = list(own) or [
        shift
        for pattern in patterns
        if pattern.holds_on(day, weekday=weekday) and (shift := from_pattern(pattern, day, time_zone)) is not None
    ]
    merged = merge(shifts)
    return None if merged is None else without(merged, absences)
