"""Business time agrees with counting minutes one by one, in zones with and without daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.sla.calendar import Calendar, Interval, add, between, opens_at
from backend.sla.counting import Pause, Step, merged, read, step_at

MINUTE = timedelta(minutes=1)
SPRING, AUTUMN = date(2026, 3, 26), date(2026, 10, 22)
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"]


@st.composite
def weekly_days(draw: st.DrawFn) -> tuple[Interval, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=0, max_size=6)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    return tuple((_wall(start * 15), _wall(end * 15)) for start, end in pairs)


def _wall(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    weekly = tuple(draw(weekly_days()) for _ in range(7))
    days = draw(
        st.dictionaries(
            st.dates(SPRING, SPRING + timedelta(days=6)) | st.dates(AUTUMN, AUTUMN + timedelta(days=6)),
            st.none() | st.integers(0, 6),
            max_size=3,
        )
    )
    return Calendar(draw(st.sampled_from(ZONES)), weekly, days)


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    base = draw(st.sampled_from([SPRING, AUTUMN]))
    return datetime.combine(base, time(), tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 5 * 24 * 60)))


def works(calendar: Calendar, at: datetime) -> bool:
    """Tell whether the minute that starts here is working time, by the clock on the wall."""
    wall = at.astimezone(ZoneInfo(calendar.time_zone))
    minute = wall.hour * 60 + wall.minute
    return any(
        start.hour * 60 + start.minute <= minute < (end.hour * 60 + end.minute or 24 * 60)
        for start, end in calendar.intervals(wall.date())
    )


def counted(calendar: Calendar, start: datetime, end: datetime) -> int:
    minutes = int((end - start) / MINUTE)
    return sum(works(calendar, start + number * MINUTE) for number in range(minutes))


@given(calendars(), instants(), st.integers(0, 3 * 24 * 60))
@settings(max_examples=60, deadline=None)
def test_time_between_agrees_with_counting_minutes(calendar: Calendar, start: datetime, length: int) -> None:
    end = start + length * MINUTE

    assert between(calendar, start, end) == counted(calendar, start, end) * MINUTE


@given(calendars(), instants(), st.integers(1, 2000))
@settings(max_examples=60, deadline=None)
def test_adding_ends_at_the_first_instant_with_so_much_time_before_it(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    assume(any(calendar.weekly))
    assume(sum(len(day) for day in calendar.weekly) >= 2)

    due = add(calendar, start, minutes * MINUTE)

    assert between(calendar, start, due) == minutes * MINUTE
    assert works(calendar, due - MINUTE)


@given(calendars(), instants(), st.integers(0, 600), st.integers(0, 600))
@settings(max_examples=60, deadline=None)
def test_adding_twice_is_adding_the_sum(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    assume(any(calendar.weekly))
    assume(first > 0)

    assert add(calendar, add(calendar, start, first * MINUTE), second * MINUTE) == add(
        calendar, start, (first + second) * MINUTE
    )


@given(calendars(), instants(), st.integers(0, 4000), st.integers(0, 4000))
@settings(max_examples=60, deadline=None)
def test_time_between_adds_up(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE

    assert between(calendar, start, middle) + between(calendar, middle, end) == between(calendar, start, end)


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_office_hours_has_the_hours_of_its_working_days(zone: str) -> None:
    calendar = Calendar(zone, (((time(8, 30), time(12)), (time(13, 30), time(17, 30))),) * 5 + ((), ()))
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    end = datetime(2027, 1, 1, tzinfo=ZoneInfo(zone))

    assert between(calendar, start, end) == 261 * timedelta(hours=7, minutes=30)


REGIONS = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
ANY_ZONE = sorted(
    name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
)
MOST_MINUTES = 4 * 24 * 60


@st.composite
def anywhere(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """Return a calendar in any zone and an instant near a year's end, a change of the clocks, or anywhere."""
    zone = ZoneInfo(draw(st.sampled_from(ANY_ZONE)))
    year = draw(st.integers(1975, 2037))
    base = datetime(year, draw(st.sampled_from([1, 3, 4, 10, 11, 12])), draw(st.integers(1, 31)) % 28 + 1, tzinfo=UTC)
    if draw(st.booleans()):
        base = datetime(year, 12, 29, tzinfo=UTC)
    changes = [
        hour
        for hour in (base + timedelta(hours=6 * step) for step in range(30))
        if hour.astimezone(zone).utcoffset() != (hour + timedelta(hours=6)).astimezone(zone).utcoffset()
    ]
    start = (changes[0] - timedelta(days=1)) if changes else base
    weekly = tuple(draw(weekly_days()) for _ in range(7))
    days = draw(st.dictionaries(st.integers(-1, 5), st.none() | st.integers(0, 6), max_size=3))
    special = {start.date() + timedelta(days=offset): works_as for offset, works_as in days.items()}
    minutes = timedelta(minutes=draw(st.integers(0, 24 * 60)))
    return Calendar(zone.key, weekly, special), start + minutes


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    """Return pauses that may overlap, touch, be empty, and not end."""
    spans = draw(st.lists(st.tuples(st.integers(-600, MOST_MINUTES), st.integers(0, 1500) | st.none()), max_size=5))
    return [
        Pause(start + begin * MINUTE, None if length is None else start + (begin + length) * MINUTE)
        for begin, length in spans
    ]


def paused(pauses: list[Pause], at: datetime) -> bool:
    return any(pause.start <= at and (pause.end is None or at < pause.end) for pause in pauses)


def by_the_minute(
    calendar: Calendar, start: datetime, target: int, pauses: list[Pause]
) -> tuple[datetime | None, datetime | None]:
    """Return when the clock has counted so much, or since when it stands still for good, minute by minute."""
    counted_minutes, at = 0, start
    lasting = min((pause.start for pause in pauses if pause.end is None), default=None)
    for _ in range(MOST_MINUTES * 3):
        if lasting is not None and at >= lasting:
            return None, at
        counted_minutes += works(calendar, at) and not paused(pauses, at)
        at += MINUTE
        if counted_minutes == target:
            return at, None
    return None, None


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_clock_with_pauses_agrees_with_counting_minutes(data: st.DataObject) -> None:
    calendar, start = data.draw(anywhere())
    target = data.draw(st.integers(1, 900))
    pauses = data.draw(pauses_after(start))
    zone = ZoneInfo(calendar.time_zone)
    assume(start.astimezone(zone).utcoffset().total_seconds() % 60 == 0)  # type: ignore[union-attr]
    assume(any(calendar.weekly))
    due_at, stands_since = by_the_minute(calendar, start, target, pauses)
    assume(due_at is not None or stands_since is not None)

    reading = read(calendar, start, target * MINUTE, pauses)

    if due_at is not None:
        assert (reading.due_at, reading.paused_at) == (due_at, None)
    else:
        assert reading.paused_at is not None
        assert not any(
            works(calendar, at) and not paused(pauses, at) for at in minutes_of(reading.paused_at, stands_since)
        )


def minutes_of(start: datetime, end: datetime | None) -> list[datetime]:
    """Return the minutes between two instants; the clock may be read to stand still before the last pause begins."""
    return [start + number * MINUTE for number in range(int(((end or start) - start) / MINUTE))]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_time_between_agrees_with_counting_minutes_in_any_zone(data: st.DataObject) -> None:
    calendar, start = data.draw(anywhere())
    zone = ZoneInfo(calendar.time_zone)
    assume(start.astimezone(zone).utcoffset().total_seconds() % 60 == 0)  # type: ignore[union-attr]
    end = start + data.draw(st.integers(0, MOST_MINUTES)) * MINUTE

    assert between(calendar, start, end) == counted(calendar, start, end) * MINUTE


def test_clocks_set_back_over_midnight_show_the_end_of_the_day_twice() -> None:
    calendar = Calendar("America/St_Johns", (((time(23), time(0)), (time(0), time(0, 30))),) * 7)
    start = datetime(2009, 10, 31, 12, tzinfo=UTC)
    for hours in range(20):
        end = start + timedelta(hours=hours)
        assert between(calendar, start, end) == counted(calendar, start, end) * MINUTE
    spent = counted(calendar, start, start + timedelta(hours=20))
    assert between(calendar, start, add(calendar, start, spent * MINUTE)) == spent * MINUTE


@given(st.data(), st.integers(1, 500), st.integers(1, 99))
@settings(max_examples=60, deadline=None)
def test_steps_come_in_the_order_of_their_shares(data: st.DataObject, target: int, percent: int) -> None:
    calendar, start = data.draw(anywhere())
    assume(sum(len(day) for day in calendar.weekly) >= 4)
    pauses = [pause for pause in data.draw(pauses_after(start)) if pause.end is not None]
    length = target * MINUTE

    due_at = read(calendar, start, length, pauses).due_at
    early = step_at(calendar, start, length, pauses, Step(percent=percent))
    late = step_at(calendar, start, length, pauses, Step(minutes=percent))

    assert early is not None
    assert late is not None
    assert start <= early <= due_at < late
    assert step_at(calendar, start, length, pauses, Step(percent=100)) == due_at
    assert step_at(calendar, start, length, pauses, Step(minutes=0)) == due_at
    assert between(calendar, due_at, late) == percent * MINUTE


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_merging_pauses_changes_nothing_and_leaves_no_overlap(data: st.DataObject) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    pauses = data.draw(pauses_after(start))

    found = merged(pauses)

    assert merged(found) == found
    assert all(first.end is not None and first.end < second.start for first, second in pairwise(found))
    for number in range(-600, MOST_MINUTES * 2, 37):
        assert paused(pauses, start + number * MINUTE) == paused(found, start + number * MINUTE)


@given(calendars(), instants())
@settings(max_examples=60, deadline=None)
def test_working_time_opens_at_its_first_minute(calendar: Calendar, start: datetime) -> None:
    assume(any(calendar.weekly))

    opens = opens_at(calendar, start)

    assert works(calendar, opens)
    assert between(calendar, start, opens) == timedelta()
